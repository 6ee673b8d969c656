"""What every probe owes: it declares what it sends, asks for no record, and is documented."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import PROBES
from scanner.denied import DENIED as DENIED_PORTS
from scanner.model import Service, Transport
from scanner.probe import (
    MAX_DATAGRAM,
    Answer,
    AnyProbe,
    Ask,
    CountLines,
    Datagram,
    Ends,
    Exchange,
    Fixed,
    Get,
    HangUp,
    Listen,
    Method,
    Page,
    speaks_datagrams,
    speaks_http,
)
from scanner.wire import Garbled
from scanner.wire.headers import Header
from tests.probes.excused import EXCUSED

ROOT = Path(__file__).parent.parent.parent

#: Twice what the largest listing of a real estate took; a reply is held in memory.
MOST_BYTES = 32 << 20

#: More places than any ask has.
MOST_ARGUMENTS = 4

READS = "hands over records or their keys"
WRITES = "changes the service or its data"
GUESSES = "offers a credential"
SPIES = "shows what other clients do, or secrets of the configuration"
RUNS = "runs code on the server, or keeps it busy"

Words: TypeAlias = Mapping[str, str]

#: No path, query or body of an HTTP ask holds one of these words, in any case.
DENIED_IN_HTTP: Words = {
    **dict.fromkeys(("delete", "update", "insert", "create", "drop", "truncate", "put"), WRITES),
    **dict.fromkeys(("shutdown", "restart", "reload", "kill", "upload", "write", "reset"), WRITES),
    **dict.fromkeys(("exec", "eval", "script", "execute", "run"), RUNS),
    **dict.fromkeys(("login", "password", "passwd", "token", "authenticate"), GUESSES),
    # Elasticsearch and its relatives
    **dict.fromkeys(("_search", "_msearch", "_async_search", "_scroll", "_pit"), READS),
    **dict.fromkeys(("_doc", "_source", "_mget", "_termvectors", "_explain"), READS),
    **dict.fromkeys(("_sql", "_ppl", "_query", "_eql", "_esql", "_terms_enum"), READS),
    **dict.fromkeys(("_bulk", "_create", "_update", "_update_by_query", "_reindex"), WRITES),
    **dict.fromkeys(("_delete_by_query", "_shutdown", "_close", "_open", "_forcemerge"), WRITES),
    **dict.fromkeys(("_snapshot", "_restore", "_rollover", "_aliases", "_flush"), WRITES),
    **dict.fromkeys(("_security", "_opendistro", "_plugins"), SPIES),
    **dict.fromkeys(("_scripts", "_render", "_hot_threads"), RUNS),
}

#: No command of a byte stream holds one of these words, in any case, whatever its protocol.
DENIED_IN_STREAMS: Words = {
    # MongoDB
    **dict.fromkeys(("find", "aggregate", "distinct", "getmore", "geonear"), READS),
    **dict.fromkeys(("insert", "update", "delete", "findandmodify", "create"), WRITES),
    **dict.fromkeys(("drop", "dropdatabase", "renamecollection", "createindexes"), WRITES),
    **dict.fromkeys(("createuser", "updateuser", "setparameter", "shutdown"), WRITES),
    **dict.fromkeys(("replsetreconfig", "replsetinitiate", "killop", "fsync"), WRITES),
    **dict.fromkeys(("saslstart", "authenticate", "getnonce", "logout"), GUESSES),
    **dict.fromkeys(("getlog", "getparameter", "getcmdlineopts", "usersinfo"), SPIES),
    **dict.fromkeys(("currentop", "profile", "top", "system"), SPIES),
    **dict.fromkeys(("mapreduce", "eval", "where", "validate", "dbhash"), RUNS),
    # Redis and its relatives
    **dict.fromkeys(("keys", "scan", "hscan", "sscan", "zscan", "randomkey"), READS),
    **dict.fromkeys(("get", "mget", "getrange", "strlen", "dump"), READS),
    **dict.fromkeys(("hgetall", "hget", "lrange", "smembers", "zrange", "xrange"), READS),
    **dict.fromkeys(("set", "del", "unlink", "expire", "restore", "migrate"), WRITES),
    **dict.fromkeys(("flushall", "flushdb", "swapdb", "save", "bgsave"), WRITES),
    **dict.fromkeys(("slaveof", "replicaof", "failover", "bgrewriteaof"), WRITES),
    **dict.fromkeys(("auth", "acl"), GUESSES),
    **dict.fromkeys(("config", "client", "monitor", "slowlog", "psubscribe"), SPIES),
    **dict.fromkeys(("subscribe", "sync", "psync", "object"), SPIES),
    **dict.fromkeys(("debug", "evalsha", "script", "fcall", "function", "module"), RUNS),
    # The FTP family: HylaFAX, SNPP
    **dict.fromkeys(("retr", "retp", "list", "mlst", "mlsd"), READS),
    **dict.fromkeys(("stor", "stot", "stou", "appe", "dele", "chmod", "chown"), WRITES),
    **dict.fromkeys(("jnew", "jsubm", "jkill", "jdele", "jsusp", "jintr", "jparm"), WRITES),
    **dict.fromkeys(("page", "mess", "send", "site", "shut", "answer"), WRITES),
    **dict.fromkeys(("pass", "acct", "login"), GUESSES),
}

#: Between whom a datagram is looked at here.
ENDS = Ends(here=("192.0.2.1", 40_000), there=("192.0.2.7", 5_060))

_WORD = re.compile(rb"[A-Za-z0-9_]+")

#: An absolute path and perhaps a query; `{}` stands for one whole segment of the path.
_TEMPLATE = re.compile(r"(?:/(?:\{\}|[A-Za-z0-9_.,*-]*))+(?:\?[A-Za-z0-9_.,*=&:%~+/-]+)?")


def each_probe() -> pytest.MarkDecorator:
    """Run a test once for every probe, under its name."""
    return pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.about.name)


def denied_words(ask: Ask) -> dict[str, str]:
    """Give the words of an ask that no ask may hold, each with the reason."""
    words = {word.decode().lower() for sent in on_the_wire(ask) for word in _WORD.findall(sent)}
    denied = DENIED_IN_HTTP if isinstance(ask, Get | Fixed) else DENIED_IN_STREAMS
    return {word: denied[word] for word in sorted(words & denied.keys())}


def on_the_wire(ask: Ask) -> list[bytes]:
    """Give everything that an ask may put on the wire, its arguments replaced by `x`."""
    match ask:
        case Get():
            return [ask.template.encode()]
        case Fixed():
            return [ask.template.encode(), ask.body]
        case Listen() | HangUp():
            return []
        case CountLines():
            return [ask.command]
        case Datagram():
            return [ask.encode(ENDS)]
        case Exchange():
            return list(_encodings(ask))


def _encodings(ask: Exchange) -> Iterator[bytes]:
    """Encode with as many arguments as the ask takes, which only its encoder knows."""
    for count in range(MOST_ARGUMENTS + 1):
        try:
            yield ask.encode(*["x"] * count)
        except (IndexError, TypeError):
            continue


def missing_files(name: str) -> list[str]:
    """Say what a probe of this name still lacks, and what has to stand there."""
    transcripts = ROOT / "tests" / "transcripts" / name
    owed = {
        f"docs/probes/{name}.md: what it proves, what a false alarm would be, the remedy": (
            (ROOT / "docs" / "probes" / f"{name}.md").is_file()
        ),
        f"tests/probes/test_{name}.py: open, locked, partial, garbled, another product": (
            (ROOT / "tests" / "probes" / f"test_{name}.py").is_file()
        ),
        f"tests/transcripts/{name}/*.json: replies of a server that you own, without values": (
            any(transcripts.glob("*.json"))
        ),
    }
    return [what for what, is_there in owed.items() if not is_there]


class TestFiles:
    """One probe is one file, one line in `PROBES`, one test file, one page, some transcripts."""

    @each_probe()
    def test_a_probe_brings_its_page_its_tests_and_its_transcripts(self, probe: AnyProbe) -> None:
        """The message says what to write."""
        missing = missing_files(probe.about.name)
        assert not missing, "write " + "; ".join(missing)

    def test_what_is_missing_is_named(self) -> None:
        """A probe that brings nothing is told of all three."""
        assert [owed.partition(":")[0] for owed in missing_files("nonesuch")] == [
            "docs/probes/nonesuch.md",
            "tests/probes/test_nonesuch.py",
            "tests/transcripts/nonesuch/*.json",
        ]

    def test_no_two_probes_share_a_name(self) -> None:
        """Pages, fingerprints and `--probe` go by it."""
        names = [probe.about.name for probe in PROBES]
        assert len(set(names)) == len(names)

    @pytest.mark.parametrize("folder", ["docs/probes", "tests/transcripts"])
    def test_nothing_is_left_of_a_probe_that_is_gone(self, folder: str) -> None:
        """A page or a transcript of no probe would never be read."""
        found = {path.stem for path in (ROOT / folder).iterdir() if _names_a_probe(path)}
        assert found <= {probe.about.name for probe in PROBES}


def _names_a_probe(path: Path) -> bool:
    return not path.name.startswith(("_", ".", "README"))


class TestAbout:
    """What a probe says of itself."""

    @each_probe()
    def test_its_name_is_a_slug(self, probe: AnyProbe) -> None:
        """It is part of file names, of options and of fingerprints."""
        assert re.fullmatch(r"[a-z][a-z0-9-]{1,30}", probe.about.name)

    @each_probe()
    def test_nothing_of_it_is_empty(self, probe: AnyProbe) -> None:
        """A finding without a remedy or a reference helps nobody."""
        about = probe.about
        assert all((about.title, about.proves, about.remedy, about.references))
        assert about.cwe > 0
        assert all(reference.startswith("https://") for reference in about.references)

    @each_probe()
    def test_it_claims_ports_that_exist_and_may_be_touched(self, probe: AnyProbe) -> None:
        """A port that prints or actuates is no probe's to claim."""
        ports = probe.about.own_ports
        assert ports
        assert all(0 < port < 1 << 16 for port in ports)
        assert not ports & DENIED_PORTS.keys()


