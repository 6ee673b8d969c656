"""What the Kubernetes probe makes of replies as its source words them, and of false ones."""

import pytest

from probes.kubernetes import Kubernetes
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Kubernetes()
OPEN = load("kubernetes/1.30-open")
UID = "6d2b3f14-7a51-4a0e-9a9b-2f6f0f3f6e11"
FORBIDDEN = {
    "kind": "Status",
    "apiVersion": "v1",
    "status": "Failure",
    "reason": "Forbidden",
    "code": 403,
}


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_cluster_that_obeys_anyone_is_open() -> None:
    """With its namespaces, how many more there are, and the identity that all its servers share."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("kubernetes", "1.30.4", UID))
    assert [one.name for one in found.holdings] == ["default", "fax-gateway", "kube-system"]
    assert found.holdings_total == 6


def test_a_release_without_tables_is_read_as_a_list() -> None:
    """A silence after the proof costs the identity alone."""
    found = assessed(replay(PROBE, load("kubernetes/1.9-insecure-port")))

    assert (found.access, found.service) == (Access.OPEN, Service("kubernetes", "1.9.11"))
    assert [one.name for one in found.holdings] == ["default"]


@pytest.mark.parametrize(
    ("name", "version"), [("1.30-locked", "1.30.4+k3s1"), ("1.30-no-anonymous", None)]
)
def test_a_cluster_that_refuses_the_listing_is_locked(name: str, version: str | None) -> None:
    """Its version is public by default and proves nothing."""
    transcript = load(f"kubernetes/{name}")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.version) == (Access.LOCKED, version)
    assert asked(PROBE, transcript)[-1] == "GET /api/v1/namespaces?limit=500&includeObject=None"


def test_a_role_that_lists_but_does_not_look_is_partial() -> None:
    """The control is refused in the server's own words."""
    refused = OPEN.with_json(3, FORBIDDEN).with_reply(3, status=403)
    found = assessed(replay(PROBE, refused))

    assert (found.access, found.holdings_total) == (Access.PARTIAL, 6)


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_control_with_another_status_proves_nothing(status: int) -> None:
    """The code within and the status without have to be the same."""
    found = unknown(replay(PROBE, OPEN.with_reply(3, status=status)))

    assert found.silence is Silence.HALF_PROOF


def test_a_listing_of_something_else_proves_nothing() -> None:
    """A table of pods is no list of namespaces."""
    pods = {"kind": "PodList", "metadata": {}, "items": []}

    assert unknown(replay(PROBE, OPEN.with_json(2, pods))).silence is Silence.GARBLED


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"paths": ["/metrics", "/healthz"]}'),
        (200, "<html>/api /apis</html>"),
        (403, '{"kind": "Error", "apiVersion": "v1", "status": "Failure", "code": 403}'),
        (403, "Forbidden"),
        (401, '{"message": "Unauthorized"}'),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Neither a list of other paths nor another refusal is an API server's."""
    page = Recorded(ask="GET /", status=status, text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
