"""One data set, from its names to its categories and its label."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scanner.classify.match import matches
from scanner.classify.patterns import Product
from scanner.classify.vocabulary import STRONG, Term, Vocabulary
from scanner.classify.weigh import (
    TELLING,
    Found,
    concluded,
    confidences,
    described,
    hints,
    speaks_of_somebody,
)
from scanner.classify.words import words_of
from scanner.inferred import Category, DataCategory, Inferred, Label


@dataclass(frozen=True, slots=True)
class Classification(Inferred):
    """What one data set seems to hold.

    What is too little by itself is kept for a look at the neighbours: `hints` are words of health,
    however weak; `numbers_somebody` tells that a patient's number is among them, and
    `speaks_of_somebody` that a person is named or numbered at all.
    """

    hints: frozenset[str] = frozenset()
    numbers_somebody: bool = False
    speaks_of_somebody: bool = False


@dataclass(slots=True)
class _Evidence:
    """What the names of one data set gave: never a name, so it is bounded by the vocabulary."""

    terms: dict[Term, float] = field(default_factory=dict)
    names: int = 0
    contexts: set[str] = field(default_factory=set)

    def by_category(self) -> Found:
        """Give what stays when homonyms are switched off: `claims` beside `iss` and `aud`."""
        found: Found = {}
        for term, weight in self.terms.items():
            if term.contexts.isdisjoint(self.contexts):
                found.setdefault(term.category, {})[term] = weight
        return found


@dataclass(frozen=True, slots=True)
class Classifier:
    """Reads names, one data set at a time, of any number; keeps none of them."""

    vocabulary: Vocabulary
    knows_products: bool = True

    def classify(
        self, name: str, fields: Iterable[str] = (), *, product: str | None = None
    ) -> Classification:
        """Judge a data set by its name and its fields' names; `product` is what serves it."""
        if self.vocabulary.patterns.is_internal(name, product):
            return Classification(Label.INTERNAL)
        evidence = _Evidence()
        for one in _all(name, fields):
            self._read(one, evidence)
        found = evidence.by_category()
        own = words_of(name)
        sure = confidences(
            found,
            lists_kinds=bool(own) and own[-1] in self.vocabulary.kinds,
            is_told=evidence.names > TELLING,
        )
        said = concluded([*self._known(name), *described(found, sure)])
        return Classification(
            label=said.label,
            categories=said.categories,
            hints=hints(found),
            numbers_somebody=Category.MEDICAL_RECORD_NO in found,
            speaks_of_somebody=speaks_of_somebody(found),
        )

    def _read(self, name: str, evidence: _Evidence) -> None:
        words = words_of(name)
        evidence.names += 1
        for term, weight in matches(words, self.vocabulary):
            if weight > evidence.terms.get(term, 0):
                evidence.terms[term] = weight
        if not self.vocabulary.contexts.isdisjoint(words):
            evidence.contexts.update(self.vocabulary.contexts.intersection(words))

    def _known(self, name: str) -> Iterator[DataCategory]:
        known = self.vocabulary.patterns.product_of(name) if self.knows_products else None
        if known:
            yield by_product(known, "a table of")

    def of_service(self, service: str) -> Iterator[DataCategory]:
        """Give the category of all that a service holds, if it holds nothing else."""
        known = self.vocabulary.patterns.by_service.get(service.lower())
        if known:
            yield by_product(known, "served by a")


def by_product(known: Product, what: str) -> DataCategory:
    """Say in our words that a product is known, whatever its names say."""
    words = (f"{what} {known.name}",)
    return DataCategory(name=known.category, confidence=STRONG, words=words)


def _all(name: str, fields: Iterable[str]) -> Iterator[str]:
    yield name
    yield from fields