DATAGRAMS = [ask for probe in PROBES for ask in probe.about.asks if isinstance(ask, Datagram)]


class TestAsks:
    """What a probe may send."""

    @each_probe()
    def test_the_front_is_among_its_asks(self, probe: AnyProbe) -> None:
        """What opens a conversation is declared like everything else."""
        assert probe.about.declares(probe.about.front)

    @each_probe()
    def test_every_ask_is_declared_bare_and_once(self, probe: AnyProbe) -> None:
        """With arguments, it would only ever match itself; twice, its name would be ambiguous."""
        asks = probe.about.asks
        assert all(ask == ask.declared for ask in asks)
        assert len({ask.name for ask in asks}) == len(asks)

    @each_probe()
    def test_a_conversation_has_one_protocol(self, probe: AnyProbe) -> None:
        """HTTP probes get pages, the first by a plain GET; the others exchange frames."""
        is_http = speaks_http(probe)
        assert all(isinstance(ask, Get | Fixed) is is_http for ask in probe.about.asks)

    @each_probe()
    def test_a_conversation_has_one_transport(self, probe: AnyProbe) -> None:
        """Who knocks with a datagram has UDP ports and asks by datagrams; nobody else does."""
        about, over_udp = probe.about, speaks_datagrams(probe)
        assert (about.transport is Transport.UDP) is over_udp
        assert (about.needs == "udp") is over_udp
        assert bool(about.udp_ports) is over_udp
        assert all(isinstance(ask, Datagram) is over_udp for ask in about.asks)
        assert not (over_udp and about.ports | about.tls_ports)

    @each_probe()
    def test_who_only_listens_declares_nothing_that_speaks(self, probe: AnyProbe) -> None:
        """No ask of it sends a byte, and it has no port on which TLS would be tried."""
        about, listens = probe.about, all(isinstance(ask, Listen) for ask in probe.about.asks)
        assert listens or not about.listens_only
        assert not (about.listens_only and about.tls_ports)

    @each_probe()
    def test_nobody_speaks_where_another_only_listens(self, probe: AnyProbe) -> None:
        """A byte there becomes a message, or moves something."""
        listeners = (one.about for one in PROBES if one.about.listens_only)
        heard = {port: about.name for about in listeners for port in about.own_ports}
        assert probe.about.listens_only or not heard.keys() & probe.about.own_ports

    @pytest.mark.parametrize("ask", DATAGRAMS, ids=lambda ask: ask.name)
    def test_no_datagram_is_worth_forging(self, ask: Datagram) -> None:
        """It and its answer cross any link in one piece, and nothing else of an answer is read."""
        assert 0 < len(ask.encode(ENDS)) <= MAX_DATAGRAM
        assert ask.max_bytes <= MAX_DATAGRAM

    @each_probe()
    def test_every_http_ask_is_a_plain_path(self, probe: AnyProbe) -> None:
        """A GET has no body; its path has no step, no fragment and no other host in it."""
        templates = [ask.template for ask in probe.about.asks if isinstance(ask, Get | Fixed)]
        assert [text for text in templates if not _TEMPLATE.fullmatch(text)] == []
        assert [text for text in templates if "//" in text or ".." in text] == []

    @each_probe()
    def test_no_ask_holds_a_word_that_is_denied(self, probe: AnyProbe) -> None:
        """No probe has a word for reading a record, for writing, or for a credential."""
        found = {(ask.name, word) for ask in probe.about.asks for word in denied_words(ask)}
        excused = {(ask, word) for name, ask, word in EXCUSED if name == probe.about.name}
        assert found == excused

    @each_probe()
    def test_a_header_of_its_own_is_one_of_a_closed_set(self, probe: AnyProbe) -> None:
        """None of them says who asks, or offers a credential."""
        headers = {ask.header for ask in probe.about.asks if isinstance(ask, Get)} - {None}
        assert headers <= {Header.STRICT, Header.REQUESTED_WITH}
        assert {header.value for header in Header} == {
            "Prefer: handling=strict",
            "X-Requested-With: ronde",
        }

    @each_probe()
    def test_every_ask_can_be_looked_at(self, probe: AnyProbe) -> None:
        """An encoder that takes arguments of another kind would hide what it sends."""
        asks = [ask for ask in probe.about.asks if not isinstance(ask, Listen | HangUp)]
        assert [ask.name for ask in asks if not any(on_the_wire(ask))] == []

    @each_probe()
    def test_every_reply_is_capped(self, probe: AnyProbe) -> None:
        """A hostile server decides how much it sends, never how much is kept."""
        asks = [ask for ask in probe.about.asks if not isinstance(ask, HangUp)]
        assert all(0 < ask.max_bytes <= MOST_BYTES for ask in asks)

    @pytest.mark.parametrize(
        ("ask", "denied"),
        [
            (Get("/{}/_search?size=0"), {"_search": READS}),
            (Get("/_cat/indices?h=index"), {}),
            (Fixed(method=Method.POST, template="/x", body=b'{"drop": 1}'), {"drop": WRITES}),
            (
                Exchange(name="x", encode=lambda: b"*1\r\n$4\r\nkeys\r\n", framing=len),
                {"keys": READS},
            ),
            (
                Exchange(name="x", encode=lambda name: b"\x02find\0" + name.encode(), framing=len),
                {"find": READS},
            ),
            (Exchange(name="x", encode=lambda: b"INFO keyspace\r\n", framing=len), {}),
            (
                CountLines(name="x", command=b"PASS a\r\nLIST\r\n", framing=len),
                {"list": READS, "pass": GUESSES},
            ),
            (CountLines(name="x", command=b"NLST recvq\r\n", framing=len), {}),
        ],
    )
    def test_a_denied_word_is_found_wherever_it_stands(
        self, ask: Ask, denied: dict[str, str]
    ) -> None:
        """In a path, in a command of any case, in a frame; as a whole word only."""
        assert denied_words(ask) == denied


