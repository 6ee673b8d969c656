"""What the history tells beside a round, for the page of HTML."""

import pytest

from scanner.acceptance import Signature
from scanner.demo.redis import FakeRedis
from scanner.model import Coverage, ScopeReference
from scanner.past import Happened, Past
from scanner.store import Store
from tests.exposures import coverage, day, endpoint, exposure
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground
from tests.test_store import begin, path, see, store

__all__ = ["fresh_ground", "path", "store"]

ground = fresh_ground


def of(number: int) -> Coverage:
    """Give the coverage of the round of one day."""
    return coverage(round=f"r{number}", started=day(number), ended=day(number))


def rounds(past: Past) -> list[str]:
    """Name the rounds that were told."""
    return [one.round for one in past.rounds]


def test_the_rounds_before_are_told_oldest_first_and_the_round_itself_is_the_last(
    store: Store,
) -> None:
    """What came after it is no part of its report."""
    see(store, 1, exposure())
    see(store, 2, exposure())
    see(store, 3, exposure())

    assert rounds(store.before(of(2))) == ["r1", "r2"]


@pytest.mark.parametrize(
    "other", [{"scope": ScopeReference("clinic", "SEC-2")}, {"vantage": "elsewhere"}]
)
def test_rounds_of_another_scope_or_vantage_are_not_compared(
    store: Store, other: dict[str, object]
) -> None:
    """They saw other doors."""
    see(store, 1, **other)  # type: ignore[arg-type] # named by the test
    see(store, 2, exposure())

    assert rounds(store.before(of(2))) == ["r2"]


def test_a_round_that_did_not_end_is_left_out(store: Store) -> None:
    """It has no coverage, so nobody can tell what its few doors mean."""
    with begin(store, 1) as killed:
        killed.record(exposure(round="r1", last_seen=day(1)))
    see(store, 2, exposure())

    assert rounds(store.before(of(2))) == ["r2"]


def test_what_happened_to_a_finding_is_told_with_its_door(store: Store) -> None:
    """From the first sight to the end."""
    see(store, 1, exposure())
    see(store, 2, shut=(endpoint(),))

    events = store.before(of(2)).events["f1"]

    assert Happened(day(2), "shut", "192.0.2.7:9200", "refused") in events
    assert [event.what for event in events][-1] == "resolved"


def test_what_was_resolved_earlier_is_told_no_more(store: Store) -> None:
    """The page grows with what is open, not with the years."""
    see(store, 1, exposure())
    see(store, 2, shut=(endpoint(),))
    see(store, 3)

    assert store.before(of(3)).events == {}


def test_of_an_older_round_only_what_had_happened_is_told(store: Store) -> None:
    """Its page is of that night, also where the finding was resolved long since."""
    see(store, 1, exposure())
    see(store, 2, shut=(endpoint(),))
    see(store, 3)

    assert [event.what for event in store.before(of(1)).events["f1"]] == ["new", "exposed"]


@pytest.mark.parametrize(("last", "said"), [(3, {"f1f1"}), (-1, set()), (9, set())])
def test_an_acceptance_that_ended_since_the_round_before_is_told(
    store: Store, last: int, said: set[str]
) -> None:
    """Neither one that had ended before, nor one that goes on."""
    see(store, 1, exposure(fingerprint="f1f1"))
    signed = Signature(until=day(last), reason="moves", approver="CISO", since=day(1))
    store.accept("f1f1", signed)
    see(store, 2, exposure(fingerprint="f1f1"))
    see(store, 4, exposure(fingerprint="f1f1"))

    assert store.before(of(4)).unsigned == said


def test_an_acceptance_that_was_withdrawn_is_told(store: Store) -> None:
    """Somebody has taken the name back, and whoever reads the mail did not see it."""
    see(store, 1, exposure(fingerprint="f1f1"))
    store.accept("f1f1", Signature(until=day(9), reason="moves", approver="CISO", since=day(1)))
    see(store, 2, exposure(fingerprint="f1f1"))
    store.withdraw("f1f1", at=day(3))
    see(store, 4, exposure(fingerprint="f1f1"))

    assert store.before(of(4)).unsigned == {"f1f1"}


@pytest.mark.parametrize(("form", "bars"), [("html", 2), ("markdown", 0)])
def test_a_report_from_the_history_draws_the_trend(ground: Ground, form: str, bars: int) -> None:
    """Two rounds make two bars, in each of two languages."""
    with Store.open(ground.folder / "history.sqlite", create=day(0)) as kept:
        see(kept, 1, exposure())
        see(kept, 2, exposure())

    page = ground.run("report", "--history", "history.sqlite", "--format", form).out

    assert page.count('<rect class="answered"') == 2 * bars


def test_a_scan_draws_the_trend_of_the_rounds_before_it(ground: Ground) -> None:
    """The page of the night has what the nights before it showed."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        ground.scan("--output", "-")
        said = ground.scan("--output", "html:page.html")

    assert said.code == 3
    assert ground.text("page.html").count('<rect class="answered"') == 2 * 2
