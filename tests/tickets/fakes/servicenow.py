"""ServiceNow's Table API, as its reference and its knowledge base tell it."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from tests.tickets.fakes.kept import TOKEN, Kept

CREDENTIAL = "Basic " + base64.b64encode(f"ronde:{TOKEN}".encode()).decode()
COLUMNS = {
    *("short_description", "description", "impact", "urgency", "state", "caller_id"),
    *("correlation_id", "correlation_display", "assignment_group"),
    *("work_notes", "close_code", "close_notes"),
}
CODES = ("Solution provided", "Workaround provided")
STATES = ("1", "2", "3", "6", "7", "8")
QUERY = re.compile(r"correlation_id=([\w-]+)\^ORDERBYDESCsys_created_on")


def fails(status: int, message: str, detail: str | None = None) -> httpx.Response:
    """Answer as ServiceNow refuses."""
    error = {"message": message, "detail": detail}
    return httpx.Response(status, json={"error": error, "status": "failure"})


@dataclass(slots=True)
class Incident(Kept):
    """An incident; `fields` are its columns, all of them texts."""

    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class FakeServiceNow:
    """One instance; columns in `unread` are hidden from us, in `unwritten` they stay."""

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    unread: frozenset[str] = frozenset()
    unwritten: frozenset[str] = frozenset()
    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "servicenow",
            "url": "https://team.service-now.example",
            "user": "ronde",
            "password": "env:TRACKER_TOKEN",
        }
    )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if (refused := self._refused(request)) is not None:
            return refused
        name = request.url.path.removeprefix("/api/now/table/incident").lstrip("/")
        body = json.loads(request.content) if request.content else {}
        if request.method == "POST":
            return self._create(body)
        if not name:
            return self._listed(request.url.params)
        record = next((one for one in self.tickets if one.id == name and not one.deleted), None)
        if record is None:
            return fails(404, "No Record found", "Record doesn't exist or ACL restricts it")
        if request.method == "PATCH" and (refused := self._write(cast("Incident", record), body)):
            return refused
        return httpx.Response(200, json={"result": self._shown(record)})

    def close_by_hand(self, ticket: Kept) -> None:
        """Resolve it on the form."""
        by_hand = {"state": "6", "close_code": CODES[1], "close_notes": "By hand."}
        cast("Incident", ticket).fields.update(by_hand)
        ticket.open = False

    def _refused(self, request: httpx.Request) -> httpx.Response | None:
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers.get("authorization") != CREDENTIAL:
            return fails(401, "User Not Authenticated", "Required to provide Auth information")
        if self.missing or not request.url.path.startswith("/api/now/table/incident"):
            return fails(400, "Invalid table incident")
        return None

    def _listed(self, params: Mapping[str, str]) -> httpx.Response:
        query = QUERY.fullmatch(params["sysparm_query"])
        assert query
        found = [
            self._shown(one)
            for one in reversed(self.tickets)
            if not one.deleted and ("correlation_id" in self.unread or one.key == query[1])
        ]
        return httpx.Response(200, json={"result": found[: int(params["sysparm_limit"])]})

    def _shown(self, record: Kept) -> dict[str, str]:
        shown = {"sys_id": record.id, **cast("Incident", record).fields}
        return {name: value for name, value in shown.items() if name not in self.unread}

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        if self.demands and "caller_id" not in body:
            return mandatory("Caller")
        number = len(self.tickets) + 1
        record = Incident(f"{number:032x}", body["correlation_id"], "", "")
        record.fields = {"number": f"INC{number:07}", "state": "1"}
        if refused := self._write(record, body):
            return refused
        self.tickets.append(record)
        return httpx.Response(201, json={"result": self._shown(record)})

    def _write(self, record: Incident, body: dict[str, str]) -> httpx.Response | None:
        assert body.keys() <= COLUMNS
        fields = record.fields | {
            name: value for name, value in body.items() if name not in self.unwritten
        }
        if fields["state"] == "6" and fields.get("close_code") not in CODES:
            return mandatory("Resolution code")
        if fields["state"] == "6" and not fields.get("close_notes"):
            return mandatory("Resolution notes")
        assert fields["state"] in STATES
        if note := fields.pop("work_notes", ""):
            record.comments.append(note)
        record.fields = fields
        record.title, record.body = fields["short_description"][:160], fields["description"]
        record.open = fields["state"] in {"1", "2", "3"}
        return None


def mandatory(*fields: str) -> httpx.Response:
    """Answer that a data policy is not satisfied."""
    detail = f"Data Policy Exception: The following fields are mandatory: {', '.join(fields)}"
    return fails(403, "Operation Failed", detail)
