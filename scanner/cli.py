"""The commands; the only place that turns an error into a message and an exit code."""

import logging
import os
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from scanner import __version__

if TYPE_CHECKING:
    from scanner.emit import Sink
    from scanner.rounds import Order, Result

COMPLETE = 0
OUR_BUG = 1
REFUSED = 2
FINDINGS = 3
INCOMPLETE = 4
UNDELIVERED = 5
INTERRUPTED = 130

SEVERITIES = ("critical", "high", "medium", "low", "none")

F = TypeVar("F", bound=Callable[..., object])


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the exit code of the contract."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:  # noqa: PLR0911 - one per exit code
    from scanner.guard import OutOfScope
    from scanner.model import Refused
    from scanner.plaintext import printable

    try:
        code = ronde.main(arguments, prog_name="ronde", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away; so must what Python would still flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNDELIVERED
    except Refused as error:
        for line in str(error).splitlines():
            click.echo(f"ronde: {printable(line, 2_000)}", err=True)
        return REFUSED
    except OutOfScope as error:
        click.echo(f"ronde: stopped, something tried to leave the scope: {error}", err=True)
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the last boundary: a cron mail, not a traceback
        click.echo(f"ronde: {_bug(error)}", err=True)
        return OUR_BUG
    return code if isinstance(code, int) else COMPLETE


def _bug(error: Exception) -> str:
    """Name a bug by type and place; its message may hold what a scanned server said."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"a bug: {type(error).__name__} at {place}; please report it with this line"


def _load_defaults(context: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    """Let a configuration file fill in what options and variables leave out."""
    from scanner.config import DEFAULT_NAME, as_defaults, load_config

    path = value or Path(DEFAULT_NAME)
    if value is not None or path.is_file():
        defaults = as_defaults(load_config(path))
        names = [*ronde.commands, *(f"scope {name}" for name in scope_group.commands)]
        context.default_map = dict.fromkeys(names, defaults) | {
            "scope": dict.fromkeys(scope_group.commands, defaults)
        }
    return value


@click.group(
    context_settings={"auto_envvar_prefix": "RONDE", "help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="ronde")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    callback=_load_defaults,
    is_eager=True,
    expose_value=False,
    help="Defaults for every command; ./ronde.toml where there is one.",
)
@click.option("-v", "--verbose", count=True, help="Say more on stderr; twice for everything.")
@click.option("--log-json", is_flag=True, help="Write log events as JSON lines.")
def ronde(verbose: int, *, log_json: bool) -> None:
    """Walk your own network and report every datastore and fax server whose door is open.

    Only addresses inside a signed-off scope are touched. No credential is guessed, nothing is
    written, no record is read.
    """
    from scanner.logs import configure

    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    configure(level=level, as_json=log_json)


_SELECTION = (
    click.option(
        "--inventory",
        multiple=True,
        metavar="[FORMAT:]PATH",
        help="The team's own list: CSV, JSON Lines, plain text, Nmap XML, masscan JSON.",
    ),
    click.option("--inventory-only", is_flag=True, help="Visit the inventory's addresses only."),
    click.option(
        "--probe", "probes", multiple=True, metavar="NAME", help="Only these; globs pass."
    ),
    click.option(
        "--exclude-probe", "exclude_probes", multiple=True, metavar="NAME", help="Not these."
    ),
)


def _scope_option(function: F) -> F:
    return click.option(
        "--scope",
        type=click.Path(path_type=Path, dir_okay=False),
        default="scope.toml",
        show_default=True,
        help="The signed-off permission.",
    )(function)


def _ordered(function: Callable[..., object]) -> Callable[..., object]:
    """Add the options that decide what a round would touch; the command gets them as `order`."""

    @wraps(function)
    def command(
        *arguments: object,
        scope: Path,
        inventory: tuple[str, ...],
        inventory_only: bool,
        probes: tuple[str, ...],
        exclude_probes: tuple[str, ...],
        **rest: object,
    ) -> object:
        from scanner.rounds import Order

        order = Order(
            scope=scope,
            inventory=inventory,
            inventory_only=inventory_only,
            probes=probes,
            exclude_probes=exclude_probes,
        )
        return function(*arguments, order=order, **rest)

    for option in reversed(_SELECTION):
        command = option(command)
    return _scope_option(command)


# -- init, scope, plan, probes: nothing is sent ----------------------------------------------------


@ronde.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Write a commented scope, inventory and configuration to start from.

    They refuse to run until you have edited them. A file that exists is never overwritten.
    """
    from scanner.start import write_templates

    for path in write_templates(folder):
        click.echo(f"wrote {path}", err=True)
    click.echo("edit scope.toml, then: ronde scope check", err=True)


@ronde.group("scope")
def scope_group() -> None:
    """Check the permission, and ask it why an address is in or out."""


@scope_group.command("check")
@_scope_option
def scope_check(scope: Path) -> None:
    """Tell whether the scope permits a round now, and what it allows."""
    from scanner.rounds import utc_now
    from scanner.start import loaded_scope, summary

    for line in summary(loaded_scope(scope, utc_now()), utc_now()):
        click.echo(line)


@scope_group.command("explain")
@click.argument("address")
@_scope_option
def scope_explain(address: str, scope: Path) -> None:
    """Say why an ADDRESS or a listed name is in the scope or out of it."""
    from scanner.rounds import utc_now
    from scanner.start import loaded_scope

    explanation = loaded_scope(scope, utc_now()).explain(address)
    click.echo(f"{explanation.subject}: {'in' if explanation.covered else 'out of'} scope")
    for reason in explanation.because:
        click.echo(f"  {reason}")


@ronde.command()
@_ordered
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def plan(*, order: "Order", form: str) -> None:
    """Show what a round would touch: addresses, ports, asks, packets, duration. Sends nothing."""
    from scanner.forecast import as_json, as_text
    from scanner.rounds import prepare, utc_now

    prepared = prepare(order, now=utc_now())
    click.echo(as_json(prepared) if form == "json" else as_text(prepared))


@ronde.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def probes(names: tuple[str, ...], form: str) -> None:
    """Show the probes: ports, every ask that they may send, what proves an open door, remedy."""
    from scanner.catalogue import as_json, as_text
    from scanner.rounds import chosen_probes

    chosen = [probe.about for probe in chosen_probes(names)]
    click.echo(as_json(chosen) if form == "json" else as_text(chosen, brief=not names))


# -- scan, findings --------------------------------------------------------------------------------


def _history_option(function: F) -> F:
    return click.option(
        "--history",
        type=click.Path(path_type=Path, dir_okay=False),
        default=_default_history,
        show_default="in your user's data folder",
        help="The database of what was found before.",
    )(function)


def _default_history() -> Path:
    from platformdirs import user_data_path

    return user_data_path("ronde", ensure_exists=True) / "history.sqlite"


@ronde.command()
@_ordered
@click.option(
    "--output",
    multiple=True,
    metavar="PATH",
    help="Findings as JSON Lines; `-` is standard output, and the default unless it is a terminal.",
)
@click.option("--coverage", metavar="PATH", help="The closing coverage object, also in a file.")
@click.option("--services", is_flag=True, help="Also write services that are no findings.")
@_history_option
@click.option(
    "--audit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The trail of every ask; beside the history unless named.",
)
@click.option(
    "--vantage",
    default=socket.gethostname,
    show_default="this host's name",
    help="Where in the network this scanner stands.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="high",
    show_default=True,
    help="Exit with 3 for findings at or above this severity.",
)
@click.option("-q", "--quiet", is_flag=True, help="No table and no progress on stderr.")
@click.pass_context
def scan(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    /,
    *,
    order: "Order",
    output: tuple[str, ...],
    coverage: str | None,
    history: Path,
    audit: Path | None,
    vantage: str,
    fail_on: str,
    services: bool,
    quiet: bool,
) -> None:
    """Walk one round and report every open door.

    Exit codes: 0 complete, nothing at or above --fail-on; 1 our bug; 2 refused; 3 findings;
    4 incomplete coverage; 5 an output failed; 130 interrupted.
    """
    from scanner.emit import Unwritable
    from scanner.progress import Progress
    from scanner.rounds import Outputs, prepare, run, utc_now

    prepared = prepare(order, now=utc_now())
    with ExitStack() as closing:
        outputs = Outputs(
            sinks=_sinks(output, coverage, closing, services=services, quiet=quiet),
            history=history,
            audit=audit or history.with_suffix(".audit.jsonl"),
            vantage=vantage,
        )
        progress = closing.enter_context(Progress(sys.stderr, shown=not quiet))
        try:
            result = run(prepared, outputs, watch=progress.follow)
        except Unwritable as error:
            click.echo(f"ronde: {error}", err=True)
            context.exit(UNDELIVERED)
    context.exit(exit_code(result, fail_on))


def exit_code(result: "Result", fail_on: str) -> int:
    """Give the exit code of a round that ended; the loudest fact wins."""
    from scanner.model import Severity, Silence

    coverage = result.coverage
    if result.interrupted:
        return INTERRUPTED
    if fail_on != "none" and any(
        severity.reaches(Severity(fail_on)) for severity in coverage.findings
    ):
        return FINDINGS
    if coverage.unknown.get(Silence.BUG):
        return OUR_BUG
    return COMPLETE if coverage.complete else INCOMPLETE


def _sinks(
    output: tuple[str, ...],
    coverage: str | None,
    closing: ExitStack,
    *,
    services: bool,
    quiet: bool,
) -> "list[Sink]":
    """Open every output before the first packet, so that a typing error costs no round."""
    from scanner.emit.coverage import CoverageFile
    from scanner.emit.jsonl import JsonLines
    from scanner.emit.table import Table

    if not output and not sys.stdout.isatty():
        output = ("-",)
    sinks: list[Sink] = [JsonLines.to(where, services=services) for where in output]
    if coverage:
        sinks.append(CoverageFile(coverage))
    if not quiet and sys.stderr.isatty():
        sinks.append(Table(sys.stderr))
    for sink in sinks:
        closing.callback(sink.close)
    return sinks


@ronde.command()
@_history_option
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def findings(history: Path, form: str) -> None:
    """Show what is open now, from the history."""
    from scanner.emit.jsonl import JsonLines
    from scanner.emit.table import Table
    from scanner.store import Store

    sink = JsonLines.to("-") if form == "json" else Table(sys.stdout)
    with Store.open(history) as store:
        for finding in store.open_findings():
            sink.finding(finding)
    sink.close()


@ronde.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave scope, findings, coverage and audit trail in this folder.",
)
@click.pass_context
def demo(context: click.Context, keep: Path | None) -> None:
    """Start a small estate of servers on loopback, scan it for real and show what was found."""
    from scanner.demo.walk import demonstrate

    context.exit(COMPLETE if demonstrate(keep, sys.stdout) else OUR_BUG)
