"""An HTTP/1.1 server's side, just large enough for the fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote

import h11
from anyio.abc import ByteStream

#: A fake reads no more of one request than this; no client of ours sends a longer one.
MAX_REQUEST_BODY = 1 << 16


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked; `steps` is the decoded path without its slashes."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def steps(self) -> tuple[str, ...]:
        """Split the path before decoding it, so that a quoted slash stays inside its step."""
        path = self.target.partition("?")[0]
        return tuple(unquote(step) for step in path.split("/") if step)

    @property
    def query(self) -> dict[str, str]:
        """Give the query's parameters, the valueless ones included."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """What a fake answers."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = field(default=())


Respond: TypeAlias = Callable[[Request], Response]


async def serve_http(stream: ByteStream, respond: Respond) -> None:
    """Answer requests until the client leaves, asks to close, or sends what is no HTTP."""
    connection = h11.Connection(h11.SERVER)
    while (request := await _next_request(stream, connection)) is not None:
        response = respond(request)
        body = b"" if request.method == "HEAD" else response.body
        head = h11.Response(
            status_code=response.status,
            headers=_headers(response),
            reason=HTTPStatus(response.status).phrase.encode(),
        )
        await stream.send(
            (connection.send(head) or b"")
            + (connection.send(h11.Data(data=body)) or b"")
            + (connection.send(h11.EndOfMessage()) or b"")
        )
        if connection.our_state is h11.MUST_CLOSE:
            return
        connection.start_next_cycle()


def _headers(response: Response) -> list[tuple[str, str]]:
    return [
        ("content-type", response.content_type),
        ("content-length", str(len(response.body))),
        *response.headers,
    ]


async def _next_request(stream: ByteStream, connection: h11.Connection) -> Request | None:
    """Read one request; None when the client is gone or never spoke HTTP."""
    head: h11.Request | None = None
    body = b""
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return None
        if event is h11.NEED_DATA:
            connection.receive_data(await stream.receive())
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_REQUEST_BODY:
                return None
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, body)
        else:
            return None


def _request(head: h11.Request, body: bytes) -> Request:
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode("ascii"), head.target.decode("ascii"), headers, body)
