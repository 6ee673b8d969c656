"""Request Tracker 5.0.3 as it answered: see `scanner/tickets/rt.py` for what surprises.

`tests/lab/trackers` tells the same stories to a real one.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.tickets.fakes.kept import TOKEN, Kept

URL = "https://rt.example/rt"
KEY, TEXT = "ronde key", "ronde text"
#: A queue whose tickets have no fields of ours.
BARE = "Bare"
TABLE: dict[str, object] = {
    "system": "rt",
    "url": URL,
    "token": "env:TRACKER_TOKEN",
    "queue": "Exposure",
}


@dataclass(slots=True)
class Ticket(Kept):
    """A ticket, with the status of the default lifecycle; `into` it was merged."""

    status: str = "new"
    into: "Ticket | None" = None


@dataclass(slots=True)
class FakeRT:
    """One queue. `sets_fields` and `modifies` say that our user has these rights."""

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    sets_fields: bool = True
    modifies: bool = True
    table: dict[str, object] = field(default_factory=TABLE.copy)

    def __call__(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911 - a line a call
        """Answer one request."""
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers["authorization"] != f"token {TOKEN}":
            return fails(401, "Unauthorized")
        body = json.loads(request.content) if request.content else {}
        path = request.url.path.removeprefix("/rt/REST/2.0/").split("/")
        match request.method, path:
            case "GET", ["queue", "Exposure"] if not self.missing:
                fields = [{"id": "2", "name": KEY}, {"id": "3", "name": TEXT}]
                return httpx.Response(200, json={"id": 3, "TicketCustomFields": fields})
            case "GET", ["queue", _]:
                return fails(403, "Forbidden")
            case "GET", ["tickets"]:
                return self._found(request.url.params["query"])
            case "POST", ["ticket"]:
                return self._create(body)
            case "GET", ["ticket", number] if ticket := self._at(number):
                return httpx.Response(200, json=shown(ticket))
            case "PUT", ["ticket", number] if ticket := self._at(number):
                return httpx.Response(200, json=[*self._changes(ticket, body)])
            case "POST", ["ticket", number, "comment"] if ticket := self._at(number):
                assert body["ContentType"] == "text/plain"
                ticket.comments.append(body["Content"])
                return httpx.Response(201, json=["Comments added"])
            case _:
                return fails(404, "Not Found")

    def close_by_hand(self, ticket: Kept) -> None:
        """Set the status."""
        assert isinstance(ticket, Ticket)
        ticket.status, ticket.open = "rejected", False

    def _found(self, query: str) -> httpx.Response:
        asked = re.fullmatch(rf"CF\.\{{{KEY}\}} = '([\w-]+)'", query)
        found = [one for one in self._tickets() if asked and one.key == asked[1]]
        items = [{"id": one.id, "Status": one.status} for one in found if not one.deleted]
        return httpx.Response(200, json={"count": len(items), "items": items})

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        if self.missing or body["Queue"] not in {"Exposure", BARE}:
            return fails(403, f"No permission to create tickets in the queue '{body['Queue']}'")
        if self.demands:
            return fails(400, "Could not create ticket. Region: Input must match [Mandatory]")
        fields = body["CustomFields"] if self.sets_fields and body["Queue"] != BARE else {}
        text = fields.get(TEXT, "")
        ticket = Ticket(str(len(self.tickets) + 1), fields.get(KEY, ""), body["Subject"], text)
        self.tickets.append(ticket)
        return httpx.Response(201, json={"type": "ticket", "id": ticket.id, "_url": ""})

    def _changes(self, ticket: Ticket, body: dict[str, Any]) -> list[str]:
        """Change what may be changed, and say all that was done or refused."""
        if not self.modifies:
            return [f"Ticket {ticket.id}: Permission Denied"]
        ticket.title = body.get("Subject", ticket.title)
        ticket.status = body.get("Status", ticket.status)
        ticket.open = ticket.status not in {"resolved", "rejected"}
        if self.sets_fields:
            ticket.body = body.get("CustomFields", {}).get(TEXT, ticket.body)
        return [f"Ticket {ticket.id}: {name} changed" for name in body]

    def _at(self, number: str) -> Ticket | None:
        """Give a ticket by its number: also one that is deleted, and of a merged one the other."""
        found = next((one for one in self._tickets() if one.id == number), None)
        return found.into or found if found else None

    def _tickets(self) -> list[Ticket]:
        return [one for one in self.tickets if isinstance(one, Ticket)]


def shown(ticket: Ticket) -> dict[str, Any]:
    """Show a ticket: its number as a number, where a search has it as a text."""
    fields = [
        {"id": "2", "name": KEY, "values": [ticket.key] if ticket.key else []},
        {"id": "3", "name": TEXT, "values": [ticket.body] if ticket.body else []},
    ]
    status = "deleted" if ticket.deleted else ticket.status
    return {
        "id": int(ticket.id),
        "Status": status,
        "Subject": ticket.title,
        "CustomFields": fields if ticket.key else [],
    }


def fails(status: int, why: str) -> httpx.Response:
    """Answer as RT refuses."""
    return httpx.Response(status, json={"message": why})
