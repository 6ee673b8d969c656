"""Redmine 5: issues over its REST interface.

Facts are of its documentation (https://www.redmine.org/projects/redmine/wiki/Rest_Issues) and of a
running 5.0.4: what a user may not set is left out without a word, with 201 or 204 all the same; so
is a filter that there is not, and then every issue is listed; what is closed is only listed if
`status_id` is `*`; refusals for a right or a project have an empty body.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec

from scanner.model import Severity
from scanner.ourside import Answer, Client
from scanner.ticket import Draft, State
from scanner.tickets.answers import FORBIDDEN, NOT_FOUND, decoded, fields, settled
from scanner.tickets.base import Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup


class Formatting(StrEnum):
    """What Redmine is set to under Administration, Settings, General, Text formatting."""

    TEXTILE = "textile"
    MARKDOWN = "markdown"
    NONE = "none"


_MARKUP = {
    Formatting.TEXTILE: Markup.TEXTILE,
    Formatting.MARKDOWN: Markup.MARKDOWN,
    Formatting.NONE: Markup.PLAIN,
}


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "redmine"`.

    `project` is its identifier; `tracker`, `key_field` (a custom field), statuses and priorities
    are the numbers that Redmine's own pages have in their addresses. Redmine does not tell its
    `formatting`, and in another one a hostile name might mean something.
    """

    token: str
    project: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_-]+$")]
    tracker: int
    key_field: int
    formatting: Formatting
    open_status: int = 1
    closed_status: int = 5
    priorities: dict[Severity, int] = msgspec.field(default_factory=dict)


def connect(settings: Settings, means: Means) -> "Redmine":
    """Make the tracker."""
    client = means.client({"X-Redmine-API-Key": means.secret("token")})
    return Redmine(client, settings, _MARKUP[settings.formatting])


class _Status(msgspec.Struct):
    id: int
    name: str
    is_closed: bool


class _Field(msgspec.Struct):
    id: int
    value: Any = None


class _Issue(msgspec.Struct):
    id: int
    status: _Status
    subject: str
    custom_fields: list[_Field] = []


class _One(msgspec.Struct):
    issue: _Issue


class _Listed(msgspec.Struct):
    issues: list[_Issue]


class _Statuses(msgspec.Struct):
    issue_statuses: list[_Status]


class _Named(msgspec.Struct):
    id: int
    name: str


class _Project(msgspec.Struct):
    trackers: list[_Named]


class _Projects(msgspec.Struct):
    project: _Project


