"""The commands that people keep the history with: what they accept, and its upkeep."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.options import SETTINGS, history_option

if TYPE_CHECKING:
    from scanner.store import Store


@click.command(context_settings=SETTINGS)
@click.argument("fingerprint")
@click.option("--until", metavar="DATE", help="The last day of it, such as 2026-12-31, in UTC.")
@click.option("--reason", help="Why the risk is borne; repeated in every output.")
@click.option("--approver", help="Who answers for it.")
@click.option("--withdraw", is_flag=True, help="Take it back.")
@history_option
def accept(  # noqa: PLR0913 - one parameter an option
    *,
    fingerprint: str,
    until: str | None,
    reason: str | None,
    approver: str | None,
    withdraw: bool,
    history: Path | str,
) -> None:
    """Accept the risk of an open finding until a day.

    FINGERPRINT may be the beginning of one. The finding stays in every output, marked as accepted;
    exit code 3 does not count it. The acceptance ends by itself, and when the finding gets worse.
    """
    from scanner.acceptance import signature
    from scanner.model import Refused
    from scanner.rounds import utc_now
    from scanner.store import Store

    now = utc_now()
    if withdraw:
        if until or reason or approver:
            raise Refused("--withdraw takes no --until, --reason or --approver")
        with Store.open(history) as store:
            click.echo(f"{store.withdraw(fingerprint, at=now)}: no longer accepted")
        return
    signed = signature(until, reason, approver, now)
    with Store.open(history) as store:
        name, severity = store.accept(fingerprint, signed)
    click.echo(f"{name}: accepted as {severity} until {until}, by {signed.approver}")


@click.group(context_settings=SETTINGS)
def db() -> None:
    """Look after the history: check it, copy it, bring it up to this version."""


@db.command("check", context_settings=SETTINGS)
@history_option
def check(history: Path | str) -> None:
    """Look through the whole history, and say what is wrong with it."""
    from scanner.model import Refused
    from scanner.store import Store

    with Store.open(history) as store:
        found, name = store.problems(), _shown(history, store)
    if found:
        raise Refused("\n".join([f"{name} is damaged:", *found]))
    click.echo(f"{name}: nothing is wrong with it")


@db.command("backup", context_settings=SETTINGS)
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False))
@history_option
def backup(to: Path, history: Path | str) -> None:
    """Copy the history to a new file, also while a round goes on."""
    from scanner.store import Store

    with Store.open(history, as_it_is=True) as store:
        store.back_up(to)
        click.echo(f"{to}: a copy of {_shown(history, store)}")


@db.command("upgrade", context_settings=SETTINGS)
@history_option
def upgrade(history: Path | str) -> None:
    """Bring a history of an older version up to this one.

    Every command does that with a history that it opens, but `ronde db backup`; use this to choose
    the moment.
    """
    from scanner.store import Store
    from scanner.store.tables import VERSION

    with Store.open(history) as store:
        click.echo(f"{_shown(history, store)}: of version {VERSION}, which this ronde reads")


def _shown(history: Path | str, store: "Store") -> Path | str:
    """Call a file as the user does; a URL may hold a password."""
    return history if isinstance(history, Path) else store.name
