"""The commands that explain what the history holds; nothing is sent."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from scanner.options import FORMATS, SETTINGS, history_option


@click.command(context_settings=SETTINGS)
@click.argument("fingerprint")
@history_option
def explain(*, fingerprint: str, history: Path) -> None:
    """Say why a finding is as urgent as it is, and since when it is known.

    FINGERPRINT may be shortened as long as it is one finding's.
    """
    from scanner.explain import explained, named
    from scanner.rounds import utc_now
    from scanner.store import Store

    with Store.open(history) as store:
        finding = named(fingerprint, store.open_findings(utc_now()))
    for line in explained(finding):
        click.echo(line)


@click.command(context_settings=SETTINGS)
@history_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True)
@click.option("--to", default="-", show_default="standard output", metavar="PATH")
@click.option("--round", "name", help="The newest round of all unless named.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    help="Instead of one round, what any has seen or resolved since then, in UTC.",
)
def report(*, history: Path, form: str, to: str, name: str | None, since: datetime | None) -> None:
    """Write what a round found in another format, from the history; nothing is sent."""
    from scanner.delivery import deliver
    from scanner.emit.formats import Format, Target
    from scanner.emit.report import Gathered, Report
    from scanner.rounds import utc_now
    from scanner.store import Store

    if name and since:
        raise click.UsageError("--round and --since exclude each other")
    if Path(to).resolve() == history.resolve():
        raise click.UsageError(f"{to} is the history")
    with Store.open(history) as store, closing(Gathered()) as gathered:
        if since:
            told = store.told_since(since.replace(tzinfo=UTC), utc_now())
        else:
            told = store.told(name, utc_now())
        for finding in told.findings:
            gathered.add(finding)
        deliver(Target(Format(form), to), Report(gathered, told.coverage))
