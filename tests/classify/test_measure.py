"""How well it is measured, and that the page says what a fresh count says."""

import pytest

from scanner.classify import Classification, Classifier, load_vocabulary
from scanner.inferred import Category, DataCategory, Label
from tests.classify.measure import HEALTH, Judged, Score, neighbours, of_category, of_label
from tests.classify.page import PAGE, page
from tests.classify.schemas import PARTS, Schema, Table, schemas

ALL = list(schemas())


def judged(there: str, said: Label, *categories: Category) -> Judged:
    """Give a table of one label, said to have another, with firm categories."""
    found = tuple(DataCategory(name=one, confidence=0.9, words=()) for one in categories)
    table = Table("t", there, frozenset({Category.CONTACT}), ("a", "b"))
    return Judged("p", table, Classification(said, found))


def test_precision_and_recall_are_counted() -> None:
    """Of what is said, what is there; of what is there, what is said."""
    seen = [
        judged("health", Label.HEALTH),
        judged("health", Label.UNKNOWN),
        judged("none", Label.HEALTH),
        judged("none", Label.UNKNOWN),
    ]

    assert of_label("health", seen) == Score(there=2, said=2, both=1)
    assert (of_label("health", seen).precision, of_label("health", seen).recall) == (0.5, 0.5)
    assert of_label("personal", seen).precision is None


def test_a_category_counts_where_it_is_firm() -> None:
    """Each category is scored by itself."""
    seen = [judged("none", Label.UNKNOWN, Category.CONTACT, Category.ADDRESS)]

    assert of_category(Category.CONTACT, seen) == Score(there=1, said=1, both=1)
    assert of_category(Category.ADDRESS, seen) == Score(there=0, said=1, both=0)


@pytest.mark.parametrize("schema", ALL, ids=lambda one: one.product)
def test_every_schema_says_where_it_comes_from(schema: Schema) -> None:
    """Source, version, licence and part; every label is one that is measured."""
    assert schema.part in PARTS
    assert schema.source
    assert schema.version
    assert schema.licence
    assert {table.label for table in schema.tables} <= {
        *("health", "communications", "sensitive", "personal", "none")
    }


def test_every_part_has_products_with_and_without_health_data() -> None:
    """What one part lacks it can neither teach nor measure."""
    kinds = {(schema.part, schema.speaks_of_health) for schema in ALL}

    assert len(kinds) == 2 * len(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_products_without_health_data_are_not_said_to_have_it(part: str) -> None:
    """At most one table in a hundred: a false alarm costs the trust in all others."""
    strangers = [one for one in ALL if one.part == part and not one.speaks_of_health]
    seen = list(neighbours(strangers, Classifier(load_vocabulary())))

    assert of_label(HEALTH, seen).said <= len(seen) / 100


def test_the_page_says_what_a_fresh_count_says() -> None:
    """Whoever changes the vocabulary writes it anew: python -m tests.classify."""
    assert PAGE.read_text(encoding="utf-8") == page()
