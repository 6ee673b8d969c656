"""Webhooks: verified by the specification's own library, and told once under one name."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from scanner.model import Refused
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Fate, Wire

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another-secret-of-32-bytes-or-so").decode()

TABLE = {"system": "webhook", "url": "https://hooks.example/ronde", "secret": "env:HOOK"}

DOOR = door(1)


@dataclass(slots=True)
class Receiver:
    """Takes every event that the library verifies."""

    secret: str = SECRET
    taken: list[dict[str, object]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Verify, keep, answer."""
        event = Webhook(self.secret).verify(request.content, dict(request.headers))
        self.taken.append(event)
        self.names.append(request.headers["webhook-id"])
        return httpx.Response(204)


def team(folder: Path, wire: Wire, **table: str) -> Team:
    """Give a team that has both secrets."""
    environment = {"HOOK": SECRET, "OLD": OTHER}
    return Team(folder, {**TABLE, **table}, wire, environment=environment)


def synced(at: Team) -> None:
    """Deliver at this very moment: the library looks at the real clock."""
    at.clock = max(at.clock, datetime.now(UTC))
    at.sync()


def test_every_event_is_verified_by_the_library(tmp_path: Path) -> None:
    """Each is signed so that the code of those who specified it agrees."""
    receiver = Receiver()
    at = team(tmp_path, Wire(receiver))
    at.night(DOOR)
    at.night(worse(DOOR))
    at.night(shut=(DOOR,))
    at.night(DOOR)
    synced(at)

    assert [event["type"] for event in receiver.taken] == [
        "finding.opened",
        "finding.changed",
        "finding.resolved",
        "finding.reopened",
    ]
    assert len(set(receiver.names)) == 4


def test_an_event_says_what_a_template_could(tmp_path: Path) -> None:
    """Facts are there one by one, and the note that people would read."""
    receiver = Receiver()
    at = team(tmp_path, Wire(receiver))
    at.night(DOOR)
    at.night(worse(DOOR))
    synced(at)

    data = receiver.taken[1]["data"]
    assert isinstance(data, dict)
    assert data["key"] == f"ronde-{DOOR.fingerprint}"
    assert data["facts"][0]["endpoint"] == "198.18.0.2:9200"
    assert data["facts"][0]["severity"] == "critical"
    assert data["note"] == "198.18.0.2:9200: severity: high is now critical."


@pytest.mark.parametrize("fate", [Fate.DOWN, Fate.HALF, Fate.ERROR])
def test_a_repetition_has_the_same_name(tmp_path: Path, fate: Fate) -> None:
    """A receiver that has kept it can forget the second one."""
    receiver = Receiver()
    wire = Wire(receiver, at=0, fate=fate)
    at = team(tmp_path, wire)
    at.night(DOOR)
    synced(at)
    at.later(minutes=2)
    at.sync()

    assert len({request.headers["webhook-id"] for request in wire.calls}) == 1
    assert len(wire.calls) == 2
    assert at.waiting() == []


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_a_secret_is_replaced_without_a_gap(tmp_path: Path, secret: str) -> None:
    """Meanwhile both sign, and a receiver may know either."""
    receiver = Receiver(secret)
    at = team(tmp_path, Wire(receiver), old_secret="env:OLD")
    at.night(DOOR)
    synced(at)

    assert len(receiver.taken) == 1


def test_another_secret_is_not_verified(tmp_path: Path) -> None:
    """The library would say so."""
    wire = Wire(Receiver(OTHER))
    at = team(tmp_path, wire)
    at.night(DOOR)

    with pytest.raises(ExceptionGroup) as raised:
        synced(at)
    assert raised.group_contains(WebhookVerificationError)


def test_check_sends_an_event_about_nothing(tmp_path: Path) -> None:
    """So that the receiver can be tried out."""
    bodies: list[dict[str, object]] = []

    def receiver(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200)

    assert "ronde.test" in team(tmp_path, Wire(receiver)).connected().check("desk")
    assert [(body["type"], body["data"]) for body in bodies] == [("ronde.test", {})]


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "c2hvcnQ" * 8, "whsec_!" + "a" * 60])
def test_a_secret_of_another_form_is_refused(tmp_path: Path, secret: str) -> None:
    """Too short, without its prefix, no Base64: the field is named, the secret is not."""
    at = team(tmp_path, Wire(Receiver()))
    at.environment["HOOK"] = secret

    with pytest.raises(Refused, match=r"tickets\.desk\.secret: write whsec_") as refused:
        at.connected()
    assert secret not in str(refused.value)
