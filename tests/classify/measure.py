"""Precision and recall of the classifier on the held-out part: counting, and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.classify import Classification, Classifier, Named, together
from scanner.classify.vocabulary import PROBABLE
from scanner.inferred import Category, Label
from tests.classify.schemas import Schema, Table

HEALTH = Label.HEALTH.value


@dataclass(frozen=True, slots=True)
class Score:
    """How often something is there, is said to be there, and both."""

    there: int
    said: int
    both: int

    @property
    def precision(self) -> float | None:
        """The share of what is said that is there; None if nothing is said."""
        return self.both / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """The share of what is there that is said; None if nothing is there."""
        return self.both / self.there if self.there else None


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled table and what the classifier says of it."""

    product: str
    table: Table
    said: Classification

    @property
    def firm(self) -> frozenset[Category]:
        """The categories that are at least probable."""
        return frozenset(one.name for one in self.said.categories if one.confidence >= PROBABLE)


def alone(schemas: Iterable[Schema], classifier: Classifier) -> Iterator[Judged]:
    """Let the classifier see every table by itself, its names only."""
    for schema in schemas:
        for table in schema.tables:
            yield Judged(schema.product, table, classifier.classify(table.name, table.fields))


def neighbours(schemas: Iterable[Schema], classifier: Classifier) -> Iterator[Judged]:
    """Let the classifier see each product as one database, as a finding lists it."""
    for schema in schemas:
        listed = [Named(table.name, table.fields) for table in schema.tables]
        for table, said in zip(schema.tables, together(classifier, listed), strict=True):
            yield Judged(schema.product, table, said)


def of_label(label: str, all_judged: Iterable[Judged]) -> Score:
    """Score one label."""
    pairs = [(one.table.label == label, one.said.label == label) for one in all_judged]
    return _score(pairs)


def of_category(category: Category, all_judged: Iterable[Judged]) -> Score:
    """Score one category."""
    return _score([(category in one.table.categories, category in one.firm) for one in all_judged])


def _score(pairs: list[tuple[bool, bool]]) -> Score:
    return Score(
        there=sum(there for there, _ in pairs),
        said=sum(said for _, said in pairs),
        both=sum(there and said for there, said in pairs),
    )
