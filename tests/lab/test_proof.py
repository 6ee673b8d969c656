"""The page of proofs: a run renews its own rows, and everything on it is said by the code."""

from hypothesis import given
from hypothesis import strategies as st

from tests.lab.proof import HEADS, PAGE, Row, lasting, renewed, rows
from tests.lab.verdicts import FAMILIES

WORD = st.text("abcdefghij-", min_size=1, max_size=8)
NUMBER = st.integers(0, 9_999)
ROWS = st.builds(
    Row,
    family=WORD,
    group=WORD,
    servers=st.lists(WORD, max_size=3),
    empty=st.just(()),
    untold=st.just(()),
    conversations=NUMBER,
    in_tls=NUMBER,
    requests=NUMBER,
)


#: A page before its first run.
PLAIN = f"""\
What is seen:

{HEADS[0]}
|---|---|---|---|---|---|---|---|

{HEADS[1]}
|---|---|

{HEADS[2]}
|---|---|

The end.
"""


def a_row(group: str, requests: int) -> Row:
    """A row of two servers, one of which holds nothing."""
    return Row(
        family="redis",
        group=group,
        servers=("redis-open", "redis-locked"),
        empty=("redis-locked",),
        untold=(),
        conversations=7,
        in_tls=1,
        requests=requests,
    )


def test_a_row_says_how_many_are_filled_and_compared() -> None:
    """What changes from run to run is no part of what is compared."""
    assert str(a_row("redis-7", 21)) == "| redis | redis-7 | 2 | 1 | 2 | 7 | 1 | 21 |"
    assert lasting(str(a_row("redis-7", 21))) == lasting(str(a_row("redis-7", 22)))
    assert lasting(str(a_row("redis-7", 21))) != lasting(str(a_row("redis-6", 21)))


def test_a_run_renews_its_own_rows_and_keeps_the_others() -> None:
    """Whoever walks one family need not walk them all."""
    page = renewed(PLAIN, [a_row("redis-7", 21), a_row("redis-6", 18)])
    again = renewed(page, [a_row("redis-7", 22)])

    assert rows(again) == [str(a_row("redis-6", 18)), str(a_row("redis-7", 22))]
    assert "| | together | 4 | 2 | 4 | 14 | 2 | 40 |" in again
    assert again.startswith("What is seen:\n")
    assert again.endswith("\nThe end.\n")


@given(st.lists(ROWS, max_size=5, unique_by=lambda row: (row.family, row.group)))
def test_what_was_written_is_read(fresh: list[Row]) -> None:
    """The page gives back every row, in order, and is the same when nothing new was seen."""
    page = renewed(PLAIN, fresh)

    assert set(rows(page)) == set(map(str, fresh))
    assert renewed(page, []) == page


def test_the_page_is_as_the_code_writes_it() -> None:
    """Its text, its sums and its reasons are made, and nobody else's."""
    page = PAGE.read_text(encoding="utf-8")

    assert renewed(page, []) == page


def test_every_group_has_its_row() -> None:
    """None is left out, and none is there that is walked no more."""
    groups = {(family, group) for family, groups in FAMILIES.items() for group in groups}

    assert {lasting(row)[:2] for row in rows(PAGE.read_text(encoding="utf-8"))} == groups
