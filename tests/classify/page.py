"""docs/classification.md: its text, and the tables that `python -m tests.classify` counts anew."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.classify import Classifier, Vocabulary, load_vocabulary
from scanner.inferred import Category, Label
from tests.classify.measure import HEALTH, Judged, Score, alone, neighbours, of_category, of_label
from tests.classify.schemas import HELD_OUT, SECOND, Schema, schemas

PAGE = Path(__file__).parents[2] / "docs" / "classification.md"
TEXT = Path(__file__).parent / "page.md"

#: Where the text wants which table.
MARKS = ("<!-- products -->", "<!-- second -->", "<!-- labels -->", "<!-- categories -->")

LABELS = (Label.HEALTH, Label.COMMUNICATIONS, Label.SENSITIVE, Label.PERSONAL)

_PRODUCTS = """\
| product | version | licence | tables | alone | among neighbours | as shipped | false health |
|---|---|---|---|---|---|---|---|"""

_SCORES = """\
| {what} | tables that have it | tables said to | precision | recall |
|---|---|---|---|---|"""


def page() -> str:
    """Write the whole page."""
    vocabulary = load_vocabulary()
    first, second = (
        [schema for schema in schemas() if schema.part == part] for part in (HELD_OUT, SECOND)
    )
    ways = _ways(first, vocabulary)
    _, by_words, _ = ways
    tables = (
        _products(first, ways),
        _products(second, _ways(second, vocabulary)),
        _labels(by_words),
        _categories(by_words),
    )
    text = TEXT.read_text(encoding="utf-8")
    for mark, table in zip(MARKS, tables, strict=True):
        text = text.replace(mark, "\n".join(table))
    return text


def _ways(held_out: Sequence[Schema], vocabulary: Vocabulary) -> Sequence[Sequence[Judged]]:
    """Judge by words alone, by itself and among neighbours; then as shipped."""
    words_only = Classifier(vocabulary, knows_products=False)
    return [
        list(alone(held_out, words_only)),
        list(neighbours(held_out, words_only)),
        list(neighbours(held_out, Classifier(vocabulary))),
    ]


def _products(held_out: Sequence[Schema], ways: Sequence[Sequence[Judged]]) -> Iterator[str]:
    yield _PRODUCTS
    for schema in sorted(held_out, key=lambda one: (not one.speaks_of_health, one.product)):
        head = f"{schema.product} | {schema.version} | {schema.licence}"
        yield _row(head, ways, {schema.product})
    yield _row("**all** | | ", ways, {schema.product for schema in held_out})
    strangers = {schema.product for schema in held_out if not schema.speaks_of_health}
    yield _row("**all without health data** | | ", ways, strangers)


def _row(head: str, ways: Sequence[Sequence[Judged]], products: set[str]) -> str:
    theirs = [[one for one in way if one.product in products] for way in ways]
    found = " | ".join(_found(of_label(HEALTH, way)) for way in theirs)
    return f"| {head} | {len(theirs[0])} | {found} | {_false(theirs[-1])} |"


def _labels(by_words: Sequence[Judged]) -> Iterator[str]:
    yield _SCORES.format(what="label")
    yield from (_score(label.value, of_label(label, by_words)) for label in LABELS)


def _categories(by_words: Sequence[Judged]) -> Iterator[str]:
    yield _SCORES.format(what="category")
    yield from (_score(one.value, of_category(one, by_words)) for one in Category)


def _score(name: str, score: Score) -> str:
    precision, recall = _share(score.precision), _share(score.recall)
    return f"| {name} | {score.there} | {score.said} | {precision} | {recall} |"


def _found(score: Score) -> str:
    return f"{score.both} of {score.there} ({_share(score.recall)})" if score.there else ""


def _false(judged: Sequence[Judged]) -> str:
    others = [one for one in judged if one.table.label != HEALTH]
    wrong = sum(one.said.label == HEALTH for one in others)
    return f"{wrong} of {len(others)} ({_share(wrong / len(others))})"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
