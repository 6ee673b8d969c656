"""Elasticsearch 2 to 9 and OpenSearch 1 to 3: open, locked, half open, and spoken to in TLS."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    folder,
    free_port,
    hand_over,
    require,
    running,
    unprivileged,
)
from tests.lab.servers.tls import certificate
from tests.lab.servers.web import ask

FAMILY = Family("elasticsearch")
ELASTICSEARCH: Mapping[str, int] = MappingProxyType(
    {
        "2.4.6": 11,
        "5.6.16": 11,
        "6.8.23": 11,
        "7.10.2": 11,
        "7.17.29": 17,
        "8.8.2": 17,
        "8.19.4": 17,
        "9.2.4": 25,
    }
)
"""Each release that install.py brings, and the Java that runs it."""

OPENSEARCH: Mapping[str, int] = MappingProxyType({"1.3.20": 11, "2.19.4": 17, "3.4.0": 25})

INDICES = ("faxes-2018", "prescriptions")
DOCUMENTS = 2  # in each index


class Anonymous(StrEnum):
    """What a caller without a credential may do on a node that has security switched on."""

    NOTHING = "locked"
    FRONT = "front-only"  # `/` and the cluster's state, but no index
    INDICES = "indices-only"  # every index, but not `/`


#: Names and counts of indices, and how many documents were ever handed out, by id or by search.
_COUNTS = "/_cat/indices?format=json&h=index,docs.count,docs.deleted"
_READ = "/_stats/get,search?filter_path=**.primaries.get.total,**.primaries.search.fetch_total"

_ROLES = """\
front-only:
  cluster: [ monitor ]
indices-only:
  indices:
    - names: [ "*" ]
      privileges: [ read, monitor, view_index_metadata ]
"""
_BCRYPT_OF_PASSWORD = "$2a$04$ronderonderonderonderONi1kjGv2yO3b.VAGWoyyq9XjuxMXXyG"
_INTERNAL_USERS = f"""\
_meta: {{ type: internalusers, config_version: 2 }}
{USER}:
  hash: "{_BCRYPT_OF_PASSWORD}"
  backend_roles: [ admin ]
"""
_HEAP = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_PATIENCE = 100.0  # a node was seen to need 12 s alone, and three of them share two cores


@dataclass(frozen=True, slots=True)
class _Node:
    """One node before its start: where everything is, and how it will be spoken to."""

    name: str
    version: str
    home: Path  # the distribution, shared and read only
    work: Path  # this node's own settings, data and log
    java: Path
    port: int
    tls: bool = False
    login: bool = False

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def config(self) -> Path:
        return self.work / "config"


@contextmanager
def elasticsearch(
    version: str,
    *,
    security: bool = False,
    tls: bool = False,
    anonymous: Anonymous = Anonymous.NOTHING,
    canary: str = CANARY,
) -> Iterator[Running]:
    """One node with two indices; `security` is there from 7.17 on, `tls` needs it."""
    mode = (anonymous.value if security else "open") + ("-tls" if tls else "")
    name = f"elasticsearch-{version}-{mode}"
    with _prepared(name, f"elasticsearch-{version}", ELASTICSEARCH.get(version)) as paths:
        node = _Node(name, version, *paths, port=free_port(), tls=tls, login=security)
        settings = _common_settings(node)
        if (node.home / "modules" / "x-pack-security").exists():
            settings += _xpack_settings(node, anonymous)
        elif security:
            raise NotStarted(name, "this distribution has no security module")
        (node.config / "elasticsearch.yml").write_text("\n".join(settings) + "\n")
        program = _through_its_script(node) if node.major >= 8 else _through_java(node)
        yield from _serve(node, program, "elasticsearch", mode, canary)


@contextmanager
def opensearch(version: str, *, security: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One node with two indices; `security`, its own plugin, is there for 2.19.4."""
    mode = "locked" if security else "open"
    name = f"opensearch-{version}-{mode}"
    distribution = f"opensearch-{version}" + ("-secured" if security else "")
    with _prepared(name, distribution, OPENSEARCH.get(version)) as paths:
        node = _Node(name, version, *paths, port=free_port(), login=security)
        settings = _common_settings(node)
        if security:
            settings += _plugin_settings(node)
        (node.config / "opensearch.yml").write_text("\n".join(settings) + "\n")
        yield from _serve(node, _through_java(node), "opensearch", mode, canary)


