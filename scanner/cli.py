"""The commands and their options; `exits` turns what they raise into a message and a code."""

import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypeVar

import click

from scanner import __version__
from scanner.auditing import audit_group
from scanner.bookkeeping import accept, db
from scanner.exits import COMPLETE, INTERRUPTED, OUR_BUG, ReaderLeft, exit_code, run_command
from scanner.lookback import cases, explain, findings, report, severity
from scanner.options import (
    FORMATS,
    SETTINGS,
    history_option,
    ordered,
    patience_options,
    plain_line,
    probe_names,
    severity_option,
)
from scanner.permitting import init, scope_group
from scanner.tickets_commands import TABLES, ticketed, tickets

if TYPE_CHECKING:
    from scanner.classify import Vocabulary
    from scanner.life import Patience
    from scanner.prepare import Order
    from scanner.severities import Severities
    from scanner.tickets_commands import After

SEVERITIES = ("critical", "high", "medium", "low", "none")

F = TypeVar("F", bound=Callable[..., object])


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the exit code of the contract."""
    code = run_command(ronde, arguments)
    if code == INTERRUPTED:
        # What was found is on the disk. The sweep's thread may still wait for a time-out, and
        # Python would wait for the thread.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


class _Commands(click.Group):
    """The group, which leaves a closed pipe to `exits`."""

    def invoke(self, ctx: click.Context) -> object:
        """Take a closed pipe away from click, which would end the process with 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error


def _load_defaults(context: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    """Let a configuration file fill in what options and variables leave out."""
    from scanner.config import DEFAULT_NAME, as_defaults, load_config

    path = value or Path(DEFAULT_NAME)
    if value is not None or path.is_file():
        config = load_config(path)
        defaults = as_defaults(config)
        context.meta[TABLES] = path, config.tickets
        context.default_map = {
            name: dict.fromkeys(command.commands, defaults)
            if isinstance(command, click.Group)
            else defaults
            for name, command in ronde.commands.items()
        }
    return value


_COMPLETION = (
    'Tab completion in bash: eval "$(_RONDE_COMPLETE=bash_source ronde)"; zsh, fish alike.'
)


@click.group(cls=_Commands, context_settings=SETTINGS, epilog=_COMPLETION)
# RONDE_VERSION pins a version in many an installer's environment.
@click.version_option(__version__, prog_name="ronde", allow_from_autoenv=False)
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
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append log events to this file, not to stderr; it may be renamed at any time.",
)
@click.pass_context
def ronde(context: click.Context, /, *, verbose: int, log_json: bool, log: Path | None) -> None:
    """Walk your own network and report every datastore and fax server whose door is open.

    Only addresses inside a signed-off scope are touched. No credential is guessed, nothing is
    written, no record is read.

    Every option can also be set by a variable (--fail-on by RONDE_FAIL_ON), and the lasting ones
    in ronde.toml. An option goes before a variable, a variable before the file.
    """
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    context.obj = partial(_log, level=level, as_json=log_json, file=log)


def _log(*, level: int, as_json: bool, file: Path | None, quiet: bool = False) -> None:
    """Begin to log; for the commands that have something to log, and not for their `--help`.

    A quiet one keeps warnings from stderr, unless a log was asked for.
    """
    from scanner.logs import configure

    asked_for = as_json or file is not None or level < logging.WARNING
    configure(level=level if asked_for or not quiet else logging.ERROR, as_json=as_json, file=file)


# -- init, scope, plan, probes: nothing is sent ----------------------------------------------------


ronde.add_command(init)
ronde.add_command(scope_group)


@ronde.command(context_settings=SETTINGS)
@ordered
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def plan(*, order: "Order", form: str) -> None:
    """Show what a round would touch; send nothing.

    Addresses, ports, every ask of every probe, packets, and the duration at the scope's rates.
    """
    from scanner.forecast import as_json, as_text
    from scanner.prepare import prepare
    from scanner.rounds import utc_now

    prepared = prepare(order, now=utc_now())
    click.echo(as_json(prepared) if form == "json" else as_text(prepared))


@ronde.command(context_settings=SETTINGS)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=probe_names)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def probes(names: tuple[str, ...], form: str) -> None:
    """Show the probes and every ask they may send.

    With a NAME also what it proves, the remedy and the references.
    """
    from scanner.catalogue import as_json, as_text
    from scanner.selection import chosen_probes

    chosen = [probe.about for probe in chosen_probes(names)]
    click.echo(as_json(chosen) if form == "json" else as_text(chosen, brief=not names))


# -- scan, findings --------------------------------------------------------------------------------


def _load_vocabulary(
    _context: click.Context, _option: click.Parameter, value: Path | None
) -> "Vocabulary":
    from scanner.classify import load_vocabulary

    return load_vocabulary(value)


def _vocabulary_option(function: F) -> F:
    """Add `--vocabulary`, which every command has that tells data categories from names."""
    return click.option(
        "--vocabulary",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_load_vocabulary,
        help="Your own words for data categories, and words to leave out: TOML.",
    )(function)


