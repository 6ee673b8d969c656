"""TheHive 5 as its own client speaks to it: fields that it does not know are refused."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from tests.tickets.fakes.kept import TOKEN, Kept

CLOSED = {"Ignored", "FalsePositive", "Duplicate"}
REQUIRED = {"type", "source", "sourceRef", "title", "description"}

#: What `InputAlert` and `InputUpdateAlert` of thehive4py 2.1 hold, as far as it is ours.
TAKEN = REQUIRED | {"severity", "tags", "tlp", "pap", "status", "observables"}
CHANGED = {"title", "description", "severity", "status", "summary", "tags"}


def fails(status: int, kind: str, message: str) -> httpx.Response:
    """Refuse as TheHive does."""
    return httpx.Response(status, json={"type": kind, "message": message})


@dataclass(slots=True)
class Alert(Kept):
    """An alert with its status."""

    status: str = "New"


@dataclass(slots=True)
class FakeTheHive:
    """One organisation, and one user who may manage alerts."""

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "thehive",
            "url": "https://thehive.example",
            "token": "env:TRACKER_TOKEN",
            "organisation": "hospital",
        }
    )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if (refused := self._refused(request)) is not None:
            return refused
        body = json.loads(request.content) if request.content else {}
        match request.method, request.url.path.removeprefix("/api/v1/").split("/"):
            case "GET", ["user", "current"]:
                return httpx.Response(200, json={"login": "ronde@hospital", "organisation": "x"})
            case "POST", ["query"]:
                return httpx.Response(200, json=self._queried(body["query"]))
            case "POST", ["alert"]:
                return self._create(body)
            case method, ["alert", number, *rest] if alert := self._at(number):
                return self._about(alert, method, rest, body)
            case _:
                pass
        return fails(404, "NotFoundError", "Alert not found")

    def close_by_hand(self, ticket: Kept) -> None:
        """Set a closing status."""
        self._set(cast("Alert", ticket), "FalsePositive")

    def _refused(self, request: httpx.Request) -> httpx.Response | None:
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers["authorization"] != f"Bearer {TOKEN}":
            return fails(401, "AuthenticationError", "Authentication failure")
        if self.missing or request.headers["x-organisation"] != "hospital":
            return fails(403, "AuthorizationError", "Your are not authorized in this organisation")
        return None

    def _queried(self, query: list[dict[str, Any]]) -> list[dict[str, Any]]:
        matches = [one["_eq"] for one in query[1]["_and"]]
        wanted = {one["_field"]: one["_value"] for one in matches}
        assert wanted.keys() == {"type", "source", "sourceRef"}
        return [self._shown(one) for one in self._there() if one.key == wanted["sourceRef"]]

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        if self.demands or not REQUIRED <= body.keys() <= TAKEN:
            return fails(400, "InvalidFormatAttributeError", "customFields.owner is required")
        seen = [one["data"] for one in body["observables"]]
        if len(seen) != len(set(seen)):
            return fails(400, "CreateError", "Observable already exists")
        if any(one.key == body["sourceRef"] for one in self._there()):
            return fails(400, "CreateError", "Alert already exists")
        number = f"~{len(self.tickets) + 1}"
        alert = Alert(number, body["sourceRef"], body["title"], body["description"])
        self._set(alert, body["status"])
        self.tickets.append(alert)
        return httpx.Response(201, json=self._shown(alert))

    def _about(
        self, alert: Alert, method: str, rest: list[str], body: dict[str, Any]
    ) -> httpx.Response:
        match method, rest:
            case "GET", []:
                return httpx.Response(200, json=self._shown(alert))
            case "PATCH", [] if body.keys() <= CHANGED:
                alert.title = body.get("title", alert.title)
                alert.body = body.get("description", alert.body)
                self._set(alert, body.get("status", alert.status))
                return httpx.Response(204)
            case "POST", ["comment"] if body.keys() == {"message"}:
                alert.comments.append(body["message"])
                return httpx.Response(201, json={"_id": "~c"})
        return fails(400, "InvalidFormatAttributeError", "unknown attribute")

    def _set(self, alert: Alert, status: str) -> None:
        alert.status, alert.open = status, status not in CLOSED

    def _shown(self, alert: Alert) -> dict[str, Any]:
        return {"_id": alert.id, "stage": "New" if alert.open else "Closed", "title": alert.title}

    def _there(self) -> list[Alert]:
        return [one for one in cast("list[Alert]", self.tickets) if not one.deleted]

    def _at(self, number: str) -> Alert | None:
        return next((one for one in self._there() if one.id == number), None)
