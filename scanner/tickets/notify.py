"""Mail, chat and pagers, by apprise: a digest for each owner, and nothing when nothing changed.

Apprise makes its connections itself, so the hosts that they may go to are named beside it; the
guard lets no other pass. It is told of one service in each table: of two, one could fail, and both
would be told again.
"""

import logging
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import StringIO
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import quote

import anyio.to_thread
import apprise

from scanner.model import Refused
from scanner.secret import Secret
from scanner.ticket import Action, Errand, Grouping, Kind, State
from scanner.tickets.base import Busy, Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: Where a service's URL wants the contact that the inventory gives of an owner.
CONTACT = "{contact}"

#: A contact that can stand in a URL: an address of mail, and nothing around it.
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)

#: What is worth a message: another wording is not.
_SAYS = {
    Kind.CREATE: apprise.NotifyType.WARNING,
    Kind.CHANGE: apprise.NotifyType.WARNING,
    Kind.ESCALATE: apprise.NotifyType.FAILURE,
    Kind.REOPEN: apprise.NotifyType.WARNING,
    Kind.CLOSE: apprise.NotifyType.SUCCESS,
}


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "notify"`.

    `service` refers to a URL of apprise, which holds credentials; `hosts` are all that it may
    reach, as `HOST` or `HOST:PORT`.
    """

    service: str
    hosts: tuple[str, ...]
    url: str = ""
    group_by: Grouping = Grouping.OWNER


def connect(settings: Settings, means: Means) -> "Notify":
    """Make the channel, and try out the URL; apprise loads its services meanwhile.

    Raises:
        Refused: there is no such service, or it would speak without TLS.
    """
    for place in settings.hosts:
        means.host(*_host(place, f"{means.place}.hosts"))
    url = means.secret("service")
    _refuse_careless(url, f"{means.place}.service")
    return Notify(url)


@dataclass(frozen=True, slots=True)
class Notify:
    """One service that is told of what changed."""

    url: Secret

    markup: ClassVar[Markup] = Markup.PLAIN

    async def check(self) -> str:
        """Send a message about nothing."""
        if CONTACT in self.url.reveal():
            return "the service is understood; nothing was sent, for it asks for a contact"
        await self._send(self.url.reveal(), "ronde", "A test.", apprise.NotifyType.INFO)
        return "it took a test message"

    async def tell(self, errand: Errand) -> Remote:
        """Send one message, unless only words differ."""
        action, draft = errand.action, errand.action.draft
        if action.kind in _SAYS:
            url = addressed(self.url.reveal(), action)
            await self._send(url, draft.title, _text(action), _SAYS[action.kind])
        state = State.CLOSED if action.kind is Kind.CLOSE else State.OPEN
        return Remote(draft.key, "", state)

    async def _send(self, url: str, title: str, text: str, kind: apprise.NotifyType) -> None:
        """Let apprise speak, in a thread, and keep what it logs: its words may hold the URL."""

        def send() -> tuple[bool, str]:
            with _heard(logging.WARNING) as said:
                service = apprise.Apprise.instantiate(url)
                sent = service and service.notify(body=text, title=title, notify_type=kind)
                return bool(sent), said.getvalue()

        sent, said = await anyio.to_thread.run_sync(send)
        if not sent:
            raise Busy(f"the service did not take it: {said.strip()[:300] or 'it did not say why'}")


def addressed(url: str, action: Action) -> str:
    """Write the owner's contact into a URL that asks for it.

    Raises:
        Parked: the inventory gives none that is an address.
    """
    if CONTACT not in url:
        return url
    contacts = [fact.contact for fact in action.draft.facts if fact.contact]
    if not contacts or not _ADDRESS.fullmatch(contacts[0]):
        raise Parked("the inventory gives no mail address as the contact of this owner")
    return url.replace(CONTACT, quote(contacts[0]))


def _text(action: Action) -> str:
    whole = action.kind in {Kind.CREATE, Kind.REOPEN}
    return "\n\n".join(part for part in (action.note, action.draft.body if whole else "") if part)


def _host(place: str, field: str) -> tuple[str, int]:
    name, _, port = place.rpartition(":") if ":" in place else (place, "", "443")
    if not name or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise Refused(f"{field}: write HOST or HOST:PORT")
    return name, int(port)


def _refuse_careless(url: Secret, field: str) -> None:
    text = url.reveal().replace(CONTACT, "nobody@example.invalid")
    with _heard(logging.CRITICAL):  # it would repeat the URL
        service = apprise.Apprise.instantiate(text)
    if service is None:
        raise Refused(f"{field}: apprise knows no such service")
    if not service.verify_certificate:
        raise Refused(f"{field}: a certificate that nobody verifies protects nothing")
    named: object = service.protocol  # one name, several, or none
    plain = named if isinstance(named, tuple) else (named,)
    if text.partition("://")[0].lower() in plain and not _is_here(service.host):
        raise Refused(f"{field}: without TLS it is read by many; take the secure form of the URL")


def _heard(level: int) -> AbstractContextManager[StringIO]:
    """Keep apprise's log to ourselves for a block."""
    made: AbstractContextManager[StringIO] = apprise.LogCapture(  # type: ignore[no-untyped-call]
        level=level, fmt="%(message)s"
    )
    return made


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
