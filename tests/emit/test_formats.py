"""What holds for every format: where it is written, and that no hostile text gets through."""

import os
import re
import stat
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.delivery import deliver, refuse_unwritable
from scanner.emit import Unwritable
from scanner.emit.atend import AtEnd
from scanner.emit.formats import Format, Target, renderer
from scanner.emit.report import Gathered, Report
from scanner.emit.whole import write_whole
from scanner.model import Acceptance, Asset, Coverage, Finding, Holding, Refused, Severity, Status
from tests.exposures import coverage, day, endpoint, exposure, shut_service

#: A workbook is no text and a cluster no document; their own tests hand them the same.
DOCUMENTS = sorted(set(Format) - {Format.JSONL, Format.XLSX, Format.ELASTIC})

#: Somebody's signature under a risk.
SIGNED = Acceptance(
    until=day(1), reason="a lab", approver="CISO", severity=Severity.HIGH, since=day(0)
)

#: What servers and lists say to those who show it.
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m\u202e\u2028\ud800\U000e0001\x7f\x00",
    "=cmd|'/C calc'!A0",
    "a;=1+1",
    '"><script>alert(1)</script>&amp;',
    "](https://evil.example) ![x](https://evil.example/x.png) <b>| `x` | @everyone",
    "]]></failure><x>",
    "a\r\nb\t\\\nronde_findings 0\n# HELP",
    "x" * 10_000,
)

#: Four hundred digits: no double holds it, and no integer of a language but ours.
ABSURD = 10**400


def report(*findings: Finding, reached: Coverage | None = None) -> Report:
    """Give a report of some findings."""
    return Report(findings, reached)


def gathered(*findings: Finding, times: int = 1) -> list[Finding]:
    """Lay some findings aside, and give them back so many times."""
    with closing(Gathered()) as aside:
        for finding in findings:
            aside.add(finding)
        return [one for _ in range(times) for one in aside]


def document(form: Format, *findings: Finding, reached: Coverage | None = None) -> str:
    """Render some findings as text."""
    return b"".join(renderer(form)(report(*findings, reached=reached))).decode()


def saying(text: str) -> Finding:
    """Give a finding in which everybody else's words are this text."""
    return exposure(
        product=text,
        version=text,
        endpoint=endpoint(),
        holdings=(Holding(name=text, kind=text, fields=(text,)),),
        asset=Asset(owner=text, contact=text, site=text, zone=text, tags=(text,)),
        because=text,
        references=(text,),
        vantage=text,
    )


class TestHostileTexts:
    """Nothing that a server, or somebody's list, says is obeyed by whoever reads it."""

    @pytest.mark.parametrize("form", DOCUMENTS)
    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_no_control_character_is_in_any_document(self, form: Format, text: str) -> None:
        """A document can be printed on a terminal as it is; French has spaces that do not break."""
        said = document(form, saying(text), reached=coverage(vantage=text))

        assert re.sub(r"\r?\n|[\u00a0\u202f]", "", said).isprintable()

    @pytest.mark.parametrize("form", DOCUMENTS)
    def test_a_text_without_end_is_cut(self, form: Format) -> None:
        """Ten thousand characters in ten places do not make a document of a hundred thousand."""
        short = len(document(form, saying("x"), reached=coverage()))
        long = len(document(form, saying("x" * 10_000), reached=coverage()))

        assert long - short < 40_000

    @pytest.mark.parametrize("form", DOCUMENTS)
    @given(text=st.text())
    def test_every_text_can_be_written(self, form: Format, text: str) -> None:
        """No word of a server ends a report."""
        assert document(form, saying(text), reached=coverage(vantage=text))


class TestHostileNumbers:
    """No number that a server says ends a report either."""

    @pytest.mark.parametrize("form", [*DOCUMENTS, Format.XLSX])
    def test_a_number_that_nothing_holds_can_be_written(self, form: Format) -> None:
        """What reads it is a person, or takes numbers of any length."""
        held = Holding(name="a", kind="b", records=ABSURD, bytes=ABSURD)
        claimed = exposure(holdings=(held,), holdings_total=ABSURD, records=ABSURD)

        assert b"".join(renderer(form)(report(claimed, reached=coverage())))


class TestStatuses:
    """Each format has a place for everything that may become of a finding."""

    @pytest.mark.parametrize("form", DOCUMENTS)
    @pytest.mark.parametrize("status", Status)
    def test_every_status_can_be_written(self, form: Format, status: Status) -> None:
        """None is forgotten when there is a new one."""
        assert document(form, exposure(status=status, accepted=SIGNED), reached=coverage())


