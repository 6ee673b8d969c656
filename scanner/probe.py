"""What a probe is, and every word that it may use to speak to a service.

A probe does no I/O. It yields *asks* and is handed the replies, so it cannot leave the scope and
it has no word for writing. Everything that it may ever send is declared in its `About`; the
driver compares each ask with that list before the gate sends it.
"""

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from html import unescape
from typing import NamedTuple, Protocol, TypeAlias, TypeGuard, TypeVar
from urllib.parse import quote

from scanner.jsonview import Json
from scanner.model import AssetClass, Endpoint, Outcome, Service, Silence, TlsFacts, Transport
from scanner.wire import Garbled
from scanner.wire.headers import Header

#: A listing of 2,000 indices with the columns we ask for takes about 300 KiB.
MAX_PAGE = 1 << 20

#: A reply to a command on a stream; the longest that we ask for, a database listing, is far below.
MAX_ANSWER = 1 << 20

#: A datagram that crosses an Ethernet link in one piece: 1,500 bytes less the headers of IPv6 and
#: UDP. An answer in one such is no amplification worth abusing.
MAX_DATAGRAM = 1_452

#: What an ask would like to be answered with; the products of the field have JSON where they can.
JSON = "application/json, */*;q=0.1"

#: A title is compared with a product's name and then dropped; longer ones are nobody's.
_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{1,200})</title>", re.IGNORECASE)

#: Given what has arrived, the length of the first complete reply, or None while it is incomplete.
#: Raises `Garbled` as soon as the bytes cannot become a reply.
Framing: TypeAlias = Callable[[bytes], int | None]


class NoAnswer(Exception):
    """An ask was not answered. Raised by the gate, and thrown into a dialogue that awaits it."""

    def __init__(self, silence: Silence, why: str, *, received: int = 0) -> None:
        """Say which silence it was, in our own words, and how many bytes had come."""
        super().__init__(why)
        self.silence = silence
        self.why = why
        self.received = received


class Undeclared(Exception):
    """A probe asked for something that it did not declare: a bug of the probe, never sent."""


@dataclass(frozen=True, slots=True)
class Get:
    """One HTTP GET: what a probe asks of a server that speaks HTTP, with few exceptions.

    `template` is an absolute path, perhaps with `{}` places; `fill` puts one quoted path segment
    into each, so that a name from a server can never become another path or a query. `accept` is
    the header that says what the answer should be, and `header` one more, out of a closed set.
    """

    template: str
    arguments: tuple[str, ...] = ()
    max_bytes: int = MAX_PAGE
    accept: str = JSON
    header: Header | None = None

    @property
    def name(self) -> str:
        """The ask as `ronde probes`, the proof and the audit trail print it."""
        return f"GET {self.template}"

    @property
    def declared(self) -> "Get":
        """The ask as its probe declares it, without arguments."""
        return replace(self, arguments=())

    @property
    def target(self) -> str:
        """The request target as it goes on the wire."""
        return self.template.format(*(quote(part, safe="") for part in self.arguments))

    def fill(self, *arguments: str) -> "Get":
        """Put one path segment into each place of the template.

        Raises:
            Garbled: a segment that a server would read as a step in the path.
        """
        if any(part in {"", ".", ".."} for part in arguments):
            raise Garbled("a name that cannot be one path segment")
        return replace(self, arguments=arguments)


