"""The history between nights: patience, regressions, changes and accepted risks."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from scanner.acceptance import Signature
from scanner.life import Patience
from scanner.model import Endpoint, Finding, Severity, Status
from scanner.store import Settled, Store, StoreRefused
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, day, endpoint, exposure
from tests.histories import rows

USUAL = Patience()
SIGNED = Signature(until=day(5), reason="moves in May", approver="CISO", since=day(1))
NAME = "27d8d849c68bbf4b3abad1fa004a2066"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a history that is not there yet."""
    return tmp_path / "history.db"


def night(  # noqa: PLR0913 - each is one side of a round
    path: Path,
    number: int,
    *seen: Finding,
    shut: tuple[Endpoint, ...] = (),
    locked: tuple[Endpoint, ...] = (),
    by: str | None = "elasticsearch",
    patience: Patience = USUAL,
) -> tuple[list[Finding], Settled]:
    """Walk a whole round in a process of its own, and give what it said."""
    at, name = day(number), f"r{number}"
    with (
        Store.open(path, create=NOON) as store,
        store.begin_round(
            name, scope=SCOPE, vantage=VANTAGE, at=at, way=WAY, patience=patience
        ) as walk,
    ):
        said = [
            walk.record(msgspec.structs.replace(one, round=name, first_seen=at, last_seen=at))
            for one in seen
        ]
        for door in shut:
            walk.observe_shut(door, probe=None, because="refused", at=at)
        for door in locked:
            walk.observe_shut(door, probe=by, because="401", at=at, demanded=True)
        settled = walk.settle(at)
        walk.end(coverage(round=name, ended=at))
    return said, settled


def one_open(path: Path, at: datetime = NOON) -> Finding:
    """Give the only finding that is open."""
    with Store.open(path) as store:
        [finding] = store.open_findings(at)
    return finding


def events(path: Path) -> list[tuple[str, str, str]]:
    """Read the history as an outsider would: round, what, why."""
    return rows(path, "SELECT round, what, because FROM event ORDER BY number")


class TestPatience:
    """A door has to be seen shut in enough rounds."""

    def test_one_refusal_is_told_and_two_resolve(self, path: Path) -> None:
        """A restart at midnight closes no ticket; in between it is unverified, and counted."""
        night(path, 1, exposure())
        _, second = night(path, 2, shut=(endpoint(),))
        between = one_open(path)
        _, third = night(path, 3, shut=(endpoint(),))

        assert [(one.status, one.seen_shut) for one in second.unverified] == [
            (Status.UNVERIFIED, 1)
        ]
        assert (between.status, between.seen_shut) == (Status.UNVERIFIED, 1)
        assert [(one.status, one.seen_shut) for one in third.resolved] == [(Status.RESOLVED, 2)]

    def test_what_is_critical_is_resolved_at_once(self, path: Path) -> None:
        """Somebody is waiting for it."""
        night(path, 1, exposure(severity=Severity.CRITICAL))

        assert len(night(path, 2, shut=(endpoint(),))[1].resolved) == 1

    def test_a_silence_in_between_does_not_count_and_does_not_start_over(self, path: Path) -> None:
        """Only observations count, for and against."""
        night(path, 1, exposure())
        night(path, 2, shut=(endpoint(),))
        _, silent = night(path, 3)
        _, fourth = night(path, 4, shut=(endpoint(),))

        assert (len(silent.resolved), len(silent.unverified)) == (0, 1)
        assert len(fourth.resolved) == 1

    def test_an_exposure_in_between_starts_over(self, path: Path) -> None:
        """A node that comes and goes is open."""
        night(path, 1, exposure())
        night(path, 2, shut=(endpoint(),))
        said, _ = night(path, 3, exposure())
        _, fourth = night(path, 4, shut=(endpoint(),))

        assert [one.status for one in said] == [Status.ONGOING]
        assert len(fourth.resolved) == 0

    def test_it_can_be_asked_for(self, path: Path) -> None:
        """Three nights for a flapping network."""
        three = Patience(critical=3, others=3)
        night(path, 1, exposure(severity=Severity.CRITICAL))

        ends = [
            len(night(path, number, shut=(endpoint(),), patience=three)[1].resolved)
            for number in (2, 3, 4)
        ]

        assert ends == [0, 0, 1]


