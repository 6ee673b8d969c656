"""What the DICOMweb probe makes of real replies, and of half and false ones."""

import pytest

from probes.dicomweb import CONTROL, STUDIES, Dicomweb
from scanner.model import (
    Access,
    Assessment,
    Confidence,
    Holding,
    Outcome,
    Service,
    Silence,
    Unknown,
)
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Dicomweb()
OPEN = load("dicomweb/orthanc-1.10-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_that_searches_for_anyone_is_open() -> None:
    """It finds nothing, because nothing can be found."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("dicomweb"))
    assert found.because == "answers searches without credentials: no match"
    assert found.holdings == (Holding(name="studies", kind="archive"),)
    assert found.confidence is Confidence.CONFIRMED


def test_two_searches_are_put_and_neither_can_match() -> None:
    """Never one without a key, and never `limit=0`, which means all to some."""
    assert asked(PROBE, OPEN) == [STUDIES.name, CONTROL.name]
    assert STUDIES.template.endswith("&limit=1")
    assert "StudyInstanceUID=2.25." in STUDIES.template
    assert "StudyInstanceUID=2.25." in CONTROL.template


def test_a_server_without_a_type_is_less_sure() -> None:
    """204 and 400 are what the standard asks for, and anybody can say them."""
    found = assessed(replay(PROBE, load("dicomweb/standard")))

    assert (found.access, found.confidence) == (Access.OPEN, Confidence.PROBABLE)


def test_a_server_that_says_204_to_everything_is_none() -> None:
    """It is left to the next probe."""
    silent = load("dicomweb/standard").with_reply(1, status=204)
    found = unknown(replay(PROBE, silent))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_a_server_that_ignores_both_keys_proves_nothing() -> None:
    """A folder of prepared answers; what it hands out is not read."""
    found = unknown(replay(PROBE, load("dicomweb/ignores-the-key")))

    assert (found.silence, found.service) == (Silence.HALF_PROOF, Service("dicomweb"))


def test_a_match_that_cannot_be_is_not_read() -> None:
    """The server is open all the same, and the page is not even parsed."""
    found = assessed(replay(PROBE, OPEN.with_reply(0, text='[{"00100010": PATIENT')))

    assert found.access is Access.OPEN
    assert found.because.endswith("a match, although none can be: it was not read")
    assert "PATIENT" not in str(found)


def test_an_orthanc_with_users_is_locked() -> None:
    """Its own realm names it, on whichever port and behind whichever proxy."""
    transcript = load("dicomweb/orthanc-1.10-locked")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service) == (Access.LOCKED, Service("orthanc"))
    assert asked(PROBE, transcript) == [STUDIES.name]


def test_another_s_401_is_a_shut_door_without_a_name() -> None:
    """Any server may demand a credential there."""
    shut = {"status": 401, "headers": {"www-authenticate": 'Basic realm="x"'}}
    found = unknown(replay(PROBE, OPEN.with_reply(0, **shut)))

    assert (found.silence, found.service) == (Silence.GUARDED, None)


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_a_false_limit_that_is_not_refused_proves_nothing(status: int) -> None:
    """The control is the other side."""
    liar = OPEN.with_reply(1, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (200, "application/json", "[]"),
        (200, "application/dicom+json", "{}"),
        (200, "text/html", "<html>welcome</html>"),
        (404, "application/dicom+json", "[]"),
    ],
)
def test_another_product_is_not_identified(status: int, kind: str, text: str) -> None:
    """The type is DICOM's own, and the page an array."""
    page = Recorded(ask=STUDIES.name, status=status, headers={"content-type": kind}, text=text)
    found = replay(PROBE, Transcript(server="by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
