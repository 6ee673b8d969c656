"""Roundup 2.6.0 as it answered: see `scanner/tickets/roundup.py` for what surprises."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from tests.tickets.fakes.kept import TOKEN, Kept

URL = "https://roundup.example/ronde"
STATUSES = {"1": "unread", "3": "chatting", "8": "resolved"}
CREDENTIAL = "Basic " + base64.b64encode(f"ronde:{TOKEN}".encode()).decode()


def fails(status: int, why: str) -> httpx.Response:
    """Answer as Roundup refuses."""
    return httpx.Response(status, json={"error": {"status": status, "msg": why}})


def etag(text: str) -> str:
    """Tell texts apart."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class Issue(Kept):
    """An issue, with the numbers of its messages."""

    status: str = "1"
    messages: list[str] = field(default_factory=list)
    version: int = 0


@dataclass(slots=True)
class FakeRoundup:
    """One tracker of the classic template, with `external_key` as the key of its issues."""

    tickets: list[Kept] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "roundup",
            "url": URL,
            "user": "ronde",
            "password": "env:TRACKER_TOKEN",
        }
    )

    def __call__(  # noqa: PLR0911 - a line for each call that it knows
        self, request: httpx.Request
    ) -> httpx.Response:
        """Answer one request."""
        if (refused := self._refused(request)) is not None:
            return refused
        path = request.url.path.removeprefix("/ronde/rest/data/").split("/")
        body = json.loads(request.content) if request.content else {}
        match request.method, path:
            case "GET", ["issue"]:
                return self._listed(request.url.params)
            case "GET", ["issue", number]:
                return self._issue(self._at(number))
            case "GET", ["msg", number]:
                return self._item({}, etag(self.texts[number]))
            case "GET", ["status", name] if name in STATUSES.values():
                return self._item({"name": name}, "s")
            case "POST", ["msg"] if body.get("author"):
                self.texts[str(len(self.texts) + 1)] = body["content"]
                return httpx.Response(201, json={"data": {"id": str(len(self.texts)), "link": ""}})
            case "POST", ["issue"]:
                return self._create(body)
            case "PATCH", ["issue", number]:
                return self._change(request, self._at(number), body)
            case "PATCH", ["msg", number] if request.headers["if-match"] == etag(
                self.texts[number]
            ):
                self.texts[number] = body["content"]
                self._render()
                return httpx.Response(200, json={"data": {}})
        return fails(404, f"{path} not found")

    def close_by_hand(self, ticket: Kept) -> None:
        """Set the status."""
        cast("Issue", ticket).status = "8"
        self._render()

    def _refused(self, request: httpx.Request) -> httpx.Response | None:
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers["authorization"] != CREDENTIAL:
            return httpx.Response(401, text="Invalid Login - Invalid login")
        if not {"x-requested-with", "referer", "origin"} <= set(request.headers):
            return fails(400, "Required Header Missing")
        return fails(404, "Class issue not found") if self.missing else None

    def _listed(self, params: httpx.QueryParams) -> httpx.Response:
        key, number = params.get("external_key", ""), params.get("id")
        found = [
            {"id": one.id, "external_key": one.key, "status": {"name": STATUSES[one.status]}}
            for one in cast("list[Issue]", self.tickets)
            if not one.deleted and key in one.key and number in {None, one.id}
        ]
        listed = {"collection": found, "@total_size": len(found)}
        return httpx.Response(200, json={"data": listed})

    def _issue(self, issue: Issue) -> httpx.Response:
        """Give an issue by its number: also one that is deleted."""
        attributes = {
            "title": issue.title,
            "status": {"id": issue.status},
            "messages": [{"id": number} for number in issue.messages],
        }
        return self._item(attributes, f"i{issue.version}")

    def _item(self, attributes: dict[str, Any], etag: str) -> httpx.Response:
        return httpx.Response(200, json={"data": {"attributes": attributes, "@etag": etag}})

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        key = body["external_key"]
        if any(one.key == key and not one.deleted for one in self.tickets):
            return fails(409, f'node with key "{key}" exists')
        if self.demands:
            return fails(400, "Required issue property superseder not supplied")
        issue = Issue(str(len(self.tickets) + 1), key, body["title"], "", messages=body["messages"])
        self.tickets.append(issue)
        self._render()
        return httpx.Response(201, json={"data": {"id": issue.id, "link": ""}})

    def _change(self, request: httpx.Request, issue: Issue, body: dict[str, Any]) -> httpx.Response:
        if request.headers.get("if-match") != f"i{issue.version}":
            return fails(412, "If-Match is missing or does not match.")
        by_name = {name: number for number, name in STATUSES.items()}
        if "messages" in body and "status" not in body and issue.status == by_name["resolved"]:
            issue.status = by_name["chatting"]
        issue.title = body.get("title", issue.title)
        issue.status = by_name.get(body.get("status", ""), body.get("status", issue.status))
        issue.messages = body.get("messages", issue.messages)
        issue.version += 1
        self._render()
        return httpx.Response(200, json={"data": {"attribute": body}})

    def _at(self, number: str) -> Issue:
        return cast("Issue", next(one for one in self.tickets if one.id == number))

    def _render(self) -> None:
        """Show issues as their readers see them."""
        for one in cast("list[Issue]", self.tickets):
            one.open = STATUSES[one.status] != "resolved"
            one.body, *one.comments = [self.texts[number] for number in one.messages] or [""]
