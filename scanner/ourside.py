"""The one HTTP client for our own side: trackers, webhooks, sinks. No probe ever uses it.

It reaches the host that was configured and no other: the name is resolved once by whoever opens it,
redirects are answers like any other, no proxy of the environment is asked, and TLS is verified. A
call that is refused because it came too soon is made again once the server said it may be.
"""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

import anyio
import httpx
import msgspec

from scanner import __version__
from scanner.model import Refused
from scanner.plaintext import printable
from scanner.secret import Secret, masked

#: Seconds for one call, from its first byte to its last.
TIMEOUT = 30

#: Bytes of one answer. A ticket with its whole history is below 1 MiB.
MAX_ANSWER = 4 << 20

#: How often a call is made again that came too soon, and the longest pause, in seconds, that is
#: waited for on the spot; a longer one is for the next time.
TOO_SOON_AGAIN = 3
MAX_PAUSE = 60

#: Who asks to be called later: 429 of RFC 6585; 503 with `Retry-After` of RFC 9110.
_TOO_MANY = 429
_UNAVAILABLE = 503

_NOTHING: Mapping[str, str] = MappingProxyType({})

#: What carries calls instead of sockets, in tests.
Transport: TypeAlias = httpx.AsyncBaseTransport


class Unreached(Exception):
    """No whole answer came. Whether the call has had its effect is not known."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a client's calls go: one host, and the path that they all begin with."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> "Site":
        """Read `https://HOST[:PORT][/PATH]`; without TLS it is for this machine alone.

        Raises:
            Refused: it is no such URL, or holds a credential. It is not repeated.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Refused("this is no URL") from error
        if parts.username or parts.password:
            raise Refused("a credential in a URL is seen by many; it has a field of its own")
        if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment:
            raise Refused("write https://HOST:PORT/PATH")
        if parts.scheme == "http" and not _is_here(parts):
            raise Refused("without TLS a credential is seen by many: write https://")
        return cls(
            parts.scheme, parts.hostname, port or _PORTS[parts.scheme], parts.path.rstrip("/")
        )

    def at(self, address: str) -> str:
        """Give the URL of an address of the host."""
        literal = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{literal}:{self.port}"

    @property
    def authority(self) -> str:
        """Give the host as a `Host` header names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Give the URL as people write it."""
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer; the body is bounded, and nobody's word for anything."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Decode the body.

        Raises:
            Unreached: it is no JSON: half of an answer, or somebody else's.
        """
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreached(f"the answer with status {self.status} is no JSON") from error

    def said(self, limit: int = 300) -> str:
        """Give the beginning of the body as text that is safe to show."""
        return printable(self.body[: 4 * limit].decode("utf-8", "replace"), limit)

    @property
    def pause(self) -> float | None:
        """How many seconds the server wants to be left alone, if it said so in seconds."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdecimal() and len(text) < len("1000000") else None


