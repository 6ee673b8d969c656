"""The harness of what is read beside `scanner/wire`: JSON, certificates, names, users' files."""

import base64
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from probes import PROBES
from scanner import addresses, fieldnames, masking
from scanner.classify import Classifier, load_vocabulary
from scanner.classify.listing import classified
from scanner.classify.own import OwnTerms
from scanner.classify.vocabulary import parse_language
from scanner.config import load_config
from scanner.inventory import Inventory
from scanner.inventory.opened import read_open
from scanner.jsonview import Json
from scanner.ourside import Answer, Unreached
from scanner.plaintext import printable
from scanner.scope import Scope, load_scope
from scanner.scope.literals import read_clock, read_day, read_name, read_signature, read_timezone
from scanner.seal import NOTHING
from scanner.severities import load_severities
from scanner.sweep.answers import ROW, read_icmp4, read_icmp6, read_tcp4, read_tcp6
from scanner.tickets.answers import decoded
from scanner.tickets.systems import Surroundings, connected
from scanner.tls import facts_of
from scanner.trail import followed
from scanner.wire import Garbled
from tests.fuzz.target import LONGEST, Read, Target, each
from tests.transcripts import load, names

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

#: Reads one file of a user.
ReadFile: TypeAlias = Callable[[Path], object]

SCOPE = b"""
name = "clinic"
owner = "A. Owner"
approver = "B. Approver"
reference = "CHG-1"
contact = "soc@clinic.example"
valid_from = 2026-03-01
valid_until = 2026-06-30
ranges = ["192.0.2.0/24", "198.51.100.7", "2001:db8::/120"]
hosts = ["fax.clinic.example"]
exclude = ["192.0.2.128-192.0.2.130"]
timezone = "Europe/Paris"
[rates]
connections_per_second = 100
[[windows]]
days = ["mon", "tue"]
from = "19:00"
until = "06:00"
[[zones]]
name = "wards"
ranges = ["192.0.2.64/26"]
class = "medical"
[medical]
mode = "handshake"
approver = "C. Engineer"
windows = [{ from = "01:00", until = "02:00" }]
[extra_ports]
redis = [6380]
[[opt_in]]
address = "192.0.2.9"
ports = [9100]
reason = "spooler"
"""

SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()

TRACKERS = b"""
[tickets.soc]
system = "webhook"
url = "https://soc.clinic.example/hook"
secret = "env:SOC"
severity = "high"
max_new = 5
per_second = 2.5
"""

ACT = (
    b'{"when":"2026-03-01T14:03:00Z","round":"r1","act":"ask","to":"192.0.2.7:9200","chain":"'
    + NOTHING.encode()
    + b'"}\n'
)

NMAP = b"""<?xml version="1.0"?><nmaprun scanner="nmap"><host><status state="up"/>
<address addr="192.0.2.7" addrtype="ipv4"/><ports><port protocol="tcp" portid="6379">
<state state="open"/></port></ports></host><runstats/></nmaprun>"""

LISTS = (
    b"address,owner,class,tags\n192.0.2.7,lab,medical,a b\n192.0.2.64/26,,,\n",
    b'{"address": "192.0.2.7", "owner": "lab", "tags": ["a"]}\n',
    b"# ours\n192.0.2.7\nfax.clinic.example\n",
    b'[\n{"ip": "192.0.2.7", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]},\n]\n',
    b'{"ip": "192.0.2.7", "port": 6379}\n192.0.2.8:80\n[2001:db8::1]:80\n',
    b"open tcp 80 192.0.2.7 1700000000\n",
    NMAP,
)


class _Handshake:
    """A finished handshake, as far as its facts go, with any bytes for a certificate."""

    def __init__(self, der: bytes) -> None:
        self._der = der

    def version(self) -> str:
        return "TLSv1.2"

    def cipher(self) -> tuple[str, str, int]:
        return ("AES128-SHA", "TLSv1.2", 128)

    def getpeercert(self, *, binary_form: bool) -> bytes:
        assert binary_form
        return self._der


def _certificate(data: bytes) -> object:
    return facts_of(_Handshake(data))  # type: ignore[arg-type] # as far as its facts go


def _certificates() -> Iterator[bytes]:
    for names_ in (("fax.example", "192.0.2.7", "2001:db8::7"), ("a@clinic.example",)):
        issued = trustme.CA().issue_cert(*names_, common_name=names_[0])
        pem = issued.cert_chain_pems[0].bytes()
        yield x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def _walk(data: bytes) -> None:
    """Take every step that a probe can take through a document."""
    _step(Json.parse(data))


def _step(place: Json) -> None:
    for read in _VALUES:
        with suppress(Garbled):
            read(place)
    steps = place.elements() if place.is_array else (below for _, below in _members(place))
    for below in steps:
        _step(below)


def _members(place: Json) -> Iterator[tuple[str, Json]]:
    return place.items() if place.is_object else iter(())


_VALUES: tuple[Callable[[Json], object], ...] = (
    *(Json.text, Json.integer, Json.boolean, len, bool),
    lambda place: (place["a"], place.get("b")),
)


def _name(data: bytes) -> None:
    """Hold what is shown of a name to be harmless, and its words to be our own."""
    text = data.decode("utf-8", "surrogateescape")
    assert printable(text, 80).isprintable()
    masking.personal(text)
    fields = text.split("\n")
    fieldnames.bounded(fieldnames.schema_names(fields))
    _classifier().classify(fields[0], fields[1:])


