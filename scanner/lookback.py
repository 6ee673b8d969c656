"""The commands that explain what the history holds; nothing is sent."""

from pathlib import Path

import click

from scanner.options import SETTINGS, history_option


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
