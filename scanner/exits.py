"""How a command ends: the only place that turns an error into a message and an exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.emit import Unwritable
from scanner.guard import OutOfScope
from scanner.model import Refused, Severity, Silence
from scanner.plaintext import printable

if TYPE_CHECKING:
    from scanner.rounds import Result

COMPLETE = 0
OUR_BUG = 1
REFUSED = 2
FINDINGS = 3
INCOMPLETE = 4
UNDELIVERED = 5
INTERRUPTED = 130

#: What the machine lacks, where a system call says so.
_LACKS = {
    errno.EMFILE: "open files (see `ulimit -n`)",
    errno.ENFILE: "open files",
    errno.ENOMEM: "memory",
    errno.ENOSPC: "room on the disk",
    errno.EDQUOT: "room on the disk (a quota)",
}


class ReaderLeft(Exception):
    """Whoever read our output has closed it, as `head` does."""


def run_command(  # noqa: PLR0911 - one an exit
    command: click.Command, arguments: Sequence[str] | None = None
) -> int:
    """Run the command line and give the exit code; every error has become a message on stderr."""
    try:
        code = command.main(arguments, prog_name="ronde", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ReaderLeft:
        return _abandon_output()
    except Unwritable as error:
        _complain(str(error))
        return _abandon_output()
    except Refused as error:
        _complain(str(error))
        return REFUSED
    except OutOfScope as error:
        _complain(f"stopped, something tried to leave the scope: {error}")
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the last boundary: a cron mail, not a traceback
        if (lack := _lack(error)) is not None:
            _complain(f"stopped, this machine gives no more: {lack}; what was told is kept")
            return REFUSED
        _complain(_bug(error))
        return OUR_BUG
    return code if isinstance(code, int) else COMPLETE


def exit_code(result: "Result", fail_on: str, *, delivered: bool = True) -> int:
    """Give the exit code of a round that ended; the loudest fact wins. What is accepted is none.

    `delivered` is False where tickets are behind and the user wants to hear of it.
    """
    coverage = result.coverage
    if result.interrupted:
        return INTERRUPTED
    if not delivered:
        return UNDELIVERED
    if fail_on != "none" and any(
        severity.reaches(Severity(fail_on)) and count > coverage.accepted.get(severity, 0)
        for severity, count in coverage.findings.items()
    ):
        return FINDINGS
    if coverage.unknown.get(Silence.BUG):
        return OUR_BUG
    return COMPLETE if coverage.complete else INCOMPLETE


def _complain(message: str) -> None:
    for line in message.splitlines():
        click.echo(f"ronde: {printable(line, 2_000)}", err=True)


def _abandon_output() -> int:
    """Let go of what Python would still flush at exit, and fail to."""
    with suppress(UnsupportedOperation):  # a stream of whoever calls us, not the process's
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNDELIVERED


def _lack(error: Exception) -> str | None:
    """Say what the machine would not give us, if that is what failed."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in _LACKS:
        return _LACKS[error.errno]
    # All that `threading` says; its type is that of many bugs.
    return "threads" if str(error) == "can't start new thread" else None


def _bug(error: Exception) -> str:
    """Name a bug by type and place; its message may hold what a scanned server said."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"a bug: {type(error).__name__} at {place}; please report it with this line"
