"""What every fake tracker keeps, and what the shared tests may do to it."""

from dataclasses import dataclass, field
from typing import Protocol

import httpx

#: The credential that fakes take; it must not be found anywhere but on the wire.
TOKEN = "planted-S3cret-0f-the-tracker"


@dataclass(slots=True)
class Kept:
    """A ticket as its readers see it; `open` is the tracker's word, `deleted` that it is gone."""

    id: str
    key: str
    title: str
    body: str
    open: bool = True
    deleted: bool = False
    comments: list[str] = field(default_factory=list)


class Fake(Protocol):
    """A fake of a tracker.

    `table` is what `[tickets.NAME]` says to reach it, with its token under `env:TRACKER_TOKEN`.
    Tests set `expired` (every call is refused for its credential), `demands` (a ticket is refused
    for a field that the project requires), `missing` (there is no such project), and `pause`
    (the seconds of a `Retry-After` that the next call is answered with, once).
    """

    table: dict[str, object]
    tickets: list[Kept]
    expired: bool
    demands: bool
    missing: bool
    pause: int | None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, as the tracker does."""

    def close_by_hand(self, ticket: Kept) -> None:
        """Close a ticket, as a person does in the tracker's own pages."""
