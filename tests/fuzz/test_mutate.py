"""Spoilt inputs keep their framing where they should, and turns survive being packed."""

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.dialogues import Turn, packed, unpacked
from tests.fuzz.mutate import mutated, mutated_turns, overwritten, resized, rewritten
from tests.fuzz.target import LONGEST

turns = st.lists(st.builds(Turn, st.integers(0, 7), st.binary(max_size=50)), max_size=5)
chances = st.builds(random.Random, st.integers(0, 1 << 32))


@given(row=turns)
def test_turns_are_read_as_they_were_written(row: list[Turn]) -> None:
    """Kind and payload of each."""
    assert unpacked(packed(row)) == row


@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_conversation(data: bytes) -> None:
    """A length beyond the end is up to the end; nothing is an error."""
    again = packed(unpacked(data))
    assert unpacked(again) == unpacked(data)


@given(data=st.binary(max_size=200), chance=chances)
def test_what_is_spoilt_has_a_bound(data: bytes, chance: random.Random) -> None:
    """However it is spoilt."""
    assert len(mutated(data, chance, [data])) <= LONGEST


@given(row=turns, chance=chances)
def test_a_spoilt_conversation_is_one(row: list[Turn], chance: random.Random) -> None:
    """It can be read and written again."""
    spoilt = mutated_turns(packed(row), chance, [packed(row)])
    assert packed(unpacked(spoilt)) == spoilt


@given(data=st.binary(min_size=1, max_size=100), chance=chances)
def test_bytes_are_overwritten_where_they_stand(data: bytes, chance: random.Random) -> None:
    """Every length in the input is still true."""
    assert len(overwritten(data, chance)) == len(data)


@given(chance=chances)
def test_a_document_stays_one(chance: random.Random) -> None:
    """With another value somewhere."""
    document = {"a": [1, {"b": "c"}], "d": None}
    msgspec.json.decode(rewritten(msgspec.json.encode(document), chance))


@given(body=st.binary(min_size=4, max_size=100), chance=chances)
def test_the_length_in_a_head_is_set_right(body: bytes, chance: random.Random) -> None:
    """Of a frame that begins with the length of its body, so does the spoilt one."""
    spoilt = resized(len(body).to_bytes(4) + body, chance)
    assert len(spoilt) <= 4 or int.from_bytes(spoilt[:4]) == len(spoilt) - 4
