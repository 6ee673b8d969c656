"""Redis, Valkey and what speaks like them: which databases a stranger may read."""

import re
from typing import TypeGuard

from scanner.model import (
    Access,
    Assessment,
    Confidence,
    Holding,
    Outcome,
    Proof,
    Service,
    Silence,
    Unknown,
)
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import resp
from scanner.wire.resp import Failure, Status, Value

#: The longest section that we ask for is 900 bytes; servers differ by a few lines.
MAX_SECTION = 64 << 10

#: Servers have 16 databases as they ship; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000


def _ask(*words: str, max_bytes: int = resp.MAX_LINE) -> Exchange:
    return Exchange(
        name=" ".join(words),
        encode=lambda: resp.command(*words),
        framing=resp.frame,
        max_bytes=max_bytes,
    )


PING = _ask("PING")
SERVER = _ask("INFO", "server", max_bytes=MAX_SECTION)
KEYSPACE = _ask("INFO", "keyspace", max_bytes=resp.MAX_BULK)
SENTINEL = _ask("INFO", "sentinel", max_bytes=resp.MAX_BULK)
DBSIZE = _ask("DBSIZE")
HELLO = _ask("HELLO", "2", max_bytes=MAX_SECTION)
CONTROL = _ask("RONDE.NO-SUCH-COMMAND")

NO_CONTROL = f"the control {CONTROL.name} was not refused as an unknown command"

#: What the field that carries the version is called, the imitators before the imitated:
#: all of them give a `redis_version` as well.
PRODUCTS = {
    "valkey_version": "valkey",
    "dragonfly_version": "dragonfly",
    "kvrocks_version": "kvrocks",
    "garnet_version": "garnet",
    "redis_version": "redis",
}

#: These count keys only when they are told to (`DBSIZE SCAN`), so their zero says nothing.
COUNTS_LATE = frozenset({"kvrocks"})

KIND = "database"

VERSION = re.compile(r"(?:df-)?v?(\d{1,5}(?:\.\d{1,5}){1,3}(?:-[A-Za-z0-9.]{1,20})?)")
DATABASE = re.compile(rb"^(db\d{1,9}):(?:keys=(\d{1,18})[,\r])?", re.MULTILINE)
COUNT = re.compile(r"\d{1,9}")

#: Error words of a server that is there and cannot serve now. A password is demanded before any of
#: them is said, so they are only ever said to a caller who needs none.
AWAY = frozenset({"LOADING", "MASTERDOWN", "BUSY", "MISCONF"})
FULL = "max number of clients"
UNKNOWN_COMMAND = "unknown command"

#: What a password was answered with before 2.8 had a word for it.
OLD_NOAUTH = "operation not permitted"


