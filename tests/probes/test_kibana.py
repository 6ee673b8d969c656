"""What the Kibana probe makes of replies as its sources word them, and of half and false ones."""

import pytest

from probes.kibana import Kibana
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Kibana()
PATTERNS = "GET /api/saved_objects/_find?type=index-pattern&per_page=0"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def front(**reply: object) -> Transcript:
    """Write down a server that answers the front page so, and nothing else."""
    return Transcript(
        server="written by hand",
        exchanges=(Recorded(**{"ask": "GET /", "text": "", **reply}),),  # type: ignore[arg-type]  # each test names the fields that it means
    )


def test_a_server_without_security_is_open() -> None:
    """Version, identity, spaces and the numbers of its objects are told; no object is."""
    found = assessed(replay(PROBE, load("kibana/8.19-open")))

    assert (found.access, found.service.product) == (Access.OPEN, "kibana")
    assert found.service.version == "8.19.4"
    assert found.service.identity == "5b2de169-2785-441b-ae8c-186a1936b17d"
    assert [(one.name, one.kind, one.records) for one in found.holdings] == [
        ("index-pattern", "saved objects", 3),
        ("dashboard", "saved objects", 7),
        ("default", "space", None),
        ("radiology", "space", None),
    ]
    assert found.proof == Proof(
        "GET /api/saved_objects/_find",
        "3 index patterns counted",
        "GET /api/saved_objects/index-pattern/ronde-no-such-object answered 404",
    )


@pytest.mark.parametrize(
    ("name", "product", "version"),
    [
        ("kibana/6.2-open", "kibana", "6.2.4"),
        ("kibana/opensearch-dashboards-2.19-open", "opensearch-dashboards", "2.19.4"),
    ],
)
def test_a_server_without_spaces_is_open(name: str, product: str, version: str) -> None:
    """Before 6.5, and in OpenSearch Dashboards, there are none to name."""
    found = assessed(replay(PROBE, load(name)))

    assert (found.access, found.service.product) == (Access.OPEN, product)
    assert found.service.version == version
    assert [one.name for one in found.holdings] == ["index-pattern", "dashboard"]


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("kibana/8.19-locked", "kibana"),
        ("kibana/opensearch-dashboards-2.19-locked", "opensearch-dashboards"),
    ],
)
def test_a_server_with_security_is_locked(name: str, product: str) -> None:
    """The first refusal ends the conversation; the status page, perhaps public, is not asked."""
    transcript = load(name)
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.product) == (Access.LOCKED, product)
    assert asked(PROBE, transcript) == ["GET /", PATTERNS]


def test_a_redirect_to_the_log_in_page_is_a_refusal() -> None:
    """So releases before 7, and proxies, turn a stranger away."""
    old = load("kibana/8.19-locked").with_reply(1, status=302)

    assert assessed(replay(PROBE, old)).access is Access.LOCKED


def test_an_anonymous_session_is_not_taken() -> None:
    """What a session would show cannot be proved without one."""
    found = assessed(replay(PROBE, load("kibana/opensearch-dashboards-2.19-anonymous")))

    assert found.access is Access.IDENTIFIED


@pytest.mark.parametrize(
    "text", ["Kibana server is not ready yet", "OpenSearch Dashboards server is not ready yet."]
)
def test_a_server_that_starts_is_busy(text: str) -> None:
    """It will not say more until it has found its cluster."""
    found = unknown(replay(PROBE, front(status=503, text=text)))

    assert found.silence is Silence.BUSY


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has every object that one asks for is not called open."""
    liar = load("kibana/8.19-open").with_reply(2, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_a_server_without_the_api_proves_nothing() -> None:
    """Before 6.0, or below another path, a 404 says neither open nor shut."""
    old = load("kibana/8.19-locked").with_reply(1, status=404)

    assert unknown(replay(PROBE, old)).silence is Silence.HALF_PROOF


def test_a_redacted_status_tells_no_version() -> None:
    """The verdict stands without it."""
    redacted = load("kibana/8.19-open").with_json(
        3, {"status": {"overall": {"level": "available"}}}
    )
    found = assessed(replay(PROBE, redacted))

    assert (found.access, found.service.version) == (Access.OPEN, None)


def test_another_product_is_not_identified() -> None:
    """A page about Kibana is not Kibana: only what signs its replies is."""
    page = front(text="<title>Kibana</title>", headers={"server": "nginx"})

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
