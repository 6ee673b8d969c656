"""Roundup 2: issues over its REST interface.

Facts are of its documentation (https://www.roundup-tracker.org/docs/rest.html) and of a running
2.6.0: a change needs the `ETag` that was read before; each call needs `Referer`, `Origin` and
`X-Requested-With`; 409 is also the answer to some malformed properties; what is deleted is still
given by its number, and only missing from lists; a message opens a resolved issue again, unless the
status is set with it.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

from scanner.model import Severity
from scanner.ourside import Answer, Client
from scanner.secret import basic
from scanner.ticket import Draft, State
from scanner.tickets.answers import CONFLICT, decoded, settled
from scanner.tickets.base import Exists, Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: The priorities of the classic template.
PRIORITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "urgent",
    Severity.MEDIUM: "bug",
    Severity.LOW: "feature",
    Severity.INFO: "wish",
}


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "roundup"`; its `url` ends with the tracker's name.

    `key_field` is the property that the schema's `setkey` names. Statuses and priorities are the
    tracker's own names.
    """

    user: str
    password: str
    key_field: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")] = "external_key"
    open_status: str = "unread"
    closed_status: str = "resolved"
    priorities: dict[Severity, str] = msgspec.field(default_factory=PRIORITIES.copy)


def connect(settings: Settings, means: Means) -> "Roundup":
    """Make the tracker."""
    credential = basic(settings.user, means.secret("password"))
    return Roundup(means.client({"Authorization": credential}), settings)


class _Item(msgspec.Struct):
    attributes: dict[str, Any]
    etag: str = msgspec.field(name="@etag")


class _One(msgspec.Struct):
    data: _Item


class _List(msgspec.Struct):
    collection: list[dict[str, Any]]


class _Listed(msgspec.Struct):
    data: _List


class _Id(msgspec.Struct):
    id: str


class _Made(msgspec.Struct):
    data: _Id


@dataclass(frozen=True, slots=True)
class Roundup:
    """Issues of one tracker. What a ticket says is the first message of its issue."""

    client: Client
    settings: Settings

    markup: ClassVar[Markup] = Markup.PLAIN
    unique: ClassVar[bool] = True

    async def check(self) -> str:
        """See that we are let in, that issues carry our key, and that the statuses are there."""
        await self._listed({self.settings.key_field: "ronde", "@page_size": "1"})
        for name in (self.settings.open_status, self.settings.closed_status):
            await self._read(f"/status/{name}")
        return f"let in as {self.settings.user}; issues have {self.settings.key_field}"

    async def find(self, key: str) -> Remote | None:
        """Find an issue by its key."""
        field = self.settings.key_field
        found = await self._listed({field: key})
        # The list has every issue whose key holds what is asked for.
        exact = [issue for issue in found if issue.get(field) == key]
        return self._remote(exact[0]) if exact else None

    async def look(self, remote: str) -> Remote | None:
        """Look into the list: a deleted issue is only missing from there."""
        found = await self._listed({"id": remote})
        return self._remote(found[0]) if found else None

    async def create(self, draft: Draft) -> Remote:
        """Post the message, then the issue that shows it; a message without an issue is unseen."""
        message = await self._message(draft.body)
        issue = {
            **self._properties(draft),
            self.settings.key_field: draft.key,
            "status": self.settings.open_status,
            "messages": [message],
        }
        answer = await self._call("POST", "/issue", json=issue, also=frozenset({CONFLICT}))
        if answer.status == CONFLICT:
            if b"exists" in answer.body:
                raise Exists(f"Roundup has an issue with the key {draft.key}")
            raise Parked(f"refused (409): {self.client.said(answer)}")
        made = decoded(answer, _Made).data.id
        return Remote(made, self._url(made))

    async def update(self, remote: str, draft: Draft) -> None:
        """Change title and priority, and the text of the first message."""
        issue = await self._changed(f"/issue/{remote}", self._properties(draft))
        messages = sorted((one["id"] for one in issue.attributes["messages"]), key=int)
        if messages:
            await self._changed(f"/msg/{messages[0]}", {"content": draft.body})

    async def comment(self, remote: str, note: str) -> None:
        """Add a message, and keep the status: Roundup would open a resolved issue again."""
        message = await self._message(note)
        issue = await self._read(f"/issue/{remote}")
        messages = [one["id"] for one in issue.attributes["messages"]]
        status = issue.attributes["status"]["id"]
        change = {"messages": [*messages, message], "status": status}
        await self._replace(f"/issue/{remote}", issue.etag, change)

    async def close(self, remote: str, note: str) -> None:
        """Set the status."""
        del note
        await self._changed(f"/issue/{remote}", {"status": self.settings.closed_status})

    async def reopen(self, remote: str, note: str) -> None:
        """Set the status."""
        del note
        await self._changed(f"/issue/{remote}", {"status": self.settings.open_status})

    async def _message(self, text: str) -> str:
        message = {"content": text, "author": self.settings.user, "date": "."}
        return decoded(await self._call("POST", "/msg", json=message), _Made).data.id

    async def _changed(self, path: str, change: dict[str, Any]) -> _Item:
        """Change an item, and give it as it was before."""
        before = await self._read(path)
        await self._replace(path, before.etag, change)
        return before

    async def _replace(self, path: str, etag: str, change: dict[str, Any]) -> None:
        change = {"@op": "replace", **change}
        await self._call("PATCH", path, json=change, headers={"If-Match": etag})

    async def _read(self, path: str) -> _Item:
        return decoded(await self._call("GET", path), _One).data

    async def _listed(self, params: dict[str, str]) -> list[dict[str, Any]]:
        fields = f"status,{self.settings.key_field}"
        asked = {**params, "@fields": fields, "@verbose": "2"}
        return decoded(await self._call("GET", "/issue", params=asked), _Listed).data.collection

    async def _call(
        self, method: str, path: str, *, also: frozenset[int] = frozenset(), **rest: Any
    ) -> Answer:
        site = self.client.site
        headers = {
            "X-Requested-With": "ronde",
            "Referer": f"{site}/",
            "Origin": f"{site.scheme}://{site.authority}",
            **rest.pop("headers", {}),
        }
        answer = await self.client.call(method, f"/rest/data{path}", headers=headers, **rest)
        return settled(self.client, answer, also=also)

    def _properties(self, draft: Draft) -> dict[str, Any]:
        priority = self.settings.priorities.get(draft.severity)
        return {"title": draft.title} | ({"priority": priority} if priority else {})

    def _remote(self, issue: dict[str, Any]) -> Remote:
        status = issue.get("status") or {}
        closed = status.get("name") == self.settings.closed_status
        return Remote(issue["id"], self._url(issue["id"]), State.CLOSED if closed else State.OPEN)

    def _url(self, issue: str) -> str:
        return f"{self.client.site}/issue{issue}"