class TestRegression:
    """What was locked and is open again is worse than what was never locked."""

    @pytest.mark.parametrize("by", ["elasticsearch", None])
    def test_a_lock_undone_is_an_event_and_one_worse(self, path: Path, by: str | None) -> None:
        """Also where a proxy had demanded the password, and where it had never been a finding."""
        night(path, 1, locked=(endpoint(),), by=by)
        said, _ = night(path, 2, exposure(severity=Severity.MEDIUM))

        assert [(one.status, one.regressed, one.severity) for one in said] == [
            (Status.NEW, True, Severity.HIGH)
        ]
        assert ("r2", "regressed", "the door had been seen locked") in events(path)

    def test_it_stays_worse_until_it_is_resolved(self, path: Path) -> None:
        """The night after is no better, and not told as a regression again."""
        night(path, 1, locked=(endpoint(),))
        night(path, 2, exposure())
        said, _ = night(path, 3, exposure())

        assert [(one.status, one.severity) for one in said] == [(Status.ONGOING, Severity.CRITICAL)]
        assert [what for _, what, _ in events(path)].count("regressed") == 1

    def test_a_finding_that_was_locked_comes_back_as_a_regression(self, path: Path) -> None:
        """Resolved by a password, and the password is gone."""
        night(path, 1, exposure())
        night(path, 2, locked=(endpoint(),))
        night(path, 3, locked=(endpoint(),))
        [said], _ = night(path, 4, exposure())

        assert (said.status, said.regressed) == (Status.REOPENED, True)
        assert said.changes == ("severity",)

    @pytest.mark.parametrize(
        ("locked", "by"), [((endpoint(8),), "elasticsearch"), ((endpoint(),), "redis")]
    )
    def test_a_lock_elsewhere_is_none(
        self, path: Path, locked: tuple[Endpoint, ...], by: str
    ) -> None:
        """Another host, or another product on the same port."""
        night(path, 1, locked=locked, by=by)
        [said], _ = night(path, 2, exposure())

        assert (said.regressed, said.severity) == (False, Severity.HIGH)

    def test_a_closed_port_was_no_lock(self, path: Path) -> None:
        """A server that was switched off and on again has undone nothing."""
        night(path, 1, exposure())
        night(path, 2, shut=(endpoint(),))
        night(path, 3, shut=(endpoint(),))
        [said], _ = night(path, 4, exposure())

        assert (said.status, said.regressed) == (Status.REOPENED, False)


def test_a_change_is_told_once_with_what_changed(path: Path) -> None:
    """The night of the upgrade, and an event; the next night is ongoing."""
    night(path, 1, exposure())
    [said], _ = night(path, 2, exposure(version="8.1", severity=Severity.CRITICAL))
    [after], _ = night(path, 3, exposure(version="8.1", severity=Severity.CRITICAL))

    assert (said.status, said.changes) == (Status.CHANGED, ("severity", "version"))
    assert (after.status, after.changes) == (Status.ONGOING, ())
    assert ("r2", "changed", "severity, version") in events(path)


