"""Jira as Atlassian's OpenAPI documents describe it, Cloud and Data Center; texts are judged.

A document must satisfy the schema of `@atlaskit/adf-schema`. What is refused is refused in the
form, and as far as they are known in the words, of the real one.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, cast

import httpx
from jsonschema import Draft4Validator  # type: ignore[import-untyped] # its stubs are another package

from tests.tickets.fakes.kept import TOKEN, Kept

SCHEMA = Path(__file__).parents[2] / "schemas" / "adf-57.7.22.json"

#: Status, its category, and the transitions that lead away from it: number and target.
WORKFLOW = {
    "To Do": ("new", {"11": "In Progress", "31": "Done"}),
    "In Progress": ("indeterminate", {"31": "Done"}),
    "Done": ("done", {"21": "To Do", "41": "In Progress"}),
}
RESOLUTIONS = ("Done", "Won't Do")
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
ALLOWED = ("BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES")
ON_SCREEN = frozenset({"summary", "description", "priority", "labels", "customfield_10050"})
QUERY = re.compile(r'project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC')

MISSING = "Issue does not exist or you do not have permission to see it."


def fails(status: int, *messages: str, **errors: str) -> httpx.Response:
    """Answer as Jira refuses."""
    return httpx.Response(status, json={"errorMessages": messages, "errors": errors})


@dataclass(slots=True)
class Issue(Kept):
    """An issue; `properties` are those of the entity."""

    status: str = "To Do"
    resolution: str | None = None
    priority: str | None = None
    labels: list[str] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class FakeJira:
    """One project `SEC`, with a workflow of three statuses whose last has a screen.

    While it is `behind`, its search finds nothing.
    """

    tickets: list[Kept] = field(default_factory=list)
    expired: bool = False
    demands: bool = False
    missing: bool = False
    pause: int | None = None
    behind: bool = False
    workflow: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=WORKFLOW.copy)
    allowed: tuple[str, ...] = ALLOWED
    table: dict[str, object] = field(default_factory=dict)

    api: ClassVar[str]
    search: ClassVar[str]
    credential: ClassVar[str]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers["authorization"] != self.credential:
            return self.stranger(request)
        path = request.url.path.removeprefix(f"{self.api}/").split("/")
        body = json.loads(request.content) if request.content else {}
        if path[0] == "issue" and len(path) > 1:
            issue = self._at(path[1])
            return (
                self._about(issue, (request.method, *path[2:]), body)
                if issue
                else fails(404, MISSING)
            )
        if request.url.path == f"{self.api}{self.search}":
            return self._searched(request.url.params)
        if (request.method, path) == ("POST", ["issue"]):
            return self._create(body)
        return self._project(path)

    def close_by_hand(self, ticket: Kept) -> None:
        """Move it on the board."""
        issue = cast("Issue", ticket)
        issue.status, issue.open = "Done", False

    def stranger(self, request: httpx.Request) -> httpx.Response:
        """Answer somebody whose credential is refused."""
        raise NotImplementedError

    def text(self, written: Any) -> str | None:
        """Give a text as its readers see it, or None if it is no text of this edition."""
        raise NotImplementedError

    def _project(self, path: list[str]) -> httpx.Response:
        if path == ["mypermissions"]:
            given = {name: {"havePermission": name in self.allowed} for name in ALLOWED}
            return httpx.Response(200, json={"permissions": given})
        if path != ["project", "SEC"] or self.missing:
            return fails(404, "No project could be found with that key.")
        types = [{"id": "1", "name": "Task"}, {"id": "2", "name": "Bug"}]
        return httpx.Response(200, json={"name": "Security", "issueTypes": types})

    def _at(self, key: str) -> Issue | None:
        found = (one for one in self.tickets if one.id == key and not one.deleted)
        return cast("Issue | None", next(found, None))

    def _searched(self, params: httpx.QueryParams) -> httpx.Response:
        query = QUERY.fullmatch(params["jql"])
        assert query
        project, label = query.groups()
        if self.missing or project != "SEC":
            return fails(400, f"The value '{project}' does not exist for the field 'project'.")
        found = [
            self._shown(one, params)
            for one in cast("list[Issue]", self.tickets)
            if label in one.labels and not one.deleted and not self.behind
        ]
        return httpx.Response(200, json={"issues": found, "isLast": True})

    def _shown(self, issue: Issue, params: Mapping[str, str]) -> dict[str, Any]:
        assert params["fields"] == "status"
        shown = {"id": issue.id, "key": issue.id, "fields": {"status": self._status(issue.status)}}
        asked = params.get("properties")
        told = {name: value for name, value in issue.properties.items() if name == asked}
        return shown | ({"properties": told} if asked else {})

    def _status(self, name: str) -> dict[str, Any]:
        return {"name": name, "statusCategory": {"key": self.workflow[name][0]}}

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        fields = body["fields"]
        if self.missing or fields.pop("project") != {"key": "SEC"}:
            return fails(400, project="valid project is required")
        if fields.pop("issuetype") not in ({"name": "Task"}, {"name": "Bug"}):
            return fails(400, issuetype="Specify a valid issue type")
        if self.demands and "customfield_10050" not in fields:
            return fails(400, customfield_10050="Affected team is required.")
        issue = Issue(f"SEC-{len(self.tickets) + 1}", "", "", "")
        if refused := self._set(issue, fields):
            return refused
        issue.properties = {one["key"]: one["value"] for one in body.get("properties", [])}
        issue.key = next((one for one in issue.labels if one.startswith("ronde-")), "")
        self.tickets.append(issue)
        made = {"id": "10001", "key": issue.id, "self": f"https://jira.example/{issue.id}"}
        return httpx.Response(201, json=made)

    def _set(self, issue: Issue, fields: dict[str, Any]) -> httpx.Response | None:
        if errors := dict(self._errors(fields)):
            return fails(400, **errors)
        issue.title = fields.get("summary", issue.title)
        issue.body = self.text(fields["description"]) or ""
        issue.labels = fields.get("labels", issue.labels)
        issue.priority = fields.get("priority", {}).get("name")
        return None

    def _errors(self, fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name in fields.keys() - ON_SCREEN:
            yield name, f"Field '{name}' cannot be set. It is not on the appropriate screen."
        if not 0 < len(fields["summary"]) <= 255 or "\n" in fields["summary"]:
            yield "summary", "Summary must be less than 255 characters, without newlines."
        if self.text(fields["description"]) is None:
            yield "description", "Operation value must be an Atlassian Document"
        if any(" " in label for label in fields.get("labels", [])):
            yield "labels", "The label contains spaces which is invalid."
        if fields.get("priority", {"name": "Low"})["name"] not in PRIORITIES:
            yield "priority", "Specify a valid value for priority"

    def _about(self, issue: Issue, call: tuple[str, ...], body: dict[str, Any]) -> httpx.Response:
        match call:
            case ("GET",):
                return httpx.Response(200, json=self._shown(issue, {"fields": "status"}))
            case ("PUT",):
                return self._set(issue, body["fields"]) or httpx.Response(204)
            case ("POST", "comment"):
                return self._comment(issue, body)
            case ("GET", "transitions"):
                return httpx.Response(200, json={"transitions": list(self._possible(issue))})
            case _:
                assert call == ("POST", "transitions")
                return self._go(issue, body)

    def _comment(self, issue: Issue, body: dict[str, Any]) -> httpx.Response:
        if (said := self.text(body["body"])) is None:
            return fails(400, comment="Comment body is not valid!")
        issue.comments.append(said)
        return httpx.Response(201, json={"id": str(len(issue.comments))})

    def _possible(self, issue: Issue) -> Iterator[dict[str, Any]]:
        for number, target in self.workflow[issue.status][1].items():
            values = [{"id": name, "name": name} for name in RESOLUTIONS]
            screen = {"resolution": {"required": True, "allowedValues": values}}
            to = self._status(target)
            yield {
                "id": number,
                "name": f"to {target}",
                "to": to,
                "fields": screen if to["statusCategory"]["key"] == "done" else {},
            }

    def _go(self, issue: Issue, body: dict[str, Any]) -> httpx.Response:
        possible = {one["id"]: one for one in self._possible(issue)}
        chosen = possible.get(body["transition"]["id"])
        if chosen is None:
            return fails(400, "It seems that you have tried to perform an illegal operation.")
        given = body.get("fields", {})
        for name in given.keys() - chosen["fields"].keys():
            return fails(400, **{name: f"Field '{name}' cannot be set."})
        if chosen["fields"] and given.get("resolution", {}).get("name") not in RESOLUTIONS:
            return fails(400, resolution="Please select a resolution.")
        issue.resolution = given.get("resolution", {}).get("name")
        issue.status = chosen["to"]["name"]
        issue.open = chosen["to"]["statusCategory"]["key"] != "done"
        return httpx.Response(204)


@dataclass(slots=True)
class FakeJiraCloud(FakeJira):
    """A site of the Cloud: documents, and `/search/jql`."""

    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "jira-cloud",
            "url": "https://team.atlassian.example",
            "user": "ronde@example.org",
            "token": "env:TRACKER_TOKEN",
            "project": "SEC",
        }
    )

    api: ClassVar[str] = "/rest/api/3"
    search: ClassVar[str] = "/search/jql"
    credential: ClassVar[str] = (
        "Basic " + base64.b64encode(f"ronde@example.org:{TOKEN}".encode()).decode()
    )

    def stranger(self, request: httpx.Request) -> httpx.Response:
        """Take whoever has a wrong token for nobody in particular, and find nothing for them."""
        reason = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
        if request.url.path.endswith(self.search):
            return httpx.Response(200, json={"issues": [], "isLast": True}, headers=reason)
        return httpx.Response(404, json={"errorMessages": ["not found"]}, headers=reason)

    def text(self, written: Any) -> str | None:
        """Give the words of a document."""
        return _words(json.dumps(written))


@dataclass(slots=True)
class FakeJiraDataCenter(FakeJira):
    """An instance of one's own: wiki mark-up, and `/search`."""

    table: dict[str, object] = field(
        default_factory=lambda: {
            "system": "jira-data-center",
            "url": "https://jira.example/jira",
            "token": "env:TRACKER_TOKEN",
            "project": "SEC",
        }
    )

    api: ClassVar[str] = "/jira/rest/api/2"
    search: ClassVar[str] = "/search"
    credential: ClassVar[str] = f"Bearer {TOKEN}"

    def stranger(self, request: httpx.Request) -> httpx.Response:
        """Refuse whoever has a wrong token."""
        del request
        return httpx.Response(401, text="<html>Unauthorized (401)</html>")

    def text(self, written: Any) -> str | None:
        """Give the mark-up."""
        return written if isinstance(written, str) and len(written) <= 32_767 else None


@cache
def _words(document: str) -> str | None:
    schema = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    node = json.loads(document)
    if len(document) > 32_767 or not schema.is_valid(node):
        return None
    return "\n".join("".join(_texts(block)) for block in node["content"])


def _texts(node: dict[str, Any]) -> Iterator[str]:
    """Give what a reader sees, and where its links lead."""
    yield node.get("text", "\n" if node["type"] in {"hardBreak", "listItem"} else "")
    yield from (mark["attrs"]["href"] for mark in node.get("marks", ()))
    for child in node.get("content", ()):
        yield from _texts(child)