def _literals(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for read in _LITERALS:
        try:
            read(text)
        except ValueError:  # what all of them declare
            continue
    addresses.AddressSet().covers(text)


_LITERALS: tuple[Callable[[str], object], ...] = (
    *(addresses.parse_address, read_name, read_signature, read_day, read_clock, read_timezone),
)


@cache
def _classifier() -> Classifier:
    return Classifier(load_vocabulary())


@cache
def _permission() -> Scope:
    return _scope(_written(SCOPE))


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="ronde-fuzz-")


def _written(data: bytes, suffix: str = "") -> Path:
    path = Path(_folder().name) / f"file{suffix}"
    path.write_bytes(data)
    return path


def _file(read: ReadFile, data: bytes) -> None:
    read(_written(data))


def _scope(path: Path) -> Scope:
    return load_scope(path, now=NOW, resolve=_resolve)


def _resolve(name: str) -> list[str]:
    if "nowhere" in name:
        raise OSError(name)
    return ["192.0.2.33"]


def _inventory(data: bytes) -> None:
    """Read a list in each format: guessed by the first byte or named."""
    form = ("", "csv:", "jsonl:", "list:", "nmap:", "masscan:")[(data[:1] or b"\0")[0] % 6]
    Inventory.load([f"{form}{_written(data[1:])}"], _permission(), _resolve)


def _opened(path: Path) -> None:
    list(read_open(path))


def _packets(data: bytes) -> None:
    """Read what comes back to SYNs; it may be any packet that reaches a raw socket."""
    whole = data[: len(data) // ROW * ROW]
    rows = np.frombuffer(whole, np.uint8).reshape(-1, ROW)
    read_tcp4(rows, 40_000)
    read_icmp4(rows, 40_000)
    read_tcp6(rows, rows[:, :16], 40_000)
    read_icmp6(rows, 40_000)


def _answer(data: bytes) -> None:
    """Read what a tracker of our own side answers; it may be half of it, or a proxy's page."""
    answer = Answer(200, {"retry-after": data[:10].decode("latin-1")}, data)
    assert answer.said().isprintable()
    assert answer.pause is None or answer.pause >= 0
    for read in (Answer.json, partial(decoded, kind=dict[str, int])):
        with suppress(Unreached):
            read(answer)


def _trackers(path: Path) -> None:
    config = load_config(path)
    around = Surroundings(environment={"SOC": SECRET}, now=lambda: NOW)
    for name, table in config.tickets.items():
        connected(path, name, table, around)


def _listing(data: bytes) -> None:
    list(classified(io.BytesIO(data), "-", _classifier()))


def _language(path: Path) -> None:
    parse_language(path, path.read_text(encoding="utf-8", errors="replace"))


def _documents() -> Iterator[bytes]:
    for probe in PROBES:
        for name in names(probe.about.name):
            yield from (one.payload for one in load(name).exchanges if one.payload[:1] in b"[{")


def _held(name: str) -> Iterator[bytes]:
    yield (CONFIG / name).read_bytes()[:LONGEST]


#: Harness → what it calls, and what it begins with.
TARGETS: Mapping[str, tuple[Read, Callable[[], Iterable[bytes]]]] = {
    "jsonview": (_walk, _documents),
    "tls": (_certificate, _certificates),
    "names": (_name, lambda: [b"patients\nname\nbirth_date\nssn", "données_é".encode()]),
    "literals": (_literals, lambda: [b"192.0.2.1", b"2001:db8::1", b"mon", b"19:00", b"UTC"]),
    "scope": (partial(_file, _scope), lambda: [SCOPE, *_held("scope.example.toml")]),
    "inventory": (_inventory, lambda: [bytes([n]) + one for n in range(6) for one in LISTS]),
    "opened": (partial(_file, _opened), lambda: LISTS),
    "packets": (_packets, lambda: [b"\x45" + bytes(8) + b"\6" + bytes(ROW * 2 - 10)]),
    "listing": (_listing, lambda: [b"fax_recv: sender\n", b'[{"name": "a", "fields": ["b"]}]']),
    "language": (partial(_file, _language), partial(_held, "vocabulary/es.toml")),
    "own-terms": (
        partial(_file, OwnTerms.load),
        lambda: [b'ignore_terms = ["mrn"]\n[extra_terms]\npatient = ["bewohner"]\n'],
    ),
    "config": (partial(_file, load_config), partial(_held, "ronde.example.toml")),
    "answers": (_answer, _documents),
    "trackers": (partial(_file, _trackers), lambda: [TRACKERS]),
    "trail": (lambda data: followed(io.BytesIO(data)), lambda: [ACT * 2]),
    "severity": (partial(_file, load_severities), partial(_held, "severity.toml")),
}

#: The modules that a harness above reads by; a module that reads files or certificates and is
#: not among them has none.
COVERED = frozenset(
    {
        *("scanner.jsonview", "scanner.tls", "scanner.plaintext", "scanner.tomltext"),
        *("scanner.scope.load", "scanner.inventory.read", "scanner.inventory.lists"),
        *("scanner.inventory.exports", "scanner.inventory.opened", "scanner.config"),
        *("scanner.severities", "scanner.classify.listing", "scanner.classify.own"),
        *("scanner.classify.vocabulary", "scanner.classify.reading"),
        *("scanner.ourside", "scanner.tickets.answers", "scanner.tickets.systems"),
        "scanner.trail",
    }
)


def files() -> Iterator[Target]:
    """Give the harness of each."""
    for name, (read, seeds) in TARGETS.items():
        yield Target(name, each(read), seeds)
