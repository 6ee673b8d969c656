"""`ronde report`: what is in the history, in any format, without a round."""

from datetime import datetime
from errno import ENOSPC
from pathlib import Path

import msgspec
import pytest

from scanner.emit import jsonl
from scanner.emit.formats import Format
from scanner.model import Finding, ScopeReference, Status
from scanner.options import FORMATS
from scanner.store import Store, StoreRefused, Told
from tests.exposures import SCOPE, VANTAGE, WAY, coverage, day, endpoint, exposure
from tests.ground import Ground, fresh_ground
from tests.test_store import begin, path, see, store

__all__ = ["fresh_ground", "path", "store"]

ground = fresh_ground

HISTORY = ("--history", "history.sqlite")


def said(told: Told) -> list[tuple[str, Status]]:
    """Give fingerprint and status of what was told."""
    return [(one.fingerprint, one.status) for one in told.findings]


def failing(value: msgspec.Struct) -> bytes:
    """Fail as a disk does that is full."""
    raise OSError(ENOSPC, type(value).__name__)


def remembered(ground: Ground, *findings: Finding) -> None:
    """Put a round of one day into the history of the ground."""
    with Store.open(ground.folder / "history.sqlite", create=day(0)) as kept:
        see(kept, 1, *findings)


class TestHistory:
    """What the history can tell."""

    def test_the_newest_round_is_told_as_it_was(self, store: Store) -> None:
        """What it saw, what it ended, and what it could not verify, with its coverage."""
        second, third = endpoint(8), endpoint(9)
        others = (exposure(fingerprint="f2", endpoint=second),)
        see(store, 1, exposure(), *others, exposure(fingerprint="f3", endpoint=third))
        see(store, 2, exposure(), shut=(second,))

        assert (
            said(store.told(None, day(9)))
            == said(store.told("r2", day(9)))
            == [
                ("f1", Status.ONGOING),
                ("f2", Status.RESOLVED),
                ("f3", Status.UNVERIFIED),
            ]
        )
        assert store.told(None, day(9)).coverage is not None

    def test_a_round_that_did_not_end_has_no_coverage(self, store: Store) -> None:
        """What it found is told all the same."""
        with begin(store, 1) as killed:
            killed.record(exposure(round="r1", last_seen=day(1)))

        assert said(store.told(None, day(9))) == [("f1", Status.NEW)]
        assert store.told(None, day(9)).coverage is None

    def test_an_older_round_is_told_as_it_was(self, store: Store) -> None:
        """Whatever became of its findings since."""
        see(store, 1, exposure(product="Elasticsearch"))
        see(store, 2, exposure(product="OpenSearch"))
        see(store, 3, shut=(endpoint(),))
        first, second = store.told("r1", day(9)), store.told("r2", day(9))

        assert (said(first), said(second)) == ([("f1", Status.NEW)], [("f1", Status.CHANGED)])
        assert [one.product for one in first.findings] == ["Elasticsearch"]
        assert first.coverage is not None
        assert first.coverage.round == "r1"

    def test_an_older_round_that_did_not_end_is_refused(self, store: Store) -> None:
        """The tables keep the last look: a part of it would read as all."""
        with begin(store, 1) as killed:
            killed.record(exposure(round="r1", last_seen=day(1)))
        see(store, 2)

        with pytest.raises(StoreRefused, match="what r1 told is not kept"):
            store.told("r1", day(9))

    def test_what_a_round_told_is_kept_as_long_as_the_round(self, path: Path) -> None:
        """Of each scope and vantage, however often another one is walked."""
        with Store.open(path, create=day(0), keep=2) as store:
            see(store, 1, exposure(), scope=ScopeReference("clinic", "SEC-2"))
            for number in (2, 3, 4, 5):
                see(store, number, exposure())

            assert said(store.told("r4", day(9))) == [("f1", Status.ONGOING)]
            assert said(store.told("r1", day(9))) == [("f1", Status.NEW)]
            with pytest.raises(StoreRefused, match="no round r2"):
                store.told("r2", day(9))

    def test_a_round_that_went_on_and_was_killed_is_refused(self, store: Store) -> None:
        """What it told when it was interrupted is not all that it found."""
        with begin(store, 1) as interrupted:
            interrupted.end(coverage(round="r1"))
        with store.resume_round(scope=SCOPE, vantage=VANTAGE, way=WAY) as killed:
            killed.record(exposure(round="r1", last_seen=day(1)))
        see(store, 2)

        with pytest.raises(StoreRefused, match="what r1 told is not kept"):
            store.told("r1", day(9))

    def test_a_round_of_another_scope_takes_nothing_away(self, store: Store) -> None:
        """It says nothing of what it had not to visit."""
        see(store, 1, exposure())
        see(store, 2, scope=ScopeReference("clinic", "SEC-2"))

        assert said(store.told("r1", day(9))) == [("f1", Status.NEW)]

    @pytest.mark.parametrize(("name", "why"), [("r9", "no round r9"), (None, "no round yet")])
    def test_a_round_that_was_not_is_refused(
        self, store: Store, name: str | None, why: str
    ) -> None:
        """An empty report would say that all is well."""
        with pytest.raises(StoreRefused, match=why):
            store.told(name, day(9))

    @pytest.mark.parametrize(
        ("when", "told"),
        [
            (day(1), [("f1", Status.ONGOING), ("f2", Status.RESOLVED)]),
            (day(2), [("f1", Status.ONGOING), ("f2", Status.RESOLVED)]),
            (day(3), [("f1", Status.ONGOING)]),
            (day(4), []),
        ],
    )
    def test_since_a_moment_everything_that_was_seen(
        self, store: Store, when: datetime, told: list[tuple[str, Status]]
    ) -> None:
        """By whichever round; what was resolved is told once, however many doors it had."""
        doors = endpoint(8), endpoint(9)
        both = [exposure(fingerprint="f2", endpoint=door) for door in doors]
        see(store, 1, exposure(), *both)
        see(store, 2, exposure(), shut=doors)
        see(store, 3, exposure())

        assert said(store.told_since(when, day(9))) == told

    def test_a_door_that_was_only_seen_shut_since_is_not_told(self, store: Store) -> None:
        """One refusal neither shows it exposed nor resolves it."""
        see(store, 1, exposure())
        with store.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=day(2), way=WAY) as two:
            two.observe_shut(endpoint(), probe=None, because="refused", at=day(2))
            two.settle(day(2))

        assert said(store.told_since(day(2), day(9))) == []