@ronde.command(context_settings=SETTINGS)
@ordered
@click.option(
    "--output",
    multiple=True,
    metavar="[FORMAT:]PATH",
    help=f"Findings as JSON Lines, or in a FORMAT: {', '.join(FORMATS[1:])}:URL. `-` is standard "
    "output, and the default unless it is a terminal.",
)
@click.option("--coverage", metavar="PATH", help="The closing coverage object, also in a file.")
@click.option("--services", is_flag=True, help="Also write services that are no findings.")
@history_option
@click.option(
    "--audit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The trail of every ask; beside the history unless named.",
)
@click.option(
    "--vantage",
    default=socket.gethostname,
    callback=plain_line,
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
@click.option(
    "--sweep",
    type=click.Choice(["auto", "connect", "syn"]),
    default="auto",
    show_default=True,
    help="How to find open ports: SYNs need CAP_NET_RAW and numpy; auto sends them if it can.",
)
@patience_options
@click.option(
    "--keep-rounds",
    type=click.IntRange(2),
    default=1_000,
    show_default=True,
    help="Forget, of each scope and vantage, what was over before its newest rounds.",
)
@click.option(
    "--wait", is_flag=True, help="Wait for the scope's window, and for a round that is under way."
)
@click.option("--resume", is_flag=True, help="Go on with the last round, which did not end.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Walk in so many processes; they share the signed-off rates.",
)
@_vocabulary_option
@severity_option
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="Print nothing but errors and, in short, what changed since the round before.",
)
@ticketed
@click.pass_context
def scan(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    /,
    *,
    order: "Order",
    output: tuple[str, ...],
    coverage: str | None,
    history: Path | str,
    audit: Path | None,
    vantage: str,
    fail_on: str,
    services: bool,
    sweep: str,
    patience: "Patience",
    keep_rounds: int,
    wait: bool,
    resume: bool,
    workers: int,
    vocabulary: "Vocabulary",
    severity: "Severities",
    quiet: bool,
    after: "After",
) -> None:
    """Walk one round and report every open door.

    Exit codes: 0 complete, nothing at or above --fail-on; 1 our bug; 2 refused; 3 findings;
    4 incomplete coverage; 5 an output failed; 130 interrupted.
    """
    from scanner import delivery
    from scanner.audit import sealed
    from scanner.prepare import in_turn
    from scanner.progress import Progress
    from scanner.rounds import Manner, Outputs, run, utc_now
    from scanner.sweep import Means

    context.obj(quiet=quiet)
    audit = audit or delivery.trail_beside(history)
    targets = delivery.named_targets(output, quiet=quiet)
    screen = None if quiet else delivery.terminal_for_people(targets)
    progress = Progress(screen)  # closed, and taken away, before the table is printed
    files = (*filter(None, [coverage]), str(audit))
    delivery.refuse_clashes(order, (*files, str(history)), targets)
    sinks = delivery.file_sinks(targets, coverage, services=services, history=history, quiet=quiet)
    outputs = Outputs(
        sinks=[*sinks, *delivery.sinks_for_people(screen, progress)],
        history=history,
        audit=audit,
        vantage=vantage,
        vocabulary=vocabulary,
        severities=severity,
        at_end=after.at_end,
        keep_rounds=keep_rounds,
    )
    how = Manner(resume=resume, sweep=Means(sweep), workers=workers, wait=wait, patience=patience)
    with in_turn(order, history, wait=wait, now=utc_now) as (prepared, lock):
        delivery.refuse_unwritable(files, targets)
        result = run(prepared, outputs, watch=progress.follow, manner=how, lock=lock)
    if screen is not None:
        click.echo(f"Audit trail: {sealed(audit)}", file=screen)
    context.exit(exit_code(result, fail_on, delivered=after.delivered(result, history)))


ronde.add_command(accept)
ronde.add_command(audit_group)
ronde.add_command(db)
ronde.add_command(explain)
ronde.add_command(findings)
ronde.add_command(cases)
ronde.add_command(severity)
ronde.add_command(report)
ronde.add_command(tickets)


@ronde.command(context_settings=SETTINGS)
@click.argument("file", type=click.File("rb", lazy=True), default="-")
@_vocabulary_option
def classify(file: BinaryIO, vocabulary: "Vocabulary") -> None:
    """Tell data categories from names alone: of indices, tables, fields.

    FILE, or standard input, has one data set a line, its name, a tab, and its fields with commas
    between them; or a whole database as JSON: {"name": ["field", ...], ...}. Prints one JSON
    object for each. Nothing is sent anywhere.
    """
    from scanner.classify import Classifier, classified
    from scanner.emit import STDOUT
    from scanner.emit.jsonl import JsonLines

    output = JsonLines.to(STDOUT)
    for one in classified(file, file.name, Classifier(vocabulary)):
        output.write(one)


@ronde.command(context_settings=SETTINGS)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave scope, findings, coverage and audit trail in this folder.",
)
@click.pass_context
def demo(context: click.Context, keep: Path | None) -> None:
    """Scan a small estate of servers on loopback.

    Starts the servers, walks a real round over them and nothing else, and shows what was found.
    """
    from scanner.demo.walk import demonstrate

    context.obj()
    context.exit(COMPLETE if demonstrate(keep, sys.stdout) else OUR_BUG)
