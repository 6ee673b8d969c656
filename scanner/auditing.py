"""The command that people keep the audit trail with."""

from pathlib import Path

import click

from scanner.options import SETTINGS


@click.group("audit", context_settings=SETTINGS)
def audit_group() -> None:
    """Look after the audit trail."""


@audit_group.command("verify", context_settings=SETTINGS)
@click.argument("trail", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--seal", default="", help="One that was noted before: TRAIL must still hold it.")
def verify(trail: Path, seal: str) -> None:
    """Follow the chain of an audit trail, and name each line that breaks it.

    Each line holds the SHA-256 of the line before. `ronde scan` ends by telling that of the last
    one: noted elsewhere, it proves later that nothing behind it was cut off or written anew.
    """
    from scanner.trail import verified

    chain = verified(trail, seal.lower())
    click.echo(f"{trail}: {chain.lines} lines, each follows the one before; seal {chain.seal}")
    if chain.unsealed:
        click.echo(f"lines 1 to {chain.unsealed} are older than the chain: nothing proves them")
    for name, line in chain.begun.items():
        click.echo(f"round {name}, line {line}: has no end; it was killed, or goes on")
