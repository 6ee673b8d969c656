"""GitLab as its documentation and `lib/api/issues.rb` say: a name that it has not is refused.

GitLab itself lets such names pass; here they would be a mistake of ours.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.tickets.fakes.kept import TOKEN, Kept

#: What each call takes of a query or a body, and what it must have.
TAKEN = {
    "GET": {"labels", "scope", "state", "sort", "order_by", "per_page", "page", "iids"},
    "POST issues": {"title", "description", "labels", "confidential", "assignee_ids", "due_date"},
    "POST notes": {"body", "internal", "created_at"},
    "PUT issues": {"title", "description", "labels", "add_labels", "confidential", "state_event"},
}


def fails(status: int, message: object) -> httpx.Response:
    """Refuse as GitLab does."""
    return httpx.Response(status, json={"message": message})


@dataclass(slots=True)
class Issue(Kept):
    """An issue, and who may see it."""

    confidential: bool = False


@dataclass(slots=True)
class FakeGitLab:
    """One project; the token's role in it is `role`."""

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    role: int = 20
    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "gitlab",
            "url": "https://gitlab.example/forge",
            "token": "env:TRACKER_TOKEN",
            "project": "hospital/it/exposures",
        }
    )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; a project's path is one segment, escaped."""
        if (refused := self._refused(request)) is not None:
            return refused
        prefix = b"/forge/api/v4/projects/hospital%2Fit%2Fexposures"
        assert request.url.raw_path.startswith(prefix), request.url.raw_path
        path = request.url.raw_path.removeprefix(prefix).decode().partition("?")[0].split("/")[1:]
        body = json.loads(request.content) if request.content else {}
        self._refuse_foreign(request, path, body)
        return self._answered(request, path, body)

    def close_by_hand(self, ticket: Kept) -> None:
        """Close it."""
        ticket.open = False

    def _refused(self, request: httpx.Request) -> httpx.Response | None:
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, text="Retry later", headers={"Retry-After": str(pause)})
        if self.expired or request.headers["private-token"] != TOKEN:
            return fails(401, "401 Unauthorized")
        return fails(404, "404 Project Not Found") if self.missing else None

    def _refuse_foreign(self, request: httpx.Request, path: list[str], body: object) -> None:
        if request.method == "GET":
            assert set(request.url.params) <= TAKEN["GET"]
            return
        kind = "notes" if path[-1] == "notes" else "issues"
        assert isinstance(body, dict)
        assert set(body) <= TAKEN[f"{request.method} {kind}"]

    def _answered(
        self, request: httpx.Request, path: list[str], body: dict[str, Any]
    ) -> httpx.Response:
        match request.method, path:
            case "GET", []:
                access = {"project_access": {"access_level": self.role}, "group_access": None}
                known = {"path_with_namespace": "hospital/it/exposures", "permissions": access}
                return httpx.Response(200, json=known)
            case "GET", ["issues"]:
                key = request.url.params["labels"]
                assert request.url.params["scope"] == "all"
                found = [one for one in self.tickets if one.key == key and not one.deleted]
                return httpx.Response(200, json=[self._shown(one) for one in found])
            case "POST", ["issues"]:
                return self._create(body)
            case _, ["issues", number, *rest]:
                issue = self.tickets[int(number) - 1]
                return fails(404, "404 Not found") if issue.deleted else self._at(issue, rest, body)
            case _:
                raise AssertionError(path)

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        if self.demands:
            return fails(400, {"weight": ["is required"]})
        key = next(one for one in body["labels"].split(",") if one.startswith("ronde-"))
        issue = Issue(str(len(self.tickets) + 1), key, body["title"], "")
        issue.confidential = body.get("confidential", False)
        self.tickets.append(issue)
        issue.body = self._executed(issue, body["description"])
        return httpx.Response(201, json=self._shown(issue))

    def _at(self, issue: Kept, rest: list[str], body: dict[str, Any]) -> httpx.Response:
        if rest == ["notes"]:
            issue.comments.append(self._executed(issue, body["body"]))
            return httpx.Response(201, json={"id": len(issue.comments)})
        issue.title = body.get("title", issue.title)
        issue.body = self._executed(issue, body.get("description", issue.body))
        if event := body.get("state_event"):
            assert event in {"close", "reopen"}
            issue.open = event == "reopen"
        return httpx.Response(200, json=self._shown(issue))

    def _executed(self, issue: Kept, text: str) -> str:
        """Execute the command that matters here, and take it out, as GitLab does."""
        if re.search(r"(?m)^\s*/close\b", text):
            issue.open = False
        return re.sub(r"(?m)^\s*/close\b", "", text)

    def _shown(self, issue: Kept) -> dict[str, object]:
        """Show an issue; its `id` is among those of all projects, and of no use to us."""
        number = int(issue.id)
        return {"id": 7000 + number, "iid": number, "state": "opened" if issue.open else "closed"}
