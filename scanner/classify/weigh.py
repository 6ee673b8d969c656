"""From the terms that names gave to categories, how sure they are, and the one word for them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from scanner.classify.vocabulary import PROBABLE, STRONG, WEAK, Term
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
Found: TypeAlias = dict[Category, dict[Term, float]]


def confidences(
    found: Found, *, lists_kinds: bool = False, is_told: bool = False
) -> dict[Category, float]:
    """Weigh the categories of one data set against each other.

    What is doubted is no more than supported. Beside two firm categories one weak word is support
    enough, beside one firm category two are.
    """
    best = {category: max(terms.values()) for category, terms in found.items()}
    doubted = _doubted(found, lists_kinds=lists_kinds, is_told=is_told)
    firm = {category for category, value in best.items() if value > WEAK} - doubted
    supported = {
        category
        for category, terms in found.items()
        if category not in firm and (len(firm) > 1 or (firm and len(terms) > 1))
    }
    sure = {category: best[category] for category in firm}
    sure |= dict.fromkeys(doubted | supported, CORROBORATED)
    return sure if firm & HEALTH or lists_kinds else sure | _by_weak_words(found)


def described(found: Found, sure: Mapping[Category, float]) -> Iterator[DataCategory]:
    """Name each category's words, firmest first; weak ones only where there is nothing better."""
    for category, confidence in sure.items():
        terms = found[category]
        floor = PROBABLE if max(terms.values()) > WEAK else WEAK
        telling = {term.phrase: weight for term, weight in terms.items() if weight >= floor}
        words = sorted(telling, key=lambda word: (-telling[word], word))
        yield DataCategory(name=category, confidence=confidence, words=tuple(words[:MAX_EVIDENCE]))


def concluded(categories: Iterable[DataCategory]) -> Inferred:
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
    return Inferred(label_of({one.name: one.confidence for one in ordered}), tuple(ordered))


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


def _doubted(found: Found, *, lists_kinds: bool, is_told: bool) -> set[Category]:
    """Give the categories that the rest of the data set does not bear out.

    One ambiguous word alone is doubted whatever it says. Where nobody is spoken of, health is
    doubted that rests on things alone, on a list of kinds, or on one word among many names.
    """
    firm = _firm(found)
    if not _is_clear(firm):
        return set(firm)
    if speaks_of_somebody(found):
        return set()
    health = HEALTH & firm.keys()
    said = {term.phrase for one in health for term in firm[one] if not term.is_thing}
    if lists_kinds or (is_told and len(health) == 1 and len(said) == 1):
        return set(health)
    return {category for category in health if all(term.is_thing for term in firm[category])}


def _firm(found: Found) -> dict[Category, list[Term]]:
    """Give the terms that are more than weak, where there are any."""
    firm = {
        category: [term for term, weight in terms.items() if weight > WEAK]
        for category, terms in found.items()
    }
    return {category: terms for category, terms in firm.items() if terms}


def _is_clear(firm: Mapping[Category, Sequence[Term]]) -> bool:
    """Tell whether there is more than one ambiguous word."""
    terms = [term for each in firm.values() for term in each]
    return len({term.phrase for term in terms}) > 1 or not all(term.is_ambiguous for term in terms)


def speaks_of_somebody(found: Found) -> bool:
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


def hints(found: Found) -> frozenset[str]:
    """Give the words of health that speak of more than things, however weak."""
    return frozenset(
        term.phrase
        for category in HEALTH & found.keys()
        for term in found[category]
        if not term.is_thing
    )


def _by_weak_words(found: Found) -> dict[Category, float]:
    """Let many weak words of several health categories stand for a firm one."""
    weak = {category: terms for category, terms in found.items() if category in HEALTH}
    words = {term.phrase for terms in weak.values() for term in terms}
    if len(words) < WEAK_WORDS:
        return {}
    value = PROBABLE if len(weak) >= WEAK_CATEGORIES else CORROBORATED
    return dict.fromkeys(weak, value)
