"""JUnit XML, for build servers: an open door is a failed case, one that was resolved has passed.

One that somebody accepted is skipped: the build is as green as the exit code.
There is no schema of record; the members are those that Jenkins and GitLab read, and the schema of
Jenkins' xUnit plug-in, by which a test holds them, is the strictest.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from scanner.emit.report import OPEN, Report
from scanner.emit.scales import evidence, stakes, summary, text
from scanner.emit.told import lines, signature
from scanner.model import Coverage, Finding


def render(report: Report) -> Iterator[bytes]:
    """Write one suite; an incomplete round is an error in it, whatever it found."""
    suite = Element("testsuite", name="ronde")
    if report.coverage:
        _coverage(suite, report.coverage)
    for finding in report.findings:
        _case(suite, finding)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suites = Element("testsuites")
    suites.append(suite)
    yield tostring(suites, encoding="utf-8", xml_declaration=True)


def _coverage(suite: Element, coverage: Coverage) -> None:
    suite.set("timestamp", f"{coverage.started:%Y-%m-%dT%H:%M:%S}")
    suite.set("time", f"{coverage.duration:.3f}")
    case = SubElement(suite, "testcase", classname="ronde", name="the coverage is complete")
    if not coverage.complete:
        why = text("; ".join(coverage.why_incomplete)) or "no reason was given"
        SubElement(case, "error", message=why, type="incomplete")
    for name, part in coverage.by_range.items():
        seen = f"something answered in {text(name) or 'no range of the scope'}"
        case = SubElement(suite, "testcase", classname="ronde.coverage", name=seen)
        if part.due and not part.answered:
            said = f"nothing is known of {part.due:,} endpoints: none answered"
            SubElement(case, "skipped", message=said)


def _case(suite: Element, finding: Finding) -> None:
    name = f"{text(finding.title)}: {finding.endpoint}"
    case = SubElement(suite, "testcase", classname=f"ronde.{finding.probe}", name=name)
    if finding.accepted:
        skipped = SubElement(case, "skipped", message=f"{signature(finding)}: {summary(finding)}")
        skipped.text = "\n".join(lines(finding))
    elif finding.status in OPEN:
        kind = f"{finding.severity}.{finding.status}"
        failure = SubElement(case, "failure", message=summary(finding), type=kind)
        first = (stakes(finding), evidence(finding), text(finding.remedy), finding.fingerprint)
        failure.text = "\n".join((*first, *lines(finding)))
