"""TheHive 5: alerts, which analysts merge into cases.

Facts are of its own client (thehive4py 2.1) and its developers' words: `type`, `source` and
`sourceRef` together are unique, and a second alert with the same is refused with 400 (issue 1094 of
TheHive); so is an alert in which an observable is twice (1514). A status has a stage: `New`,
`InProgress`, `Imported`, `Closed`. Searches are POSTs.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from scanner.model import Severity
from scanner.ourside import Answer, Client
from scanner.secret import bearer
from scanner.ticket import Draft, State
from scanner.tickets.answers import BAD_REQUEST, NOT_FOUND, decoded, settled
from scanner.tickets.base import Exists, Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: From 1, low, to 4, critical.
SEVERITIES = {
    Severity.CRITICAL: 4,
    Severity.HIGH: 3,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
    Severity.INFO: 1,
}

#: The `source` of every alert of ours.
SOURCE = "ronde"


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "thehive"`.

    The statuses are the installation's own: `closed_status` has to be one of the stage `Closed`.
    `tlp` and `pap` are those of TheHive, from 0, clear, to 4, red.
    """

    token: str
    organisation: str | None = None
    type: str = "exposure"
    open_status: str = "New"
    closed_status: str = "Ignored"
    tlp: int = 2
    pap: int = 2


def connect(settings: Settings, means: Means) -> "TheHive":
    """Make the tracker."""
    return TheHive(means.client({"Authorization": bearer(means.secret("token"))}), settings)


class _Alert(msgspec.Struct):
    id: str = msgspec.field(name="_id")
    stage: str = ""


class _User(msgspec.Struct):
    login: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class TheHive:
    """Alerts of one organisation; the key of a ticket is the `sourceRef` of its alert."""

    client: Client
    settings: Settings

    markup: ClassVar[Markup] = Markup.MARKDOWN
    unique: ClassVar[bool] = True

    async def check(self) -> str:
        """Ask who we are."""
        user = decoded(await self._call("GET", "/user/current"), _User)
        return f"let in as {user.login} of {user.organisation or 'no organisation'}"

    async def find(self, key: str) -> Remote | None:
        """Find an alert by what is unique of it."""
        unique = {"type": self.settings.type, "source": SOURCE, "sourceRef": key}
        matches = [{"_eq": {"_field": name, "_value": value}} for name, value in unique.items()]
        query = [
            {"_name": "listAlert"},
            {"_name": "filter", "_and": matches},
            {"_name": "page", "from": 0, "to": 1},
        ]
        answer = await self._call("POST", "/query", json={"query": query}, reads=True)
        found = decoded(answer, list[_Alert])
        return self._remote(found[0]) if found else None

    async def look(self, remote: str) -> Remote | None:
        """Get an alert by its id."""
        answer = await self._call("GET", f"/alert/{remote}", also=frozenset({NOT_FOUND}))
        return None if answer.status == NOT_FOUND else self._remote(decoded(answer, _Alert))

    async def create(self, draft: Draft) -> Remote:
        """Create an alert with the addresses as its observables, each once."""
        addresses = sorted({fact.address for fact in draft.facts if fact.address})
        alert = {
            **self._said(draft),
            "type": self.settings.type,
            "source": SOURCE,
            "sourceRef": draft.key,
            "tags": list(draft.labels),
            "tlp": self.settings.tlp,
            "pap": self.settings.pap,
            "status": self.settings.open_status,
            "observables": [{"dataType": "ip", "data": address} for address in addresses],
        }
        answer = await self._call("POST", "/alert", json=alert, also=frozenset({BAD_REQUEST}))
        if answer.status == BAD_REQUEST:
            if b"already exist" in answer.body.lower():
                raise Exists(f"TheHive has an alert with the reference {draft.key}")
            raise Parked(f"refused (400): {self.client.said(answer)}")
        return self._remote(decoded(answer, _Alert))

    async def update(self, remote: str, draft: Draft) -> None:
        """Change title, description and severity."""
        await self._call("PATCH", f"/alert/{remote}", json=self._said(draft))

    async def comment(self, remote: str, note: str) -> None:
        """Comment on the alert."""
        await self._call("POST", f"/alert/{remote}/comment", json={"message": note})

    async def close(self, remote: str, note: str) -> None:
        """Set a status of the stage `Closed`."""
        change = {"status": self.settings.closed_status, "summary": note}
        await self._call("PATCH", f"/alert/{remote}", json=change)

    async def reopen(self, remote: str, note: str) -> None:
        """Set the status of a new alert."""
        del note
        await self._call("PATCH", f"/alert/{remote}", json={"status": self.settings.open_status})

    async def _call(
        self, method: str, path: str, *, also: frozenset[int] = frozenset(), **rest: Any
    ) -> Answer:
        within = self.settings.organisation
        headers = {"X-Organisation": within} if within else {}
        answer = await self.client.call(method, f"/api/v1{path}", headers=headers, **rest)
        return settled(self.client, answer, also=also)

    def _said(self, draft: Draft) -> dict[str, Any]:
        return {
            "title": draft.title,
            "description": draft.body,
            "severity": SEVERITIES[draft.severity],
        }

    def _remote(self, alert: _Alert) -> Remote:
        state = State.CLOSED if alert.stage == "Closed" else State.OPEN
        return Remote(alert.id, f"{self.client.site}/alerts/{alert.id}/details", state)
