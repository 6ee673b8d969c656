"""Solr 4 and 9, Chroma and Weaviate: open, and locked where they can be."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from tests.lab.layout import Family, java_home
from tests.lab.namespace import only_loopback
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import Reply, ask

FAMILY = Family("search")
RECORDS = 2
FIELDS = ("diagnosis", "fax_number", "patient_name")

_PATIENCE = 60.0  # a Solr was seen to need 9 s alone, and eight servers share two cores
_HEAP = ("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Solr(StrEnum):
    """How the door of a Solr stands."""

    OPEN = "open"
    LOCKED = "locked"
    RULES = "rules"  # authentication without blockUnknown: what no rule names is free


_RULES: Mapping[Solr, list[Mapping[str, str]]] = {
    Solr.LOCKED: [{"name": "all", "role": "admin"}],
    Solr.RULES: [{"name": name, "role": "admin"} for name in ("core-admin-edit", "metrics-read")],
}
_SCHEMA = (
    '<schema name="lab" version="1.5"><fieldType name="string" class="solr.StrField"/>'
    + "".join(f'<field name="{name}" type="string"/>' for name in ("id", *FIELDS))
    + "<uniqueKey>id</uniqueKey></schema>"
)
_CONFIG = (
    "<config><luceneMatchVersion>{lucene}</luceneMatchVersion>"
    '<requestHandler name="/select" class="solr.SearchHandler"/>'
    '<requestHandler name="/update" class="solr.UpdateRequestHandler"/>'
    '<schemaFactory class="ClassicIndexSchemaFactory"/></config>'
)


@contextmanager
def solr(mode: Solr = Solr.OPEN, *, canary: str = CANARY) -> Iterator[Running]:
    """Solr 9 in its own embedded Jetty: two cores with two documents each."""
    with place("solr", mode) as at:
        _write_home(at, lucene="9.0")
        if mode is not Solr.OPEN:
            at.write("solr/security.json", json.dumps(_security(mode)))
        jars = f"{FAMILY.classes}:{FAMILY.jars}/*"
        with _running_solr(at, ("-cp", jars, "SolrStandIn", at.home / "solr"), canary) as server:
            yield server


@contextmanager
def solr_4(*, canary: str = CANARY) -> Iterator[Running]:
    """Solr 4, which was a war and knew no authentication, in a Jetty; filled as Solr 9 is."""
    with place("solr-4") as at:
        _write_home(at, lucene="4.10")
        war = require(FAMILY.jars / "solr-4.10.4.war", at.name, "its war")
        # Nothing of Solr 9 but the Jetty: the war brings a Lucene of its own.
        jars = [*FAMILY.jars.glob("jetty-*.jar"), *FAMILY.jars.glob("*slf4j-[0-9]*.jar")]
        jars += FAMILY.jars.glob("slf4j-api-*.jar")
        path = ":".join(str(each) for each in (FAMILY.classes, *jars))
        argv = (f"-Dsolr.solr.home={at.home / 'solr'}", "-cp", path, "SolrWar", war)
        with _running_solr(at, argv, canary) as server:
            yield server


@contextmanager
def _running_solr(at: Place, argv: Sequence[str | Path], canary: str) -> Iterator[Running]:
    require(FAMILY.classes / "SolrStandIn.class", at.name, "its main class")
    java = java_home(17)
    if java is None:
        raise NotStarted(at.name, "needs Java 17, which is not on this machine")
    # Its port is the last word in both.
    words = (java / "bin" / "java", *_HEAP, f"-Dsolr.log.dir={at.home}", *argv, str(at.port))
    with standing(
        at,
        Program(words, patience=_PATIENCE),
        probe="solr",
        version=lambda: _solr_version(at),
        fill=lambda: _fill_solr(at, canary),
        state=_solr_holds,
    ) as server:
        yield server


def _write_home(at: Place, *, lucene: str) -> None:
    at.write("solr/solr.xml", "<solr/>")
    for core in ("faxes", "prescriptions"):
        at.write(f"solr/{core}/core.properties", f"name={core}\n")
        at.write(f"solr/{core}/conf/schema.xml", _SCHEMA)
        at.write(f"solr/{core}/conf/solrconfig.xml", _CONFIG.format(lucene=lucene))


def _security(mode: Solr) -> Mapping[str, object]:
    """Solr's own plugins; a password is the twice hashed salt and password, and the salt."""
    salt = b"ronde lab, 32 bytes of salt here"
    twice = hashlib.sha256(hashlib.sha256(salt + PASSWORD.encode()).digest()).digest()
    hashed = " ".join(base64.b64encode(part).decode() for part in (twice, salt))
    return {
        "authentication": {
            "class": "solr.BasicAuthPlugin",
            "blockUnknown": mode is Solr.LOCKED,
            "credentials": {USER: hashed},
        },
        "authorization": {
            "class": "solr.RuleBasedAuthorizationPlugin",
            "user-role": {USER: "admin"},
            "permissions": _RULES[mode],
        },
    }


