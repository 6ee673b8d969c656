"""What a person sees: table and progress on a terminal, plain text or nothing anywhere else."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.fakes.turns import Held
from tests.ground import COMMAND, Ground, fresh_ground, without_ronde

ground = fresh_ground

PATIENCE = 30

pytestmark = pytest.mark.slow

#: Colours and other graphics; moving the cursor is another matter.
COLOURS = re.compile(r"\x1b\[[\d;]*m")


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal of 140 columns: the side that we look at, and the program's side."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    try:
        yield ours, theirs
    finally:
        os.close(ours)
        with suppress(OSError):
            os.close(theirs)


def shown(ours: int) -> str:
    """Read what a terminal shows until the program has left it."""
    said = bytearray()
    with suppress(OSError):  # how Linux says that nobody is on the other side any more
        while data := os.read(ours, 65536):
            said += data
    return said.decode()


def shown_until(words: str, ours: int) -> str:
    """Read what a terminal shows until it shows these words."""
    said = ""
    while words not in said:
        said += os.read(ours, 65536).decode()
    return said


def environment(**variables: str) -> dict[str, str]:
    """Give the variables of a person at a terminal, which tells its size by itself."""
    # As in `fresh_ground`: where no SYNs can be sent, a line would say so.
    steady = {"TERM": "xterm-256color", "RONDE_SWEEP": "connect"}
    sizes = {"COLUMNS", "LINES"}
    theirs = {name: value for name, value in os.environ.items() if name not in sizes}
    return without_ronde(theirs) | steady | variables


def scan_on(ground: Ground, ours: int, theirs: int, *words: str, **variables: str) -> str:
    """Walk a round with all of its streams on a terminal, and give what was shown."""
    command = (*COMMAND, "scan", "--history", "history.sqlite", "--probe", "redis", *words)
    with subprocess.Popen(  # noqa: S603 - ourselves
        command,
        cwd=ground.folder,
        env=environment(**variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        said = shown(ours)
        process.wait(PATIENCE)
    return said


def test_a_terminal_gets_a_bar_and_then_a_table(ground: Ground) -> None:
    """Nobody is shown JSON; the bar is gone before the table comes, so that no line is lost."""
    with running(FakeRedis().serve) as (_, port), terminal() as (ours, theirs):
        ground.permit({"redis": [port]})
        said = scan_on(ground, ours, theirs)

    bar, _, table = said.rpartition("\x1b[2K")
    assert "of 4 endpoints" in bar
    assert '"schema"' not in said
    lines = [line.rstrip() for line in COLOURS.sub("", table).splitlines()]
    assert lines[0].split() == [
        *("severity", "status", "access", "product", "endpoint", "holdings", "owner")
    ]
    assert f"127.0.0.1:{port}" in lines[2]
    assert re.fullmatch("Audit trail: history.audit.jsonl, seal [0-9a-f]{64}", lines[-1])
    assert COLOURS.search(table)


def test_no_color_is_honoured(ground: Ground) -> None:
    """https://no-color.org: a variable that is not empty takes the colours away."""
    with running(FakeRedis().serve) as (_, port), terminal() as (ours, theirs):
        ground.permit({"redis": [port]})
        said = scan_on(ground, ours, theirs, NO_COLOR="1")

    colours = set(COLOURS.findall(said)) - {"\x1b[1m", "\x1b[0m"}
    assert colours == set()
    assert f"127.0.0.1:{port}" in said


def test_quiet_shows_nothing_at_all(ground: Ground) -> None:
    """Neither bar nor table nor colours, where nothing has changed since the round before."""
    with running(FakeRedis().serve) as (_, port), terminal() as (ours, theirs):
        ground.permit({"redis": [port]})
        ground.scan()
        said = scan_on(ground, ours, theirs, "--quiet")

    assert said == ""


def test_an_interruption_is_said_above_the_bar(ground: Ground) -> None:
    """The message is not written into the bar, nor wiped away with it."""
    server = Held()
    with running(server.serve) as (_, port), terminal() as (ours, theirs):
        ground.permit({"redis": [port]})
        with ground.start_scan(stdout=theirs, stderr=theirs, env=environment()) as process:
            os.close(theirs)
            assert server.reached.wait(PATIENCE)
            bar = shown_until("endpoints, 1 open", ours)
            process.send_signal(signal.SIGINT)
            said = bar + shown_until("finishing what is in flight", ours)
            server.go.set()
            said += shown(ours)
            assert process.wait(PATIENCE) == 130

    assert "finishing" not in bar
    (line,) = (part for part in re.split(r"[\r\n]", said) if "finishing what is in flight" in part)
    assert "endpoints" not in line
    assert "INCOMPLETE: interrupted by SIGINT." in said


def test_without_a_terminal_standard_error_is_empty(ground: Ground) -> None:
    """A cron job's mail holds no bar, no table and no escape; its output is data."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        with ground.start_scan(env=environment()) as process:
            out, err = process.communicate(timeout=PATIENCE)

    assert err == ""
    assert all(line.startswith('{"schema":"ronde.') for line in out.splitlines())
    assert "\x1b" not in out


def test_the_table_comes_where_the_terminal_is(ground: Ground) -> None:
    """With standard error in a file, the findings are still not lost from sight."""
    with (
        running(FakeRedis().serve) as (_, port),
        terminal() as (ours, theirs),
        (ground.folder / "errors").open("wb") as errors,
    ):
        ground.permit({"redis": [port]})
        with ground.start_scan(stdout=theirs, stderr=errors, env=environment()) as process:
            os.close(theirs)
            said = shown(ours)
            assert process.wait(PATIENCE) == 3

    assert f"127.0.0.1:{port}" in said
    assert '"schema"' not in said
    assert ground.text("errors") == ""
