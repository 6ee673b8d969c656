"""What the kubelet probe makes of replies as its source words them, and of other servers' `ok`."""

import pytest

from probes.kubelet import Kubelet
from scanner.model import Access, Assessment, Outcome, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Kubelet()
OPEN = load("kubelet/1.30-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_node_that_authorises_anyone_is_open() -> None:
    """Its pods are counted by namespace; their own names are dropped."""
    found = assessed(replay(PROBE, OPEN))

    assert found.access is Access.OPEN
    assert [(one.name, one.records) for one in found.holdings] == [("fax", 2), ("kube-system", 1)]
    assert "hylafax" not in str(found)


def test_a_node_on_which_nothing_runs_is_open() -> None:
    """An empty list has null for its items; programs can be started there all the same."""
    empty: dict[str, object] = {
        "kind": "PodList",
        "apiVersion": "v1",
        "metadata": {},
        "items": None,
    }
    found = assessed(replay(PROBE, OPEN.with_json(1, empty)))

    assert (found.access, found.holdings) == (Access.OPEN, ())


def test_the_read_only_port_is_partial() -> None:
    """It shows what runs and lets nobody into it."""
    found = assessed(replay(PROBE, load("kubelet/1.30-read-only-port")))

    assert found.access is Access.PARTIAL
    assert [(one.name, one.records) for one in found.holdings] == [("fax", 1)]


@pytest.mark.parametrize("name", ["1.30-locked", "1.30-webhook", "1.35-webhook"])
def test_a_node_that_refuses_is_locked(name: str) -> None:
    """Health alone, which may be free, proves nothing."""
    transcript = load(f"kubelet/{name}")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /healthz", "GET /runningpods/"]


@pytest.mark.parametrize(
    ("status", "text"), [(404, "404 page not found"), (200, ""), (500, 'pod "x" does not exist')]
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(2, text.encode()).with_reply(2, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text", "silence"),
    [
        (404, "404 page not found", Silence.UNRECOGNISED),
        (401, "no", Silence.GUARDED),
        (403, "no", Silence.UNRECOGNISED),
    ],
)
def test_another_server_that_is_healthy_is_left_to_the_next_probe(
    status: int, text: str, silence: Silence
) -> None:
    """Many say `ok`; what lies behind is somebody else's."""
    other = OPEN.with_payload(1, text.encode()).with_reply(1, status=status)
    found = unknown(replay(PROBE, other))

    assert (found.silence, found.service) == (silence, None)


@pytest.mark.parametrize(
    ("status", "text"), [(200, "OK, thanks"), (403, "Forbidden"), (401, "Unauthorized caller")]
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """The words are compared whole."""
    page = Recorded(ask="GET /healthz", status=status, text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
