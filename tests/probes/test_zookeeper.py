"""What the ZooKeeper probe makes of real replies, and of half and false ones."""

import pytest

from probes.zookeeper import CONTROL, ZooKeeper
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = ZooKeeper()
NO_NODE = "00000010" + "00000001" + "00" * 8 + "ffffff9b"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_an_open_server_counts_its_nodes_and_names_products_only() -> None:
    """Names of nodes are data; those of Kafka are known."""
    found = settled(load("zookeeper/3.8-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("zookeeper", "3.8.4"))
    assert found.holdings == (Holding(name="/", kind="tree", records=8),)
    assert found.because == (
        "lists the nodes below its root without a login: 3, among them those of Kafka"
    )
    assert "faxes" not in repr(found)


def test_a_server_with_its_own_nodes_only_is_empty() -> None:
    """The server's own nodes are nobody's records."""
    found = settled(load("zookeeper/3.8-empty"))

    assert found.holdings == (Holding(name="/", kind="tree", records=0),)


def test_the_session_is_ended_before_anything_else_is_asked() -> None:
    """No session is left behind."""
    assert asked(PROBE, load("zookeeper/3.8-open")) == [
        "ConnectRequest",
        "getChildren2 /",
        "getChildren2 /ronde-no-such-node",
        "closeSession",
        "srvr",
    ]


def test_a_server_that_wants_a_login_is_locked() -> None:
    """It says so and is asked nothing more."""
    transcript = load("zookeeper/3.8-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["ConnectRequest", "getChildren2 /", "closeSession"]


def test_an_access_list_on_the_root_makes_it_partial() -> None:
    """Sessions are granted all the same."""
    found = settled(load("zookeeper/3.8-guarded"))

    assert (found.access, found.holdings) == (Access.PARTIAL, ())
    assert found.proof is not None
    assert found.proof.control == "getChildren2 / was refused by an access list"


def test_a_server_whose_words_are_switched_off_is_open_all_the_same() -> None:
    """The wire protocol decides; version and count are detail."""
    off = "srvr is not executed because it is not in the whitelist.\n"
    found = settled(load("zookeeper/3.8-open").with_reply(4, text=off))

    assert (found.access, found.service) == (Access.OPEN, Service("zookeeper"))
    assert found.holdings == (Holding(name="/", kind="tree", records=None),)


@pytest.mark.parametrize(
    ("place", "reply"),
    [
        pytest.param(2, NO_NODE.replace("ffffff9b", "00000000") + "00" * 4, id="a false node"),
        pytest.param(2, NO_NODE.replace("ffffff9b", "ffffff9a"), id="an access list everywhere"),
        pytest.param(1, NO_NODE.replace("ffffff9b", "ffffffff"), id="a root with an error"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, reply: str) -> None:
    """A control that is not missed, or a root that is not listed."""
    outcome = replay(PROBE, load("zookeeper/3.8-open").with_reply(place, hex=reply))

    assert isinstance(outcome, Unknown)
    assert outcome.silence in {Silence.HALF_PROOF, Silence.GARBLED}


def test_a_server_that_hangs_up_on_a_session_proves_nothing() -> None:
    """An ended connection alone is no lock."""
    cut = load("zookeeper/3.8-open").with_reply(2, hex=None, silence=Silence.CLOSED)
    outcome = replay(PROBE, cut)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_session_that_is_not_granted_is_nobody() -> None:
    """A time of zero is how a server says that a session is over."""
    over = load("zookeeper/3.8-open").with_reply(0, hex="00000024" + "00" * 36)
    outcome = replay(PROBE, over)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.UNRECOGNISED


def test_the_control_asks_for_a_node_that_cannot_exist() -> None:
    """Its name is ours, and no node is created by asking."""
    assert CONTROL.payload[8:12] == b"\0\0\0\x0c"
    assert CONTROL.payload.endswith(b"/ronde-no-such-node\0")
