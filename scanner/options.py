"""Options that several commands share: the permission, and what of it a round would touch."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])


def probe_names(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a probe."""
    from probes import PROBES

    return [probe.about.name for probe in PROBES if probe.about.name.startswith(begun)]


_SELECTION = (
    click.option(
        "--inventory",
        multiple=True,
        metavar="[FORMAT:]PATH",
        help="The team's own list: CSV, JSON Lines, plain text, Nmap XML, masscan JSON.",
    ),
    click.option("--inventory-only", is_flag=True, help="Visit the inventory's addresses only."),
    click.option(
        "--probe",
        multiple=True,
        metavar="NAME",
        shell_complete=probe_names,
        help="Only these probes; globs pass.",
    ),
    click.option(
        "--exclude-probe",
        multiple=True,
        metavar="NAME",
        shell_complete=probe_names,
        help="Not these probes; globs pass.",
    ),
    click.option(
        "--open-from",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="Instead of a sweep, what masscan, Nmap or naabu found open, as far as it is planned.",
    ),
)


def scope_option(function: F) -> F:
    """Add the option that names the permission."""
    return click.option(
        "--scope",
        type=click.Path(path_type=Path, dir_okay=False),
        default="scope.toml",
        show_default=True,
        help="The signed-off permission.",
    )(function)


def ordered(function: Callable[..., object]) -> Callable[..., object]:
    """Add the options that decide what a round would touch; the command gets them as `order`."""

    @wraps(function)
    def command(  # noqa: PLR0913 - one parameter an option
        *arguments: object,
        scope: Path,
        inventory: tuple[str, ...],
        inventory_only: bool,
        probe: tuple[str, ...],
        exclude_probe: tuple[str, ...],
        open_from: tuple[Path, ...],
        **rest: object,
    ) -> object:
        from scanner.rounds import Order

        order = Order(
            scope=scope,
            inventory=inventory,
            inventory_only=inventory_only,
            probes=probe,
            exclude_probes=exclude_probe,
            open_from=open_from,
        )
        return function(*arguments, order=order, **rest)

    for option in reversed(_SELECTION):
        command = option(command)
    return scope_option(command)
