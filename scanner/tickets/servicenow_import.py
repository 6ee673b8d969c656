"""ServiceNow: rows of a staging table, which a transform map of the team makes into records.

Facts are of ServiceNow's reference of the Import Set API: a row is transformed before the answer
comes; the answer has a result for each map, whose `status` is `inserted`, `updated`, `ignored`
(nothing differs) or `error`; with a map that coalesces on the key, one key is one record, however
often its row is posted.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec

from scanner.ourside import Client
from scanner.plaintext import printable
from scanner.ticket import Errand, Kind, State
from scanner.tickets.answers import decoded, settled
from scanner.tickets.base import Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup
from scanner.tickets.servicenow import IMPACTS, MAX_TITLE, URGENCIES, credential, plain

#: What became of a row, if all is well.
TAKEN = frozenset({"inserted", "updated", "ignored"})

#: Characters of their error in ours.
_SHORT = 200


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "servicenow-import"`; `prefix` begins each column's name."""

    password: str
    table: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")]
    user: str | None = None
    prefix: str = "u_"
    per_second: float = 10  # an instance's own limits are of an hour


def connect(settings: Settings, means: Means) -> "ServiceNowImport":
    """Make the import."""
    headers = credential(settings.user, means.secret("password"))
    return ServiceNowImport(means.client(headers), settings)


class _Result(msgspec.Struct):
    status: str = ""
    sys_id: str = ""
    record_link: str = ""
    error_message: str = ""
    status_message: str = ""


class _Results(msgspec.Struct):
    result: list[_Result]


@dataclass(frozen=True, slots=True)
class ServiceNowImport:
    """One staging table that is told of every action."""

    client: Client
    settings: Settings

    markup: ClassVar[Markup] = Markup.PLAIN

    async def check(self) -> str:
        """See that the staging table is there and may be read; no row is posted."""
        path, params = f"/api/now/table/{self.settings.table}", {"sysparm_limit": "1"}
        answer = await self.client.call(
            "GET", path, params={**params, "sysparm_fields": "sys_id,sys_import_state"}
        )
        decoded(settled(self.client, answer), _Results)
        return f"let in; {self.settings.table} is there"

    async def tell(self, errand: Errand) -> Remote:
        """Post one row, and see what became of it."""
        path = f"/api/now/import/{self.settings.table}"
        answer = await self.client.call("POST", path, json=self._row(errand))
        results = decoded(settled(self.client, answer), _Results).result
        if not results:
            raise Parked(f"no transform map took the row of {self.settings.table}")
        for one in results:
            if one.status not in TAKEN:
                why = printable(one.error_message or one.status_message or one.status, _SHORT)
                raise Parked(f"the transform map refused (400): {why}")
        state = State.CLOSED if errand.action.kind is Kind.CLOSE else State.OPEN
        made = results[0]
        return Remote(printable(made.sys_id, _SHORT), str(self.client.site), state)

    def _row(self, errand: Errand) -> dict[str, str]:
        draft, kind = errand.action.draft, errand.action.kind
        row = {
            "key": draft.key,
            "title": plain(draft.title)[:MAX_TITLE],
            "body": plain(draft.body),
            "severity": draft.severity.value,
            "impact": IMPACTS[draft.severity],
            "urgency": URGENCIES[draft.severity],
            "overdue": "true" if draft.overdue else "false",
            "state": "resolved" if kind is Kind.CLOSE else "open",
            "action": kind.value,
            "note": plain(errand.action.note),
            "delivery": errand.name,
        }
        return {f"{self.settings.prefix}{name}": value for name, value in row.items()}
