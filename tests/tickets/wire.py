"""The way between a system and its fake: calls are counted, and any of them can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import httpx


class Fate(Enum):
    """What happens to one call, and whether it has had its effect."""

    DOWN = "the connection is lost before"
    HALF = "the connection is lost after"
    CUT = "half of the answer comes"
    ERROR = "the tracker answers 500"
    KILLED_BEFORE = "the process is killed before"
    KILLED_AFTER = "the process is killed after"


#: The fates that let a call have its effect.
EFFECTIVE = frozenset({Fate.HALF, Fate.CUT, Fate.KILLED_AFTER})


class Killed(BaseException):
    """The end of the process: nothing after it is executed."""


@dataclass(slots=True)
class Wire(httpx.AsyncBaseTransport):
    """Hands requests to a fake; the call with the number `at`, from 0, meets its `fate`."""

    fake: Callable[[httpx.Request], httpx.Response]
    at: int = -1
    fate: Fate = Fate.DOWN
    calls: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or let it meet its fate."""
        await request.aread()
        number = len(self.calls)
        self.calls.append(request)
        if number != self.at:
            return self.fake(request)
        response = self.fake(request) if self.fate in EFFECTIVE else httpx.Response(500)
        match self.fate:
            case Fate.KILLED_BEFORE | Fate.KILLED_AFTER:
                raise Killed
            case Fate.DOWN | Fate.HALF:
                raise httpx.ReadError("the connection was lost")
            case Fate.CUT:
                return httpx.Response(response.status_code, content=response.content[: -5 or None])
            case Fate.ERROR:
                return response
