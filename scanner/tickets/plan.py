"""Which tickets are due for what: a pure function of findings, tickets and rules.

Nothing here asks a tracker. What is planned depends on what the history knows alone, so the same
history gives the same plan, and planning twice plans nothing more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from scanner.model import Finding
from scanner.ticket import Action, Draft, Fact, Grouping, Kind, State, Ticket
from scanner.tickets.subjects import Subject, doors, gathered, key_of

#: Says of a subject what its ticket should say; the second argument is whether it is overdue.
Word = Callable[[Subject, bool], Draft]

#: Lines of one note: who is told of more has stopped reading.
MAX_LINES = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """Where findings stand: each open door, and the fingerprints of what is resolved."""

    exposed: Sequence[Finding]
    resolved: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a tracker is told of.

    `covers` is its route, `word` its words, `show` writes a value in its mark-up, and `max_new` how
    many tickets one round may create. A finding that has a ticket is followed to its end, wherever
    the route leads by then.
    """

    grouping: Grouping
    covers: Callable[[Finding], bool]
    word: Word
    show: Callable[[str], str]
    max_new: int
    escalates: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """What is due, the gravest first, and how many tickets more wait for another round."""

    actions: tuple[Action, ...]
    waiting: int


def plan(
    standing: Standing, tickets: Mapping[str, Ticket], rules: Rules, *, now: datetime, in_round: str
) -> Planned:
    """Say what is due; `tickets` are those of this tracker by key, `in_round` the newest round."""
    followed = [one for one in standing.exposed if _is_followed(one, tickets, rules)]
    subjects = gathered(followed, rules.grouping)
    ordered = sorted(subjects.values(), key=lambda subject: subject.gravity)
    told = [_told(subject, tickets.get(subject.key), rules, now) for subject in ordered]
    actions = [action for action in told if action]
    room = rules.max_new - sum(ticket.round == in_round for ticket in tickets.values())
    new = [action for action in actions if action.kind is Kind.CREATE]
    late = {action.draft.key for action in new[max(room, 0) :]}
    kept = [action for action in actions if action.draft.key not in late]
    return Planned((*kept, *_ended(tickets, subjects, standing.resolved)), len(late))


def after(
    ticket: Ticket | None, action: Action, *, now: datetime, in_round: str, escalates: bool
) -> Ticket:
    """Give a ticket as it will be once an action is done: what the next plan begins with."""
    draft, state = action.draft, State.CLOSED if action.kind is Kind.CLOSE else State.OPEN
    tells = now if escalates and draft.overdue else None
    if ticket is None:
        return Ticket(key=draft.key, draft=draft, state=state, round=in_round, escalated=tells)
    # A door that opens again has a day of its own.
    before = None if action.kind is Kind.REOPEN else ticket.escalated
    return replace(ticket, draft=draft, state=state, escalated=before or tells)


def _is_followed(finding: Finding, tickets: Mapping[str, Ticket], rules: Rules) -> bool:
    key, _ = key_of(finding, rules.grouping)
    ticket = tickets.get(key)
    if ticket is None or ticket.state is not State.OPEN:
        return rules.covers(finding)
    known = {fact.fingerprint for fact in ticket.draft.facts}
    return finding.fingerprint in known or rules.covers(finding)


def _told(subject: Subject, ticket: Ticket | None, rules: Rules, now: datetime) -> Action | None:
    """Say what a subject with open doors asks for, if anything."""
    overdue = rules.escalates and subject.due is not None and subject.due <= now
    if ticket is None or ticket.state is State.CLOSED:
        return None if subject.is_accepted else _opened(ticket, rules.word(subject, overdue))
    draft = rules.word(_settled(subject, ticket), overdue)
    lines = list(_changes(ticket.draft.facts, draft.facts, rules.show))
    if overdue and ticket.escalated is None:
        lines.append(f"It is overdue since {subject.due:%Y-%m-%d}.")
        kind = Kind.CHANGE if len(lines) > 1 else Kind.ESCALATE
        return Action(kind=kind, draft=draft, note=_note(lines))
    if lines:
        return Action(kind=Kind.CHANGE, draft=draft, note=_note(lines))
    if draft.digest != ticket.draft.digest:
        return Action(kind=Kind.UPDATE, draft=draft)
    return None


def _opened(ticket: Ticket | None, draft: Draft) -> Action:
    """Open a ticket, or open it again."""
    if ticket is None:
        return Action(kind=Kind.CREATE, draft=draft)
    return Action(kind=Kind.REOPEN, draft=draft, note="It is open again.")


def _settled(subject: Subject, ticket: Ticket) -> Subject:
    """Leave names of holdings as they were told while nothing else differs: one is made a day."""
    before = doors(ticket.draft.facts)
    facts = [
        was if was and replace(fact, holdings=was.holdings) == was else fact
        for fact in subject.facts
        for was in [before.get((fact.fingerprint, fact.endpoint))]
    ]
    return Subject(subject.key, subject.name, tuple(facts))


#: What of a fact is worth a line when it differs, and how it is written.
_TELLING: Mapping[str, Callable[[Fact], str]] = {
    "access": lambda fact: fact.access,
    "severity": lambda fact: fact.severity,
    "product": lambda fact: fact.product,
    "version": lambda fact: fact.version or "not told",
    "data": lambda fact: ", ".join((fact.label, *fact.categories)),
    "signs of others": lambda fact: ", ".join(fact.signs) or "none",
    "owner": lambda fact: fact.owner or "nobody",
    "accepted": lambda fact: (
        f"until {fact.accepted_until:%Y-%m-%d}" if fact.accepted_until else "no more"
    ),
}


def _changes(
    before: Sequence[Fact], now: Sequence[Fact], show: Callable[[str], str]
) -> Iterator[str]:
    """Say on a line each what is new, what differs and what is gone."""
    was, is_now = doors(before), doors(now)
    for door, fact in is_now.items():
        if door not in was:
            yield f"{fact.endpoint}: {show(fact.product)} is open too ({fact.severity})."
            continue
        for name, of in _TELLING.items():
            if of(was[door]) != of(fact):
                yield f"{fact.endpoint}: {name}: {show(of(was[door]))} is now {show(of(fact))}."
    for door, fact in was.items():
        if door not in is_now:
            yield f"{fact.endpoint}: {show(fact.product)} is not open any more, or told elsewhere."


def _ended(
    tickets: Mapping[str, Ticket], subjects: Mapping[str, Subject], resolved: frozenset[str]
) -> Iterator[Action]:
    """Close tickets of which nothing is left: each finding is resolved, or in another ticket."""
    elsewhere = {fact.fingerprint for subject in subjects.values() for fact in subject.facts}
    for key, ticket in tickets.items():
        members = {fact.fingerprint for fact in ticket.draft.facts}
        if ticket.state is State.OPEN and key not in subjects and members <= resolved | elsewhere:
            why = "It is resolved: the door was seen shut."
            if not members <= resolved:
                why = "What is left of it is in another ticket."
            yield Action(kind=Kind.CLOSE, draft=ticket.draft, note=why)


def _note(lines: Sequence[str]) -> str:
    cut = [] if len(lines) <= MAX_LINES else [f"… and {len(lines) - MAX_LINES} lines more."]
    return "\n".join([*lines[:MAX_LINES], *cut])
