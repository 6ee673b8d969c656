"""The commands about tickets, and what `ronde scan` needs of them."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.options import SETTINGS, history_option

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.ourside import Rehearsal
    from scanner.rounds import Result
    from scanner.store import Store
    from scanner.store.round import AtEnd
    from scanner.ticket import Errand, Ticket
    from scanner.ticketing import Delivered, Ticketing

#: Where the group leaves the configuration's tables for its commands: the file, and what it says.
TABLES = "ronde.tickets"

#: Characters of a column of `ronde tickets status` that may be long.
_WIDE = 60

#: Characters of a tracker's own name for a ticket, and of the URL that leads there.
_LONG = 500


@dataclass(frozen=True, slots=True)
class After:
    """What becomes of a round's findings in the trackers of the configuration, if it names any."""

    ticketing: "Ticketing | None"
    strict: bool

    @property
    def at_end(self) -> "AtEnd":
        """Give what orders tickets at the round's end."""
        from scanner.store.round import nothing

        return self.ticketing.at_end if self.ticketing else nothing

    def delivered(self, result: "Result", history: Path | str) -> bool:
        """Do what is due, and tell whether all of it is done, if anybody wants to know.

        Whoever interrupts a round does not wait for trackers; the next sync does it.
        """
        if self.ticketing is None or result.interrupted:
            return True
        from scanner.model import Refused
        from scanner.store import Store

        try:
            with Store.open(history) as store:
                told = self.ticketing.deliver(store.desk())
        except Refused as error:  # another process does it just now; the round is not to blame
            click.echo(f"ronde: {error}", err=True)
            return not self.strict
        behind = [one for one in told if one.failed]
        for line in _said(behind):
            click.echo(f"ronde: {line}", err=True)
        return not (self.strict and behind)


def ticketed(function: Callable[..., object]) -> Callable[..., object]:
    """Add `--strict-delivery`; the command gets it, with the trackers, as `after`."""

    @wraps(function)
    def command(*arguments: object, strict_delivery: bool, **rest: object) -> object:
        ticketing = configured(click.get_current_context())
        return function(*arguments, after=After(ticketing, strict_delivery), **rest)

    return click.option(
        "--strict-delivery",
        is_flag=True,
        help="Exit with 5 if a ticket could not be brought up to date.",
    )(command)


def configured(context: click.Context, rehearsal: "Rehearsal | None" = None) -> "Ticketing | None":
    """Connect what `[tickets.NAME]` of the configuration names; None where there is none."""
    path, tables = context.meta.get(TABLES, (Path(), {}))
    if not tables:
        return None
    from scanner.prepare import resolve
    from scanner.rounds import utc_now
    from scanner.ticketing import ticketing
    from scanner.tickets.systems import Surroundings

    around = Surroundings(environment=os.environ, now=utc_now, rehearsal=rehearsal)
    return ticketing(path, tables, around, resolve)


@click.group(context_settings=SETTINGS)
def tickets() -> None:
    """Bring findings into trackers, and see where they stand there.

    The trackers are the tables [tickets.NAME] of ronde.toml.
    """


@tickets.command("sync", context_settings=SETTINGS)
@history_option
@click.option("--dry-run", is_flag=True, help="Print the calls that would write; make the reads.")
@click.option("--parked", is_flag=True, help="Also try again what waited for a person.")
@click.option(
    "--strict-delivery",
    is_flag=True,
    help="Exit with 5 if a ticket could not be brought up to date.",
)
@click.pass_context
def sync(
    context: click.Context,
    /,
    *,
    history: Path | str,
    dry_run: bool,
    parked: bool,
    strict_delivery: bool,
) -> None:
    """Create, change, close and reopen tickets as the history says."""
    from scanner.exits import UNDELIVERED
    from scanner.ourside import Rehearsal
    from scanner.store import Store

    rehearsal = Rehearsal() if dry_run else None
    ticketing = _demanded(configured(context, rehearsal))
    with Store.open(history) as store:
        if rehearsal:
            told = ticketing.rehearse(store.desk())
            for call in rehearsal.told:
                click.echo(call)
        else:
            ticketing.order(store.desk())
            told = ticketing.deliver(store.desk(), parked=parked)
    for line in _said(told):
        click.echo(line, err=dry_run)
    if strict_delivery and any(one.failed for one in told):
        context.exit(UNDELIVERED)


