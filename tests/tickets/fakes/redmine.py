"""Redmine 5.0.4 as it answered: see `scanner/tickets/redmine.py` for what surprises.

`tests/lab/trackers` tells the same stories to a real one.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.tickets.fakes.kept import TOKEN, Kept

URL = "https://redmine.example/tracker"
FIELD = 1
#: Trackers: ours, one whose issues demand a field of their own, and one whose lack our key.
BUG, STRICT, WITHOUT = 1, 2, 3
NEW, CLOSED = 1, 5
STATUSES = {NEW: "New", CLOSED: "Closed"}
#: Where the text of a project is written in Textile, and a user may do what `docs/tickets` says.
TABLE = {
    "system": "redmine",
    "url": URL,
    "token": "env:TRACKER_TOKEN",
    "project": "exposure",
    "tracker": BUG,
    "key_field": FIELD,
    "formatting": "textile",
    "priorities": {"critical": 5, "high": 4},
}


@dataclass(slots=True)
class Issue(Kept):
    """An issue; `status` is one of STATUSES."""

    status: int = NEW


@dataclass(slots=True)
class FakeRedmine:
    """One project, private.

    `filters` and `takes_key` say that the custom field may be searched by and set, `transitions`
    that the workflow lets our user change the status, and `edits` that it may edit what is there.
    """

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    filters: bool = True
    takes_key: bool = True
    transitions: bool = True
    edits: bool = True
    table: dict[str, object] = field(default_factory=TABLE.copy)

    def __call__(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911 - a line a call
        """Answer one request."""
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers["x-redmine-api-key"] != TOKEN:
            return httpx.Response(401)
        body = json.loads(request.content)["issue"] if request.content else {}
        path = request.url.path.removeprefix("/tracker/").removesuffix(".json").split("/")
        match request.method, path:
            case "GET", ["projects", "exposure"] if not self.missing:
                trackers = [{"id": BUG, "name": "Bug"}]
                return httpx.Response(200, json={"project": {"id": 1, "trackers": trackers}})
            case "GET", ["issue_statuses"]:
                return httpx.Response(200, json={"issue_statuses": [*map(status_of, STATUSES)]})
            case "GET", ["issues"] if self._has(request.url.params["project_id"]):
                return self._listed(request.url.params)
            case "POST", ["issues"]:
                return self._create(body)
            case "GET", ["issues", number] if issue := self._at(number):
                return httpx.Response(200, json={"issue": self._shown(issue)})
            case "PUT", ["issues", number] if issue := self._at(number):
                return self._change(issue, body)
            case _:
                return httpx.Response(404)

    def close_by_hand(self, ticket: Kept) -> None:
        """Set the status."""
        assert isinstance(ticket, Issue)
        ticket.status, ticket.open = CLOSED, False

    def _listed(self, params: httpx.QueryParams) -> httpx.Response:
        assert params["status_id"] == "*"
        key = params.get(f"cf_{FIELD}") if self.filters else None
        found = [one for one in self._issues() if key in {None, one.key}]
        issues = [self._shown(one) for one in found[: int(params["limit"])]]
        return httpx.Response(200, json={"issues": issues, "total_count": len(found)})

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        if not self._has(body["project_id"]):
            errors = ["Project cannot be blank", "Tracker cannot be blank"]
            return httpx.Response(422, json={"errors": errors})
        if self.demands or body["tracker_id"] == STRICT:
            return httpx.Response(422, json={"errors": ["Region cannot be blank"]})
        (custom,) = body["custom_fields"]
        takes_key = self.takes_key and body["tracker_id"] != WITHOUT
        key = custom["value"] if takes_key and custom["id"] == FIELD else ""
        issue = Issue(str(len(self.tickets) + 1), key, body["subject"], body["description"])
        self.tickets.append(issue)
        return httpx.Response(201, json={"issue": self._shown(issue)})

    def _change(self, issue: Issue, body: dict[str, Any]) -> httpx.Response:
        """Change what the user may change, and say nothing of the rest."""
        if notes := body.get("notes"):
            issue.comments.append(notes)
        if self.edits:
            issue.title = body.get("subject", issue.title)
            issue.body = body.get("description", issue.body)
        if self.transitions:
            issue.status = body.get("status_id", issue.status)
            issue.open = issue.status != CLOSED
        return httpx.Response(204)

    def _has(self, project: str) -> bool:
        return project == "exposure" and not self.missing

    def _at(self, number: str) -> Issue | None:
        return next((one for one in self._issues() if one.id == number), None)

    def _issues(self) -> list[Issue]:
        return [one for one in self.tickets if isinstance(one, Issue) and not one.deleted]

    def _shown(self, issue: Issue) -> dict[str, Any]:
        fields = [{"id": FIELD, "name": "ronde key", "value": issue.key}]
        return {
            "id": int(issue.id),
            "project": {"id": 1, "name": "Exposure"},
            "status": status_of(issue.status),
            "subject": issue.title,
            "description": issue.body,
            "custom_fields": fields if issue.key and self.takes_key else [],
        }


def status_of(number: int) -> dict[str, Any]:
    """Show a status."""
    return {"id": number, "name": STATUSES[number], "is_closed": number == CLOSED}
