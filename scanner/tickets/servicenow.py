"""ServiceNow: incidents over the Table API.

Facts are of ServiceNow's reference of the Table API and its knowledge base: a condition about a
field that is not there, or may not be read, is left out of a query, which then gives every record;
a field that may not be written is left out of a change, which is then answered 200; a data policy
that is not satisfied is 403; `[code]` in a journal is shown as HTML; resolved (6) may be taken up
again, closed (7) and cancelled (8) are final.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

from scanner.model import Severity
from scanner.ourside import Answer, Client
from scanner.secret import Secret, basic
from scanner.ticket import Draft, State
from scanner.tickets.answers import NOT_FOUND, decoded, settled
from scanner.tickets.base import Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: Characters of a short description; ServiceNow itself cuts what is longer, and says nothing.
MAX_TITLE = 160

#: Impact and urgency, 1 to 3: their table of priorities makes 1 of 1 and 1, and 5 of 3 and 3.
IMPACTS = {
    Severity.CRITICAL: "1",
    Severity.HIGH: "1",
    Severity.MEDIUM: "2",
    Severity.LOW: "3",
    Severity.INFO: "3",
}
URGENCIES = IMPACTS | {Severity.HIGH: "2"}

#: What says to everybody that an incident is ours.
OURS = "ronde"

#: What of a record is read, and how many with one key are looked at: one is open, others are final.
FIELDS = "sys_id,number,state,correlation_id"
MAX_FOUND = 20

_CODE = re.compile(r"(?i)\[(?=/?code\])")


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "servicenow"`.

    With `user`, `password` is that user's; without, it is a key of the REST API. `fields` are sent
    as they are, with each new record. States are their numbers.
    """

    password: str
    user: str | None = None
    table: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")] = "incident"
    closed_state: str = "6"
    open_state: str = "2"
    final_states: tuple[str, ...] = ("7", "8")
    close_code: str = "Solution provided"
    impacts: dict[Severity, str] = msgspec.field(default_factory=IMPACTS.copy)
    urgencies: dict[Severity, str] = msgspec.field(default_factory=URGENCIES.copy)
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    per_second: float = 10  # an instance's own limits are of an hour


def connect(settings: Settings, means: Means) -> "ServiceNow":
    """Make the tracker."""
    headers = credential(settings.user, means.secret("password"))
    return ServiceNow(means.client(headers), settings)


def credential(user: str | None, password: Secret) -> dict[str, Secret]:
    """Give the header that lets us in: a user's, or that of a key."""
    return {"Authorization": basic(user, password)} if user else {"x-sn-apikey": password}


def plain(text: str) -> str:
    """Take away what a journal would show as HTML."""
    return _CODE.sub("[\N{ZERO WIDTH SPACE}", text)


class _Record(msgspec.Struct):
    sys_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    number: str = ""
    state: str = ""
    correlation_id: str = ""


class _One(msgspec.Struct):
    result: _Record


class _Many(msgspec.Struct):
    result: list[_Record]


@dataclass(frozen=True, slots=True)
class ServiceNow:
    """Records of one table: incidents, or what is made of the same fields."""

    client: Client
    settings: Settings

    markup: ClassVar[Markup] = Markup.PLAIN
    unique: ClassVar[bool] = False

    async def check(self) -> str:
        """See that we are let in, and that records can be asked for by our key."""
        await self.find(OURS)
        return f"let in; {self.settings.table} is read by correlation_id"

    async def find(self, key: str) -> Remote | None:
        """Find the newest record with the key that is not final."""
        query = f"correlation_id={key}^ORDERBYDESCsys_created_on"
        asked = {"sysparm_query": query, "sysparm_limit": str(MAX_FOUND), "sysparm_fields": FIELDS}
        found = decoded(await self._call("GET", "", params=asked), _Many).result
        if any(record.correlation_id != key for record in found):
            raise Parked(
                f"{self.settings.table} was asked by correlation_id, and gave others: "
                "let us read that field",
                all_of_it=True,
            )
        return next((self._remote(one) for one in found if not self._is_final(one)), None)

    async def look(self, remote: str) -> Remote | None:
        """Look at a record; one that is final is gone, for nobody can take it up again."""
        asked = {"sysparm_fields": FIELDS}
        answer = await self._call("GET", f"/{remote}", params=asked, also=frozenset({NOT_FOUND}))
        if answer.status == NOT_FOUND:
            return None
        record = decoded(answer, _One).result
        return None if self._is_final(record) else self._remote(record)

    async def create(self, draft: Draft) -> Remote:
        """Post a record."""
        body = {
            **self.settings.fields,
            **self._fields(draft),
            "correlation_id": draft.key,
            "correlation_display": OURS,
        }
        return self._remote(decoded(await self._call("POST", "", json=body), _One).result)

    async def update(self, remote: str, draft: Draft) -> None:
        """Change what it says, its impact and its urgency."""
        await self._call("PATCH", f"/{remote}", json=self._fields(draft))

    async def comment(self, remote: str, note: str) -> None:
        """Add a work note, which no customer sees."""
        await self._call("PATCH", f"/{remote}", json={"work_notes": plain(note)})

    async def close(self, remote: str, note: str) -> None:
        """Resolve it, with the code and the notes that a data policy demands."""
        done = {"close_code": self.settings.close_code, "close_notes": plain(note)}
        await self._bring(remote, self.settings.closed_state, done)

    async def reopen(self, remote: str, note: str) -> None:
        """Take it up again."""
        del note
        await self._bring(remote, self.settings.open_state, {})

    async def _bring(self, remote: str, state: str, fields: dict[str, str]) -> None:
        """Set a state, and see that it was set."""
        answer = await self._call("PATCH", f"/{remote}", json={"state": state, **fields})
        record = decoded(answer, _One).result
        if record.state != state:
            raise Parked(f"the state was not taken: let us write state {state}")

    async def _call(
        self, method: str, path: str, *, also: frozenset[int] = frozenset(), **rest: Any
    ) -> Answer:
        place = f"/api/now/table/{self.settings.table}{path}"
        return settled(self.client, await self.client.call(method, place, **rest), also=also)

    def _fields(self, draft: Draft) -> dict[str, str]:
        graded = {
            "impact": self.settings.impacts.get(draft.severity),
            "urgency": self.settings.urgencies.get(draft.severity),
        }
        return {
            "short_description": plain(draft.title)[:MAX_TITLE],
            "description": plain(draft.body),
            **{name: grade for name, grade in graded.items() if grade},
        }

    def _is_final(self, record: _Record) -> bool:
        return record.state in self.settings.final_states

    def _remote(self, record: _Record) -> Remote:
        closed = record.state == self.settings.closed_state
        url = f"{self.client.site}/{self.settings.table}.do?sys_id={record.sys_id}"
        return Remote(record.sys_id, url, State.CLOSED if closed else State.OPEN)
