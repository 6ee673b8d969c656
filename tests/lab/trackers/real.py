"""A real tracker beside its fake: each call goes to both, and what they answer is compared."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from tests.tickets.fakes.kept import TOKEN, Fake, Kept


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as a person sees it who knows nothing of ours."""

    title: str
    body: str
    comments: list[str]
    open: bool


class Hands(Protocol):
    """What people do in a tracker, by its number of a ticket."""

    def see(self) -> list[Seen]:
        """Look at all tickets but the deleted."""

    def close(self, number: str) -> None:
        """Close one."""

    def delete(self, number: str) -> None:
        """Delete one."""

    def page(self, number: str) -> str:
        """Give the HTML that shows one."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One real tracker, empty when it is made, and a fake that lives through the same.

    `table` is what reaches it.
    """

    table: Mapping[str, object]
    token: str
    hands: Hands
    fake: Fake

    def close(self, number: str) -> None:
        """Close a ticket by hand, in both."""
        self.hands.close(number)
        self.fake.close_by_hand(self._kept(number))

    def delete(self, number: str) -> None:
        """Delete a ticket, in both."""
        self.hands.delete(number)
        self._kept(number).deleted = True

    def supposed(self) -> list[Seen]:
        """Give what is in the fake."""
        return [
            Seen(one.title, one.body, one.comments, one.open)
            for one in self.fake.tickets
            if not one.deleted
        ]

    def _kept(self, number: str) -> Kept:
        return next(one for one in self.fake.tickets if one.id == number)


@dataclass(slots=True)
class Twin(httpx.AsyncBaseTransport):
    """Hands each call to the real tracker and to its fake; the real answer is given back."""

    desk: Desk
    said: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one call."""
        content = await request.aread()
        async with httpx.AsyncHTTPTransport() as way:
            answer = await way.handle_async_request(request)
            body = await answer.aread()
        self._compare(request, content, answer.status_code, body)
        headers = {"Content-Type": answer.headers.get("content-type", "")}
        return httpx.Response(answer.status_code, headers=headers, content=body)

    def _compare(self, request: httpx.Request, content: bytes, status: int, body: bytes) -> None:
        call = f"{request.method} {request.url.raw_path.decode()} {content.decode()}".strip()
        self.said.append(f"> {call}\n< {status} {one_line(body)}")
        supposed = self.desk.fake(self._for_the_fake(request, content))
        if status != supposed.status_code:
            self.differences.append(f"{call}: {status}, supposed {supposed.status_code}")
        elif status < 300 and not fits(parsed(supposed.content), parsed(body)):
            self.differences.append(f"{call}: {body!r}, supposed {supposed.content!r}")

    def _for_the_fake(self, request: httpx.Request, content: bytes) -> httpx.Request:
        url = f"{self.desk.fake.table['url']}{request.url.raw_path.decode()}"
        headers = {
            name: value.replace(self.desk.token, TOKEN) for name, value in request.headers.items()
        }
        return httpx.Request(request.method, url, headers=headers, content=content)


def fits(supposed: Any, real: Any) -> bool:
    """Tell whether all that a fake says is said by the real one, in the same shape."""
    if isinstance(supposed, dict):
        return isinstance(real, dict) and all(
            name in real and fits(value, real[name]) for name, value in supposed.items()
        )
    if isinstance(supposed, list):
        objects = [one for one in supposed if isinstance(one, dict)]
        return isinstance(real, list) and all(
            any(fits(one, other) for other in real) for one in objects
        )
    return type(supposed) is type(real)


def parsed(body: bytes) -> Any:
    """Read JSON, if that is what it is."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def one_line(body: bytes) -> str:
    """Show an answer in a transcript, without what its indentation takes."""
    found = parsed(body)
    return json.dumps(found) if found is not None else body.decode("utf-8", "replace").strip()


#: Makes a tracker for a block, or raises `NotHere`.
Make = Callable[[], AbstractContextManager[Desk]]