@contextmanager
def osmem(*, canary: str = CANARY) -> Iterator[Running]:
    """A small server that is compatible with OpenSearch and starts in a tenth of a second."""
    name = "osmem-open"
    program = require(FAMILY.site / "osmem_server/bin/osmem-server", name, "osmem-server")
    port = free_port()
    with folder(name) as home:
        log = home / "server.log"
        argv = (program, "-addr", f"{LOOPBACK}:{port}", "-no-stdin-watch")
        with running(name, Program(argv), log, lambda: _front_version(port)) as version:
            _fill(port, canary)
            yield Running(
                name=name,
                product="opensearch",
                version=version,
                mode="open",
                port=port,
                log=log,
                probe="elasticsearch",
                state=held,
            )


@contextmanager
def _prepared(
    name: str, distribution: str, java_release: int | None
) -> Iterator[tuple[Path, Path, Path]]:
    """The distribution, a working folder with a copy of its settings, and a Java for it."""
    if java_release is None:
        raise NotStarted(name, "install.py does not bring this version")
    home = require(FAMILY.servers / distribution, name, distribution)
    java = java_home(java_release)
    if java is None:
        raise NotStarted(name, f"needs Java {java_release}, which is not on this machine")
    with folder(name, owner=unprivileged()) as work:
        shutil.copytree(home / "config", work / "config")
        for each in ("config/scripts", "data", "logs", "plugins", "tmp"):
            (work / each).mkdir(exist_ok=True)
        yield home, work, java


def _common_settings(node: _Node) -> list[str]:
    settings = [
        "cluster.name: ronde-lab",
        "node.name: lab-1",
        f"network.host: {LOOPBACK}",
        f"http.port: {node.port}",
        f"path.data: {node.work / 'data'}",
        f"path.logs: {node.work / 'logs'}",
        # A full disk would make every index read-only, and the lab would blame the server.
        "cluster.routing.allocation.disk.threshold_enabled: false",
    ]
    if node.version == "2.4.6":
        # 2.x creates this folder beside its code, where it may not write.
        return [*settings, f"path.plugins: {node.work / 'plugins'}"]
    return [*settings, "discovery.type: single-node"]


def _xpack_settings(node: _Node, anonymous: Anonymous) -> list[str]:
    settings = [f"xpack.security.enabled: {str(node.login).lower()}"]
    if node.login:
        # Users in files, not in an index: they are there before the first request.
        (node.config / "users").write_text(f"{USER}:{_BCRYPT_OF_PASSWORD}\n")
        (node.config / "users_roles").write_text(f"superuser:{USER}\n")
        (node.config / "roles.yml").write_text(_ROLES)
    if anonymous is not Anonymous.NOTHING:
        settings.append(f"xpack.security.authc.anonymous.roles: {anonymous}")
    if node.tls:
        own = certificate(node.config)
        settings += [
            "xpack.security.http.ssl.enabled: true",
            f"xpack.security.http.ssl.certificate: {own.chain}",
            f"xpack.security.http.ssl.key: {own.key}",
        ]
    return settings


def _plugin_settings(node: _Node) -> list[str]:
    """OpenSearch's own plugin: plain HTTP, and TLS between nodes since it insists on that."""
    shipped = node.home / "plugins" / "opensearch-security" / "config"
    shutil.copytree(shipped, node.config / "opensearch-security")
    users = node.config / "opensearch-security" / "internal_users.yml"
    users.write_text(_INTERNAL_USERS)
    own = certificate(node.config)
    between = "plugins.security.ssl.transport"
    return [
        f"{between}.pemcert_filepath: {own.chain.name}",
        f"{between}.pemkey_filepath: {own.key.name}",
        f"{between}.pemtrustedcas_filepath: {own.chain.name}",
        f"{between}.enforce_hostname_verification: false",
        "plugins.security.allow_default_init_securityindex: true",
    ]