class TestOrder:
    """Nobody has to look for what matters."""

    def test_the_worst_comes_first_and_then_the_address_as_a_number(self) -> None:
        """Whatever the order in which they were found."""
        given_back = gathered(
            exposure(endpoint=endpoint(10)),
            exposure(endpoint=endpoint(9)),
            exposure(endpoint=endpoint(200), severity=Severity.CRITICAL),
        )

        assert [str(one.endpoint) for one in given_back] == [
            "192.0.2.200:9200",
            "192.0.2.9:9200",
            "192.0.2.10:9200",
        ]

    def test_findings_may_be_walked_twice(self) -> None:
        """A page that lists them in two tables gets all of them in both."""
        both = [exposure(), exposure(fingerprint="f2")]

        assert gathered(*both, times=2) == both + both


class TestTarget:
    """What the user types names a format and a place."""

    @pytest.mark.parametrize(
        ("text", "form", "where"),
        [
            ("findings.jsonl", Format.JSONL, "findings.jsonl"),
            ("-", Format.JSONL, "-"),
            ("jsonl:-", Format.JSONL, "-"),
            ("csv:a:b.csv", Format.CSV, "a:b.csv"),
            ("a:b", Format.JSONL, "a:b"),
        ],
    )
    def test_a_format_goes_before_a_colon(self, text: str, form: Format, where: str) -> None:
        """What names no format is a path, as it was before there were formats."""
        assert Target.parse(text) == Target(form, where)


class TestWholeFiles:
    """A document is there whole or not at all."""

    def test_it_is_there_when_the_round_has_ended(self, tmp_path: Path) -> None:
        """Until then the one before stays, and afterwards nothing else is in the folder."""
        path = tmp_path / "findings.csv"
        path.write_text("of yesterday")
        sink = AtEnd(lambda report: deliver(Target(Format.CSV, str(path)), report))
        sink.finding(exposure())
        sink.service(shut_service())
        sink.coverage(coverage())
        before = path.read_text()
        sink.close()

        assert before == "of yesterday"
        assert path.read_text().count("\n") == 2
        assert list(tmp_path.iterdir()) == [path]

    def test_a_round_that_did_not_end_leaves_the_one_before(self, tmp_path: Path) -> None:
        """Half a document would look like a whole one."""
        path = tmp_path / "findings.csv"
        path.write_text("of yesterday")
        sink = AtEnd(lambda report: deliver(Target(Format.CSV, str(path)), report))
        sink.finding(exposure())
        sink.close()

        assert path.read_text() == "of yesterday"

    def test_what_fails_half_way_leaves_the_one_before(self, tmp_path: Path) -> None:
        """Nor does it leave its own half behind."""
        path = tmp_path / "findings.csv"
        path.write_text("of yesterday")

        def failing() -> Iterable[bytes]:
            yield b"half"
            raise OSError(28, os.strerror(28))

        with pytest.raises(Unwritable, match=r"findings\.csv: No space left on device"):
            write_whole(str(path), failing())

        assert path.read_text() == "of yesterday"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_new_file_is_its_owner_s_alone_and_an_old_one_keeps_its_mode(
        self, tmp_path: Path
    ) -> None:
        """A collector that runs as somebody else reads what its owner has widened."""
        new, old = tmp_path / "new", tmp_path / "old"
        old.touch()
        old.chmod(0o644)

        write_whole(str(new), [b"x"])
        write_whole(str(old), [b"x"])

        assert stat.S_IMODE(new.stat().st_mode) == 0o600
        assert stat.S_IMODE(old.stat().st_mode) == 0o644

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        """What it leads to is replaced."""
        link, path = tmp_path / "link", tmp_path / "file"
        link.symlink_to(path)

        write_whole(str(link), [b"x"])

        assert link.is_symlink()
        assert path.read_bytes() == b"x"

    def test_a_device_is_written_and_not_replaced(self) -> None:
        """A full one is named."""
        with pytest.raises(Unwritable, match="cannot write /dev/full: No space left on device"):
            write_whole("/dev/full", [b"x"])

        assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)

    def test_a_pipe_that_the_system_has_a_name_for_is_written(self) -> None:
        """`/dev/fd/N`, as `>(gzip)` of a shell gives it, leads to what has no path."""
        reading, writing = os.pipe()
        with open(reading, "rb") as read:  # noqa: PTH123 - a descriptor, no path
            write_whole(f"/dev/fd/{writing}", [b"a", b"b"])
            os.close(writing)

            assert read.read() == b"ab"

    def test_standard_output_takes_a_document(
        self, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        """For whoever pipes it on."""
        write_whole("-", [b"a", b"b"])

        assert capsysbinary.readouterr().out == b"ab"

    @pytest.mark.parametrize("place", [".", "missing/findings.csv"])
    def test_what_cannot_be_written_is_refused_before_a_round(
        self, tmp_path: Path, place: str
    ) -> None:
        """Nothing was scanned for nothing."""
        path = str(tmp_path / place)

        with pytest.raises(Refused, match=path):
            refuse_unwritable((), [Target(Format.CSV, path)])
