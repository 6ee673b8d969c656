"""What the AKHQ probe makes of written replies, and of half and false ones."""

import pytest

from probes.akhq import Akhq
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Akhq()
OPEN = load("akhq/0.25-open")


def test_a_console_that_lists_its_clusters_is_open() -> None:
    """By name; nothing of a cluster is asked for."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, "0.25.1")
    assert found.holdings == (
        Holding(name="practice", kind="cluster"),
        Holding(name="archive", kind="cluster"),
    )


def test_a_log_in_that_is_offered_is_no_log_in_that_is_asked_for() -> None:
    """Whoever does not log in may have been given a role, too."""
    found = replay(PROBE, load("akhq/0.17-open"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, None)


def test_a_console_that_asks_who_is_there_is_locked() -> None:
    """Two asks are enough."""
    locked = load("akhq/0.25-locked")
    found = replay(PROBE, locked)

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert len(asked(PROBE, locked)) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {}), (404, {"message": "No cluster found"}), (500, {"message": "out of memory"})],
)
def test_a_cluster_that_is_not_missed_in_its_words_proves_nothing(
    status: int, body: object
) -> None:
    """Every server fails at times."""
    found = replay(PROBE, OPEN.with_reply(2, status=status).with_json(2, body))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("auths", [{"loginEnabled": False}, {"formEnabled": "no"}, [], None])
def test_another_answer_at_its_path_is_not_identified(auths: object) -> None:
    """Both members, and both of them truths."""
    found = replay(PROBE, OPEN.with_json(0, auths))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
