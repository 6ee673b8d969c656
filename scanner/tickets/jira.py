"""What Jira Cloud and Jira Data Center have in common: issues, their transitions, their key.

Facts are of Atlassian's OpenAPI documents of both editions: a status belongs to one of the
categories `new`, `indeterminate` and `done`, whatever its name; a state is changed by one of the
transitions that an issue has at that moment, and `resolution` may be set only where the
transition's screen shows it; summaries have 255 characters; 409 is a conflict with another edit;
an issue that is not there and one that may not be seen are both 404. A credential that is refused
may leave the caller anonymous instead of being answered 401, and `X-Seraph-LoginReason` tells.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import msgspec

from scanner.model import Severity
from scanner.ourside import Answer, Client
from scanner.plaintext import printable
from scanner.ticket import Draft, State
from scanner.tickets.answers import CONFLICT, NOT_FOUND, UNAUTHORIZED, decoded, settled
from scanner.tickets.base import Busy, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: The priorities that both editions begin with.
PRIORITIES = {
    Severity.CRITICAL: "Highest",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFO: "Lowest",
}

#: The property of an issue that holds its key. A person who clones an issue clones its labels, and
#: not its properties.
PROPERTY = "ronde"

#: Issues with one label of ours that are looked at: the ticket, and what people have cloned of it.
MAX_CLONES = 20

#: What an issue is asked for: its status, and nothing that people have written.
FIELDS = "status"

#: What we must be allowed to do in a project, as both editions name it.
NEEDED = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ADD_COMMENTS",
    "TRANSITION_ISSUES",
)

#: Characters of a name of theirs in a message of ours.
_SHORT = 60

_NOT_LET_IN = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED", "AUTHORISATION_FAILED")


class Settings(Common, frozen=True, kw_only=True):
    """What `[tickets.NAME]` may say for either edition.

    `closed_status` and `open_status` are names of statuses, and choose the transition where the
    workflow has several. `fields` and `closing_fields` are sent as they are, with each new issue
    and with the transition that closes it.
    """

    token: str
    user: str | None = None
    site: str | None = None
    project: Annotated[str, msgspec.Meta(pattern="^[A-Z][A-Z0-9_]+$")]
    issue_type: str = "Task"
    resolution: str = "Done"
    closed_status: str | None = None
    open_status: str | None = None
    priorities: dict[Severity, str] = msgspec.field(default_factory=PRIORITIES.copy)
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    closing_fields: dict[str, Any] = msgspec.field(default_factory=dict)


#: The key of an issue, which is part of the paths of its calls.
_Key = Annotated[str, msgspec.Meta(pattern="^[A-Za-z][A-Za-z0-9_]*-[0-9]{1,18}$")]


class _Category(msgspec.Struct):
    key: str


class _Status(msgspec.Struct):
    name: str
    category: _Category = msgspec.field(name="statusCategory")

    @property
    def state(self) -> State:
        return State.CLOSED if self.category.key == "done" else State.OPEN


class _Fields(msgspec.Struct):
    status: _Status


class _Issue(msgspec.Struct):
    """What is asked of an issue."""

    key: _Key
    fields: _Fields
    properties: dict[str, Any] = {}


class _Issues(msgspec.Struct):
    """The first page of a search; one page is enough."""

    issues: list[_Issue]


class _Field(msgspec.Struct):
    values: list[dict[str, Any]] = msgspec.field(name="allowedValues", default_factory=list)


class _Transition(msgspec.Struct):
    id: str
    name: str
    to: _Status
    fields: dict[str, _Field] = {}


class _Transitions(msgspec.Struct):
    transitions: list[_Transition]


class _Made(msgspec.Struct):
    key: _Key


class _Permission(msgspec.Struct):
    have: bool = msgspec.field(name="havePermission")


class _Permissions(msgspec.Struct):
    permissions: dict[str, _Permission]


class _Type(msgspec.Struct):
    name: str


class _Project(msgspec.Struct):
    name: str
    types: list[_Type] = msgspec.field(name="issueTypes")


@dataclass(frozen=True, slots=True)
class Jira:
    """Issues of one project; an edition says where its calls are, and how its texts are written.

    `search` is the call that searches, and `asks` what it is asked for beside.
    """

    client: Client
    settings: Settings

    markup: ClassVar[Markup]
    unique: ClassVar[bool] = False
    api: ClassVar[str]
    search: ClassVar[str]
    asks: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def written(self, text: str) -> Any:
        """Write a text as this edition takes it."""
        return text

    async def check(self) -> str:
        """See that the project is there, and that we may do in it what we need to."""
        wanted = self.settings.issue_type
        project = decoded(await self._call("GET", f"/project/{self.settings.project}"), _Project)
        if wanted not in {one.name for one in project.types}:
            raise Parked(f"{self._there} has no type of issues {wanted!r}: set issue_type")
        params = {"projectKey": self.settings.project, "permissions": ",".join(NEEDED)}
        answer = await self._call("GET", "/mypermissions", params=params)
        given = decoded(answer, _Permissions).permissions
        missing = [name for name in NEEDED if name not in given or not given[name].have]
        if missing:
            raise Parked(f"{self._there} does not let us: {', '.join(missing)}")
        return f"let in; {self._there} takes issues of type {wanted}"

    async def find(self, key: str) -> Remote | None:
        """Find the issue that is ours among those with our label."""
        query = f'project = "{self.settings.project}" AND labels = "{key}" ORDER BY created ASC'
        asked = {"jql": query, "fields": FIELDS, "maxResults": str(MAX_CLONES), **self.asks}
        found = decoded(await self._call("GET", self.search, params=asked), _Issues).issues
        # Where none has the property, or the search does not tell, the oldest is no clone.
        ours = [issue for issue in found if _is_ours(issue, key)] or found
        return self._remote(ours[0]) if ours else None

    async def look(self, remote: str) -> Remote | None:
        """Look at an issue, under its old key too if it was moved."""
        answer = await self._call(
            "GET", f"/issue/{remote}", params={"fields": FIELDS}, also=(NOT_FOUND,)
        )
        if answer.status != NOT_FOUND:
            return self._remote(decoded(answer, _Issue))
        # Whoever has lost the right to see the project would find every ticket deleted.
        await self._call("GET", f"/project/{self.settings.project}")
        return None

    async def create(self, draft: Draft) -> Remote:
        """Post an issue with our key as its label and its property."""
        body = {
            "fields": {
                **self.settings.fields,
                **self._fields(draft),
                "project": {"key": self.settings.project},
                "issuetype": {"name": self.settings.issue_type},
                "labels": [*self.settings.fields.get("labels", ()), *draft.labels],
            },
            "properties": [{"key": PROPERTY, "value": {"key": draft.key}}],
        }
        made = decoded(await self._call("POST", "/issue", json=body), _Made)
        return Remote(made.key, self._url(made.key))

    async def update(self, remote: str, draft: Draft) -> None:
        """Put summary, description and priority; labels that people have added stay."""
        await self._call("PUT", f"/issue/{remote}", json={"fields": self._fields(draft)})

    async def comment(self, remote: str, note: str) -> None:
        """Add a comment."""
        body = {"body": self.written(note)}
        await self._call("POST", f"/issue/{remote}/comment", json=body)

    async def close(self, remote: str, note: str) -> None:
        """Take the transition to a status that is done."""
        del note
        possible = await self._transitions(remote)
        chosen = _to_done(possible, self.settings.closed_status)
        fields = {**_resolution(chosen, self.settings.resolution), **self.settings.closing_fields}
        await self._go(remote, chosen, fields)

    async def reopen(self, remote: str, note: str) -> None:
        """Take the transition to a status that is not done."""
        del note
        possible = await self._transitions(remote)
        await self._go(remote, _to_open(possible, self.settings.open_status), {})

    async def _call(
        self, method: str, path: str, *, also: Collection[int] = (), **rest: Any
    ) -> Answer:
        answer = await self.client.call(method, f"{self.api}{path}", **rest)
        if answer.headers.get("x-seraph-loginreason", "").startswith(_NOT_LET_IN):
            answer = replace(answer, status=UNAUTHORIZED)
        if answer.status == CONFLICT:
            raise Busy(f"somebody else was changing it: {self.client.said(answer)}")
        return settled(self.client, answer, also=also)

    @property
    def _there(self) -> str:
        return f"the project {self.settings.project}"

    async def _transitions(self, remote: str) -> list[_Transition]:
        params = {"expand": "transitions.fields"}
        answer = await self._call("GET", f"/issue/{remote}/transitions", params=params)
        return decoded(answer, _Transitions).transitions

    async def _go(self, remote: str, chosen: _Transition, fields: Mapping[str, Any]) -> None:
        body = {"transition": {"id": chosen.id}} | ({"fields": fields} if fields else {})
        await self._call("POST", f"/issue/{remote}/transitions", json=body)

    def _fields(self, draft: Draft) -> dict[str, Any]:
        said = {"summary": draft.title, "description": self.written(draft.body)}
        priority = self.settings.priorities.get(draft.severity)
        return said | ({"priority": {"name": priority}} if priority else {})

    def _remote(self, issue: _Issue) -> Remote:
        return Remote(issue.key, self._url(issue.key), issue.fields.status.state)

    def _url(self, key: str) -> str:
        site = (self.settings.site or str(self.client.site)).rstrip("/")
        return f"{site}/browse/{key}"


def _is_ours(issue: _Issue, key: str) -> bool:
    value = issue.properties.get(PROPERTY)
    return isinstance(value, dict) and value.get("key") == key


def _to_done(possible: list[_Transition], wanted: str | None) -> _Transition:
    """Choose the transition that closes; which of several is for a person to say."""
    done = [one for one in possible if one.to.state is State.CLOSED and _fits(one, wanted)]
    if len({one.to.name for one in done}) > 1:
        raise Parked(f"several statuses are done ({_names(done)}): set closed_status")
    if not done:
        where = wanted or "a status that is done"
        raise Parked(f"no transition leads to {where} from here: there are {_names(possible)}")
    return done[0]


def _to_open(possible: list[_Transition], wanted: str | None) -> _Transition:
    """Choose the transition that opens again, to where work begins if there are several."""
    fits = [one for one in possible if one.to.state is State.OPEN and _fits(one, wanted)]
    if not fits:
        where = wanted or "any status"
        raise Parked(f"no transition opens it again to {where}: there are {_names(possible)}")
    return min(fits, key=lambda one: one.to.category.key != "new")


def _fits(one: _Transition, wanted: str | None) -> bool:
    return wanted is None or one.to.name.casefold() == wanted.casefold()


def _resolution(chosen: _Transition, wanted: str) -> dict[str, Any]:
    """Set the resolution where the transition's screen shows it; elsewhere Jira would refuse."""
    if (field := chosen.fields.get("resolution")) is None:
        return {}
    names = [str(value.get("name")) for value in field.values]
    if names and wanted not in names:
        shown = ", ".join(printable(name, _SHORT) for name in names)
        raise Parked(f"there is no resolution {wanted!r}, but {shown}: set resolution")
    return {"resolution": {"name": wanted}}


def _names(transitions: list[_Transition]) -> str:
    return ", ".join(sorted({printable(one.to.name, _SHORT) for one in transitions})) or "none"