@dataclass(slots=True, kw_only=True)
class Client:
    """Makes calls to one site, politely: so many at a time, and so many in a second.

    `headers` hold credentials and go with every call; `authority` is a file of certificates to
    trust instead of the system's. `rehearsal` is told every call that could write, which is then
    not made but raises `Rehearsed`. Calls are made within `reaching` only.
    """

    site: Site
    headers: Mapping[str, Secret]
    concurrency: int = 4
    per_second: float = 20
    authority: str | None = None
    transport: Transport | None = None
    rehearsal: "Rehearsal | None" = None
    _http: httpx.AsyncClient | None = field(default=None, init=False)
    _addresses: list[str] = field(default_factory=list, init=False)
    _turns: anyio.Semaphore | None = field(default=None, init=False)
    _free_at: float = field(default=0, init=False)
    _paused_until: float = field(default=0, init=False)

    @asynccontextmanager
    async def reaching(self, addresses: Sequence[str]) -> AsyncIterator[None]:
        """Let calls go to these addresses of the host, the first that can be connected to."""
        # Reading a system's certificates takes 100 ms: only where there is TLS.
        encrypted = self.site.scheme == "https" and self.transport is None
        verify = _trust(self.authority) if encrypted else False
        self._addresses = list(addresses)
        self._turns, self._free_at = anyio.Semaphore(self.concurrency), 0
        self._paused_until = 0
        async with httpx.AsyncClient(
            verify=verify,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            transport=self.transport,
            limits=httpx.Limits(max_connections=self.concurrency),
        ) as self._http:
            yield
        self._http = None

    async def call(  # noqa: PLR0913 - a request is made of so much
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
        json: object = None,
        content: bytes | None = None,
        reads: bool = False,
    ) -> Answer:
        """Make one call below the site's path and give its answer, whatever its status.

        A GET reads; another method only if the caller says so, as of a search by POST.

        Raises:
            Unreached: no answer, half of one, or one that is too large.
            Rehearsed: the call could write, and this is a rehearsal.
        """
        sent = {"Accept": "application/json", "User-Agent": f"ronde/{__version__}", **headers}
        if json is not None:
            content = msgspec.json.encode(json)
            sent.setdefault("Content-Type", "application/json")
        if self.rehearsal and not reads and method not in _READS:
            self.rehearsal.told.append(_shown(method, f"{self.site}{path}", params, content))
            raise Rehearsed
        for _ in range(TOO_SOON_AGAIN):
            answer = await self._in_turn(method, path, params, sent, content)
            if answer.status not in {_TOO_MANY, _UNAVAILABLE} or answer.pause is None:
                return answer
            if answer.pause > MAX_PAUSE:
                return answer
            self._paused_until = anyio.current_time() + answer.pause
        return answer

    def said(self, answer: Answer) -> str:
        """Give the beginning of an answer for a message; if it repeats our secrets, without."""
        return masked(answer.said(), list(self.headers.values()))

    async def _in_turn(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> Answer:
        if self._turns is None:
            raise RuntimeError("a call outside `reaching`")
        async with self._turns:
            await self._pace()
            while True:
                request = self._request(method, path, params, headers, content)
                try:
                    with anyio.fail_after(TIMEOUT):
                        return await self._exchange(request)
                except httpx.ConnectError as error:
                    # Nothing was sent: the next address of the host may be asked the same.
                    if len(self._addresses) == 1:
                        raise Unreached(f"{self.site.host} cannot be connected to") from error
                    self._addresses.pop(0)
                except (httpx.HTTPError, TimeoutError) as error:
                    raise Unreached(f"no whole answer: {type(error).__name__}") from error

    async def _pace(self) -> None:
        """Wait for a moment of one's own: calls begin one after the other, evenly."""
        mine = max(self._free_at, anyio.current_time())
        self._free_at = mine + 1 / self.per_second
        await anyio.sleep_until(mine)
        await anyio.sleep_until(self._paused_until)  # somebody was told to wait meanwhile

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> httpx.Request:
        secret = {name: value.reveal() for name, value in self.headers.items()}
        return httpx.Request(
            method,
            f"{self.site.at(self._addresses[0])}{self.site.path}{path}",
            params=params or None,
            headers={**headers, **secret, "Host": self.site.authority},
            content=content,
            # The certificate must be the host's, whichever of its addresses was reached.
            extensions={"sni_hostname": self.site.host, "timeout": _timeouts()},
        )

    async def _exchange(self, request: httpx.Request) -> Answer:
        if self._http is None:
            raise RuntimeError("a call outside `reaching`")
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_ANSWER:
                    raise Unreached(f"an answer of more than {MAX_ANSWER} bytes")
        finally:
            await response.aclose()
        return Answer(response.status_code, dict(response.headers), bytes(body))


@dataclass(slots=True)
class Rehearsal:
    """Collects the calls that would be made, without what is secret in them."""

    told: list[str] = field(default_factory=list)


class Rehearsed(Exception):
    """The call was told to whoever rehearses, and not made."""


_PORTS = {"http": 80, "https": 443}
_READS = frozenset({"GET", "HEAD"})


def _is_here(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _trust(authority: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise Refused(f"{authority}: no certificates can be read from it") from error


def _timeouts() -> dict[str, float | None]:
    return httpx.Timeout(TIMEOUT).as_dict()


def _shown(method: str, url: str, params: Mapping[str, str], content: bytes | None) -> str:
    query = f"?{httpx.QueryParams(params)}" if params else ""
    body = f"\n  {(content or b'').decode('utf-8', 'replace')}" if content else ""
    return f"{method} {url}{query}{body}"
