"""What the probe of RabbitMQ's management makes of real pages, and of half and false ones."""

import pytest

from probes.rabbitmq import RabbitMq
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = RabbitMq()
LOCKED = "rabbitmq/3.10-locked"
OPEN = "rabbitmq/3.10-behind-a-login-of-a-proxy"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_management_that_demands_a_user_is_locked() -> None:
    """Its page is public by design and proves nothing."""
    found = settled(load(LOCKED))

    assert (found.access, found.service) == (Access.LOCKED, Service("rabbitmq"))
    assert asked(PROBE, load(LOCKED)) == ["GET /", "GET /api/overview"]


def test_a_proxy_that_logs_everybody_in_opens_it() -> None:
    """Queues with their messages and bytes; one that is too new has no counts."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("rabbitmq", "3.10.8"))
    assert found.holdings == (
        Holding(name="faxes", kind="queue", records=1, bytes=17),
        Holding(name="prescriptions", kind="queue"),
    )


def test_a_realm_names_a_page_that_is_guarded_as_well() -> None:
    """The door before the page may be the management's own."""
    realm = {"www-authenticate": 'Basic realm="RabbitMQ Management"'}
    guarded = load(LOCKED).with_reply(0, status=401, text="", headers=realm)

    assert settled(guarded).access is Access.LOCKED


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"status": 200}, id="a host that cannot exist is there"),
        pytest.param({"status": 500}, id="an error of another kind"),
    ],
)
def test_one_side_of_a_proof_is_none(change: dict[str, int]) -> None:
    """A decoy that has every virtual host is not called open."""
    outcome = replay(PROBE, load(OPEN).with_reply(3, **change))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_refused_listing_is_a_lock() -> None:
    """A user who may log in and see nothing."""
    assert settled(load(OPEN).with_reply(2, status=403)).access is Access.LOCKED


def test_another_page_is_not_recognised() -> None:
    """A title that only begins alike."""
    page = load(LOCKED).with_reply(0, text="<title>RabbitMQ Management Training</title>")

    assert replay(PROBE, page) == Unknown(Silence.UNRECOGNISED, "")
