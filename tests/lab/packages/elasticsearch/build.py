"""Gives two Elasticsearch releases a front page, and one OpenSearch its security plugin."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.lab.clients.call import NotInstalled, call, is_current, mark_current
from tests.lab.clients.step import Step
from tests.lab.layout import Family, java_home

FAMILY = Family("elasticsearch")
FRONT_PAGES = {"8.19.4": 17, "9.2.4": 25}
"""Distributions without the module that answers `GET /`, and the Java that they run on."""

SECURED = ("opensearch-2.19.4", "opensearch-security-2.19.4.0")
"""The only release whose security plugin needs no module that its distribution lacks."""


def steps() -> Iterator[Step]:
    """What comes after the archives."""
    for version, release in FRONT_PAGES.items():
        server = FAMILY.servers / f"elasticsearch-{version}"
        step = partial(_front_page, server, version, release)
        yield f"javac: the front page of Elasticsearch {version}", step
    yield f"{SECURED[0]} with its security plugin", _secured


def _front_page(server: Path, version: str, release: int) -> str:
    """Compiles our plugin against the very server that will load it, and puts it in its place."""
    source = FAMILY.sources / "FrontPage.java"
    plugin = server / "plugins" / "front-page"
    if is_current(plugin, source):
        return "ready"
    java = java_home(release)
    if java is None or not server.exists():
        raise NotInstalled(f"needs {server.name} and Java {release}")
    with tempfile.TemporaryDirectory() as classes:
        javac = java / "bin" / "javac"
        call(javac, "-nowarn", "-cp", f"{server / 'lib'}/*", "-d", classes, source)
        plugin.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(plugin / "front-page.jar", "w") as jar:
            for compiled in sorted(Path(classes).iterdir()):
                jar.write(compiled, compiled.name)
    (plugin / "plugin-descriptor.properties").write_text(
        "name=front-page\ndescription=Answers GET /\nversion=1\nclassname=FrontPage\n"
        f"java.version={release}\nelasticsearch.version={version}\n"
    )
    mark_current(plugin, source)
    return "new"


def _secured() -> str:
    """A second copy of the server that has the plugin in it; links, so it takes no room."""
    server, plugin = (FAMILY.servers / name for name in SECURED)
    both = FAMILY.servers / f"{server.name}-secured"
    sources = (server / ".installed", plugin / ".installed")
    if not all(source.exists() for source in sources):
        raise NotInstalled(f"needs {' and '.join(SECURED)}")
    if is_current(both, *sources):
        return "ready"
    shutil.rmtree(both, ignore_errors=True)
    shutil.copytree(server, both, copy_function=os.link)
    shutil.copytree(plugin, both / "plugins" / "opensearch-security", copy_function=os.link)
    (both / ".installed").unlink()  # or the mark would be written into the server's own
    mark_current(both, *sources)
    return "new"