def _through_its_script(node: _Node) -> Program:
    """From 8 on the server is handed its settings by a launcher: there is no way round it."""
    options = (*_HEAP, f"-Djava.io.tmpdir={node.work / 'tmp'}")
    (node.config / "jvm.options").write_text("\n".join(options) + "\n")
    env = {
        "ES_JAVA_HOME": str(node.java),
        "ES_PATH_CONF": str(node.config),
        "ES_TMPDIR": str(node.work / "tmp"),
        "CLI_JAVA_OPTS": "-Xmx64m",
    }
    argv = (node.home / "bin" / "elasticsearch",)
    return Program(argv, env, unprivileged(), patience=_PATIENCE)


def _through_java(node: _Node) -> Program:
    """Up to 7, and for OpenSearch: plain Java, since the scripts write beside the code."""
    elastic = node.home.name.startswith("elasticsearch")
    prefix, main = (
        ("es", "org.elasticsearch.bootstrap.Elasticsearch")
        if elastic
        else ("opensearch", "org.opensearch.bootstrap.OpenSearch")
    )
    agent = node.home / "agent" / "opensearch-agent.jar"  # stands in for Java's security manager
    argv = (
        *(node.java / "bin" / "java", *_HEAP),
        *((f"-javaagent:{agent}",) if agent.exists() else ()),
        f"-Djava.io.tmpdir={node.work / 'tmp'}",
        f"-D{prefix}.path.home={node.home}",
        f"-D{prefix}.path.conf={node.config}",
        f"-D{prefix}.distribution.type=zip",
        f"-D{prefix}.distribution.flavor=oss",
        *("-Dfile.encoding=UTF-8", "-Djna.nosys=true", "-Dlog4j2.disable.jmx=true"),
        *("-cp", f"{node.home / 'lib'}/*", main),
        *(("start",) if node.version == "2.4.6" else ()),
    )
    env = {"LIBFFI_TMPDIR": str(node.work / "tmp")}
    return Program(argv, env, unprivileged(), patience=_PATIENCE)


def _serve(
    node: _Node, program: Program, product: str, mode: str, canary: str
) -> Iterator[Running]:
    hand_over(node.work, program.user)
    log = node.work / "server.log"
    with running(node.name, program, log, lambda: _node_version(node)) as version:
        typed = (
            product == "elasticsearch" and node.major < 7
        )  # documents still had a type of their own
        _fill(node.port, canary, "fax" if typed else "_doc", tls=node.tls, login=node.login)
        yield Running(
            name=node.name,
            product=product,
            version=version,
            mode=mode,
            port=node.port,
            tls=node.tls,
            log=log,
            probe="elasticsearch",
            state=held,
        )


def _node_version(node: _Node) -> str:
    """What the node says of itself, once its cluster has formed."""
    health = ask(node.port, "/_cluster/health", tls=node.tls, login=node.login)
    if health.status != 200:
        raise NotYet(f"health answered {health.status}")
    # Not the front page: 8.19 and 9 leave it to a module that this distribution lacks.
    nodes = ask(node.port, "/_nodes/_local", tls=node.tls, login=node.login).json()["nodes"]
    return next(str(known["version"]) for known in nodes.values())


def _front_version(port: int) -> str:
    return str(ask(port, "/").json()["version"]["number"])


def _fill(
    port: int, canary: str, kind: str = "_doc", *, tls: bool = False, login: bool = False
) -> None:
    """Every value of every document is the canary; the names are what a practice would choose."""
    document = dict.fromkeys(("patient_name", "date_of_birth", "fax_number", "diagnosis"), canary)
    for index in INDICES:
        for number in range(1, DOCUMENTS + 1):
            path = f"/{index}/{kind}/{number}?refresh=true"
            stored = ask(port, path, method="PUT", body=document, tls=tls, login=login)
            if stored.status != 201:
                raise NotStarted(
                    index, f"could not be filled: {stored.status} {stored.body[:300]!r}"
                )


def held(server: Running) -> object:
    """Read names and counts, and the counters of what was read."""
    listed, read = (ask(server.port, path, tls=server.tls, login=True) for path in (_COUNTS, _READ))
    # Neither of the two lists has an order of its own.
    return [(page.status, sorted(re.split(rb"[{},]+", page.body))) for page in (listed, read)]
