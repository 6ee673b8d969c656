"""JSON Lines: one object a line, on the disk as soon as it is made."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from scanner.emit import Unwritable
from scanner.emit.jsonl import JsonLines
from scanner.model import Coverage, Finding, Holding
from tests.exposures import coverage, exposure, shut_service

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def test_every_object_is_one_line_in_the_order_of_the_round(tmp_path: Path) -> None:
    """Findings come as they are made, the coverage ends them, and they read back the same."""
    path = tmp_path / "findings.jsonl"
    sink = JsonLines.to(str(path))
    sink.finding(exposure())
    sink.coverage(coverage())
    sink.close()

    first, last = path.read_bytes().splitlines()

    assert msgspec.json.decode(first, type=Finding) == exposure()
    assert msgspec.json.decode(last, type=Coverage) == coverage()


@pytest.mark.parametrize(("asked", "lines"), [(False, 0), (True, 1)])
def test_services_come_only_when_asked_for(*, asked: bool, lines: int) -> None:
    """A team that reads findings is not shown its locked servers."""
    stream = io.BytesIO()

    JsonLines(stream, "a test", services=asked).service(shut_service())

    assert stream.getvalue().count(b"\n") == lines


def test_a_line_is_safe_to_print_whatever_a_server_says() -> None:
    """Escapes, overrides and broken characters reach the file only as JSON escapes."""
    name = "a\n\x1b[2J\x9b\u202e\ud800\U000e0001"
    stream = io.BytesIO()

    JsonLines(stream, "a test").finding(
        exposure(holdings=(Holding(name=name, kind="index"),), version=name)
    )

    line = stream.getvalue().decode().removesuffix("\n")
    assert line.isprintable()
    said = name.replace("\ud800", r"\ud800")
    assert json.loads(line)["holdings"][0]["name"] == json.loads(line)["version"] == said


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """Whatever the umask allows, a list of open doors is not for everybody."""
    path = tmp_path / "findings.jsonl"
    before = os.umask(0)
    try:
        JsonLines.to(str(path)).close()
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_file_of_the_round_before_is_emptied(tmp_path: Path) -> None:
    """One file holds one round."""
    path = tmp_path / "findings.jsonl"
    path.write_text("of yesterday\n")

    JsonLines.to(str(path)).close()

    assert path.read_text() == ""


@pytest.mark.parametrize("place", [".", "missing/findings.jsonl"])
def test_what_cannot_be_written_is_refused_before_the_round(tmp_path: Path, place: str) -> None:
    """The error names the path; nothing was scanned for nothing."""
    path = str(tmp_path / place)

    with pytest.raises(Unwritable, match=path):
        JsonLines.to(path)


def test_a_full_disk_is_named_once() -> None:
    """The user learns which output failed, and letting go of it is no second failure."""
    sink = JsonLines.to("/dev/full")

    with pytest.raises(Unwritable, match="/dev/full: No space left on device"):
        sink.finding(exposure())
    sink.close()


def test_a_closed_pipe_is_the_reader_s_choice() -> None:
    """`ronde scan | head -1` is not told that its disk is full."""
    reader, writer = os.pipe()
    os.close(reader)

    with os.fdopen(writer, "wb", buffering=0) as stream, pytest.raises(BrokenPipeError):
        JsonLines(stream, "a pipe").finding(exposure())


def test_a_line_is_written_whole_however_little_is_taken_at_a_time() -> None:
    """A pipe or a full disk may take a part; the rest follows."""

    class Narrow(io.BytesIO):
        """Takes seven bytes at most."""

        def write(self, line: "ReadableBuffer", /) -> int:
            """Take the first."""
            return super().write(bytes(line)[:7])

    stream = Narrow()

    JsonLines(stream, "a test").finding(exposure())

    assert msgspec.json.decode(stream.getvalue(), type=Finding) == exposure()


def test_standard_output_stays_open(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """It belongs to the process."""
    sink = JsonLines.to("-")
    sink.finding(exposure())
    sink.close()
    JsonLines.to("-").coverage(coverage())

    assert capsysbinary.readouterr().out.count(b"\n") == 2


KILLED = """
import os, signal, sys
from scanner.emit.jsonl import JsonLines
from tests.exposures import exposure
JsonLines.to(sys.argv[1]).finding(exposure())
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_round_leaves_every_line_that_it_wrote(tmp_path: Path) -> None:
    """A line is the system's as soon as it is written."""
    path = tmp_path / "findings.jsonl"

    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", KILLED, str(path)], check=False, cwd=Path(__file__).parents[2]
    )

    assert ended.returncode == -signal.SIGKILL
    assert msgspec.json.decode(path.read_bytes(), type=Finding) == exposure()
