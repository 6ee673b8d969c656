"""Reading Elasticsearch's pages: what is kept, and that nothing but `Garbled` is raised."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.jsonview import Json
from scanner.wire import Garbled, elastic

READERS: list[Callable[[Json], object]] = [
    elastic.error,
    elastic.rows,
    elastic.totals,
    elastic.creation_dates,
    elastic.field_names,
]

WORDS = ["error", "type", "index", "indices", "_all", "primaries", "docs", "count", "store"]
MORE = ["mappings", "properties", "settings", "creation_date", "creation.date", "docs.count", "x"]
PAGES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS + MORE), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"error": {"type": "index_not_found_exception"}}, ("index_not_found_exception", "")),
        (
            {"error": "IndexMissingException[[x] missing]"},
            ("", "IndexMissingException[[x] missing]"),
        ),
    ],
)
def test_an_error_is_an_object_or_a_sentence(page: object, expected: tuple[str, str]) -> None:
    """Version 2.0 made an object of it."""
    assert elastic.error(Json(page)) == expected


@pytest.mark.parametrize("page", [{}, {"error": None}, {"error": {"type": 1}}, [], "error", None])
def test_another_page_has_no_error(page: object) -> None:
    """No error is not an empty one."""
    with pytest.raises(Garbled):
        elastic.error(Json(page))


def test_statistics_stood_below_all_once() -> None:
    """Before 0.90 the indices were members of `_all`."""
    primaries = {"docs": {"count": 3}, "store": {"size_in_bytes": 900}}
    page = {"_all": {"indices": {"faxes": {"primaries": primaries}}}}

    (faxes,) = elastic.totals(Json(page))

    assert (faxes.name, faxes.records, faxes.bytes) == ("faxes", 3, 900)


@pytest.mark.parametrize("page", [{}, {"indices": {}}, {"_all": {}}, {"_all": {"indices": {}}}])
def test_statistics_without_an_index_list_none(page: object) -> None:
    """`filter_path` leaves nothing at all of an empty answer."""
    assert elastic.totals(Json(page)) == []


def test_a_date_is_aware_and_in_utc() -> None:
    """Milliseconds since 1970, as text."""
    page = {"faxes": {"settings": {"index": {"creation_date": "1519862400000"}}}}

    assert elastic.creation_dates(Json(page)) == {"faxes": datetime(2018, 3, 1, tzinfo=UTC)}


def test_a_name_is_cut() -> None:
    """Elasticsearch has none beyond 255 bytes; a liar may."""
    (index,) = elastic.rows(Json([{"index": "x" * 400}]))

    assert len(index.name) == 255


@pytest.mark.parametrize("read", READERS)
@given(page=PAGES)
def test_any_page_is_read_or_garbled(read: Callable[[Json], object], page: object) -> None:
    """Wrong types have one name."""
    assert _outcome(read, Json.parse(json.dumps(page).encode())) in {"read", "garbled"}


def _outcome(read: Callable[[Json], object], page: Json) -> str:
    try:
        read(page)
    except Garbled:
        return "garbled"
    return "read"
