"""The tickets that findings would become: every text that ships, about every kind of subject."""

from collections.abc import Sequence

import msgspec

from scanner.model import Finding
from scanner.ticket import Grouping
from scanner.tickets.escape import Markup
from scanner.tickets.subjects import gathered
from scanner.tickets.wording import Wording


def drafts(findings: Sequence[Finding]) -> bytes:
    """Write each ticket whole, the facts that a webhook is sent included."""
    wordings = [Wording.load(markup, None, None) for markup in Markup]
    subjects = [one for by in Grouping for one in gathered(findings, by).values()]
    written = [wording(one, overdue=True) for wording in wordings for one in subjects]
    return b"\n".join(map(msgspec.json.encode, written))
