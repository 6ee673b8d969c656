"""The commands that explain what the history holds, and what it was judged by; nothing is sent."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from scanner.options import FORMATS, SETTINGS, history_option

#: What `--language` takes, and the languages that it stands for.
LANGUAGES = {"en": ("en",), "fr": ("fr",), "both": ("en", "fr"), "none": ()}


@click.command(context_settings=SETTINGS)
@history_option
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def findings(history: Path | str, form: str) -> None:
    """Show what is open now, from the history, the gravest first."""
    from scanner.emit.jsonl import JsonLines
    from scanner.emit.table import Table
    from scanner.rounds import utc_now
    from scanner.store import Store

    sink = JsonLines.to("-") if form == "json" else Table(sys.stdout)
    with Store.open(history) as store:
        shown = store.open_findings(utc_now())
        for finding in sorted(shown, key=lambda finding: finding.gravity):
            sink.finding(finding)
    sink.close()


@click.command(context_settings=SETTINGS)
@click.argument("fingerprint")
@history_option
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Of the questions that the law asks of its owner.",
)
def explain(*, fingerprint: str, history: Path | str, language: str) -> None:
    """Say why a finding is as urgent as it is, and what it asks of its owner.

    FINGERPRINT may be shortened as long as it is one finding's.
    """
    from scanner.explain import asked, explained, named, placed
    from scanner.regulation import Language, Regulation
    from scanner.rounds import utc_now
    from scanner.store import Store

    with Store.open(history) as store:
        there = tuple(store.open_findings(utc_now()))
    finding = named(fingerprint, there)
    questions = asked(finding, Regulation.load(), [Language(one) for one in LANGUAGES[language]])
    for line in (*explained(finding), *placed(finding, there), *questions):
        click.echo(line)


@click.command(context_settings=SETTINGS)
@history_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def cases(*, history: Path | str, form: str) -> None:
    """Show what is open now as cases: findings that are one problem, the gravest first."""
    from scanner.cases import gather, summary
    from scanner.plaintext import document
    from scanner.rounds import utc_now
    from scanner.store import Store

    with Store.open(history) as store:
        gathered = gather(store.open_findings(utc_now()))
    for case in gathered:
        click.echo(document(case).decode() if form == "json" else summary(case))


@click.command(context_settings=SETTINGS)
def severity() -> None:
    """Print the table that severities are read from, as it ships.

    A copy with other numbers is what --severity of `ronde scan` takes.
    """
    from scanner.severities import NAME
    from scanner.shipped import shipped

    click.echo(shipped(NAME).read_text(encoding="utf-8"), nl=False)


@click.command(context_settings=SETTINGS)
@history_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True)
@click.option("--to", default="-", show_default="standard output", metavar="PLACE")
@click.option("--round", "name", help="The newest round of all unless named.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    help="Instead of one round, what any has seen or resolved since then, in UTC.",
)
def report(
    *, history: Path | str, form: str, to: str, name: str | None, since: datetime | None
) -> None:
    """Write what a round found in another format, from the history; nothing is sent."""
    from scanner.delivery import deliver
    from scanner.emit.formats import Format, Target
    from scanner.emit.report import Gathered, Report
    from scanner.past import NOTHING_BEFORE
    from scanner.rounds import utc_now
    from scanner.store import Store

    if name and since:
        raise click.UsageError("--round and --since exclude each other")
    if Path(to).resolve() == Path(history).resolve():
        raise click.UsageError(f"{to} is the history")
    with Store.open(history) as store, closing(Gathered()) as gathered:
        if since:
            told = store.told_since(since.replace(tzinfo=UTC), utc_now())
        else:
            told = store.told(name, utc_now())
        for finding in told.findings:
            gathered.add(finding)
        past = store.before(told.coverage) if told.coverage else NOTHING_BEFORE
        deliver(Target(Format(form), to), Report(gathered, told.coverage, past))
