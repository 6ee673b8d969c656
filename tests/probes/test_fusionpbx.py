"""What the FusionPBX probe makes of redirects, first runs and open lists."""

import pytest

from probes.fusionpbx import FAX, Fusionpbx
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Fusionpbx()
OPEN = load("fusionpbx/5-open")
FIRST_RUN = load("fusionpbx/5-unclaimed")


def settled(outcome: Outcome) -> Assessment:
    """Insist on an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of one, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize("name", ["5-locked", "4-locked"])
def test_a_redirect_to_the_log_in_names_the_product_and_its_lock(name: str) -> None:
    """One page tells both: each failed look is in the server's log, so no second one follows."""
    found = settled(replay(PROBE, load(f"fusionpbx/{name}")))

    assert (found.access, found.service) == (Access.LOCKED, Service("fusionpbx"))
    assert asked(PROBE, load(f"fusionpbx/{name}")) == [FAX.name]


def test_a_list_of_fax_servers_is_open() -> None:
    """Which they are is not kept."""
    found = settled(replay(PROBE, OPEN))

    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="fax servers", kind="mailbox"),)


def test_a_first_run_is_unclaimed() -> None:
    """Whoever comes names the administrator."""
    assert settled(replay(PROBE, FIRST_RUN)).access is Access.UNCLAIMED


def test_a_first_run_that_is_refused_is_locked() -> None:
    """A web server may guard the installation."""
    assert settled(replay(PROBE, FIRST_RUN.with_reply(1, status=403))).access is Access.LOCKED


@pytest.mark.parametrize(("transcript", "place"), [(OPEN, 1), (FIRST_RUN, 2)])
def test_a_control_that_is_found_proves_nothing(transcript: Transcript, place: int) -> None:
    """A server that answers everything with success is not called open, nor unclaimed."""
    assert silence(replay(PROBE, transcript.with_reply(place, status=200))) is Silence.HALF_PROOF


def test_a_first_run_that_asks_for_no_administrator_proves_nothing() -> None:
    """Another page under that path."""
    spoilt = FIRST_RUN.with_payload(1, b"<form></form>")

    assert silence(replay(PROBE, spoilt)) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (302, "/login.php"),
        (302, "https://sso.example/?path=/app/fax/fax.php"),
        (302, "https://sso.example/?path=%2Fapp%2Ffax%2Ffax.php"),
        (302, "//sso.example/?path=%2Fapp%2Ffax%2Ffax.php"),
        (302, "https://sso.example/core/install/install.php"),
        (200, "/?path=%2Fapp%2Ffax%2Ffax.php"),
        (404, ""),
    ],
)
def test_another_answer_is_not_identified(status: int, location: str) -> None:
    """Many servers lead to a log-in; only this one repeats the path in this way."""
    page = Recorded(ask=FAX.name, status=status, headers={"location": location}, text="")

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
