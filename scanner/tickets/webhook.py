"""A webhook of the team's own, in the form of Standard Webhooks.

Facts are of the specification (https://github.com/standard-webhooks/standard-webhooks): the headers
`webhook-id`, `webhook-timestamp` in seconds, and `webhook-signature` with `v1,` and the Base64 of
HMAC-SHA256 over `id.timestamp.body`; secrets are `whsec_` and Base64; receivers refuse what is more
than five minutes old, and tell repetitions by the id, which is therefore the same in every retry.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from scanner.model import Refused
from scanner.ourside import Client
from scanner.secret import Secret
from scanner.ticket import Errand, Kind, State
from scanner.tickets.answers import settled
from scanner.tickets.base import Means, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: What a receiver is told of, by what is to be done about a ticket.
EVENTS = {
    Kind.CREATE: "finding.opened",
    Kind.UPDATE: "finding.updated",
    Kind.CHANGE: "finding.changed",
    Kind.ESCALATE: "finding.overdue",
    Kind.CLOSE: "finding.resolved",
    Kind.REOPEN: "finding.reopened",
}

#: What every secret of this form begins with, and its least length in bytes, both as specified.
PREFIX = "whsec_"
MIN_KEY = 24


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "webhook"`.

    While a secret is being replaced, `old_secret` signs as well, and receivers take either.
    """

    secret: str
    old_secret: str | None = None


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an event: what happened, when it was ordered, and all that is told of it."""

    type: str
    timestamp: datetime
    data: dict[str, Any]


def connect(settings: Settings, means: Means) -> "Webhook":
    """Make the webhook.

    Raises:
        Refused: a secret is not one of this form.
    """
    names = ("secret", "old_secret") if settings.old_secret else ("secret",)
    keys = tuple(_checked(means.secret(name), f"{means.place}.{name}") for name in names)
    return Webhook(means.client({}), keys, means.now)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One URL that is told of every action; of one more than once only under the same id."""

    client: Client
    keys: tuple[Secret, ...]
    now: Callable[[], datetime]

    markup: ClassVar[Markup] = Markup.PLAIN

    async def check(self) -> str:
        """Send an event that is about nothing."""
        now = self.now()
        body = msgspec.json.encode(Payload(type="ronde.test", timestamp=now, data={}))
        await self._post(f"msg_test_{now:%Y%m%d%H%M%S}", body)
        return "it took a test event (ronde.test)"

    async def tell(self, errand: Errand) -> Remote:
        """Post one event."""
        kind, draft = errand.action.kind, errand.action.draft
        data = {**msgspec.to_builtins(draft), "note": errand.action.note}
        payload = Payload(type=EVENTS[kind], timestamp=errand.at, data=data)
        await self._post(errand.name, msgspec.json.encode(payload))
        state = State.CLOSED if kind is Kind.CLOSE else State.OPEN
        return Remote(draft.key, str(self.client.site), state)

    async def _post(self, name: str, body: bytes) -> None:
        """Post a body, signed at this moment: a retry tomorrow is not five minutes old."""
        seconds = int(self.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(
                f"v1,{signature(key, name, seconds, body)}" for key in self.keys
            ),
        }
        settled(self.client, await self.client.call("POST", "", content=body, headers=headers))


def signature(key: Secret, name: str, seconds: int, body: bytes) -> str:
    """Sign one delivery."""
    signed = f"{name}.{seconds}.".encode() + body
    made = hmac.new(_bytes(key), signed, hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def _checked(secret: Secret, field: str) -> Secret:
    try:
        long_enough = len(_bytes(secret)) >= MIN_KEY
    except (binascii.Error, ValueError):
        long_enough = False
    if not long_enough or not secret.reveal().startswith(PREFIX):
        raise Refused(f"{field}: write {PREFIX} and the Base64 of at least {MIN_KEY} random bytes")
    return secret


def _bytes(key: Secret) -> bytes:
    return base64.b64decode(key.reveal().removeprefix(PREFIX), validate=True)
