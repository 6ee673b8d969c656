"""What the Prometheus probe makes of real replies, and of half, false and broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.prometheus import MAX_HOLDINGS, Prometheus
from scanner.model import Access, Assessment, Confidence, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Prometheus()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "service", "metrics"),
    [
        (
            "2.42-open",
            Service("prometheus", "2.42.0+ds"),
            ["go_info", "scrape_duration_seconds", "up"],
        ),
        ("3.5-open", Service("prometheus", "3.5.0"), ["up"]),
        ("victoriametrics-1.79-open", Service("victoriametrics"), ["fax_total"]),
    ],
)
def test_a_server_without_accounts_is_open(name: str, service: Service, metrics: list[str]) -> None:
    """Its metrics are named; the version that VictoriaMetrics makes up is not believed."""
    found = assessed(replay(PROBE, load(f"prometheus/{name}")))

    assert (found.access, found.service) == (Access.OPEN, service)
    assert [one.name for one in found.holdings] == metrics


@pytest.mark.parametrize(
    ("name", "product", "confidence"),
    [
        ("2.42-locked", "prometheus", Confidence.PROBABLE),
        ("victoriametrics-1.79-locked", "victoriametrics", Confidence.CONFIRMED),
    ],
)
def test_a_server_that_demands_a_password_is_locked(
    name: str, product: str, confidence: Confidence
) -> None:
    """The guard of Prometheus is that of its exporters, too; it is asked nothing more."""
    transcript = load(f"prometheus/{name}")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.product) == (Access.LOCKED, product)
    assert found.confidence is confidence
    assert asked(PROBE, transcript) == ["GET /"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"status":"success","data":[]}'),
        (400, b"cannot parse start"),
        (400, b'{"status":"error","errorType":"422"}'),
        (404, b'{"status":"error","errorType":"bad_data"}'),
    ],
)
def test_a_control_that_is_not_refused_in_its_words_proves_nothing(
    status: int, body: bytes
) -> None:
    """The time that is none is refused with a status and a type that belong together."""
    transcript = load("prometheus/2.42-open").with_payload(2, body).with_reply(2, status=status)
    transcript = transcript.with_payload(2, body)

    assert unknown(replay(PROBE, transcript)).silence is Silence.HALF_PROOF


def test_another_application_that_sends_browsers_to_a_graph_is_left_alone() -> None:
    """A redirect is a hint; the next probe is asked."""
    found = unknown(replay(PROBE, load("prometheus/2.42-open").with_reply(1, status=404)))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_a_victoriametrics_that_refuses_its_labels_is_locked() -> None:
    """A proxy may let the front page through."""
    transcript = load("prometheus/victoriametrics-1.79-open").with_reply(1, status=403)

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"<title>Prometheus Time Series Collection and Processing Server</title>"),
        (302, {"location": "/login"}, b""),
        (200, {"location": "/graph"}, b""),
        (401, {"www-authenticate": 'Basic realm="x"'}, b"Unauthorized\n"),
        (401, {"www-authenticate": "Basic"}, b"<html>"),
    ],
)
def test_another_page_is_not_identified(status: int, headers: dict[str, str], body: bytes) -> None:
    """Grafana, Thanos' neighbours and plain proxies have such pages."""
    assert PROBE.identify(Page(status=status, headers=headers, body=body)) is None


def test_a_silence_after_the_proof_does_not_make_it_empty() -> None:
    """What could not be listed may be full."""
    found = assessed(replay(PROBE, load("prometheus/3.5-open").with_reply(4, silence="timeout")))

    assert [(one.name, one.records) for one in found.holdings] == [("measurements", None)]


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    names = [f"m{number}" for number in range(MAX_HOLDINGS + 1)]
    transcript = load("prometheus/3.5-open").with_json(4, {"status": "success", "data": names})

    found = assessed(replay(PROBE, transcript))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


@given(place=st.integers(1, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Listing and control are both needed, whole."""
    outcome = replay(PROBE, load("prometheus/2.42-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
