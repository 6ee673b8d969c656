"""What the Jenkins probe makes of replies as its source words them, and of half and false ones."""

import pytest

from probes.jenkins import Jenkins
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Jenkins()
OPEN = load("jenkins/2.462-no-security")
READ = load("jenkins/2.462-anonymous-read")
LOCKED = load("jenkins/2.462-locked")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_without_security_is_open() -> None:
    """The page of the administrators is not asked for: there is nobody else."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("jenkins", "2.462.3"))
    assert [one.name for one in found.holdings] == ["fax-export", "nightly"]
    assert "GET /manage/" not in asked(PROBE, OPEN)


def test_a_server_that_lets_anyone_look_is_partial() -> None:
    """Its administrators are somebody else."""
    found = assessed(replay(PROBE, READ))

    assert (found.access, found.because) == (
        Access.PARTIAL,
        "lets anyone look, and no more: 1 jobs listed",
    )


def test_a_server_whose_strangers_are_administrators_is_open() -> None:
    """There are accounts, and nobody needs one."""
    found = assessed(replay(PROBE, READ.with_reply(3, status=200)))

    assert found.access is Access.OPEN


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_page_that_is_neither_shown_nor_refused_settles_nothing(status: int) -> None:
    """Open or partial: it could not be told."""
    found = unknown(replay(PROBE, READ.with_reply(3, status=status)))

    assert found.silence is Silence.GARBLED


def test_a_server_as_the_set_up_leaves_it_is_locked() -> None:
    """The refusal is signed with the version, too."""
    found = assessed(replay(PROBE, LOCKED))

    assert (found.access, found.service.version) == (Access.LOCKED, "2.462.3")
    assert len(asked(PROBE, LOCKED)) == 2


@pytest.mark.parametrize(
    ("status", "text"),
    [(404, "Not Found"), (200, "XPath /ronde-no-such-element didn't match"), (403, "")],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(2, text.encode()).with_reply(2, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_another_product_is_not_identified() -> None:
    """A page that talks of Jenkins is not signed by one."""
    page = Recorded(ask="GET /", text="<title>Dashboard [Jenkins]</title>")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
