"""A cluster on loopback that answers bulk requests as it is told to, one answer a request."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: A status, and a body: bytes as they are, a list as the items' statuses, None for created, all.
Answer = tuple[int, bytes | list[int] | None]


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    names: tuple[str, ...]


@dataclass(frozen=True)
class FakeCluster:
    """Where it listens, and what it was asked."""

    port: int
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Give the URL of an index there."""
        return f"http://127.0.0.1:{self.port}/ronde-test"


@contextmanager
def answering(answers: Sequence[Answer]) -> Iterator[FakeCluster]:
    """Give these answers in turn, and afterwards the last one again."""
    cluster = FakeCluster(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is http.server's
            asked = _asked(self)
            status, said = answers[min(len(cluster.asked), len(answers) - 1)]
            cluster.asked.append(asked)
            body = _body(asked, said)
            self.send_response(status)
            kind = "text/html" if body.startswith(b"<") else "application/json"
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        cluster = FakeCluster(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield cluster
        finally:
            server.shutdown()
            thread.join()


def _asked(handler: BaseHTTPRequestHandler) -> Asked:
    sent = handler.rfile.read(int(handler.headers["content-length"]))
    lines = [json.loads(line) for line in sent.splitlines()]
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Asked(handler.path, headers, tuple(line["create"]["_id"] for line in lines[::2]))


def _body(asked: Asked, said: bytes | list[int] | None) -> bytes:
    if isinstance(said, bytes):
        return said
    statuses = [201] * len(asked.names) if said is None else said
    items = [
        {"create": {"_id": name, "status": status, "error": {"type": f"because {status}"}}}
        for name, status in zip(asked.names, statuses, strict=False)
    ]
    return json.dumps({"items": items}).encode()
