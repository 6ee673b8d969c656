"""JUnit XML, held to the schema that Jenkins' xUnit plug-in has, and read by junitparser."""

from functools import cache
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, TestSuite
from xmlschema import XMLSchema10, XMLSchemaValidationError

from scanner.emit.formats import Format
from scanner.model import Coverage, Finding, Status
from scanner.reach import Reach
from tests.emit.test_formats import HOSTILE, SIGNED, document, saying
from tests.exposures import coverage, exposure


@cache
def schema() -> XMLSchema10:
    """Load the schema as it was published."""
    return XMLSchema10(Path(__file__).parents[1] / "schemas" / "junit-10.xsd")


def suite(*findings: Finding, reached: Coverage | None = None) -> TestSuite:
    """Write a suite and read it."""
    written = document(Format.JUNIT, *findings, reached=reached)
    schema().validate(written)
    (read,) = JUnitXml.fromstring(written.encode())
    assert isinstance(read, TestSuite)
    return read


def test_an_open_door_has_failed() -> None:
    """The build server shows the endpoint, the reason and the remedy."""
    (case,) = suite(exposure())
    (failure,) = case.result

    assert case.classname == "ronde.elasticsearch"
    assert case.name == "Elasticsearch lists its indices to anyone: 192.0.2.7:9200"
    assert isinstance(failure, Failure)
    assert failure.type == "high.new"
    assert "Demand a password." in failure.text


@pytest.mark.parametrize(
    ("status", "failures"),
    [
        (Status.NEW, 1),
        (Status.ONGOING, 1),
        (Status.REOPENED, 1),
        (Status.UNVERIFIED, 1),
        (Status.RESOLVED, 0),
    ],
)
def test_only_a_door_that_was_seen_shut_has_passed(status: Status, failures: int) -> None:
    """What was not seen is as red as before."""
    assert suite(exposure(status=status)).failures == failures


def test_what_somebody_accepted_is_skipped() -> None:
    """The build is as green as the exit code, and says until when."""
    read = suite(exposure(status=Status.ACCEPTED, accepted=SIGNED))
    ((skipped,),) = [case.result for case in read]

    assert (read.failures, read.skipped) == (0, 1)
    assert skipped.message.startswith("accepted until 2026-03-02 by CISO: a lab: Elasticsearch")


def test_an_incomplete_round_is_an_error() -> None:
    """A build that is green saw everything."""
    half = suite(reached=coverage(complete=False, why_incomplete=("the window closed",)))
    whole = suite(reached=coverage())
    ((error,),) = [case.result for case in half]

    assert isinstance(error, Error)
    assert error.message == "the window closed"
    assert (half.errors, half.tests, whole.errors, whole.tests) == (1, 1, 0, 1)
    assert whole.time == 12


def test_a_range_where_nothing_answered_has_not_passed() -> None:
    """Nothing is known of it: it is skipped, as a test is that could not be run."""
    dark = Reach(planned=8, reached=0, closed=0, filtered=8, unreachable=0)
    lit = Reach(planned=8, reached=0, closed=1, filtered=7, unreachable=0)
    read = suite(reached=coverage(by_range={"192.0.2.0/29": dark, "192.0.2.8/29": lit}))

    assert [(case.name, len(case.result)) for case in read][1:] == [
        ("something answered in 192.0.2.0/29", 1),
        ("something answered in 192.0.2.8/29", 0),
    ]
    assert (read.skipped, read.failures, read.errors) == (1, 0, 0)


def test_a_member_against_the_schema_would_be_seen() -> None:
    """The check before is one."""
    written = (
        document(Format.JUNIT, exposure())
        .replace("<failure", "<open")
        .replace("</failure", "</open")
    )

    with pytest.raises(XMLSchemaValidationError):
        schema().validate(written)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_the_document(text: str) -> None:
    """Whatever a server says is text: there is one case, and one failure in it."""
    ((failure,),) = [case.result for case in suite(saying(text))]

    assert isinstance(failure, Failure)
