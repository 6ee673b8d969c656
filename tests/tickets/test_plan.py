"""The plan: what is due follows from findings, tickets and rules, and from nothing else."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inferred import Category, DataCategory, Label
from scanner.model import Acceptance, Asset, Finding, Holding, Severity
from scanner.ticket import Action, Draft, Grouping, Kind, State, Ticket
from scanner.tickets.plan import MAX_LINES, Planned, Rules, Standing, after, plan
from scanner.tickets.subjects import Subject
from tests.exposures import day
from tests.tickets.team import door, worse

DOOR = door(1)
TONIGHT = day(1)


def word(subject: Subject, overdue: bool) -> Draft:  # noqa: FBT001 - as a plan asks for it
    """Say what matters here."""
    return Draft(
        key=subject.key,
        title=subject.name,
        body=" ".join(fact.remedy for fact in subject.facts),
        severity=subject.severity,
        overdue=overdue,
        facts=subject.facts,
    )


def rules(**changes: object) -> Rules:
    """Give rules that cover everything."""
    given: dict[str, object] = {
        "grouping": Grouping.FINDING,
        "covers": lambda _finding: True,
        "word": word,
        "show": str,
        "max_new": 25,
    }
    return Rules(**{**given, **changes})  # type: ignore[arg-type] # varied by keyword


def planned(
    *exposed: Finding,
    resolved: tuple[Finding, ...] = (),
    tickets: dict[str, Ticket] | None = None,
    now: datetime = TONIGHT,
    in_round: str = "r1",
    **changes: object,
) -> Planned:
    """Plan once."""
    standing = Standing(exposed, frozenset(one.fingerprint for one in resolved))
    return plan(standing, tickets or {}, rules(**changes), now=now, in_round=in_round)


def kinds(made: Planned) -> list[Kind]:
    """Give what is to be done, in its order."""
    return [action.kind for action in made.actions]


def done(
    made: Planned,
    tickets: dict[str, Ticket] | None = None,
    now: datetime = TONIGHT,
    in_round: str = "r1",
) -> dict[str, Ticket]:
    """Give the tickets as they are once all of it is done."""
    before = tickets or {}
    changed = {
        action.draft.key: after(
            before.get(action.draft.key), action, now=now, in_round=in_round, escalates=True
        )
        for action in made.actions
    }
    return before | changed


OPENED = done(planned(DOOR))


class TestOneFinding:
    """Opened, changed, closed, opened again."""

    def test_what_is_new_is_created(self) -> None:
        """With its fingerprint in the key."""
        (action,) = planned(DOOR).actions

        assert action.kind is Kind.CREATE
        assert action.draft.key == f"ronde-{DOOR.fingerprint}"

    @given(st.lists(st.integers(0, 400), unique=True, max_size=25))
    def test_what_is_done_is_not_due_again(self, numbers: list[int]) -> None:
        """The same history gives no second errand."""
        doors = [door(number) for number in numbers]
        tickets = done(planned(*doors))

        assert planned(*doors, tickets=tickets, now=day(5)).actions == ()

    @pytest.mark.parametrize(
        ("changes", "line"),
        [
            ({"severity": Severity.CRITICAL}, "severity: high is now critical."),
            ({"version": "7.0"}, "version: 2.4.6 is now 7.0."),
            ({"version": None}, "version: 2.4.6 is now not told."),
            ({"asset": Asset(owner="Wards")}, "owner: Radiology is now Wards."),
            ({"label": Label.HEALTH}, "data: unknown is now health."),
        ],
    )
    def test_a_change_is_told(self, changes: dict[str, object], line: str) -> None:
        """By its name, with both values."""
        (action,) = planned(msgspec.structs.replace(DOOR, **changes), tickets=OPENED).actions

        assert (action.kind, action.note) == (Kind.CHANGE, f"198.18.0.2:9200: {line}")

    def test_another_remedy_is_written_and_not_told(self) -> None:
        """Nobody needs to be woken for a better sentence."""
        reworded = msgspec.structs.replace(DOOR, remedy="Bind it to loopback.")

        assert kinds(planned(reworded, tickets=OPENED)) == [Kind.UPDATE]

    def test_an_index_a_day_is_no_news(self) -> None:
        """Names of holdings come and go."""
        tonight = Holding(name="logs-2026-03-02", kind="index", records=5)
        grown = msgspec.structs.replace(DOOR, holdings=(*DOOR.holdings, tonight))

        assert planned(grown, tickets=OPENED).actions == ()

    def test_what_is_not_seen_is_not_closed(self) -> None:
        """Only an observation ends a finding."""
        assert planned(tickets=OPENED).actions == ()

    def test_what_is_resolved_is_closed(self) -> None:
        """Once."""
        closing = planned(tickets=OPENED, resolved=(DOOR,))
        assert kinds(closing) == [Kind.CLOSE]

        closed = done(closing, OPENED)
        assert planned(tickets=closed, resolved=(DOOR,)).actions == ()

    def test_what_returns_is_opened_again(self) -> None:
        """The same ticket."""
        closed = done(planned(tickets=OPENED, resolved=(DOOR,)), OPENED)
        again = planned(DOOR, tickets=closed)

        assert kinds(again) == [Kind.REOPEN]
        assert done(again, closed)[again.actions[0].draft.key].state is State.OPEN


class TestOverdue:
    """Told exactly once."""

    DUE = msgspec.structs.replace(DOOR, due=day(3))

    def test_it_is_told_once(self) -> None:
        """However often it is planned afterwards."""
        tickets = done(planned(self.DUE))
        late = planned(self.DUE, tickets=tickets, now=day(3))
        assert kinds(late) == [Kind.ESCALATE]
        assert late.actions[0].note == "It is overdue since 2026-03-04."

        tickets = done(late, tickets, now=day(3))
        assert planned(self.DUE, tickets=tickets, now=day(9)).actions == ()

    def test_it_is_told_with_a_change(self) -> None:
        """One comment, not two; and no second one."""
        tickets = done(planned(self.DUE))
        late = planned(worse(self.DUE), tickets=tickets, now=day(3))
        assert kinds(late) == [Kind.CHANGE]
        assert "overdue" in late.actions[0].note

        tickets = done(late, tickets, now=day(3))
        assert planned(worse(self.DUE), tickets=tickets, now=day(9)).actions == ()

    def test_what_is_overdue_when_it_is_created_says_so_at_once(self) -> None:
        """And is not told again."""
        created = planned(self.DUE, now=day(5))
        assert [action.draft.overdue for action in created.actions] == [True]

        tickets = done(created, now=day(5))
        assert planned(self.DUE, tickets=tickets, now=day(6)).actions == ()

    def test_a_door_that_opens_again_has_a_day_of_its_own(self) -> None:
        """It can be overdue once more."""
        late = done(planned(self.DUE, now=day(5)), now=day(5))
        closed = done(planned(tickets=late, resolved=(DOOR,)), late)
        later = msgspec.structs.replace(DOOR, due=day(20))
        opened = done(planned(later, tickets=closed, now=day(10)), closed, now=day(10))

        assert kinds(planned(later, tickets=opened, now=day(20))) == [Kind.ESCALATE]

    def test_a_team_may_not_want_it(self) -> None:
        """`escalate = false`."""
        tickets = done(planned(self.DUE))

        assert planned(self.DUE, tickets=tickets, now=day(9), escalates=False).actions == ()


class TestAccepted:
    """A risk that somebody bears."""

    SIGNED = msgspec.structs.replace(
        DOOR,
        accepted=Acceptance(
            until=day(30),
            reason="replaced soon",
            approver="Head of IT",
            severity=Severity.HIGH,
            since=day(0),
        ),
        due=day(2),
    )

    def test_it_gets_no_new_ticket(self) -> None:
        """It has been decided."""
        assert planned(self.SIGNED).actions == ()

    def test_a_ticket_that_is_there_is_told_and_stays_open(self) -> None:
        """And is not overdue."""
        made = planned(self.SIGNED, tickets=OPENED, now=day(9))

        assert kinds(made) == [Kind.CHANGE]
        assert made.actions[0].note == "198.18.0.2:9200: accepted: no more is now until 2026-03-31."


class TestGroups:
    """Several findings in one ticket."""

    def test_one_owner_has_one_ticket(self) -> None:
        """As grave as the worst."""
        (action,) = planned(door(1), worse(door(2)), grouping=Grouping.OWNER).actions

        assert action.draft.title == "Radiology"
        assert action.draft.severity is Severity.CRITICAL
        assert len(action.draft.facts) == 2

    def test_a_door_that_joins_or_leaves_is_told(self) -> None:
        """The ticket is closed with the last of them."""
        tickets = done(planned(door(1), grouping=Grouping.OWNER))
        joined = planned(door(1), door(2), tickets=tickets, grouping=Grouping.OWNER)
        assert joined.actions[0].note == "198.18.0.3:9200: Elasticsearch is open too (high)."

        tickets = done(joined, tickets)
        left = planned(door(2), resolved=(door(1),), tickets=tickets, grouping=Grouping.OWNER)
        assert kinds(left) == [Kind.CHANGE]
        assert "198.18.0.2:9200: Elasticsearch is not open any more" in left.actions[0].note

        tickets = done(left, tickets)
        ended = planned(resolved=(door(1), door(2)), tickets=tickets, grouping=Grouping.OWNER)
        assert kinds(ended) == [Kind.CLOSE]

    def test_a_finding_that_changes_hands_is_told_to_both(self) -> None:
        """The old owner's ticket ends, for it is in the new one's."""
        tickets = done(planned(DOOR, grouping=Grouping.OWNER))
        moved = msgspec.structs.replace(DOOR, asset=Asset(owner="Wards"))
        made = planned(moved, tickets=tickets, grouping=Grouping.OWNER)

        assert kinds(made) == [Kind.CREATE, Kind.CLOSE]
        assert made.actions[1].note == "What is left of it is in another ticket."

    @pytest.mark.parametrize("grouping", Grouping)
    def test_every_finding_is_in_one_ticket(self, grouping: Grouping) -> None:
        """However they are grouped."""
        doors = [door(number) for number in range(9)]
        facts = [
            fact.fingerprint
            for action in planned(*doors, grouping=grouping).actions
            for fact in action.draft.facts
        ]

        assert sorted(facts) == [one.fingerprint for one in doors]

    def test_a_note_has_an_end(self) -> None:
        """Who is told of a hundred lines reads none."""
        tickets = done(planned(door(0), grouping=Grouping.OWNER))
        doors = [door(number) for number in range(100)]
        (action,) = planned(*doors, tickets=tickets, grouping=Grouping.OWNER).actions

        assert len(action.note.splitlines()) == MAX_LINES + 1
        assert action.note.endswith("… and 69 lines more.")


class TestBounds:
    """A first round floods nobody."""

    def test_the_gravest_go_first_and_the_rest_waits(self) -> None:
        """And is counted."""
        made = planned(door(1), door(2), worse(door(3)), max_new=1)

        assert [action.draft.key[-1] for action in made.actions] == ["3"]
        assert made.waiting == 2

    def test_a_round_has_its_number_however_often_it_is_planned(self) -> None:
        """The next round has its own."""
        doors = (door(1), door(2), door(3))
        tickets = done(planned(*doors, max_new=2))
        assert planned(*doors, tickets=tickets, max_new=2).actions == ()

        assert kinds(planned(*doors, tickets=tickets, max_new=2, in_round="r2")) == [Kind.CREATE]

    def test_changes_are_not_counted(self) -> None:
        """They go to tickets that are there."""
        assert kinds(planned(worse(DOOR), tickets=OPENED, max_new=0)) == [Kind.CHANGE]


class TestRoutes:
    """Who is told."""

    def test_what_no_route_covers_has_no_ticket(self) -> None:
        """Somebody else is."""
        assert planned(DOOR, covers=lambda _: False).actions == ()

    def test_a_finding_with_a_ticket_is_followed(self) -> None:
        """Wherever the route leads by then."""
        made = planned(worse(DOOR), tickets=OPENED, covers=lambda _: False)

        assert kinds(made) == [Kind.CHANGE]

    def test_a_ticket_that_was_closed_is_not(self) -> None:
        """What returns goes where it belongs now."""
        closed = done(planned(tickets=OPENED, resolved=(DOOR,)), OPENED)

        assert planned(DOOR, tickets=closed, covers=lambda _: False).actions == ()


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["open", "worse", "shut"]))),
        max_size=8,
    )
)
def test_whatever_happens_tickets_end_as_findings_do(
    nights: list[list[tuple[int, str]]],
) -> None:
    """Night by night: what is open has an open ticket, what is resolved has none that is open."""
    tickets: dict[str, Ticket] = {}
    exposed: dict[int, Finding] = {}
    resolved: dict[int, Finding] = {}
    for number, night in enumerate(nights):
        for which, what in night:
            if what == "shut" and which in exposed:
                resolved[which] = exposed.pop(which)
            elif what != "shut":
                resolved.pop(which, None)
                exposed[which] = worse(door(which)) if what == "worse" else door(which)
        made = planned(
            *exposed.values(),
            resolved=tuple(resolved.values()),
            tickets=tickets,
            in_round=f"r{number}",
        )
        tickets = done(made, tickets, in_round=f"r{number}")

    is_open = {key for key, ticket in tickets.items() if ticket.state is State.OPEN}
    assert is_open == {f"ronde-{one.fingerprint}" for one in exposed.values()}


def test_categories_are_told_by_name() -> None:
    """Whoever reads the note knows at once why it is worse."""
    patients = DataCategory(name=Category.PATIENT_ENTITY, confidence=0.9, words=("patient",))
    inferred = msgspec.structs.replace(DOOR, label=Label.HEALTH, categories=(patients,))
    (action,) = planned(inferred, tickets=OPENED).actions

    assert isinstance(action, Action)
    assert action.note == "198.18.0.2:9200: data: unknown is now health, patient_entity."