@dataclass(frozen=True, slots=True)
class Redmine:
    """Issues of one tracker in one project; a custom field holds their key."""

    client: Client
    settings: Settings
    markup: Markup

    unique: ClassVar[bool] = False

    async def check(self) -> str:
        """See that project, tracker, statuses and key are what the settings take them for."""
        told, path = self.settings, f"/projects/{self.settings.project}.json"
        project = decoded(await self._call("GET", path, params={"include": "trackers"}), _Projects)
        names = {one.id: one.name for one in project.project.trackers}
        if told.tracker not in names:
            raise Parked(f"the project {told.project} does not use the tracker {told.tracker}")
        answer = await self._call("GET", "/issue_statuses.json")
        closed = {one.id: one.is_closed for one in decoded(answer, _Statuses).issue_statuses}
        if closed.get(told.open_status) is not False or not closed.get(told.closed_status):
            raise Parked("open_status or closed_status is not the number of such a status")
        await self.find("ronde")
        for issue in await self._listed({"tracker_id": str(told.tracker), "limit": "1"}):
            if told.key_field not in _values(issue):
                raise Parked(self._no_field())
        return f"let in; {told.project} uses the tracker {told.tracker}, and is searched by key"

    async def find(self, key: str) -> Remote | None:
        """Find an issue by its key; one with another key means that Redmine did not filter."""
        field = self.settings.key_field
        found = await self._listed({f"cf_{field}": key, "sort": "id", "limit": "2"})
        if any(_values(issue).get(field) != key for issue in found):
            raise Parked(
                f"issues cannot be searched by the custom field {field}:"
                " let it be used as a filter, and be seen by our user",
                all_of_it=True,
            )
        return self._remote(found[0]) if found else None

    async def look(self, remote: str) -> Remote | None:
        """Read an issue."""
        answer = await self._call("GET", f"/issues/{remote}.json", also=frozenset({NOT_FOUND}))
        if answer.status == NOT_FOUND:
            return None
        return self._remote(decoded(answer, _One).issue)

    async def create(self, draft: Draft) -> Remote:
        """Post an issue, and see that it has its key: Redmine may have left it out."""
        told = self.settings
        issue = {
            **self._attributes(draft),
            "project_id": told.project,
            "tracker_id": told.tracker,
            "status_id": told.open_status,
            "custom_fields": [{"id": told.key_field, "value": draft.key}],
        }
        answer = await self._call("POST", "/issues.json", json={"issue": issue})
        made = decoded(answer, _One).issue
        if _values(made).get(told.key_field) != draft.key:
            raise Parked(f"delete issue {made.id}: {self._no_field()}", all_of_it=True)
        return self._remote(made)

    async def update(self, remote: str, draft: Draft) -> None:
        """Change subject, description and priority."""
        issue = await self._changed(remote, self._attributes(draft))
        if issue.subject.split() != draft.title.split():
            raise Parked(f"issue {remote} stays as it is: our user may not edit it")

    async def comment(self, remote: str, note: str) -> None:
        """Add a note."""
        await self._put(remote, {"notes": note})

    async def close(self, remote: str, note: str) -> None:
        """Set the status."""
        del note
        await self._set(remote, self.settings.closed_status)

    async def reopen(self, remote: str, note: str) -> None:
        """Set the status."""
        del note
        await self._set(remote, self.settings.open_status)

    async def _set(self, remote: str, status: int) -> None:
        issue = await self._changed(remote, {"status_id": status})
        if issue.status.id != status:
            raise Parked(
                f"issue {remote} stays {issue.status.id}:"
                f" the workflow does not let our user set the status {status}"
            )

    async def _changed(self, remote: str, attributes: dict[str, Any]) -> _Issue:
        """Change an issue, and give it as it is then."""
        await self._put(remote, attributes)
        return decoded(await self._call("GET", f"/issues/{remote}.json"), _One).issue

    async def _put(self, remote: str, attributes: dict[str, Any]) -> None:
        await self._call("PUT", f"/issues/{remote}.json", json={"issue": attributes})

    async def _listed(self, params: dict[str, str]) -> list[_Issue]:
        asked = {"project_id": self.settings.project, "status_id": "*", **params}
        return decoded(await self._call("GET", "/issues.json", params=asked), _Listed).issues

    async def _call(
        self, method: str, path: str, *, also: frozenset[int] = frozenset(), **rest: Any
    ) -> Answer:
        answer = await self.client.call(method, path, **rest)
        if answer.status in {FORBIDDEN, NOT_FOUND} - also:
            why = f"{self.settings.project} is not there, or our user may not do that in it"
            raise Parked(f"refused ({answer.status}): the project {why}")
        return settled(self.client, answer, also=also)

    def _attributes(self, draft: Draft) -> dict[str, Any]:
        priority = self.settings.priorities.get(draft.severity)
        return dict(fields(subject=draft.title, description=draft.body, priority_id=priority))

    def _remote(self, issue: _Issue) -> Remote:
        state = State.CLOSED if issue.status.is_closed else State.OPEN
        return Remote(str(issue.id), f"{self.client.site}/issues/{issue.id}", state)

    def _no_field(self) -> str:
        field, tracker = self.settings.key_field, self.settings.tracker
        return f"issues of the tracker {tracker} take no custom field {field} from our user"


def _values(issue: _Issue) -> dict[int, Any]:
    return {field.id: field.value for field in issue.custom_fields}