class TestCommand:
    """What the user types."""

    def test_the_formats_are_those_that_there_are(self) -> None:
        """The list of the command line is that of the program."""
        assert sorted(FORMATS) == sorted(Format)

    def test_it_is_a_page_unless_asked_otherwise(self, ground: Ground) -> None:
        """For people, on standard output."""
        remembered(ground, exposure())

        assert "`192.0.2.7:9200`" in ground.run("report", *HISTORY).out

    @pytest.mark.parametrize("form", [form for form in FORMATS if form != "elastic"])
    def test_every_format_can_be_written(self, ground: Ground, form: str) -> None:
        """To a file that is named."""
        remembered(ground, exposure())

        written = ground.run("report", *HISTORY, "--format", form, "--to", "out")

        assert (written.code, written.out, written.err) == (0, "", "")
        assert (ground.folder / "out").stat().st_size > 0

    def test_a_round_can_be_written_again_as_lines(self, ground: Ground) -> None:
        """Whoever lost the file has its findings and its coverage."""
        remembered(ground, exposure())

        lines = ground.run("report", *HISTORY, "--format", "jsonl", "--round", "r1").objects

        assert [one["schema"] for one in lines] == ["ronde.finding/1", "ronde.coverage/1"]

    def test_lines_that_cannot_be_read_leave_the_file_before(
        self, ground: Ground, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A report is there whole or not at all, in this format too."""
        remembered(ground, exposure())
        (ground.folder / "kept.jsonl").write_text("of yesterday\n")
        monkeypatch.setattr(jsonl, "document", failing)

        failed = ground.run("report", *HISTORY, "--format", "jsonl", "--to", "kept.jsonl")

        assert failed.code == 5
        assert ground.text("kept.jsonl") == "of yesterday\n"

    def test_a_moment_is_in_utc(self, ground: Ground) -> None:
        """As everything that is written."""
        remembered(ground, exposure())
        words = ("report", *HISTORY, "--format", "jsonl", "--since")

        assert len(ground.run(*words, "2026-03-02T12:00:00Z").objects) == 1
        assert ground.run(*words, "2026-03-02T12:00:01").objects == []

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (("--round", "r1", "--since", "2026-03-01"), "exclude each other"),
            (("--to", "./history.sqlite"), "is the history"),
            (("--round", "r9"), "no round r9"),
            (("--since", "yesterday"), "'yesterday' does not match"),
        ],
    )
    def test_wrong_words_are_refused(
        self, ground: Ground, words: tuple[str, ...], why: str
    ) -> None:
        """With 2, and the history is as it was."""
        remembered(ground, exposure())
        before = (ground.folder / "history.sqlite").read_bytes()

        refused = ground.run("report", *HISTORY, *words)

        assert refused.code == 2
        assert why in refused.err
        assert (ground.folder / "history.sqlite").read_bytes() == before

    @pytest.mark.parametrize("to", ["/dev/full", ".", "missing/out.csv"])
    def test_what_cannot_be_written_is_named(self, ground: Ground, to: str) -> None:
        """With exit code 5."""
        remembered(ground, exposure())

        failed = ground.run("report", *HISTORY, "--format", "csv", "--to", to)

        assert failed.code == 5
        assert failed.err.startswith(f"ronde: cannot write {to}: ")

    def test_a_configured_output_is_left_alone(self, ground: Ground) -> None:
        """`output` in ronde.toml is the round's: a report writes where it is told."""
        remembered(ground, exposure())
        (ground.folder / "ronde.toml").write_text('output = ["kept.jsonl"]\n')
        (ground.folder / "kept.jsonl").write_text("tonight's\n")

        ground.run("report", *HISTORY)

        assert ground.text("kept.jsonl") == "tonight's\n"