class TestAccepted:
    """A risk that somebody has put a name under."""

    def test_it_is_told_as_accepted_until_its_day(self, path: Path) -> None:
        """With who and why; afterwards nobody has to do anything for it to count again."""
        night(path, 1, exposure(fingerprint=NAME))
        with Store.open(path) as store:
            accepted = store.accept(NAME[:6], SIGNED)
        [fourth], _ = night(path, 4, exposure(fingerprint=NAME))
        shown = one_open(path, day(4))
        [fifth], _ = night(path, 5, exposure(fingerprint=NAME))

        assert accepted == (NAME, Severity.HIGH)
        assert fourth.accepted is not None
        assert (fourth.status, fourth.accepted.approver) == (Status.ACCEPTED, "CISO")
        assert shown.status is Status.ACCEPTED
        assert (fifth.status, fifth.accepted) == (Status.ONGOING, None)

    def test_what_got_worse_is_not_covered(self, path: Path) -> None:
        """Nobody has signed for that."""
        night(path, 1, exposure(fingerprint=NAME))
        with Store.open(path) as store:
            store.accept(NAME, SIGNED)
        [said], _ = night(path, 2, exposure(fingerprint=NAME, severity=Severity.CRITICAL))

        assert (said.status, said.accepted) == (Status.CHANGED, None)

    def test_it_can_be_withdrawn_and_signed_again(self, path: Path) -> None:
        """The last word counts."""
        night(path, 1, exposure(fingerprint=NAME))
        with Store.open(path) as store:
            store.accept(NAME, SIGNED)
            name = store.withdraw(NAME[:4], at=day(2))
            [withdrawn] = store.open_findings(day(2))
            store.accept(NAME, SIGNED)
            [again] = store.open_findings(day(2))

        assert name == NAME
        assert withdrawn.accepted is None
        assert again.accepted is not None

    def test_it_resolves_like_any_other(self, path: Path) -> None:
        """A signature keeps no finding open, and none closed."""
        night(path, 1, exposure(fingerprint=NAME, severity=Severity.CRITICAL))
        with Store.open(path) as store:
            store.accept(NAME, SIGNED)

        _, settled = night(path, 2, shut=(endpoint(),))

        assert [(one.status, one.accepted) for one in settled.resolved] == [(Status.RESOLVED, None)]

    @pytest.mark.parametrize(
        ("prefix", "said"),
        [
            ("abc", "'abc' is too short: give at least 4 digits"),
            ("ffff", "no finding in this history has the fingerprint 'ffff'"),
            ("____", "no finding in this history has the fingerprint '____'"),
            ("aaaa", "'aaaa' is ambiguous, 2 findings begin so: aaaa1, aaaa2"),
            ("bbbb", "bbbb1 is resolved: there is nothing to accept"),
        ],
    )
    def test_what_names_no_single_open_finding_is_refused(
        self, path: Path, prefix: str, said: str
    ) -> None:
        """And the message says what would have been meant."""
        night(
            path,
            1,
            exposure(fingerprint="aaaa1"),
            exposure(fingerprint="aaaa2", endpoint=endpoint(8)),
            exposure(fingerprint="bbbb1", endpoint=endpoint(9), severity=Severity.CRITICAL),
        )
        night(path, 2, shut=(endpoint(9),))

        with Store.open(path) as store, pytest.raises(StoreRefused) as refused:
            store.accept(prefix, SIGNED)
        assert str(refused.value) == said

    def test_what_was_seen_shut_everywhere_is_refused(self, path: Path) -> None:
        """The round that saw it has not ended; nothing is left to sign for."""
        night(path, 1, exposure(fingerprint=NAME, severity=Severity.CRITICAL))
        with Store.open(path) as store:
            with store.begin_round(
                "r2", scope=SCOPE, vantage=VANTAGE, at=day(2), way=WAY
            ) as broken:
                broken.observe_shut(endpoint(), probe=None, because="refused", at=day(2))
            with pytest.raises(StoreRefused, match="was seen shut everywhere"):
                store.accept(NAME, SIGNED)

    @pytest.mark.parametrize("at", [day(1), day(9)])
    def test_only_what_is_in_force_can_be_withdrawn(self, path: Path, at: datetime) -> None:
        """Neither what nobody accepted, nor what has ended by itself."""
        night(path, 1, exposure(fingerprint=NAME))
        with Store.open(path) as store:
            store.accept(NAME, SIGNED)
            store.withdraw(NAME, at=day(1))
            with pytest.raises(StoreRefused, match=f"{NAME} is not accepted"):
                store.withdraw(NAME, at=at)
