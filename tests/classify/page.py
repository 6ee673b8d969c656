"""docs/classification.md: its text, and the tables that `python -m tests.classify` counts anew."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.classify import Classifier, load_vocabulary
from scanner.model import Category, Label
from tests.classify.measure import HEALTH, Judged, Score, judged, of_category, of_label
from tests.classify.schemas import Schema, schemas

PAGE = Path(__file__).parents[2] / "docs" / "classification.md"
TEXT = Path(__file__).parent / "page.md"

#: Where the text wants which table.
MARKS = ("<!-- products -->", "<!-- labels -->", "<!-- categories -->")

LABELS = (Label.HEALTH, Label.COMMUNICATIONS, Label.SENSITIVE, Label.PERSONAL)


def page() -> str:
    """Write the whole page."""
    held_out = [schema for schema in schemas() if schema.is_held_out]
    vocabulary = load_vocabulary()
    by_words = list(judged(held_out, Classifier(vocabulary, knows_products=False)))
    shipped = list(judged(held_out, Classifier(vocabulary)))
    tables = (_products(held_out, by_words, shipped), _labels(by_words), _categories(by_words))
    text = TEXT.read_text(encoding="utf-8")
    for mark, table in zip(MARKS, tables, strict=True):
        text = text.replace(mark, "\n".join(table))
    return text


def _products(
    held_out: Sequence[Schema], by_words: Sequence[Judged], shipped: Sequence[Judged]
) -> Iterator[str]:
    yield "| product | version | licence | tables | health found | with product names | false health |"
    yield "|---|---|---|---|---|---|---|"
    for schema in sorted(held_out, key=lambda one: (not one.speaks_of_health, one.product)):
        ours = [one for one in by_words if one.product == schema.product]
        theirs = [one for one in shipped if one.product == schema.product]
        yield (
            f"| {schema.product} | {schema.version} | {schema.licence} | {len(ours)} "
            f"| {_found(of_label(HEALTH, ours))} | {_found(of_label(HEALTH, theirs))} "
            f"| {_false(ours)} |"
        )
    yield f"| **all** | | | {len(by_words)} | {_found(of_label(HEALTH, by_words))} " + (
        f"| {_found(of_label(HEALTH, shipped))} | {_false(by_words)} |"
    )
    strangers = {schema.product for schema in held_out if not schema.speaks_of_health}
    others = [one for one in by_words if one.product in strangers]
    yield f"| **without health data** | | | {len(others)} | | | {_false(others)} |"


def _labels(by_words: Sequence[Judged]) -> Iterator[str]:
    yield from _scores("label", [(label.value, of_label(label, by_words)) for label in LABELS])


def _categories(by_words: Sequence[Judged]) -> Iterator[str]:
    yield from _scores("category", [(one.value, of_category(one, by_words)) for one in Category])


def _scores(what: str, scores: Sequence[tuple[str, Score]]) -> Iterator[str]:
    yield f"| {what} | tables that have it | tables said to | precision | recall |"
    yield "|---|---|---|---|---|"
    for name, score in scores:
        precision, recall = _share(score.precision), _share(score.recall)
        yield f"| {name} | {score.there} | {score.said} | {precision} | {recall} |"


def _found(score: Score) -> str:
    return f"{score.both} of {score.there} ({_share(score.recall)})" if score.there else ""


def _false(ours: Sequence[Judged]) -> str:
    others = [one for one in ours if one.table.label != HEALTH]
    wrong = sum(one.said.label == HEALTH for one in others)
    return f"{wrong} of {len(others)} ({_share(wrong / len(others))})"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
