"""What a server says is shown, never obeyed."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Holding
from scanner.plaintext import CUT, document, printable

ANYTHING = st.text(st.characters())  # every code point, lone surrogates included
HOSTILE = st.text(st.sampled_from("a\x00\x1b\x7f\x9b\u200b\u202e\u2028\ud800\ue000\U000e0001é字\\"))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("two\r\nlines\t", r"two\r\nlines\t"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("Hôpital 病院 [bold]", "Hôpital 病院 [bold]"),
    ],
)
def test_what_acts_is_escaped_and_what_reads_stays(said: str, shown: str) -> None:
    """Controls, overrides and invisible characters become escapes; words of any script stay."""
    assert printable(said) == shown


def test_an_escape_is_never_cut_in_half() -> None:
    """The last escape fits whole or is left out, and the cut is marked."""
    assert printable("ab\x1b[m", 6) == "ab" + CUT
    assert printable("ab\x1b", 6) == "ab\\x1b"


@given(ANYTHING | HOSTILE, st.integers(1, 40))
def test_shown_text_is_printable_and_within_its_limit(said: str, limit: int) -> None:
    """Whatever a server says, nothing unprintable and nothing too long comes out."""
    shown = printable(said, limit)

    assert shown.isprintable()
    assert len(shown) <= limit


@given(ANYTHING | HOSTILE, st.integers(1, 40))
def test_printing_twice_changes_nothing(said: str, limit: int) -> None:
    """A log of a table of a server's words shows them once escaped."""
    once = printable(said, limit)

    assert printable(once, limit) == once


@given(HOSTILE)
def test_a_document_is_one_printable_line_of_strict_json(name: str) -> None:
    """A file of documents can be printed by `cat`, and every JSON reader accepts it."""
    line = document(Holding(name=name, kind="index")).decode()

    assert line.isprintable()
    expected = name.encode("utf-8", "backslashreplace").decode()
    assert msgspec.json.decode(line, type=Holding).name == expected
    assert json.loads(line)["name"] == expected


def test_a_document_keeps_the_server_s_words_for_programs() -> None:
    """The escapes are JSON's own, so a program reads the name as the server gave it."""
    line = document(Holding(name="Hôpital\x9b\U000e0001", kind="index"))

    assert '"name":"Hôpital\\u009b\\udb40\\udc01"'.encode() in line
