"""Our scales in the words of other formats, and what several of them say alike."""

from datetime import datetime

from scanner.emit.flat import counted, names
from scanner.emit.report import Report
from scanner.model import Finding, Severity, Status
from scanner.plaintext import printable

#: What a page of another tool shows of one text; the whole of it is in the JSON Lines.
MAX_TEXT = 1_000


def text(said: str | None) -> str:
    """Make what others say safe to show, and cut it."""
    return printable(said or "", MAX_TEXT)


def summary(finding: Finding) -> str:
    """Say in a sentence what is open where."""
    product = f"{finding.product} {finding.version or ''}".strip()
    return text(f"{product} on {finding.endpoint}: {finding.because}")


def stakes(finding: Finding) -> str:
    """Say what can be listed behind the door."""
    if finding.listed is None:
        return text(f"holdings not listed ({finding.label})")
    records = f", {said}" if (said := counted(finding)) else ""
    listed = f": {names(finding.holdings)}" if finding.holdings else ""
    return text(f"{finding.holdings_total:,} holdings{records} ({finding.label}){listed}")


def evidence(finding: Finding) -> str:
    """Say how it was proved, so that somebody can repeat it."""
    proof = finding.proof
    if proof is None:
        return text(finding.because)
    return text(f"Asked: {proof.ask}. Answered: {proof.answer}. Control: {proof.control}.")


def place(finding: Finding) -> str:
    """Name the endpoint as a URI that says nothing of its protocol."""
    endpoint = finding.endpoint
    host = f"[{endpoint.address}]" if ":" in endpoint.address else endpoint.address
    return f"{endpoint.transport}://{host}:{endpoint.port}"


def looked_at(finding: Finding, report: Report) -> datetime:
    """Tell when it was as its status says: what was not exposed any more was so at the end."""
    if finding.status in {Status.RESOLVED, Status.UNVERIFIED} and report.coverage:
        return report.coverage.ended
    return finding.last_seen


def weakness(finding: Finding) -> str:
    """Name the weakness as MITRE does."""
    return f"CWE-{finding.cwe}"


def weakness_page(finding: Finding) -> str:
    """Give MITRE's page of the weakness."""
    return f"https://cwe.mitre.org/data/definitions/{finding.cwe}.html"


def by_severity(finding: Finding, *words: str) -> str:
    """Pick the word of another scale, which are given worst first."""
    return words[list(Severity).index(finding.severity)]
