"""What the Kafka probe makes of real replies, and of half and false ones."""

import pytest

from probes.kafka import CONTROL, GREETING, LISTINGS, SIZES, Kafka
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Answer
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Kafka()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def framed(body: str) -> str:
    """Put the length before a reply in hex."""
    return f"{len(body) // 2:08x}{body}"


def apis(**newest: int) -> Recorded:
    """Write a greeting: the newest version of each API, by number."""
    rows = "".join(f"{int(api[1:]):04x}0000{newest[api]:04x}" for api in newest)
    body = f"00000012{0:04x}{len(newest):08x}{rows}"
    return Recorded(ask=GREETING.name, hex=framed(body))


def said(ask: str, body: str) -> Recorded:
    """Write a reply in hex."""
    return Recorded(ask=ask, hex=framed(body))


def of(*exchanges: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=exchanges)


def test_an_open_broker_lists_its_topics_with_their_bytes() -> None:
    """Names and bytes are reported; the cluster id is the identity."""
    found = settled(load("kafka/3.9-open"))

    assert (found.access, found.service) == (
        Access.OPEN,
        Service("kafka", None, "AAAAAAAAAAAAAAAAAAAAAQ"),
    )
    assert found.holdings == (
        Holding(name="faxes", kind="topic", bytes=99),
        Holding(name="prescriptions", kind="topic", bytes=80),
    )


def test_an_open_broker_is_asked_four_things() -> None:
    """The fewest asks that prove both sides and weigh."""
    assert asked(PROBE, load("kafka/3.9-open")) == [
        "ApiVersions v0",
        "Metadata v8 (all topics)",
        "SaslHandshake v1 (RONDE-NO-SUCH-MECHANISM)",
        "DescribeLogDirs v1 (all topics)",
    ]


def test_a_sasl_listener_is_locked() -> None:
    """It ends the connection, and then names no mechanism of ours."""
    found = settled(load("kafka/3.9-locked"))

    assert found.access is Access.LOCKED
    assert found.because.endswith("the listener demands a SASL login")


def test_an_authorizer_that_hides_the_topics_makes_it_partial() -> None:
    """No topic is listed and no operation is granted: this is not an empty cluster."""
    found = settled(load("kafka/3.9-no-acl"))

    assert (found.access, found.holdings_total) == (Access.PARTIAL, None)
    assert found.because == (
        "lists 1 brokers without a login, and no topic, for an access list hides them"
    )


def test_a_controller_is_identified() -> None:
    """It lists no topics to anybody."""
    assert settled(load("kafka/3.9-controller")).access is Access.IDENTIFIED


@pytest.mark.parametrize(
    ("newest", "listing"),
    [
        (12, "Metadata v8 (all topics)"),
        (7, "Metadata v4 (all topics)"),
        (3, "Metadata v1 (all topics)"),
    ],
)
def test_an_older_broker_is_asked_in_an_older_version(newest: int, listing: str) -> None:
    """Never in a version that it does not know, nor by a topic's name."""
    conversation = of(
        apis(_3=newest, _18=3),
        Recorded(ask=listing, silence=Silence.TIMEOUT),
    )

    assert asked(PROBE, conversation) == ["ApiVersions v0", listing]


def test_an_empty_broker_without_an_authorizer_is_open() -> None:
    """Whoever finds it may fill it; version 1 tells neither cluster nor rights."""
    found = settled(
        of(
            apis(_3=1, _18=3),
            said(LISTINGS[1].name, "00000003" + "00000000" + "ffffffff" + "00000000"),
            said(CONTROL.name, "00000011" + "0021" + "00000000"),
        )
    )

    assert (found.access, found.service, found.holdings) == (Access.OPEN, Service("kafka"), ())


@pytest.mark.parametrize(
    "control",
    [
        pytest.param("0000001100000000000000", id="the mechanism that cannot exist is welcomed"),
        pytest.param("00000011002c00000000", id="another error"),
        pytest.param("00000011", id="no error at all"),
    ],
)
def test_a_control_that_is_not_refused_proves_nothing(control: str) -> None:
    """One side alone is unknown."""
    outcome = replay(PROBE, load("kafka/3.9-open").with_reply(2, hex=framed(control)))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_broker_that_hangs_up_and_names_no_login_is_unknown() -> None:
    """An ended connection alone is no lock."""
    outcome = replay(PROBE, load("kafka/3.9-locked").with_reply(2, hex=framed("000000110022")))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.CLOSED


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """The bytes are missing, the verdict is not."""
    found = settled(load("kafka/3.9-open").with_reply(3, hex=None, silence=Silence.TIMEOUT))

    assert found.access is Access.OPEN
    assert [holding.bytes for holding in found.holdings] == [None, None]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="nothing"),
        pytest.param(framed("00000012002300000000"), id="an unsupported version"),
        pytest.param(framed("00000012000000000000"), id="no API at all"),
        pytest.param(framed("0000001200007fffffff"), id="more APIs than there are bytes"),
    ],
)
def test_another_service_is_not_recognised(data: str) -> None:
    """A list of APIs that does not know itself is none."""
    assert PROBE.identify(Answer(data=bytes.fromhex(data))) is None


def test_sizes_come_from_one_ask_that_names_no_topic() -> None:
    """Both listings are of everything: a null list."""
    assert LISTINGS[8].payload.endswith(b"\xff\xff\xff\xff\x00\x01\x00")
    assert SIZES.payload.endswith(b"\xff\xff\xff\xff")
