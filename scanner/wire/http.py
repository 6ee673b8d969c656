"""HTTP/1.1 over bytes: one request out, one bounded page in. h11 does the grammar."""

import zlib
from dataclasses import dataclass, field

import h11

from scanner.wire import Garbled

#: h11's own default is 16 KiB; Elasticsearch repeats its deprecation warnings as long headers.
MAX_HEADERS = 64 << 10

#: Enough for every server of the catalogue (the longest sends 21); a flood is refused.
MAX_HEADER_COUNT = 100


class TooLarge(Garbled):
    """A head or a body is longer than what was asked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a response says before its body."""

    status: int
    headers: dict[str, str]


@dataclass(slots=True)
class Client:
    """One client connection's worth of HTTP/1.1, without the connection.

    `request` gives the bytes to send; `feed` takes what arrived (b"" for the end) and returns True
    when the page is whole. Then `head` and `body` hold it, and `reusable` tells whether another
    request may follow on the same connection.
    """

    host: str
    user_agent: str
    head: Head | None = None
    body: bytearray = field(default_factory=bytearray)
    _wire: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADERS)
    )
    _inflate: "zlib._Decompress | None" = None
    _max_bytes: int = 0

    def request(self, target: str, *, max_bytes: int) -> bytes:
        """Begin a cycle: the bytes of a GET; its page may have `max_bytes` after decompression."""
        if self._wire.our_state is h11.DONE:
            self._wire.start_next_cycle()
        self.head, self.body, self._inflate, self._max_bytes = None, bytearray(), None, max_bytes
        request = h11.Request(
            method="GET",
            target=target,
            headers=[
                ("Host", self.host),
                ("User-Agent", self.user_agent),
                ("Accept", "application/json, */*;q=0.1"),
                ("Accept-Encoding", "identity"),
            ],
        )
        return (self._wire.send(request) or b"") + (self._wire.send(h11.EndOfMessage()) or b"")

    def feed(self, data: bytes) -> bool:
        """Take bytes of the response; True when the page is whole.

        Raises:
            TooLarge: head or body above its cap.
            Garbled: not HTTP/1.x, or a compression that was not asked for and is not gzip.
        """
        try:
            self._wire.receive_data(data)
            return self._drain()
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == 431:  # noqa: PLR2004 - h11's word for a long head
                raise TooLarge(f"a response head above {MAX_HEADERS} bytes") from error
            raise Garbled("expected HTTP/1.1") from error

    @property
    def reusable(self) -> bool:
        """Tell whether the connection may carry another request."""
        return self._wire.our_state is h11.DONE and self._wire.their_state is h11.DONE

    def _drain(self) -> bool:
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                return False
            if isinstance(event, h11.Response):
                self._begin(event)
            elif isinstance(event, h11.Data):
                self._append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return True
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                raise Garbled("the connection ended inside a response")

    def _begin(self, event: h11.Response) -> None:
        if len(event.headers) > MAX_HEADER_COUNT:
            raise TooLarge(f"more than {MAX_HEADER_COUNT} headers")
        headers: dict[str, str] = {}
        for raw_name, raw_value in event.headers:
            name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self.head = Head(event.status_code, headers)
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding in {"gzip", "x-gzip", "deflate"}:
            self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib
        elif coding not in {"", "identity"}:
            raise Garbled("a content coding that was not asked for")

    def _append(self, data: bytes) -> None:
        room = self._max_bytes - len(self.body)
        if self._inflate is None:
            self.body += data[: room + 1]
        else:
            try:
                self.body += self._inflate.decompress(data, room + 1)
            except zlib.error as error:
                raise Garbled("expected a gzip body") from error
        if len(self.body) > self._max_bytes:
            raise TooLarge(f"a body above {self._max_bytes} bytes")