def _solr_version(at: Place) -> str:
    """What the node says of itself, once both cores are loaded."""
    cores = ask(at.port, "/solr/admin/cores?action=STATUS&wt=json", login=True).json()["status"]
    if len(cores) < 2 or not all("index" in core for core in cores.values()):
        raise NotYet(f"cores: {sorted(cores)}")
    system = ask(at.port, "/solr/admin/info/system?wt=json", login=True).json()
    return str(system["lucene"]["solr-spec-version"])


def _fill_solr(at: Place, canary: str) -> None:
    for core in ("faxes", "prescriptions"):
        for number in range(RECORDS):
            body = {"add": {"doc": {"id": f"{canary} {number}", **dict.fromkeys(FIELDS, canary)}}}
            path = f"/solr/{core}/update?commit=true&wt=json"
            _accepted(core, ask(at.port, path, method="POST", body=body, login=True))


def _solr_holds(server: Running) -> object:
    """Count documents by core; uptime and the like move on their own."""
    listed = ask(server.port, "/solr/admin/cores?action=STATUS&wt=json", login=True).json()
    return {name: core["index"]["numDocs"] for name, core in listed["status"].items()}


@contextmanager
def chroma(*, canary: str = CANARY) -> Iterator[Running]:
    """Two databases with a collection each; it has no authentication of its own."""
    with place("chroma") as at:
        python = require(FAMILY.venv / "bin" / "python", at.name, "its environment")
        # The wheel's program needs a hundred packages; its server is in the bindings alone.
        run = "import sys, chromadb_rust_bindings as chroma; chroma.cli(sys.argv)"
        where = ("--host", LOOPBACK, "--port", str(at.port), "--path", at.home / "data")
        with standing(
            at,
            Program((python, "-c", run, "run", *where)),
            probe="chroma",
            version=lambda: _chroma_version(at),
            fill=lambda: _fill_chroma(at, canary),
            state=_chroma_holds,
        ) as server:
            yield server


_DATABASES = "/api/v2/tenants/default_tenant/databases"
_COLLECTIONS = {"default_database": "faxes", "archive": "prescriptions"}


def _chroma_version(at: Place) -> str:
    """The wheel's own version: the server tells that of its API."""
    page(at, "/api/v2/heartbeat")
    (about,) = FAMILY.site.glob("chromadb-*.dist-info")
    return about.name.removesuffix(".dist-info").partition("-")[2]


def _fill_chroma(at: Place, canary: str) -> None:
    def post(path: str, body: Mapping[str, object]) -> Reply:
        reply = ask(at.port, _DATABASES + path, method="POST", body=body)
        _accepted(path, reply)
        return reply

    post("", {"name": "archive"})
    for database, collection in _COLLECTIONS.items():
        created = post(f"/{database}/collections", {"name": collection}).json()
        records = {
            "ids": [f"{canary} {number}" for number in range(RECORDS)],
            "embeddings": [[1.0, 2.0]] * RECORDS,
            "documents": [canary] * RECORDS,
            "metadatas": [{"patient_name": canary}] * RECORDS,
        }
        post(f"/{database}/collections/{created['id']}/add", records)


def _chroma_holds(server: Running) -> object:
    """Name every collection as it is listed, with its count."""
    held = {}
    for database in _COLLECTIONS:
        above = f"{_DATABASES}/{database}/collections"
        for one in ask(server.port, above).json():
            held[one["name"]] = ask(server.port, f"{above}/{one['id']}/count").json()
    return held


