"""GitHub: each query and body, and each answer of ours, is held to its published description."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import (  # type: ignore[import-untyped] # its stubs are another package
    Draft4Validator,
    ValidationError,
)

from tests.tickets.fakes.kept import TOKEN, Kept

DESCRIBED = Path(__file__).parents[2] / "schemas/github-issues-23.0.2.json"

#: What the description calls a path, by what is called.
PLACES = {
    r"/repos/[^/]+/[^/]+": "/repos/{owner}/{repo}",
    r"/repos/[^/]+/[^/]+/issues": "/repos/{owner}/{repo}/issues",
    r"/repos/[^/]+/[^/]+/issues/\d+": "/repos/{owner}/{repo}/issues/{issue_number}",
    r"/repos/[^/]+/[^/]+/issues/\d+/comments": (
        "/repos/{owner}/{repo}/issues/{issue_number}/comments"
    ),
}


def fails(status: int, message: str, **headers: str) -> httpx.Response:
    """Refuse as GitHub does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"message": message}, headers=named)


def operation(request: httpx.Request) -> dict[str, Any]:
    """Find the description of a call; one that is described nowhere fails the test."""
    (place,) = (called for path, called in PLACES.items() if re.fullmatch(path, request.url.path))
    return operations()[f"{request.method} {place}"]


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Read what GitHub publishes; OpenAPI 3.0 writes schemas of draft 4, nearly."""
    described: dict[str, dict[str, Any]] = json.loads(DESCRIBED.read_text())
    return described


@dataclass(slots=True)
class FakeGitHub:
    """One private repository; `limited` is what the next call is refused with, once."""

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    private: bool = True
    push: bool = True
    archived: bool = False
    limited: httpx.Response | None = None
    gone: int = 410
    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "github",
            "url": "https://api.github.com",
            "token": "env:TRACKER_TOKEN",
            "repository": "hospital/exposures",
            "seconds_between_writes": 0,
        }
    )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Hold a call to what is described, and answer it."""
        if (refused := self._refused(request)) is not None:
            return refused
        described = operation(request)
        assert set(request.url.params) <= set(described["query"])
        body = json.loads(request.content) if request.content else {}
        if "body" in described:
            try:
                Draft4Validator(described["body"]).validate(body)
            except ValidationError as error:
                return fails(422, error.message)
            assert set(body) <= set(described["body"]["properties"])
        answer = self._answered(request, body)
        if answer.is_success:
            Draft4Validator(described["answer"]).validate(answer.json())
        return answer

    def close_by_hand(self, ticket: Kept) -> None:
        """Close it as not planned."""
        ticket.open = False

    def _refused(self, request: httpx.Request) -> httpx.Response | None:
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return fails(429, "You have exceeded a secondary rate limit", retry_after=str(pause))
        if self.limited is not None:
            limited, self.limited = self.limited, None
            return limited
        if self.expired or request.headers["authorization"] != f"Bearer {TOKEN}":
            return fails(401, "Bad credentials")
        if not request.headers["user-agent"]:
            return fails(403, "Request forbidden by administrative rules.")
        return fails(404, "Not Found") if self.missing else None

    def _answered(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        match request.method, request.url.path.split("/")[4:]:
            case "GET", []:
                rights = {"admin": False, "push": self.push, "pull": True}
                known = {"private": self.private, "archived": self.archived, "has_issues": True}
                return httpx.Response(200, json={**known, "permissions": rights})
            case "GET", ["issues"]:
                key = request.url.params["labels"]
                found = [one for one in self.tickets if one.key == key and not one.deleted]
                return httpx.Response(200, json=[self._shown(one) for one in found])
            case "POST", ["issues"]:
                return self._create(body)
            case _, ["issues", number, *rest]:
                issue = self.tickets[int(number) - 1]
                return fails(self.gone, "gone") if issue.deleted else self._at(issue, rest, body)
            case _:
                raise AssertionError(request.url.path)

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        if self.demands:
            return fails(422, "Validation Failed: missing_field")
        keys = [label for label in body["labels"] if label.startswith("ronde-")]
        key = keys[0] if self.push else ""
        number = str(len(self.tickets) + 1)
        self.tickets.append(Kept(number, key, body["title"], body["body"]))
        return httpx.Response(201, json=self._shown(self.tickets[-1]))

    def _at(self, issue: Kept, rest: list[str], body: dict[str, Any]) -> httpx.Response:
        if rest == ["comments"]:
            issue.comments.append(body["body"])
            return httpx.Response(201, json={"id": len(issue.comments)})
        issue.title = body.get("title", issue.title)
        issue.body = body.get("body", issue.body)
        issue.open = body.get("state", "open" if issue.open else "closed") == "open"
        return httpx.Response(200, json=self._shown(issue))

    def _shown(self, issue: Kept) -> dict[str, object]:
        return {
            "number": int(issue.id),
            "title": issue.title,
            "state": "open" if issue.open else "closed",
            "html_url": f"https://github.com/hospital/exposures/issues/{issue.id}",
        }