class Method(StrEnum):
    """The methods of the reads that a product offers by no GET. None of them writes by itself."""

    POST = "POST"
    PROPFIND = "PROPFIND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """One HTTP request that is the same for every server: no place in it, and a fixed body.

    It is for the few reads that a product offers by no GET: a count by JSON-RPC, a listing of one
    level (`PROPFIND`, always with `Depth: 0`). `docs/limits.md` lists them, and a test compares.
    """

    method: Method
    template: str
    about: str = ""
    body: bytes = b""
    content_type: str = "application/json"
    max_bytes: int = MAX_PAGE
    accept: str = JSON

    @property
    def name(self) -> str:
        """The ask as `ronde probes`, the proof and the audit trail print it."""
        return f"{self.method} {self.template}" + (f" ({self.about})" if self.about else "")

    @property
    def declared(self) -> "Fixed":
        """The ask as its probe declares it: it has no arguments."""
        return self

    @property
    def target(self) -> str:
        """The request target as it goes on the wire."""
        return self.template


HttpAsk: TypeAlias = Get | Fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Wait for a server that speaks first, sending nothing. Silence is `NoAnswer(TIMEOUT)`."""

    name: str
    framing: Framing
    max_bytes: int = MAX_ANSWER
    seconds: float | None = None
    silence_answers: bool = False  # then silence is an answer, without a byte

    @property
    def declared(self) -> "Listen":
        """The ask as its probe declares it."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request on a byte stream and the frame that answers it.

    `encode` builds the request from the arguments. It is part of the declaration, so what a probe
    may send is decided by the function, not by its caller.
    """

    name: str
    encode: Callable[..., bytes]
    framing: Framing
    arguments: tuple[str, ...] = ()
    max_bytes: int = MAX_ANSWER

    @property
    def declared(self) -> "Exchange":
        """The ask as its probe declares it, without arguments."""
        return replace(self, arguments=())

    @property
    def payload(self) -> bytes:
        """The bytes as they go on the wire."""
        return self.encode(*self.arguments)

    def fill(self, *arguments: str) -> "Exchange":
        """Name what the request is about: a database, a collection."""
        return replace(self, arguments=arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLines:
    """An FTP-like listing over a passive data connection, counted and forgotten line by line.

    The gate sends `command`, connects to `port` **of the same address** (never to an address
    that the server names, nor to a port on which a connection can print), counts the lines and
    drops them: no name is kept, not even in memory.
    """

    name: str
    command: bytes
    framing: Framing
    port: int = 0
    max_bytes: int = 8 << 20  # 200,000 faxes of 40 characters a name

    @property
    def declared(self) -> "CountLines":
        """The ask as its probe declares it, without the port of the moment."""
        return replace(self, port=0)

    def at(self, port: int) -> "CountLines":
        """Name the data port that the server has just announced."""
        return replace(self, port=port)


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the connection, sending nothing: the next ask has a new one. Its answer is empty."""

    name: str = "hang up"

    @property
    def declared(self) -> "HangUp":
        """The ask as its probe declares it."""
        return self


class Ends(NamedTuple):
    """Both ends of a datagram's way, as socket addresses: some protocols write them into it."""

    here: tuple[str, int]
    there: tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Datagram:
    """One datagram, and at most one that answers it. What else comes is never read.

    The answer is taken from the very address and port that was asked; `any_port` takes it from
    another port of that address, for the protocols that answer so (TFTP: RFC 1350, section 4).
    A payload is chosen so that its answer is no amplification: see `MAX_DATAGRAM`.
    """

    name: str
    encode: Callable[[Ends], bytes]
    max_bytes: int = MAX_DATAGRAM
    any_port: bool = False

    @property
    def declared(self) -> "Datagram":
        """The ask as its probe declares it: it has no arguments."""
        return self


StreamAsk: TypeAlias = Listen | Exchange | CountLines | HangUp
Ask: TypeAlias = HttpAsk | StreamAsk | Datagram


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An HTTP response, bounded: at most `max_bytes` of body, after decompression.

    Header names are lower-case; a header that came several times has its values joined by ", ".
    """

    status: int
    headers: dict[str, str]
    body: bytes
    tls: TlsFacts | None = None

    def json(self) -> Json:
        """Open the body as JSON.

        Raises:
            Garbled: the body is not JSON, or nests deeper than `jsonview.MAX_DEPTH`.
        """
        return Json.parse(self.body)

    @property
    def title(self) -> str:
        """The page's own title, to compare with; "" where it has none."""
        found = _TITLE.search(self.body)
        return unescape(found[1].decode("utf-8", "replace")).strip() if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One frame of a byte stream, or one datagram. `lines` is what a `CountLines` counted."""

    data: bytes
    lines: int = 0
    tls: TlsFacts | None = None


Reply: TypeAlias = Page | Answer

AskT = TypeVar("AskT", bound=Ask)
ReplyT = TypeVar("ReplyT", bound=Reply)
_AskT_co = TypeVar("_AskT_co", bound=Ask, covariant=True)
_ReplyT_contra = TypeVar("_ReplyT_contra", bound=Reply, contravariant=True)

HttpDialogue: TypeAlias = Generator[HttpAsk, Page, Outcome]
StreamDialogue: TypeAlias = Generator[StreamAsk, Answer, Outcome]
DatagramDialogue: TypeAlias = Generator[Datagram, Answer, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a probe says of itself; printed by `ronde probes` and `ronde plan`.

    `front` is the ask that opens the conversation and feeds `identify`: `FRONT`, unless a product
    says nothing of itself there. A probe whose front is a `Datagram` has `udp_ports` and no others.
    `asks` is everything that it may ever send, the front included. `runs_code` tells that whoever
    is let in can run programs of his own there. `needs` names the scope's field that must allow the
    probe: `udp` for all that speak it. `listens_only`: nobody speaks on its ports, not even TLS.
    `made_for`: the class of devices that it may call on where the scope consents, and no other may.
    """

    name: str
    title: str
    ports: frozenset[int] = field(default_factory=frozenset)
    tls_ports: frozenset[int] = field(default_factory=frozenset)
    udp_ports: frozenset[int] = field(default_factory=frozenset)
    front: Ask
    asks: tuple[Ask, ...]
    proves: str
    cwe: int
    remedy: str
    references: tuple[str, ...] = ()
    runs_code: bool = False
    needs: str | None = None
    listens_only: bool = False
    made_for: AssetClass | None = None

    @property
    def transport(self) -> Transport:
        """How its ports are reached: its front ask says so."""
        return Transport.UDP if isinstance(self.front, Datagram) else Transport.TCP

    @property
    def own_ports(self) -> frozenset[int]:
        """Every port that it visits by itself."""
        return self.ports | self.tls_ports | self.udp_ports

    def claims(
        self, extra_ports: Mapping[str, frozenset[int]], transport: Transport = Transport.TCP
    ) -> frozenset[int]:
        """Every port that it visits over a transport: its own, and those that the scope names."""
        if transport is not self.transport:
            return frozenset()
        return self.own_ports | extra_ports.get(self.name, frozenset())

    def declares(self, ask: Ask) -> bool:
        """Tell whether the probe said beforehand that it may send this."""
        return ask.declared in self.asks


class Probe(Protocol[_AskT_co, _ReplyT_contra]):
    """A probe: what it says of itself, how it recognises a product, how it settles the verdict."""

    about: About

    def identify(self, front: _ReplyT_contra) -> Service | None:
        """Recognise the product from the front reply, locked servers included."""

    def assess(self, front: _ReplyT_contra) -> Generator[_AskT_co, _ReplyT_contra, Outcome]:
        """Settle what a stranger gets, with the fewest asks."""


HttpProbe: TypeAlias = Probe[HttpAsk, Page]
StreamProbe: TypeAlias = Probe[StreamAsk, Answer]
DatagramProbe: TypeAlias = Probe[Datagram, Answer]
AnyProbe: TypeAlias = HttpProbe | StreamProbe | DatagramProbe


def speaks_http(probe: AnyProbe) -> TypeGuard[HttpProbe]:
    """Tell whether a probe's conversation is HTTP: its front ask says so."""
    return isinstance(probe.about.front, Get)


def speaks_stream(probe: AnyProbe) -> TypeGuard[StreamProbe]:
    """Tell whether a probe's conversation is a byte stream of its own."""
    return not isinstance(probe.about.front, Get | Datagram)


def speaks_datagrams(probe: AnyProbe) -> TypeGuard[DatagramProbe]:
    """Tell whether a probe speaks UDP."""
    return isinstance(probe.about.front, Datagram)


#: The one front page that all HTTP probes of an endpoint share.
FRONT = Get("/")

#: For protocols that allow one question each connection, and for sessions that must not begin.
HANG_UP = HangUp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came of one endpoint, and the probe that said so, if one recognised it."""

    endpoint: Endpoint
    outcome: Outcome
    about: About | None = None
    tls: TlsFacts | None = None
    labels: tuple[str, ...] = ()