@tickets.command("status", context_settings=SETTINGS)
@history_option
@click.pass_context
def status(context: click.Context, history: Path | str) -> None:
    """Show each ticket: what it is about, its name there, its last state, its last error."""
    from scanner.store import Store

    ticketing = _demanded(configured(context))
    with Store.open(history) as store:
        for line in _states(ticketing, store):
            click.echo(line)


@tickets.command("test", context_settings=SETTINGS)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_context
def check(context: click.Context, names: tuple[str, ...]) -> None:
    """See that trackers let us in, by reads; a webhook gets a test event."""
    ticketing = _demanded(configured(context))
    for name in names or [one.name for one in ticketing.systems]:
        click.echo(f"{name}: {ticketing.check(name)}")


@tickets.command("diff", context_settings=SETTINGS)
@history_option
@click.pass_context
def diff(context: click.Context, history: Path | str) -> None:
    """Show what is due, and which tickets stand differently in their tracker. Changes nothing."""
    from scanner.rounds import utc_now
    from scanner.store import Store

    ticketing = _demanded(configured(context))
    with Store.open(history) as store:
        for line in (*_due(ticketing, store, utc_now()), *_different(ticketing, store)):
            click.echo(line)


def _demanded(ticketing: "Ticketing | None") -> "Ticketing":
    from scanner.model import Refused

    if ticketing is None:
        raise Refused("the configuration has no [tickets.NAME]; see docs/tickets.md")
    return ticketing


def _said(told: Sequence["Delivered"]) -> Iterator[str]:
    """Say of each system what became of its errands."""
    from scanner.plaintext import printable

    for name, tally in told:
        why = f": {printable(tally.errors[0])}" if tally.errors else ""
        waits = f", {tally.left} left for later" if tally.left else ""
        yield f"tickets.{name}: {tally.done} done, {tally.failed} failed{waits}{why}"


def _states(ticketing: "Ticketing", store: "Store") -> Iterator[str]:
    from scanner.ticketing import paired

    with store.desk().reading() as clerk:
        newest = clerk.newest_round()
        for one in ticketing.systems:
            waiting: dict[str, list[Errand]] = {}
            for errand, ticket in paired(clerk, one.name):
                waiting.setdefault(ticket.key, []).append(errand)
            for ticket in clerk.tickets(one.name).values():
                yield _state(one.name, ticket, waiting.get(ticket.key, []))
            planned = ticketing.planned(clerk, one, newest, ticketing.now())
            if planned.waiting:
                yield f"{one.name}: {planned.waiting} more wait: max_new = {one.rules.max_new}"


def _state(name: str, ticket: "Ticket", errands: Sequence["Errand"]) -> str:
    from scanner.plaintext import printable

    seen = ticket.seen or "not made"
    if ticket.seen and ticket.seen != ticket.state and not errands:
        seen = f"{ticket.seen} by hand"
    there = printable(f"{ticket.remote or '-'}  {seen}  {ticket.url or '-'}", _LONG)
    line = f"{name}  {ticket.key}  {there}  {printable(ticket.draft.title, _WIDE)}"
    if not errands:
        return line
    first = errands[0]
    kinds = ", ".join(errand.action.kind for errand in errands)
    when = "a person is needed" if first.parked else f"again at {first.next:%Y-%m-%d %H:%M}Z"
    why = f": {printable(first.error)} ({when})" if first.error else ""
    return f"{line}  waiting: {kinds}{why}"


def _due(ticketing: "Ticketing", store: "Store", now: "datetime") -> Iterator[str]:
    with store.desk().reading() as clerk:
        newest = clerk.newest_round()
        for one in ticketing.systems:
            for errand in clerk.errands(one.name):
                yield f"{one.name}: ordered: {errand.action.kind} {errand.action.draft.title}"
            planned = ticketing.planned(clerk, one, newest, now)
            for action in planned.actions:
                yield f"{one.name}: due: {action.kind} {action.draft.title}"


def _different(ticketing: "Ticketing", store: "Store") -> Iterator[str]:
    from scanner.plaintext import printable

    for one in ticketing.systems:
        with store.desk().reading() as clerk:
            tickets = clerk.tickets(one.name)
        for key, state in ticketing.look(one.name, list(tickets.values())).items():
            ticket = tickets[key]
            if state is not ticket.state:
                remote = printable(ticket.remote or "")
                yield f"{one.name}: {remote} is {state} there, {ticket.state} here: {key}"
