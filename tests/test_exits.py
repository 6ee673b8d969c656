"""How a command ends that the machine gives no more: in one line that names what is wanting."""

import errno

import click
import pytest

from scanner.exits import REFUSED, run_command


def ends_with(error: Exception) -> int:
    """Run a command that fails like this."""

    def fail() -> None:
        raise error

    return run_command(click.Command("any", callback=fail), [])


@pytest.mark.parametrize(
    ("error", "wanting"),
    [
        (MemoryError(), "memory"),
        (OSError(errno.ENOMEM, "s3cret"), "memory"),
        (OSError(errno.EMFILE, "s3cret"), "open files (see `ulimit -n`)"),
        (OSError(errno.ENOSPC, "s3cret"), "room on the disk"),
        (RuntimeError("can't start new thread"), "threads"),
    ],
)
def test_what_the_machine_lacks_is_named_and_is_no_bug(
    error: Exception, wanting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is for the operator to act on, not for us."""
    assert ends_with(error) == REFUSED
    assert capsys.readouterr().err == (
        f"ronde: stopped, this machine gives no more: {wanting}; what was told is kept\n"
    )
