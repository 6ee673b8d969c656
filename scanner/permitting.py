"""The commands about the permission: to begin with one, to check it, to have it enforced."""

from pathlib import Path

import click

from scanner.options import SETTINGS, scope_option


@click.command(context_settings=SETTINGS)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Write a commented scope, inventory and config.

    They refuse to run until you have edited them. A file that exists is never overwritten.
    """
    from scanner.start import write_templates

    for path in write_templates(folder):
        click.echo(f"wrote {path}", err=True)
    click.echo("edit scope.toml, then: ronde scope check", err=True)


@click.group("scope", context_settings=SETTINGS)
def scope_group() -> None:
    """Check the permission, and ask it why an address is in or out."""


@scope_group.command("check", context_settings=SETTINGS)
@scope_option
def scope_check(scope: Path) -> None:
    """Tell whether the scope permits a round now, and what it allows."""
    from scanner.rounds import utc_now
    from scanner.start import loaded_scope, summary

    for line in summary(loaded_scope(scope, utc_now()), utc_now()):
        click.echo(line)


@scope_group.command("explain", context_settings=SETTINGS)
@click.argument("address")
@scope_option
def scope_explain(address: str, scope: Path) -> None:
    """Say why an ADDRESS or a listed name is in the scope or out of it."""
    from scanner.rounds import utc_now
    from scanner.start import loaded_scope

    explanation = loaded_scope(scope, utc_now()).explain(address)
    click.echo(f"{explanation.subject}: {'in' if explanation.covered else 'out of'} scope")
    for reason in explanation.because:
        click.echo(f"  {reason}")


@scope_group.command("systemd", context_settings=SETTINGS)
@scope_option
def scope_systemd(scope: Path) -> None:
    """Print a drop-in by which systemd lets a unit reach what the scope allows, and nothing else.

    systemctl edit --drop-in=scope ronde.service takes it; print it anew when the scope changes.
    """
    from scanner.rounds import utc_now
    from scanner.start import dropin, loaded_scope

    for line in dropin(loaded_scope(scope, utc_now()), scope):
        click.echo(line)
