"""A bar on a terminal only; on what a terminal shows, see `test_terminal`."""

import io
from types import SimpleNamespace
from typing import cast

from rich.console import Console

from scanner.account import Account
from scanner.addresses import AddressSet
from scanner.course import Block
from scanner.gate import Traffic
from scanner.model import Severity
from scanner.pipeline import Walk
from scanner.plan import Plan, Shard
from scanner.progress import Progress, picture
from scanner.sweep import State
from scanner.way import ShardTally
from tests.exposures import coverage


def underway() -> Walk:
    """A round in its middle, as far as a bar looks at it."""
    done = ShardTally(states={"open": 12}, findings={Severity.HIGH: 2, Severity.LOW: 1})
    plan = Plan((Block(AddressSet(), (6379,)),))
    account = Account(Traffic(asks=77), done)
    leg = account.begin(Shard(plan, 0, 1))
    leg.sweep.planned = 1_500
    leg.sweep.counts.update({State.CLOSED: 1_188})
    parts = {"account": account, "plan": SimpleNamespace(planned=2_400)}
    return cast("Walk", SimpleNamespace(**parts))


def test_the_bar_tells_how_far_and_what_was_found() -> None:
    """Endpoints that were answered for, not those that were merely begun."""
    said = io.StringIO()

    Console(file=said, width=120).print(picture(underway()))

    assert (
        said.getvalue().rstrip().endswith("1,200 of 2,400 endpoints, 12 open, 77 asks, 3 findings")
    )


def test_without_a_terminal_nothing_is_shown() -> None:
    """Following, ending and closing are all silent, in any order."""
    progress = Progress(None)

    progress.follow(underway())
    progress.coverage(coverage())
    progress.close()


def test_the_bar_is_gone_with_the_coverage() -> None:
    """What follows on the terminal, the table, stands where the bar stood."""
    terminal = io.StringIO()
    progress = Progress(terminal)
    progress.follow(underway())
    progress.coverage(coverage())
    said = terminal.getvalue()

    progress.close()

    assert terminal.getvalue() == said
