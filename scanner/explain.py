"""`ronde explain`: one finding in words, with the path that led to its severity."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from scanner.cases import gather, summary
from scanner.model import Finding, Refused
from scanner.plaintext import printable
from scanner.regulation import Language, Regulation

#: A reason, a name and a day, all within their bounds.
MAX_SAID = 1_300


def named(fingerprint: str, findings: Iterable[Finding]) -> Finding:
    """Give the finding that a fingerprint, or its beginning, names.

    Raises:
        Refused: it names none that is open, or several.
    """
    begun = fingerprint.strip().lower()
    found = {
        one.fingerprint: one for one in findings if begun and one.fingerprint.startswith(begun)
    }
    said = printable(fingerprint)
    if not found:
        raise Refused(f"no open finding has the fingerprint {said!r}; `ronde findings` lists them")
    if len(found) > 1:
        raise Refused(f"{len(found)} findings begin with {said!r}; give more of the fingerprint")
    return next(iter(found.values()))


def explained(finding: Finding) -> Iterator[str]:
    """Say what it is, and line by line why it is how urgent."""
    yield f"{finding.fingerprint}  {finding.title}"
    yield f"{finding.endpoint}, {printable(finding.product)}, {finding.status}"
    yield f"because {finding.because}"
    if finding.accepted:
        signed = finding.accepted
        said = f"accepted until {_moment(signed.until)} by {signed.approver}: {signed.reason}"
        yield printable(said, MAX_SAID)
    yield ""
    yield f"severity: {finding.severity}"
    yield from _sum(finding)
    yield f"confidence: {finding.confidence}"
    yield f"weakness: CWE-{finding.cwe}"
    yield f"CVSS: {finding.cvss or 'not recorded'}"
    yield ""
    yield from _age(finding)
    for sign in finding.signs:
        yield f"sign: {printable(sign.because)}: {sign.holdings:,}; {printable(sign.advice)}"


def placed(finding: Finding, findings: Iterable[Finding]) -> Iterator[str]:
    """Say which cases it is part of, of all that is open: its service's, and wider ones."""
    for case in gather(findings):
        if finding.fingerprint in case.findings:
            yield f"part of: {summary(case)}"


def asked(finding: Finding, regulation: Regulation, languages: Sequence[Language]) -> Iterator[str]:
    """Give the rules' questions, and the file that they ask for, in each language."""
    for language in languages if finding.regulation else ():
        yield ""
        yield from regulation.block(finding, language)


def _age(finding: Finding) -> Iterator[str]:
    """Say what is known of time, and that the start is not."""
    yield f"first seen: {_moment(finding.first_seen)}; last seen: {_moment(finding.last_seen)}"
    if finding.open_since and finding.open_since != finding.first_seen:
        yield f"seen open again since: {_moment(finding.open_since)}"
    oldest = _moment(finding.oldest) if finding.oldest else "not told"
    yield f"open since when: not known; oldest holding made: {oldest}"
    if finding.growth and finding.growth.records:
        growth = finding.growth
        more = "; a live system" if growth.records > 0 else ""
        yield f"records since {_moment(growth.since)}: {growth.records:+,}{more}"
    if finding.due:
        yield f"due: {_moment(finding.due)}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _sum(finding: Finding) -> Iterator[str]:
    if not finding.why:
        yield "  an earlier version recorded it, without the reasons"
        return
    for reason in finding.why:
        yield f"  {reason.points:+5}  {reason.factor:<10}  {printable(reason.found)}"
    yield f"  {sum(reason.points for reason in finding.why):+5}  together"
