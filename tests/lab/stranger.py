"""What a stranger does at a door of the lab, without any part of the scanner.

Plain HTTP and raw sockets, beside the official clients, judge the lab, so that the lab can judge
the scanner.
"""

import httpx

from tests.lab.servers.process import PASSWORD, USER, Running
from tests.lab.servers.tls import connect


def fetch(server: Running, path: str, *, login: bool = False) -> httpx.Response:
    """One GET, with or without the lab's credential; certificates are not verified."""
    auth = (USER, PASSWORD) if login else None
    # trust_env: a proxy or a .netrc of the machine has no business between us and loopback.
    with httpx.Client(verify=False, auth=auth, trust_env=False, timeout=30) as client:  # noqa: S501 - it looks like any stranger
        return client.get(server.url + path)


def say(server: Running, *lines: bytes) -> list[bytes]:
    """The first bytes that come back for each line sent, and b"" once the server has closed."""
    replies = []
    with connect(server.address, server.port, tls=server.tls) as stream:
        for line in lines:
            stream.sendall(line)
            replies.append(stream.recv(4096))
    return replies
