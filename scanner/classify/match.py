"""The terms that one name holds: whole words, the longest phrase first."""

from collections.abc import Iterator
from typing import TypeAlias

from scanner.classify.vocabulary import ANY_WORD, PROBABLE, WEAK, Term, Vocabulary
from scanner.classify.words import Words

#: The longest phrases have so many words.
MAX_SPAN = 6

#: Shorter phrases are acronyms, which several short words make by chance: `no ss` is no `noss`.
SHORTEST_GLUED = 5

#: An acronym of so many letters says little within a name of more words than this.
ACRONYM, TALKATIVE = 3, 4

#: Where a phrase stands, and what it may mean.
Span: TypeAlias = tuple[int, int, tuple[Term, ...]]


def matches(words: Words, vocabulary: Vocabulary) -> Iterator[tuple[Term, float]]:
    """Give each term of a name with its weight there.

    A phrase inside a longer one counts only if it is firm: `patientName` is a name and a patient,
    and `birth` in `birth_date` is nothing of its own.
    """
    spans = list(_spans(words, vocabulary))
    if not spans:
        return
    spans.sort(key=lambda span: span[0] - span[1])
    covered: list[tuple[int, int]] = []
    for start, end, terms in spans:
        inside = any(first <= start and end <= last for first, last in covered)
        others = words[:start] + words[end:]
        held = [
            term
            for term in terms
            if _is_whole(term, words[start:end]) and not _is_off(term, others)
        ]
        for term in held:
            weight = _weight(term, words)
            if weight >= PROBABLE or not inside:
                yield term, weight
        if held:
            covered.append((start, end))


def _spans(words: Words, vocabulary: Vocabulary) -> Iterator[Span]:
    terms, beginnings = vocabulary.terms, vocabulary.beginnings
    for start, first in enumerate(words):
        if first not in beginnings:
            continue
        if first in terms:
            yield start, start + 1, terms[first]
        glued = first
        for end in range(start + 1, min(start + MAX_SPAN, len(words))):
            glued += words[end]
            if glued not in beginnings:
                break
            if glued in terms:
                yield start, end + 1, terms[glued]


def _is_whole(term: Term, span: Words) -> bool:
    """Tell whether a short phrase is divided as its spelling is; a long one may be at will."""
    glued = len(span) == 1 or sum(map(len, span)) >= SHORTEST_GLUED
    return glued or len(span) == len(term.words)


def _is_off(term: Term, others: Words) -> bool:
    if not term.unless or not others:
        return False
    return ANY_WORD in term.unless or not term.unless.isdisjoint(others)


def _weight(term: Term, words: Words) -> float:
    is_acronym = len(term.words) == 1 and len(term.words[0]) <= ACRONYM
    return WEAK if is_acronym and len(words) > TALKATIVE else term.weight