class Redis:
    """A server is open when it counts its keys and refuses a command that no server has."""

    about = About(
        name="redis",
        title="Redis answers without a password",
        ports=frozenset({6379, 26379}),
        tls_ports=frozenset({6380}),
        front=PING,
        asks=(PING, SERVER, KEYSPACE, DBSIZE, CONTROL, HELLO, SENTINEL),
        proves="the keys of its databases are counted, and an unknown command is refused",
        cwe=306,
        remedy=(
            "Require a password or ACL users (`requirepass`, `user default off` since 6.0), bind "
            "to the addresses that need it, leave `protected-mode` on, and use TLS between hosts. "
            "On Sentinel set `requirepass` too (since 5.0.1), or let only its clients reach it."
        ),
        references=(
            "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
            "https://valkey.io/topics/security/",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its greeting or by the words of its refusal."""
        word = resp.decode(front.data)
        if word == Status("PONG"):
            return Service("redis")
        if isinstance(word, Failure) and _is_ours(word):
            valkey = word.code == "DENIED" and word.text.startswith("Running")
            return Service("valkey" if valkey else "redis")
        return None

    def assess(self, front: Answer) -> StreamDialogue:
        """Let the server describe itself and count its keys, then ask it for nonsense."""
        service = self.identify(front) or Service("redis")
        if shut := _shut(service, PING, resp.decode(front.data)):
            return shut
        told = resp.decode((yield SERVER).data)
        if shut := _shut(service, SERVER, told):
            return shut
        if isinstance(told, bytes):
            return (yield from _described(service, told))
        if isinstance(told, Failure):
            return (yield from _reticent(service, told))
        return _half_proof(service, f"{SERVER.name} was answered with another type")


def _is_ours(word: Failure) -> bool:
    if word.code == "DENIED":
        return "running in protected mode" in word.text.lower()
    if word.code == "ERR":
        return word.text.startswith((OLD_NOAUTH, FULL, UNKNOWN_COMMAND))
    return word.code in {"NOAUTH", "NOPERM"} or _is_away(word)


def _shut(service: Service, ask: Exchange, word: Value) -> Outcome | None:
    """Give the verdict of an answer that ends the conversation."""
    if not isinstance(word, Failure):
        return None
    if word.code == "NOAUTH" or word.text.startswith(OLD_NOAUTH):
        because = f"{ask.name} demands a password"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if word.code == "DENIED":
        because = "no password is set; only protected mode refuses our address"
        return Assessment(access=Access.SHIELDED, service=service, because=because)
    if word.text.startswith(FULL):
        return Unknown(Silence.BUSY, "the server has as many clients as it may have", service)
    return None


def _described(service: Service, told: bytes) -> StreamDialogue:
    """Count what a server holds that describes itself to a stranger."""
    about = _fields(told)
    named = _named(about)
    if named is None:
        return _half_proof(service, f"{SERVER.name} was answered without any product's version")
    mode = about.get("redis_mode") or about.get("server_mode")
    if mode == "sentinel":
        return (yield from _watching(named))
    counted = resp.decode((yield DBSIZE).data)
    section = resp.decode((yield KEYSPACE).data)
    control = resp.decode((yield CONTROL).data)
    if not isinstance(section, bytes) or not (_is_count(counted) or isinstance(counted, Failure)):
        return _half_proof(
            named, f"{KEYSPACE.name} or {DBSIZE.name} was answered with another type"
        )
    if not _is_missing(control):
        return _half_proof(named, NO_CONTROL)
    settled = not _is_away(counted) and named.product not in COUNTS_LATE
    holdings = _databases(section, counted, settled=settled)
    forbidden = _is_forbidden(counted)
    what = "but DBSIZE is refused" if forbidden else _sum(holdings, settled=settled)
    share = "; this node's share of a cluster" if mode == "cluster" else ""
    return Assessment(
        access=Access.PARTIAL if forbidden else Access.OPEN,
        service=named,
        because=f"INFO is answered without a password, {what}{share}",
        proof=_proof(f"{SERVER.name}, {KEYSPACE.name}", f"{len(holdings)} databases"),
        holdings=holdings[:MAX_HOLDINGS],
        holdings_total=len(holdings),
    )


def _watching(service: Service) -> StreamDialogue:
    """Settle a Sentinel: it holds no keys, but whoever commands it moves the clients of others."""
    section = resp.decode((yield SENTINEL).data)
    control = resp.decode((yield CONTROL).data)
    masters = _fields(section).get("sentinel_masters", "") if isinstance(section, bytes) else ""
    if not COUNT.fullmatch(masters):
        return _half_proof(service, f"{SENTINEL.name} counted no masters")
    if not _is_missing(control):
        return _half_proof(service, NO_CONTROL)
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"a Sentinel that watches {int(masters)} masters takes commands from anyone",
        proof=_proof(f"{SERVER.name}, {SENTINEL.name}", f"{int(masters)} masters watched"),
        holdings_total=0,
    )


def _reticent(service: Service, told: Failure) -> StreamDialogue:
    """Settle a server whose INFO is forbidden, renamed, or older than its sections."""
    counted = resp.decode((yield DBSIZE).data)
    if shut := _shut(service, DBSIZE, counted):
        return shut
    if _is_away(told) or _is_away(counted):
        return Unknown(Silence.BUSY, "the server is there, but cannot serve now", service)
    if _is_forbidden(told) and _is_forbidden(counted):
        because = "the access list refuses INFO and DBSIZE; nothing else was tried"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    greeted = _greeted(resp.decode((yield HELLO).data))
    if not _is_missing(resp.decode((yield CONTROL).data)):
        return _half_proof(service, NO_CONTROL)
    if _is_count(counted):
        return _counted(greeted or service, counted, forbidden=_is_forbidden(told))
    return _greeting_only(service, greeted)


def _counted(service: Service, keys: int, *, forbidden: bool) -> Outcome:
    hidden = "the access list refuses INFO" if forbidden else "INFO server is not answered"
    return Assessment(
        access=Access.PARTIAL if forbidden else Access.OPEN,
        service=service,
        because=f"DBSIZE is answered without a password, although {hidden}",
        proof=_proof(DBSIZE.name, f"{keys} keys in db0"),
        # DBSIZE sees db0 only: when that is empty, the others may still hold anything.
        holdings=(Holding(name="db0", kind=KIND, records=keys or None),),
    )


def _greeting_only(service: Service, greeted: Service | None) -> Outcome:
    """Judge HELLO alone: a server with a password answers it with NOAUTH."""
    if greeted is None:
        return _half_proof(service, f"neither {SERVER.name} nor {DBSIZE.name} was answered")
    return Assessment(
        access=Access.PARTIAL,
        service=greeted,
        because="HELLO asks for no password; INFO and DBSIZE are hidden, so nothing was counted",
        proof=_proof(HELLO.name, "product and version told"),
        confidence=Confidence.PROBABLE,
    )


def _half_proof(service: Service, missing: str) -> Unknown:
    return Unknown(Silence.HALF_PROOF, missing, service)


def _proof(ask: str, answer: str) -> Proof:
    return Proof(ask, answer, f"{CONTROL.name} was refused as an unknown command")


def _is_missing(word: Value) -> bool:
    return isinstance(word, Failure) and word.text.lower().startswith(UNKNOWN_COMMAND)


def _is_forbidden(word: Value) -> bool:
    return isinstance(word, Failure) and word.code in {"NOPERM", "NOAUTH"}


def _is_away(word: Value) -> bool:
    return isinstance(word, Failure) and word.code in AWAY


def _is_count(value: Value) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _fields(section: bytes) -> dict[str, str]:
    """Read the `name:value` lines of a section; other lines are headings."""
    lines = section.decode("utf-8", "replace").split("\r\n")
    return {name: value for name, colon, value in (line.partition(":") for line in lines) if colon}


def _named(about: dict[str, str]) -> Service | None:
    name = next((name for name in PRODUCTS if name in about), None)
    if name is None:
        return None
    program = about.get("executable", "").rpartition("/")[2]
    product = "keydb" if program.startswith("keydb") else PRODUCTS[name]
    return Service(product, _version(about[name]))


def _version(text: str) -> str | None:
    found = VERSION.fullmatch(text)
    return found[1] if found else None


def _greeted(value: Value) -> Service | None:
    """Read HELLO, whose RESP2 form is a flat list of names and values."""
    if not isinstance(value, tuple):
        return None
    told = dict(pair for pair in zip(value[::2], value[1::2], strict=False) if _is_text(pair))
    product = told.get(b"server", b"").decode("utf-8", "replace")
    if product not in PRODUCTS.values():
        return None
    return Service(product, _version(told.get(b"version", b"").decode("utf-8", "replace")))


def _is_text(pair: tuple[Value, Value]) -> TypeGuard[tuple[bytes, bytes]]:
    return isinstance(pair[0], bytes) and isinstance(pair[1], bytes)


def _databases(section: bytes, counted: Value, *, settled: bool) -> tuple[Holding, ...]:
    """List the databases that hold keys; counts that are not settled are dropped."""
    records = {line[1]: _number(line[2]) for line in DATABASE.finditer(section)}
    if _is_count(counted) or not settled:
        records.setdefault(b"db0", counted if _is_count(counted) else None)
    return tuple(
        Holding(name=name.decode(), kind=KIND, records=keys if settled else None)
        for name, keys in records.items()
        if keys != 0 or not settled
    )


def _number(digits: bytes | None) -> int | None:
    return int(digits) if digits else None


def _sum(holdings: tuple[Holding, ...], *, settled: bool) -> str:
    if not settled:
        return "how many keys it holds is not settled yet"
    keys = sum(holding.records or 0 for holding in holdings)
    return f"{keys} keys in {len(holdings)} databases"
