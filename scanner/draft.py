"""A finding as it goes to the history: what was seen, and all that can be said of it at once."""

from msgspec.structs import replace

from scanner.age import oldest_of, records_in
from scanner.cases import case_of
from scanner.model import Assessment, Finding
from scanner.regulation import Regulation
from scanner.score import Judgement


def drafted(
    seen: Finding, assessment: Assessment, judged: Judgement, regulation: Regulation
) -> Finding:
    """Add to what was seen why it is how urgent, how much there is, when it is due, whose it is.

    As if it were seen for the first time; the history knows better.
    """
    return replace(
        seen,
        why=judged.why,
        cvss=judged.cvss,
        records=records_in(assessment),
        oldest=oldest_of(assessment.holdings),
        open_since=seen.first_seen,
        case=case_of(seen),
        regulation=regulation.pointers_of(seen),
        due=seen.first_seen + judged.term if judged.term is not None else None,
    )
