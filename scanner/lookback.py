"""The commands that explain what the history holds, and what it was judged by; nothing is sent."""

from pathlib import Path

import click

from scanner.options import SETTINGS, history_option

#: What `--language` takes, and the languages that it stands for.
LANGUAGES = {"en": ("en",), "fr": ("fr",), "both": ("en", "fr"), "none": ()}


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
def explain(*, fingerprint: str, history: Path, language: str) -> None:
    """Say why a finding is as urgent as it is, and what it asks of its owner.

    FINGERPRINT may be shortened as long as it is one finding's.
    """
    from scanner.explain import asked, explained, named
    from scanner.regulation import Language, Regulation
    from scanner.rounds import utc_now
    from scanner.store import Store

    with Store.open(history) as store:
        finding = named(fingerprint, store.open_findings(utc_now()))
    languages = [Language(one) for one in LANGUAGES[language]]
    for line in (*explained(finding), *asked(finding, Regulation.load(), languages)):
        click.echo(line)


@click.command(context_settings=SETTINGS)
@history_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def cases(*, history: Path, form: str) -> None:
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
