"""What a stranger can list, labelled from names: each holding, and all of them together."""

import dataclasses
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from scanner.classify.judge import Classification, Classifier
from scanner.classify.neighbours import Named, together
from scanner.classify.weigh import concluded
from scanner.inferred import DataCategory, Inferred, Label
from scanner.model import Assessment, Holding

#: Words for each category of a holding: enough to see why, in a finding of a thousand holdings.
MAX_WORDS = 3


def label_holdings(assessment: Assessment, classifier: Classifier) -> tuple[Assessment, Inferred]:
    """Label each holding, and say what all of them together come to.

    A container's name that several holdings share, such as a database's, counts for the whole and
    not for each of them: a database called `ictfax` does not make every table of it a fax.
    """
    holdings, product = assessment.holdings, assessment.service.product
    shared = _shared(holdings)
    listed = [Named(_own_name(one.name, shared), one.fields) for one in holdings]
    internal = classifier.vocabulary.patterns.is_internal
    said = [
        Classification(Label.INTERNAL) if internal(one.name, product) else each
        for one, each in zip(holdings, together(classifier, listed), strict=True)
    ]
    labelled = tuple(map(_labelled, holdings, said))
    every = [one for each in said for one in each.categories]
    for name in sorted(shared):
        if not internal(name, product):
            every.extend(classifier.classify(name, product=product).categories)
    whole = concluded([*classifier.of_service(product), *every])
    are_all = (assessment.holdings_total or 0) <= len(holdings)
    if said and are_all and all(each.label is Label.INTERNAL for each in said):
        whole = Inferred(Label.INTERNAL)
    return dataclasses.replace(assessment, holdings=labelled), whole


def _labelled(holding: Holding, said: Classification) -> Holding:
    return replace(holding, label=said.label, categories=tuple(_brief(said.categories)))


def _brief(categories: Sequence[DataCategory]) -> Iterator[DataCategory]:
    for one in categories:
        yield replace(one, words=one.words[:MAX_WORDS])


def _shared(holdings: Sequence[Holding]) -> frozenset[str]:
    """Give the containers that more than one holding stands in."""
    seen: set[str] = set()
    again: set[str] = set()
    for one in holdings:
        container, _ = _parted(one.name)
        (again if container in seen else seen).add(container)
    return frozenset(again - {""})


def _own_name(name: str, shared: frozenset[str]) -> str:
    container, own = _parted(name)
    return own if container in shared else name


def _parted(name: str) -> tuple[str, str]:
    """Part a name into its container and its own: `clinic.patients`, `/exports/faxes`.

    What has no letter is no name: `logs.2024` stands in no container.
    """
    container, _, own = name.rpartition("/") if "/" in name else name.partition(".")
    return (container, own) if any(map(str.isalpha, own)) else ("", name)
