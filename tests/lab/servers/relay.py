"""A relay before a cluster that hangs up on the first request, and loses the second's answer.

A process of its own, for what ships findings may reach nothing but the relay meanwhile.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.lab.servers.process import LOOPBACK


class Relay(ThreadingHTTPServer):
    """Counts requests, which go to a port of loopback."""

    asked = 0
    cluster = 0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Relay

    def do_POST(self) -> None:  # the name is http.server's
        """Hang up, or have the cluster do what it is asked; tell of it from the third time on."""
        self.server.asked += 1
        self.close_connection = True
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.asked > 1:
            status, said = self._answer(body)
            if self.server.asked > 2:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        connection = HTTPConnection(LOOPBACK, self.server.cluster, timeout=30)
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer.status, said

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def relay(cluster: int) -> Iterator[int]:
    """Give the port of a relay before the cluster on another one."""
    command = (sys.executable, "-m", __name__, str(cluster))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


if __name__ == "__main__":
    with Relay((LOOPBACK, 0), Handler) as server:
        server.cluster = int(sys.argv[1])
        print(server.server_address[1], flush=True)  # noqa: T201 - for `relay`
        server.serve_forever()
