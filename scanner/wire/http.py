"""HTTP/1.1 over bytes: one request out, one bounded page in. h11 does the grammar."""

import zlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from scanner.wire import Garbled

#: h11's own default is 16 KiB; Elasticsearch repeats its deprecation warnings as long headers.
MAX_HEADERS = 64 << 10

#: Enough for every server of the catalogue (the longest sends 21); a flood is refused.
MAX_HEADER_COUNT = 100


#: An interim response (`100 Continue`, `103 Early Hints`) comes once or twice, if at all.
MAX_INTERIM = 8

#: Statuses whose page is their header `Location`.
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_OPENING = b"HTTP/"


def path_of(location: str) -> str:
    """Give the path that a header `Location` leads to, "" where it is no URL."""
    try:
        return urlsplit(location).path
    except ValueError:
        return ""


class TooLarge(Garbled):
    """A head or a body is longer than what was asked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a response says before its body."""

    status: int
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one request says, besides who asks whom; `header` is one more, as `Name: value`."""

    target: str
    accept: str = "*/*"
    method: str = "GET"
    content_type: str = ""
    body: bytes = b""
    header: str = ""

    @property
    def own_header(self) -> list[tuple[str, str]]:
        """Give the header that this request has and others have not, if it has one."""
        name, _, value = self.header.partition(": ")
        return [(name, value)] if name else []

    def of_the_body(self) -> list[tuple[str, str]]:
        """Give the headers that a method other than GET needs."""
        if self.method == "PROPFIND":
            return [("Depth", "0"), ("Content-Length", "0")]  # one level [RFC 4918, 9.1]
        if self.method == "POST":
            return [("Content-Type", self.content_type), ("Content-Length", str(len(self.body)))]
        return []


@dataclass(slots=True)
class Client:
    """One client connection's worth of HTTP/1.1, without the connection.

    `request` gives the bytes to send; `feed` takes what arrived (b"" for the end) and gives the
    head once the page is whole. Then `body` holds the rest, and `reusable` tells whether another
    request may follow on the same connection. `head` is there as soon as it has come.
    """

    host: str
    user_agent: str
    head: Head | None = None
    body: bytearray = field(default_factory=bytearray)
    _wire: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADERS)
    )
    _gzipped: bool = False
    _inflate: "zlib._Decompress | None" = None
    _max_bytes: int = 0
    _interim: int = 0

    def request(self, sent: Request, *, max_bytes: int) -> bytes:
        """Begin a cycle: the bytes of a request, whose page may have `max_bytes` once inflated."""
        if self._wire.our_state is h11.DONE:
            self._wire.start_next_cycle()
        self.head, self.body, self._gzipped, self._inflate = None, bytearray(), False, None
        self._max_bytes, self._interim = max_bytes, 0
        head = h11.Request(
            method=sent.method,
            target=sent.target,
            headers=[
                ("Host", self.host),
                ("User-Agent", self.user_agent),
                ("Accept", sent.accept),
                ("Accept-Encoding", "identity"),
                *sent.own_header,
                *sent.of_the_body(),
            ],
        )
        body = self._wire.send(head) or b""
        if sent.body:
            body += self._wire.send(h11.Data(data=sent.body)) or b""
        return body + (self._wire.send(h11.EndOfMessage()) or b"")

    def feed(self, data: bytes) -> Head | None:
        """Take bytes of the response, and give its head when the page is whole.

        Raises:
            TooLarge: head or body above its cap.
            Garbled: not HTTP/1.x, or a compression that was not asked for and is not gzip.
            EOFError: the end came before the page was whole.
        """
        try:
            self._wire.receive_data(data)
            return self._drain()
        except h11.RemoteProtocolError as error:
            if not data:
                raise EOFError from error
            if error.error_status_hint == 431:  # noqa: PLR2004 - h11's word for a long head
                raise TooLarge(f"a response head above {MAX_HEADERS} bytes") from error
            raise Garbled("expected HTTP/1.1") from error

    @property
    def reusable(self) -> bool:
        """Tell whether the connection may carry another request: whole and nothing left over."""
        ended = self._wire.our_state is h11.DONE and self._wire.their_state is h11.DONE
        return ended and not self._wire.trailing_data[0]

    def _drain(self) -> Head | None:
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                self._expect_http()
                return None
            if isinstance(event, h11.Response):
                self._begin(event)
                if self._is_bare_redirect():
                    return self.head
            elif isinstance(event, h11.Data):
                self._append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                self._finish()
                return self.head
            else:
                self._pass_over(event)

    def _expect_http(self) -> None:
        """Refuse another protocol by its first bytes; h11 would wait for the end of a head."""
        if self.head is None and not _OPENING.startswith(self._wire.trailing_data[0][:5]):
            raise Garbled("expected HTTP/1.1")

    def _pass_over(self, event: object) -> None:
        """Pass over an interim response; nothing else may come before the response itself."""
        self._interim += 1
        if not isinstance(event, h11.InformationalResponse) or self._interim > MAX_INTERIM:
            raise Garbled("expected a response")

    def _begin(self, event: h11.Response) -> None:
        if len(event.headers) > MAX_HEADER_COUNT:
            raise TooLarge(f"more than {MAX_HEADER_COUNT} headers")
        headers: dict[str, str] = {}
        for raw_name, raw_value in event.headers:
            name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self.head = Head(event.status_code, headers)
        coding = headers.get("content-encoding", "identity").strip().lower()
        self._gzipped = coding in {"gzip", "x-gzip", "deflate"}
        if not self._gzipped and coding not in {"", "identity"}:
            raise Garbled("a content coding that was not asked for")

    def _is_bare_redirect(self) -> bool:
        """Tell whether a redirect has no body to wait for: it announces none and stays connected.

        Some servers say so by silence (QuestDB 9), and never end what they did not begin.
        """
        if self.head is None or self.head.status not in REDIRECTS:
            return False
        return not self.head.headers.keys() & {"content-length", "transfer-encoding"}

    def _append(self, data: bytes) -> None:
        room = self._max_bytes + 1 - len(self.body)  # one more, to see that it is too long
        self.body += self._inflated(data, room) if self._gzipped else data[:room]
        if len(self.body) > self._max_bytes:
            raise TooLarge(f"a body above {self._max_bytes} bytes")

    def _inflated(self, data: bytes, room: int) -> bytes:
        if self._inflate is None:
            self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib
        try:
            inflated = self._inflate.decompress(data, room)
        except zlib.error as error:
            raise Garbled("expected a gzip body") from error
        if self._inflate.unused_data:  # zlib would hoard what follows, whatever its size
            raise Garbled("bytes after a gzip body")
        return inflated

    def _finish(self) -> None:
        """Refuse a compressed body that was cut short: what is missing would look like absence."""
        if self._inflate is not None and not self._inflate.eof:
            raise Garbled("a gzip body that was cut short")
