"""What the DICOM query makes of real archives, and of half and false answers."""

import pytest

from probes.dicom import ASSOCIATE, RELEASE
from probes.dicomfind import ABORT, FIND, Dicomfind
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.wire import dicom
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Dicomfind()
OPEN = load("dicomfind/orthanc-1.10-open")
IGNORES = load("dicomfind/ignores-the-key")


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def answering(status: int) -> Transcript:
    """Let a real archive answer with another status."""
    data = OPEN.exchanges[1].payload
    return OPEN.with_payload(1, data[:-2] + status.to_bytes(2, "little"))


@pytest.mark.parametrize(
    ("name", "toolkit"),
    [
        ("orthanc-1.10-open", Service("dcmtk", "3.6.7")),
        ("dcmqrscp-3.6", Service("dcmtk", "3.6.7")),
        ("qrscp-3.0", Service("pynetdicom", "3.0.4")),
    ],
)
def test_an_archive_that_answers_is_open(name: str, toolkit: Service) -> None:
    """Success, without a match: nothing was there to be read."""
    found = assessed(replay(PROBE, load(f"dicomfind/{name}")))

    assert (found.access, found.service) == (Access.OPEN, toolkit)
    assert found.proof == Proof(
        "C-FIND-RQ (a study that cannot exist)",
        "success, without a match",
        "an abstract syntax that cannot exist was not accepted in the same association",
    )
    assert found.holdings == (Holding(name="studies", kind="archive"),)


def test_an_association_is_released_after_the_answer() -> None:
    """One question, and a goodbye."""
    assert asked(PROBE, OPEN) == [ASSOCIATE.name, FIND.name, RELEASE.name]


def test_no_study_is_asked_for_twice() -> None:
    """A number of its own for each query, derived from a UUID [PS3.5 B.2]."""
    assert FIND.payload != FIND.payload
    assert b"2.25." in FIND.payload


def test_orthanc_as_it_ships_is_not_open() -> None:
    """It accepts queries, and aborts the association when one is put."""
    found = unknown(replay(PROBE, load("dicomfind/orthanc-1.10-default")))

    assert found.silence is Silence.HALF_PROOF
    assert found.why.startswith("associates with any title, and accepts verification, query")
    assert found.why.endswith("; C-FIND-RQ (a study that cannot exist) was aborted")


def test_a_server_that_only_stores_is_not_asked() -> None:
    """That anybody may store is said; that it was done cannot be."""
    transcript = load("dicomfind/storescp-3.6")
    found = unknown(replay(PROBE, transcript))

    assert asked(PROBE, transcript) == [ASSOCIATE.name, RELEASE.name]
    assert found.silence is Silence.HALF_PROOF
    assert "accepts verification, storage" in found.why


def test_an_archive_that_knows_its_peers_is_locked() -> None:
    """By a name."""
    transcript = load("dicomfind/orthanc-1.10-called")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == [ASSOCIATE.name]


def test_a_match_is_not_read_and_ends_the_conversation() -> None:
    """An archive that ignores the key hands out a patient: cancelled and aborted at once."""
    found = assessed(replay(PROBE, IGNORES))

    assert asked(PROBE, IGNORES) == [ASSOCIATE.name, FIND.name, ABORT.name]
    assert ABORT.payload.endswith(dicom.abort())
    assert found.access is Access.OPEN
    assert found.proof is not None
    assert found.proof.answer == "a match, although none can be: it was not read"


def test_a_patient_that_is_handed_out_is_not_in_the_answer() -> None:
    """The frame ends before the data set, which is never given to the probe."""
    pending = IGNORES.exchanges[1].payload
    patient = b"\x10\0\x10\0\x08\0\0\0RONDE^X "
    match = b"\4\0\0\0\0\x16\0\0\0\x12\5\2" + patient

    assert FIND.framing(pending + match) == len(pending)


@pytest.mark.parametrize(
    ("status", "silence"),
    [(0xA700, Silence.BUSY), (0xA900, Silence.HALF_PROOF), (0xC001, Silence.HALF_PROOF)],
)
def test_a_query_that_fails_proves_nothing(status: int, silence: Silence) -> None:
    """Out of resources; the identifier does not match; unable to process."""
    found = unknown(replay(PROBE, answering(status)))

    assert found.silence is silence
    assert f"failed with {status:04X}" in found.why


def test_a_query_that_is_not_authorised_is_refused() -> None:
    """In DICOM's own words: 0124 [PS3.7 C.5.22]."""
    assert assessed(replay(PROBE, answering(0x0124))).access is Access.LOCKED


def test_a_query_that_is_never_answered_says_so() -> None:
    """What the association accepts is known all the same."""
    mute = Recorded(ask=FIND.name, silence=Silence.TIMEOUT)
    found = unknown(
        replay(PROBE, Transcript(server="by hand", exchanges=(OPEN.exchanges[0], mute)))
    )

    assert found.silence is Silence.TIMEOUT
    assert found.why.endswith("was not answered: timeout")


def test_a_release_that_is_never_answered_changes_no_verdict() -> None:
    """It is told."""
    found = assessed(replay(PROBE, OPEN.with_reply(2, hex=None, silence=Silence.TIMEOUT)))

    assert found.access is Access.OPEN
    assert found.because.endswith(", and its release was not answered")


def test_a_server_that_accepts_what_cannot_exist_is_not_asked() -> None:
    """It would say yes to anything."""
    data = OPEN.exchanges[0].payload
    at = data.index(b"\x21\0\0\x19\x11")
    liar = OPEN.with_payload(0, data[: at + 6] + b"\0" + data[at + 7 :])
    two = Transcript(server="by hand", exchanges=(liar.exchanges[0], OPEN.exchanges[2]))

    assert unknown(replay(PROBE, two)).silence is Silence.HALF_PROOF
    assert asked(PROBE, two) == [ASSOCIATE.name, RELEASE.name]
