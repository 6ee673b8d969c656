"""One run of one command, bounded in time: what it took, and what it said."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: A command that does not end when it is told to is killed after so many seconds more.
GRACE = 5

#: How `timeout` ends when the time was up.
TIMED_OUT = 124


class Failed(Exception):
    """A run that gives no figure, and why: it ended badly, or not in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run cost, with everything that it started, and what it found.

    Wall and CPU time in seconds, with the kernel's part of the latter; the largest resident size in
    megabytes. Of the `planned` endpoints as many listen as are `there`; `wrong` were said to and
    do not.
    """

    seconds: float
    cpu: float
    megabytes: float
    kernel: float = 0.0
    planned: int = 0
    there: int = 0
    found: int = 0
    wrong: int = 0


def spent(words: Sequence[str], said: Path, *, limit: float, ends: Sequence[int] = (0,)) -> Run:
    """Run a command and give what it cost; what it says goes into the file.

    Raises:
        Failed: it took more than `limit` seconds, or ended with a code not in `ends`.
    """
    bounded = ["timeout", f"--kill-after={GRACE}", f"{limit:g}", *words]
    with said.open("wb") as output:
        both = [(os.POSIX_SPAWN_DUP2, output.fileno(), stream) for stream in (1, 2)]
        start = time.perf_counter()
        child = os.posix_spawnp(bounded[0], bounded, os.environ, file_actions=both)
        try:
            _, status, used = os.wait4(child, 0)
        except BaseException:  # interrupted: `timeout` passes the word on
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
            raise
        seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code == TIMED_OUT:
        raise Failed(f"did not end within {limit:g} s")
    if code == -signal.SIGKILL:  # `timeout` shares the fate of what it has to kill
        raise Failed(f"did not end within {limit:g} s, nor within {GRACE} s of being told to")
    if code not in ends:
        last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise Failed(f"ended with {code}: {' '.join(last)[:120]}")
    return Run(
        seconds=seconds,
        cpu=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss * 1024 / 1e6,
        kernel=used.ru_stime,
    )


def output(words: Sequence[str], *, seconds: float = 60, ends: Sequence[int] = (0,)) -> str:
    """Run a short command and give what it says on either stream.

    Raises:
        Failed: it cannot be run, ended with a code not in `ends`, or not in time.
    """
    try:
        finished = subprocess.run(  # noqa: S603 - our own words
            words, check=False, capture_output=True, text=True, timeout=seconds
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Failed(f"{shlex.join(words)[:80]}: {error}"[:200]) from error
    if finished.returncode not in ends:
        last = finished.stderr.strip().splitlines()[-1:]
        raise Failed(f"{words[0]} ended with {finished.returncode}: {' '.join(last)}"[:200])
    return finished.stdout + finished.stderr
