"""Metrics, read by the parser of Prometheus' own client."""

from prometheus_client.parser import text_string_to_metric_families

from scanner.emit.formats import Format
from scanner.inferred import Label
from scanner.judged import Growth
from scanner.model import Coverage, Finding, Severity, Status
from scanner.reach import Reach
from tests.emit.test_formats import HOSTILE, SIGNED, document
from tests.exposures import coverage, day, endpoint, exposure


def dark_range(closed: int = 0) -> Reach:
    """Give eight endpoints, of which so many answered."""
    return Reach(planned=8, reached=0, closed=closed, filtered=8 - closed, unreachable=0)


def samples(*findings: Finding, reached: Coverage | None = None) -> dict[str, float]:
    """Give each sample by its name and the values of its labels."""
    text = document(Format.PROMETHEUS, *findings, reached=reached)
    return {
        " ".join([sample.name, *(value for _, value in sorted(sample.labels.items()))]): float(
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_findings_are_counted_by_severity_and_status() -> None:
    """Whoever wants an alert needs two labels."""
    read = samples(exposure(), exposure(fingerprint="f2", status=Status.RESOLVED))

    assert read["ronde_findings high new"] == 1
    assert read["ronde_findings high resolved"] == 1
    assert read["ronde_findings_by_probe elasticsearch high new"] == 1


def test_nothing_is_a_number_too() -> None:
    """An alert ends with a zero."""
    assert samples()["ronde_findings critical new"] == 0
    assert set(samples().values()) == {0}
    assert len(samples()) == len(Severity) * len(Status) + len(Label) + 6


def test_what_somebody_should_look_at_first_is_counted() -> None:
    """Of what is open: a door that was seen shut is no longer late."""
    late = {"due": day(-1), "open_since": day(-9), "regressed": True, "case": "c1"}
    read = samples(
        exposure(**late, growth=Growth(records=3, since=day(-1)), label=Label.HEALTH),
        exposure(**late, fingerprint="f2", accepted=SIGNED),
        exposure(**late, fingerprint="f3", status=Status.RESOLVED),
    )

    names = ("overdue", "accepted", "regressed", "growing", "cases", "with_signs")
    assert [read[f"ronde_findings_{name}"] for name in names] == [1, 1, 2, 1, 1, 0]
    assert read["ronde_findings_by_label health"] == 1
    assert read["ronde_findings_open_since_timestamp_seconds"] == day(-9).timestamp()


def test_the_nodes_of_a_cluster_are_one_finding() -> None:
    """As grave as its gravest node."""
    read = samples(
        exposure(severity=Severity.CRITICAL, endpoint=endpoint(8)),
        exposure(severity=Severity.LOW),
    )

    assert read["ronde_findings critical new"] == 1
    assert read["ronde_findings low new"] == 0


def test_a_round_tells_what_it_reached_and_when() -> None:
    """A night with half the usual coverage raises an alert as well."""
    read = samples(reached=coverage())

    assert read["ronde_round_endpoints hospital closed dmz"] == 1200
    assert read["ronde_round_planned_endpoints hospital dmz"] == 1256
    assert read["ronde_round_complete hospital dmz"] == 1
    assert read["ronde_round_end_timestamp_seconds hospital dmz"] == 1772366412


def test_a_range_that_went_dark_raises_an_alert_of_its_own() -> None:
    """The sum over all ranges would hide it."""
    ranges = {"10.0.0.0/24": dark_range(), "10.0.1.0/24": dark_range(closed=5)}
    read = samples(reached=coverage(by_range=ranges))

    assert read["ronde_round_range_answered_endpoints 10.0.0.0/24 hospital dmz"] == 0
    assert read["ronde_round_range_answered_endpoints 10.0.1.0/24 hospital dmz"] == 5
    assert read["ronde_round_range_due_endpoints 10.0.0.0/24 hospital dmz"] == 8


def test_labels_are_read_back_whatever_they_hold() -> None:
    """No name of a scope ends a label, or adds a metric."""
    for_all = [samples(reached=coverage(vantage=text)) for text in HOSTILE]

    assert {len(read) for read in for_all} == {len(samples(reached=coverage()))}
