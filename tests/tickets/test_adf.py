"""A text becomes a document that Jira takes, whatever it holds."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped] # its stubs are another package

from scanner.tickets.adf import document
from scanner.tickets.escape import Link, Markup, escape

SCHEMA = Path(__file__).parents[1] / "schemas" / "adf-57.7.22.json"
VALIDATOR = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def compact(made: object) -> str:
    """Write it as Jira might, in the longest way that has no spaces."""
    return json.dumps(made, separators=(",", ":"))


def paragraph(*content: object) -> dict[str, object]:
    """Give a paragraph."""
    return {"type": "paragraph", "content": list(content)}


def test_blank_lines_part_paragraphs_and_indented_lines_are_items() -> None:
    """As the shipped text is written."""
    made = document("Open\n  Port: 9200\n\n- Demand a password.\n")

    port, remedy = (
        {"type": "text", "text": words} for words in ("Port: 9200", "Demand a password.")
    )
    assert made["content"] == [
        paragraph({"type": "text", "text": "Open"}),
        {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(port)]}]},
        {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(remedy)]}]},
    ]


def test_lines_of_one_paragraph_stay_lines() -> None:
    """A note has a line for each change."""
    (made,) = document("one\ntwo")["content"]

    assert made == paragraph(
        {"type": "text", "text": "one"}, {"type": "hardBreak"}, {"type": "text", "text": "two"}
    )


def test_a_link_of_ours_is_one_and_a_server_s_is_not() -> None:
    """What a server says comes with its parts kept apart."""
    ours = escape(Link("https://docs.example/auth"), Markup.PLAIN)
    theirs = escape("https://evil.example/p", Markup.PLAIN)
    (made,) = document(f"{ours} {theirs}")["content"]

    assert [node["text"] for node in made["content"] if "marks" in node] == [
        "https://docs.example/auth"
    ]


def test_what_is_too_long_keeps_its_end() -> None:
    """What to do, and the key, are at the end of the text."""
    doors = "\n".join(f"Door {number}\n  Endpoint: 198.18.0.{number}:9200" for number in range(500))
    made = document(f"{doors}\n\nWhat to do:\n- Demand a password.\n\nKey: ronde-7")

    told = compact(made)
    assert len(told) < 32_767
    assert "Door 1" in told
    assert "Door 499" not in told
    assert "is left out" in told
    assert "Demand a password." in told
    assert "ronde-7" in told


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text_makes_a_document_that_the_schema_takes(text: str) -> None:
    """Empty lines, controls, half of a link: all of it."""
    VALIDATOR.validate(document(text))


@settings(max_examples=40)
@given(st.lists(st.text(max_size=20), max_size=9), st.integers(1, 800))
def test_no_document_is_larger_than_jira_takes(lines: list[str], often: int) -> None:
    """However it is counted."""
    assert len(compact(document("\n\n".join(line * often for line in lines)))) < 32_767
