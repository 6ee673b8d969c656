"""Metrics, read by the parser of Prometheus' own client."""

from prometheus_client.parser import text_string_to_metric_families

from scanner.emit.formats import Format
from scanner.model import Coverage, Finding, Severity, Status
from tests.emit.test_formats import HOSTILE, document
from tests.exposures import coverage, endpoint, exposure


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
    assert len(samples()) == len(Severity) * len(Status)


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


def test_labels_are_read_back_whatever_they_hold() -> None:
    """No name of a scope ends a label, or adds a metric."""
    for_all = [samples(reached=coverage(vantage=text)) for text in HOSTILE]

    assert {len(read) for read in for_all} == {len(samples(reached=coverage()))}
