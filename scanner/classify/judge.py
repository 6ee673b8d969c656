"""One data set, from its names to its categories and its label."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from scanner.classify.match import matches
from scanner.classify.patterns import Product
from scanner.classify.vocabulary import PROBABLE, STRONG, WEAK, Term, Vocabulary
from scanner.classify.words import words_of
from scanner.inferred import Category, DataCategory, Inferred, Label

#: Several weak names that support each other; below `probable`, so that they alone label nothing.
CORROBORATED = 0.4

#: So many words of one category are as good as all of them.
MAX_EVIDENCE = 12

HEALTH = frozenset(
    {
        Category.MEDICAL_RECORD_NO,
        Category.PATIENT_ENTITY,
        Category.DIAGNOSIS,
        Category.TREATMENT,
        Category.PRESCRIPTION,
        Category.LAB_RESULT,
        Category.INSURANCE,
    }
)
COMMUNICATIONS = frozenset({Category.FAX_DOCUMENT, Category.VOICE_RECORDING})
SENSITIVE = frozenset({Category.NATIONAL_ID, Category.PAYMENT, Category.CREDENTIAL})
IDENTITY = frozenset(
    {
        Category.PERSON_NAME,
        Category.BIRTH_DATE,
        Category.CONTACT,
        Category.ADDRESS,
        Category.TAX_ID,
    }
)
SOMEBODY = frozenset(
    {
        Category.PATIENT_ENTITY,
        Category.PERSON_NAME,
        Category.BIRTH_DATE,
        Category.NATIONAL_ID,
    }
)
PERSONAL = IDENTITY | {Category.STAFF_IDENTITY}

#: A data set with so many names of its own would name a person if it were about one.
TELLING = 3

#: So many weak words from so many health categories are as good as a probable one: columns of a
#: clinic that has no word of its own for anything.
WEAK_WORDS, WEAK_CATEGORIES = 4, 3


#: The terms of each category that a data set's names gave, with their weights there.
_Found: TypeAlias = dict[Category, dict[Term, float]]


@dataclass(frozen=True, slots=True)
class Classification(Inferred):
    """What one data set seems to hold.

    `hints` are words of health that are too little by themselves; a number of a patient is among
    them where `numbers_somebody` says so.
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

    def by_category(self) -> _Found:
        """Give what stays when homonyms are switched off: `claims` beside `iss` and `aud`."""
        found: _Found = {}
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
        said = concluded([*self._known(name), *_described(found, sure)])
        numbered = Category.MEDICAL_RECORD_NO in found
        return replace(
            said,
            hints=_hints(found),
            numbers_somebody=numbered,
            speaks_of_somebody=_speaks_of_somebody(found),
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
            yield by_product(known, "a service of")


def by_product(known: Product, what: str) -> DataCategory:
    """Say in our words that a product is known, whatever its names say."""
    words = (f"{what} {known.name}",)
    return DataCategory(name=known.category, confidence=STRONG, words=words)


def concluded(categories: Iterable[DataCategory]) -> Classification:
    """Join categories, put them in order, surest first, and find the label they amount to."""
    joined: dict[Category, DataCategory] = {}
    for one in categories:
        before = joined.get(one.name, one)
        joined[one.name] = DataCategory(
            name=one.name,
            confidence=max(before.confidence, one.confidence),
            words=tuple(dict.fromkeys((*before.words, *one.words)))[:MAX_EVIDENCE],
        )
    ordered = sorted(joined.values(), key=lambda one: (-one.confidence, one.name))
    return Classification(label_of({one.name: one.confidence for one in ordered}), tuple(ordered))


def label_of(confidences: Mapping[Category, float]) -> Label:
    """Give the one word for a data set, the gravest that is firm."""
    firm = {category for category, confidence in confidences.items() if confidence >= PROBABLE}
    if firm & HEALTH:
        return Label.HEALTH
    if firm & COMMUNICATIONS:
        return Label.COMMUNICATIONS
    if firm & SENSITIVE:
        return Label.SENSITIVE
    sure = {category for category in firm & IDENTITY if confidences[category] >= STRONG}
    if sure or len(firm & IDENTITY) > 1:
        return Label.PERSONAL
    if HEALTH & confidences.keys():
        return Label.POSSIBLE_HEALTH
    return Label.POSSIBLE_PERSONAL if firm & PERSONAL else Label.UNKNOWN


def _all(name: str, fields: Iterable[str]) -> Iterator[str]:
    yield name
    yield from fields


def confidences(
    found: _Found, *, lists_kinds: bool = False, is_told: bool = False
) -> dict[Category, float]:
    """Weigh the categories of one data set against each other.

    A health category that rests on things alone is no more than supported unless the data set
    speaks of somebody, and so is every one of a list of kinds. Beside two firm categories one weak
    word is support enough, beside one firm category two are.
    """
    best = {category: max(terms.values()) for category, terms in found.items()}
    somebody = _speaks_of_somebody(found)
    doubted = set() if somebody else _of_things(found)
    alone = len([one for one in HEALTH & found.keys() if best[one] > WEAK]) == 1
    if (lists_kinds or (is_told and alone)) and not somebody:
        doubted = set(best) & HEALTH
    firm = {category for category, value in best.items() if value > WEAK} - doubted
    supported = {
        category
        for category, terms in found.items()
        if category not in firm and (len(firm) > 1 or (firm and len(terms) > 1))
    }
    sure = {category: best[category] for category in firm}
    sure |= dict.fromkeys((doubted & _not_weak(best)) | supported, CORROBORATED)
    return sure if firm & HEALTH or lists_kinds else sure | _by_weak_words(found)


def _speaks_of_somebody(found: _Found) -> bool:
    """Tell whether a patient, a name, a birth date or a number of a person is there."""
    if Category.MEDICAL_RECORD_NO in found:
        return True
    if any(term.is_somebody for terms in found.values() for term in terms):
        return True
    return any(
        weight > WEAK and not term.is_thing
        for category in SOMEBODY & found.keys()
        for term, weight in found[category].items()
    )


def _of_things(found: _Found) -> set[Category]:
    """Give the health categories that rest on things, unless there are several of them."""
    firm = {
        category: [term for term, weight in found[category].items() if weight > WEAK]
        for category in HEALTH & found.keys()
    }
    return {category for category, terms in firm.items() if all(term.is_thing for term in terms)}


def _by_weak_words(found: _Found) -> dict[Category, float]:
    """Let many weak words of several health categories stand for a firm one."""
    weak = {category: terms for category, terms in found.items() if category in HEALTH}
    words = {term.phrase for terms in weak.values() for term in terms}
    if len(words) < WEAK_WORDS:
        return {}
    value = PROBABLE if len(weak) >= WEAK_CATEGORIES else CORROBORATED
    return dict.fromkeys(weak, value)


def _hints(found: _Found) -> frozenset[str]:
    return frozenset(
        term.phrase
        for category in HEALTH & found.keys()
        for term in found[category]
        if not term.is_thing
    )


def _not_weak(best: Mapping[Category, float]) -> set[Category]:
    return {category for category, value in best.items() if value > WEAK}


def _described(found: _Found, sure: Mapping[Category, float]) -> Iterator[DataCategory]:
    """Name each category's words, firmest first; weak ones only where there is nothing better."""
    for category, confidence in sure.items():
        terms = found[category]
        floor = PROBABLE if max(terms.values()) > WEAK else WEAK
        telling = {term.phrase: weight for term, weight in terms.items() if weight >= floor}
        words = sorted(telling, key=lambda word: (-telling[word], word))
        yield DataCategory(name=category, confidence=confidence, words=tuple(words[:MAX_EVIDENCE]))
