"""Request Tracker 5: tickets over its REST interface, version 2.

Facts are of its documentation (https://docs.bestpractical.com/rt/latest/RT/REST2.html) and of a
running 5.0.3: a change that is not allowed is answered with 200 and a sentence in the user's
language; a custom field that is not there, or that the user may not set, is left out of a new
ticket without a word, even if it is mandatory; the first message of a ticket cannot be changed; a
field of many lines is shown as HTML; a deleted ticket is still given by its number; a merged one is
given as the ticket that it went into.
"""

import html
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

import msgspec

from scanner.model import Severity
from scanner.ourside import Answer, Client
from scanner.secret import Secret
from scanner.ticket import Draft, State
from scanner.tickets.answers import FORBIDDEN, NOT_FOUND, decoded, settled
from scanner.tickets.base import Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: Numbers from 0 to 100; RT shows them as Low (0), Medium (50) and High (100).
PRIORITIES = {
    Severity.CRITICAL: 100,
    Severity.HIGH: 75,
    Severity.MEDIUM: 50,
    Severity.LOW: 25,
    Severity.INFO: 0,
}

#: A name in a search; a brace or a quote would end it.
_Name = Annotated[str, msgspec.Meta(pattern=r"^[\w .-]+$")]
_Statuses = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

#: The status of what is deleted, in every lifecycle.
_DELETED = "deleted"


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "rt"`.

    `key_field` and `text_field` are names of custom fields, for the key and for what the ticket
    says now. Statuses are those of the queue's lifecycle: `open_status` is set when a ticket is
    opened again, the first of `closed_statuses` when it is resolved.
    """

    token: str
    queue: str
    key_field: _Name = "ronde key"
    text_field: _Name = "ronde text"
    open_status: str = "open"
    closed_statuses: _Statuses = ("resolved", "rejected")
    priorities: dict[Severity, int] = msgspec.field(default_factory=PRIORITIES.copy)


def connect(settings: Settings, means: Means) -> "RequestTracker":
    """Make the tracker."""
    credential = Secret(f"token {means.secret('token').reveal()}")
    return RequestTracker(means.client({"Authorization": credential}), settings)


class _Field(msgspec.Struct):
    name: str
    values: list[str] = []


class _Ticket(msgspec.Struct):
    id: int
    status: str = msgspec.field(name="Status")
    subject: str = msgspec.field(name="Subject", default="")
    fields: list[_Field] = msgspec.field(name="CustomFields", default_factory=list)


class _Found(msgspec.Struct):
    items: list[_Ticket]


class _Made(msgspec.Struct):
    id: int


class _Queue(msgspec.Struct):
    fields: list[_Field] = msgspec.field(name="TicketCustomFields", default_factory=list)


@dataclass(frozen=True, slots=True)
class RequestTracker:
    """Tickets of one queue. What a ticket says is its first message, and from then on a field."""

    client: Client
    settings: Settings

    markup: ClassVar[Markup] = Markup.PLAIN
    unique: ClassVar[bool] = False

    async def check(self) -> str:
        """See that the queue is there, and that its tickets have our fields."""
        told = self.settings
        also = frozenset({FORBIDDEN, NOT_FOUND})
        answer = await self._call("GET", f"/queue/{quote(told.queue, safe='')}", also=also)
        if answer.status in also:
            raise Parked(f"the queue {told.queue} is not there, or our user may not see it")
        names = {field.name for field in decoded(answer, _Queue).fields}
        for name in (told.key_field, told.text_field):
            if name not in names:
                raise Parked(f"tickets of {told.queue} have no custom field {name} that we may see")
        return f"let in; tickets of {told.queue} have {told.key_field} and {told.text_field}"

    async def find(self, key: str) -> Remote | None:
        """Find a ticket by its key, in any queue: a person may have moved it."""
        query = f"CF.{{{self.settings.key_field}}} = '{key}'"
        asked = {"query": query, "fields": "Status", "orderby": "id", "per_page": "1"}
        found = decoded(await self._call("GET", "/tickets", params=asked), _Found).items
        return self._remote(found[0]) if found else None

    async def look(self, remote: str) -> Remote | None:
        """Read a ticket."""
        answer = await self._call("GET", f"/ticket/{remote}", also=frozenset({NOT_FOUND}))
        if answer.status == NOT_FOUND:
            return None
        ticket = decoded(answer, _Ticket)
        return None if ticket.status == _DELETED else self._remote(ticket)

    async def create(self, draft: Draft) -> Remote:
        """Post a ticket, and see that it has its key: RT may have left it out."""
        told = self.settings
        body = {
            **self._properties(draft),
            "Queue": told.queue,
            "Content": draft.body,
            "ContentType": "text/plain",
        }
        body["CustomFields"] = {told.key_field: draft.key, told.text_field: _as_html(draft.body)}
        made = decoded(await self._call("POST", "/ticket", json=body), _Made)
        ticket = await self._read(str(made.id))
        if _value(ticket, told.key_field) != draft.key:
            why = f"our user may not set the custom field {told.key_field} in {told.queue}"
            raise Parked(f"delete ticket {made.id}: {why}", all_of_it=True)
        return self._remote(ticket)

    async def update(self, remote: str, draft: Draft) -> None:
        """Change subject, priority and the field that holds the text."""
        field, text = self.settings.text_field, _as_html(draft.body)
        change = {**self._properties(draft), "CustomFields": {field: text}}
        ticket, said = await self._changed(remote, change)
        is_now = f"{ticket.subject} {_value(ticket, field)}"
        if is_now.split() != f"{draft.title} {text}".split():
            raise Parked(f"ticket {remote} is not as it should be: {said}")

    async def comment(self, remote: str, note: str) -> None:
        """Add a comment, which requestors are not mailed."""
        comment = {"Content": note, "ContentType": "text/plain"}
        await self._call("POST", f"/ticket/{remote}/comment", json=comment)

    async def close(self, remote: str, note: str) -> None:
        """Set the status."""
        del note
        await self._set(remote, self.settings.closed_statuses[0])

    async def reopen(self, remote: str, note: str) -> None:
        """Set the status."""
        del note
        await self._set(remote, self.settings.open_status)

    async def _set(self, remote: str, status: str) -> None:
        ticket, said = await self._changed(remote, {"Status": status})
        if ticket.status != status:
            raise Parked(f"ticket {remote} does not become {status}: {said}")

    async def _changed(self, remote: str, change: dict[str, Any]) -> tuple[_Ticket, str]:
        """Change a ticket; give it as it is then, and what RT said."""
        answer = await self._call("PUT", f"/ticket/{remote}", json=change)
        return await self._read(remote), self.client.said(answer)

    async def _read(self, remote: str) -> _Ticket:
        return decoded(await self._call("GET", f"/ticket/{remote}"), _Ticket)

    async def _call(
        self, method: str, path: str, *, also: frozenset[int] = frozenset(), **rest: Any
    ) -> Answer:
        answer = await self.client.call(method, f"/REST/2.0{path}", **rest)
        return settled(self.client, answer, also=also)

    def _properties(self, draft: Draft) -> dict[str, Any]:
        priority = self.settings.priorities.get(draft.severity)
        return {"Subject": draft.title} | ({} if priority is None else {"Priority": priority})

    def _remote(self, ticket: _Ticket) -> Remote:
        state = State.CLOSED if ticket.status in self.settings.closed_statuses else State.OPEN
        url = f"{self.client.site}/Ticket/Display.html?id={ticket.id}"
        return Remote(str(ticket.id), url, state)


def _value(ticket: _Ticket, name: str) -> str:
    return "".join(value for field in ticket.fields if field.name == name for value in field.values)


def _as_html(text: str) -> str:
    """Write a text as RT shows its field, with all tags that it takes for harmless."""
    return html.escape(text, quote=False)
