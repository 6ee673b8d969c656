"""What the DICOM probe makes of real associations, and of half and false ones."""

from collections.abc import Sequence

import pytest

from probes.dicom import ASSOCIATE, RELEASE, Dicom
from scanner.model import Access, Assessment, Confidence, Outcome, Service, Silence, Unknown
from scanner.wire.dicom import Context
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Dicom()
ORTHANC = load("dicom/orthanc-1.10-default")
ANY = "associates with any title, and accepts "
MADE = " (implementation 1.2.276.0.7230010.3.0.3.6.7, PDUs of 16384 bytes)"


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def accepting(contexts: Sequence[int], *, of: Transcript = ORTHANC) -> Transcript:
    """Let a real association accept these contexts and no others."""
    data = of.exchanges[0].payload
    for context in Context:
        at = data.index(bytes((0x21, 0, 0, 0x19, context)))
        result = 0 if context in contexts else 3
        data = data[: at + 6] + bytes((result,)) + data[at + 7 :]
    return of.with_payload(0, data)


def rejecting(*why: int) -> Transcript:
    """Write a rejection: result, source, reason."""
    reply = Recorded(ask=ASSOCIATE.name, hex="03000000000400" + bytes(why).hex())
    return Transcript(server="written by hand", exchanges=(reply,))


@pytest.mark.parametrize(
    ("name", "offer"),
    [
        ("orthanc-1.10-default", "verification, query, retrieval, storage"),
        ("dcmqrscp-3.6", "verification, query, retrieval, storage"),
        ("storescp-3.6", "verification, storage"),
    ],
)
def test_an_association_alone_proves_no_open_door(name: str, offer: str) -> None:
    """Orthanc accepts queries as it ships, and refuses every one that is put."""
    found = unknown(replay(PROBE, load(f"dicom/{name}")))

    assert (found.silence, found.service) == (Silence.HALF_PROOF, Service("dcmtk", "3.6.7"))
    assert found.why == f"{ANY}{offer}{MADE}; none of it was tried"


def test_an_association_is_released() -> None:
    """No server has many of them."""
    assert asked(PROBE, ORTHANC) == [ASSOCIATE.name, RELEASE.name]


@pytest.mark.parametrize(
    "silent", [Recorded(ask=RELEASE.name, silence=Silence.TIMEOUT), Recorded(ask=RELEASE.name)]
)
def test_a_server_that_never_answers_a_release_is_told_apart(silent: Recorded) -> None:
    """What it accepted is known all the same."""
    mute = Transcript(server="written by hand", exchanges=(ORTHANC.exchanges[0], silent))

    assert unknown(replay(PROBE, mute)).why.endswith("tried, and its release was not answered")


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("orthanc-1.10-called", "the title that was called"),
        ("orthanc-1.10-calling", "the title of its caller"),
        ("dcmqrscp-3.6-peers", "the title that was called"),
    ],
)
def test_a_server_that_knows_its_peers_is_locked_by_a_name(name: str, whose: str) -> None:
    """Which is no secret: so the verdict is weak. No other title is tried."""
    found = assessed(replay(PROBE, load(f"dicom/{name}")))

    assert (found.access, found.confidence) == (Access.LOCKED, Confidence.PROBABLE)
    assert found.because == f"rejects an association for {whose}: a name, and no secret"
    assert asked(PROBE, load(f"dicom/{name}")) == [ASSOCIATE.name]


def test_a_server_that_has_no_association_left_is_asked_no_second_time() -> None:
    """Who is congested is left alone for this round."""
    transcript = load("dicom/congested")

    assert unknown(replay(PROBE, transcript)).silence is Silence.BUSY
    assert asked(PROBE, transcript) == [ASSOCIATE.name]


@pytest.mark.parametrize(
    ("why", "access"),
    [((1, 1, 1), Access.LOCKED), ((1, 1, 2), Access.IDENTIFIED), ((1, 2, 2), Access.IDENTIFIED)],
)
def test_other_rejections(why: tuple[int, int, int], access: Access) -> None:
    """For no reason; for our application context; for our version of the protocol."""
    assert assessed(replay(PROBE, rejecting(*why))).access is access


@pytest.mark.parametrize("why", [(2, 3, 1), (2, 3, 2), (1, 3, 1), (2, 1, 3)])
def test_a_rejection_for_now_is_no_news(why: tuple[int, int, int]) -> None:
    """Congestion, or a limit that is exceeded, even where it is called permanent."""
    assert unknown(replay(PROBE, rejecting(*why))).silence is Silence.BUSY


def test_an_abort_is_half_a_proof() -> None:
    """Nothing is known but that DICOM is spoken."""
    mute = Recorded(ask=ASSOCIATE.name, hex="07000000000400000200")
    found = unknown(replay(PROBE, Transcript(server="by hand", exchanges=(mute,))))

    assert (found.silence, found.service) == (Silence.HALF_PROOF, Service("dicom"))


def test_a_server_that_accepts_what_cannot_exist_is_not_believed() -> None:
    """A decoy, or a storage server in its promiscuous mode, as this one is."""
    found = unknown(replay(PROBE, load("dicom/storescp-3.6-promiscuous")))

    assert found.why == f"{ANY}verification, storage{MADE}, and what cannot exist as well"


def test_a_server_that_says_nothing_of_what_cannot_exist_is_not_believed() -> None:
    """Each context that was proposed has to be answered."""
    data = ORTHANC.exchanges[0].payload
    at = data.index(bytes((0x21, 0, 0, 0x19, Context.NO_SUCH)))
    short = data[:4] + (len(data) - 6 - 29).to_bytes(2) + data[6:at] + data[at + 29 :]
    found = unknown(replay(PROBE, ORTHANC.with_payload(0, short)))

    assert found.why.endswith(", and does not say whether what cannot exist")


def test_an_association_for_nothing_is_one_all_the_same() -> None:
    """Any title gets it."""
    assert f"{ANY}nothing that was proposed" in unknown(replay(PROBE, accepting([]))).why


@pytest.mark.parametrize(
    ("said", "service"),
    [
        (b"OFFIS_DCMTK_3610", Service("dcmtk", "3.6.10")),
        (b"PYNETDICOM_304\0 ", Service("pynetdicom", "3.0.4")),
        (b"dcm4che-5.23.3  ", Service("dcm4che", "5.23.3")),
        (b"fo-dicom 4.0.0  ", Service("fo-dicom", "4.0.0")),
        (b"<script>        ", Service("dicom")),
    ],
)
def test_toolkits_name_themselves(said: bytes, service: Service) -> None:
    """In sixteen characters, of which only a version is kept."""
    data = ORTHANC.exchanges[0].payload.replace(b"\x55\0\0\x0fOFFIS_DCMTK_367", b"")
    size = int.from_bytes(data[2:6]) + 1
    user = data.index(b"\x50\0\0\x3a")
    data = data[:2] + size.to_bytes(4) + data[6:user] + b"\x50\0\0\x3b" + data[user + 4 :]
    named = ORTHANC.with_payload(0, data + b"\x55\0\0\x10" + said)

    assert unknown(replay(PROBE, named)).service == service


@pytest.mark.parametrize("hello", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n"])
def test_another_product_is_not_identified(hello: bytes) -> None:
    """An HTTP server on port 104 is none of ours, and is known by its first byte."""
    assert unknown(replay(PROBE, ORTHANC.with_payload(0, hello))).silence is Silence.GARBLED
