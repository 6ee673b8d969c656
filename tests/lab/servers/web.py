"""One plain HTTP request to a server of the lab, with the standard library only."""

import http.client
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.lab.servers.process import LOOPBACK, PASSWORD, USER, NotYet
from tests.lab.servers.tls import unverified

LOGIN = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, header fields in lower case, and the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; a server that is still starting may send something else."""
        try:
            return json.loads(self.body)
        except ValueError as garbled:
            raise NotYet(f"{self.status} {self.body[:80]!r}") from garbled


def ask(  # noqa: PLR0913  # each has a default and is named where it is used
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: Mapping[str, object] | None = None,
    tls: bool = False,
    login: bool = False,
) -> Reply:
    """One request on a connection of its own; raises NotYet when that is no HTTP."""
    headers = {"Content-Type": "application/json", "Connection": "close"}
    if login:
        headers["Authorization"] = LOGIN
    connection = _connection(port, tls=tls)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, fields, response.read())
    except http.client.HTTPException as garbled:
        raise NotYet(repr(garbled)) from garbled
    finally:
        connection.close()


def _connection(port: int, *, tls: bool) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    return http.client.HTTPSConnection(LOOPBACK, port, timeout=30, context=unverified())
