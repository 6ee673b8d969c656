"""Options that several commands share: the permission, and what of it a round would touch."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from scanner.severities import Severities

#: Every option of every command has a variable: `--fail-on` is RONDE_FAIL_ON.
SETTINGS = {"auto_envvar_prefix": "RONDE", "help_option_names": ["-h", "--help"]}

#: The words of `scanner.emit.formats.Format`, which is not loaded for `--help`.
FORMATS = (
    "jsonl",
    "csv",
    "xlsx",
    "markdown",
    "prometheus",
    "sarif",
    "ocsf",
    "defectdojo",
    "junit",
    "html",
    "ecs",
    "elastic",
)

F = TypeVar("F", bound=Callable[..., object])


def probe_names(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a probe."""
    from probes import PROBES

    return [probe.about.name for probe in PROBES if probe.about.name.startswith(begun)]


def plain_line(_: click.Context, __: click.Parameter, value: str) -> str:
    """Refuse a name that no output could show, or no database keep."""
    if not value.strip() or not value.isprintable():
        raise click.BadParameter("write one line of plain text")
    return value


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

_PATIENCE = (
    click.option(
        "--clean-rounds",
        type=click.IntRange(1, 100),
        default=2,
        show_default=True,
        help="Resolve a finding once so many rounds have seen its door shut.",
    ),
    click.option(
        "--clean-rounds-critical",
        type=click.IntRange(1, 100),
        default=1,
        show_default=True,
        help="The same for critical findings.",
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


def history_option(function: F) -> F:
    """Add `--history`, which every command has that looks back."""
    return click.option(
        "--history",
        metavar="PATH|URL",
        default=lambda: str(default_history()),
        callback=_placed,
        show_default="in your user's data folder",
        help="The database of what was found before: a file of SQLite, or a URL of PostgreSQL.",
    )(function)


def _placed(context: click.Context, option: click.Parameter, value: str) -> Path | str:
    """Tell a path from a URL, which stays as it is and must not show a password to everybody."""
    if "://" not in value:
        return Path(value)
    typed = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
    if typed and _names_a_password(value):
        raise click.BadParameter(
            "a password on the command line is everybody's to read; name the URL in "
            "RONDE_HISTORY or ronde.toml, or the password in PGPASSFILE"
        )
    return value


def _names_a_password(url: str) -> bool:
    """Look for one; what cannot be read as a URL is taken to hold one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return parts.password is not None or "password" in parts.query


def default_history() -> Path:
    """Name the history of a user who names none."""
    from platformdirs import user_data_path

    return user_data_path("ronde", ensure_exists=True) / "history.sqlite"


def patience_options(function: Callable[..., object]) -> Callable[..., object]:
    """Add how often a door must be seen shut; the command gets it as `patience`."""

    @wraps(function)
    def command(
        *arguments: object, clean_rounds: int, clean_rounds_critical: int, **rest: object
    ) -> object:
        from scanner.life import Patience

        patience = Patience(critical=clean_rounds_critical, others=clean_rounds)
        return function(*arguments, patience=patience, **rest)

    for option in reversed(_PATIENCE):
        command = option(command)
    return command


def severity_option(function: F) -> F:
    """Add `--severity`, which every command has that says how soon somebody should act."""
    return click.option(
        "--severity",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_load_severities,
        help="Your own table of severities: TOML.",
    )(function)


def _load_severities(
    _context: click.Context, _option: click.Parameter, value: Path | None
) -> "Severities":
    from scanner.severities import load_severities

    return load_severities(value)


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
        from scanner.prepare import Order

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