_LOCK = {
    "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false",
    "AUTHENTICATION_APIKEY_ENABLED": "true",
    "AUTHENTICATION_APIKEY_ALLOWED_KEYS": PASSWORD,
    "AUTHENTICATION_APIKEY_USERS": USER,
}


@contextmanager
def weaviate(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One class with two objects where it is open; it is locked by an API key."""
    with place("weaviate", "locked" if locked else "open") as at:
        program = require(FAMILY.programs / "weaviate", at.name, "weaviate")
        if not only_loopback():
            raise NotStarted(at.name, "gossips on every address; run below tests/lab/namespace.py")
        argv = (program, "--scheme", "http", "--host", LOOPBACK, "--port", str(at.port))
        # The key is not the lab's login, so a locked one is left empty.
        fill: Callable[[], None] = (lambda: None) if locked else lambda: _fill_weaviate(at, canary)
        with standing(
            at,
            Program(argv, _weaviate_settings(at, locked=locked), patience=_PATIENCE),
            probe="weaviate",
            version=lambda: _weaviate_version(at),
            fill=fill,
            state=lambda server: None if locked else _weaviate_holds(server.port),
        ) as server:
            yield server


def _weaviate_settings(at: Place, *, locked: bool) -> Mapping[str, str]:
    """A cluster of one that keeps to loopback; telemetry and the profiler's fixed port are off."""
    gossip = free_port()
    return {
        **{name: str(free_port()) for name in ("RAFT_PORT", "RAFT_INTERNAL_RPC_PORT", "GRPC_PORT")},
        "CLUSTER_GOSSIP_BIND_PORT": str(gossip),
        "CLUSTER_DATA_BIND_PORT": str(gossip + 1),  # it insists on the next one
        "CLUSTER_HOSTNAME": "lab",
        "CLUSTER_ADVERTISE_ADDR": LOOPBACK,
        "RAFT_BOOTSTRAP_EXPECT": "1",
        "PERSISTENCE_DATA_PATH": str(at.home / "data"),
        "PERSISTENCE_MEMTABLES_FLUSH_DIRTY_AFTER_SECONDS": "1",
        "DEFAULT_VECTORIZER_MODULE": "none",
        "DISABLE_TELEMETRY": "true",
        "GO_PROFILING_DISABLE": "true",
        **(_LOCK if locked else {}),
    }


def _weaviate_version(at: Place) -> str:
    """The version that was built: a locked server tells none."""
    page(at, "/v1/.well-known/ready", ready=(200,))
    pinned = re.search(
        r"weaviate/weaviate v(\S+)", (FAMILY.sources / "weaviate/go.mod").read_text()
    )
    return pinned[1] if pinned else "unknown"


def _fill_weaviate(at: Place, canary: str) -> None:
    properties = [{"name": name, "dataType": ["text"]} for name in FIELDS]
    schema = {"class": "Faxes", "properties": properties}
    _accepted("Faxes", ask(at.port, "/v1/schema", method="POST", body=schema))
    for _ in range(RECORDS):
        body = {"class": "Faxes", "properties": dict.fromkeys(FIELDS, canary)}
        _accepted("Faxes", ask(at.port, "/v1/objects", method="POST", body=body))
    _until_flushed(at.port)


def _until_flushed(port: int) -> None:
    """Wait for the count: it is of what was flushed to disk, a second after the last write."""
    end = time.monotonic() + _PATIENCE
    while _weaviate_holds(port) != [("Faxes", RECORDS)]:
        if time.monotonic() > end:
            raise NotStarted("weaviate", "its objects are not counted")
        time.sleep(0.2)


def _weaviate_holds(port: int) -> list[tuple[str, int]]:
    """Name the class of every shard, with its count of objects."""
    nodes = ask(port, "/v1/nodes?output=verbose").json()["nodes"]
    shards = [shard for node in nodes for shard in node.get("shards") or ()]
    return [(shard["class"], shard["objectCount"]) for shard in shards]


def _accepted(what: str, reply: Reply) -> None:
    if reply.status not in {200, 201}:
        raise NotStarted(what, f"could not be filled: {reply.status} {reply.body[:300]!r}")