Framed: TypeAlias = Listen | Exchange | CountLines

STREAM_ASKS = [ask for probe in PROBES for ask in probe.about.asks if isinstance(ask, Framed)]

#: What servers of the field begin with, so that random bytes get beyond the first one.
openings = st.sampled_from(
    [b"", b"+", b"-ERR ", b"$5\r\n", b"*2\r\n", b"220 ", b"230-", b"{", b"["]
)
received = st.builds(bytes.__add__, openings, st.binary(max_size=300))


class TestRobustness:
    """What a probe does with bytes that no server of its kind would send."""

    @pytest.mark.parametrize("ask", STREAM_ASKS, ids=lambda ask: ask.name)
    @given(data=received)
    def test_a_framing_gives_a_length_or_nothing(self, ask: Framed, data: bytes) -> None:
        """A length that has come, None while it has not, or `Garbled`."""
        length = _framed(ask, data)
        assert length is None or 0 < length <= len(data)

    @each_probe()
    @given(data=received, status=st.sampled_from([200, 302, 401, 403, 404, 503]))
    def test_whatever_comes_is_recognised_or_not(
        self, probe: AnyProbe, data: bytes, status: int
    ) -> None:
        """A service, None or `Garbled`: never another exception."""
        page = Page(status=status, headers={"content-type": "application/json"}, body=data)
        assert _recognised(probe, page if speaks_http(probe) else Answer(data=data)) in {
            Service,
            type(None),
        }


def _framed(ask: Framed, data: bytes) -> int | None:
    try:
        return ask.framing(data)
    except Garbled:
        return None


def _recognised(probe: Any, front: Page | Answer) -> type:
    try:
        return type(probe.identify(front))
    except Garbled:
        return type(None)
