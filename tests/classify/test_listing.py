"""What `ronde classify` reads and writes."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.classify import Classifier, classified, load_vocabulary
from scanner.classify.listing import MAX_BYTES
from scanner.model import Refused
from tests.ground import Ground, fresh_ground

ground = fresh_ground

CLASSIFIER = Classifier(load_vocabulary())


def labels(content: bytes) -> list[tuple[str, str]]:
    """Give name and label of all that is listed."""
    said = classified(io.BytesIO(content), "names.txt", CLASSIFIER)
    return [(one.name, one.label.value) for one in said]


def refusal(content: bytes) -> str:
    """Give the message that a listing is refused with."""
    with pytest.raises(Refused) as refused:
        labels(content)
    return str(refused.value)


def test_a_line_is_a_name_and_perhaps_its_fields() -> None:
    """Empty lines and line ends of either kind are nothing."""
    assert labels(b"patients\n\nusers\tlogin,password\r\nt\t\nlast") == [
        ("patients", "health"),
        ("users", "sensitive"),
        ("t", "unknown"),
        ("last", "unknown"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b'{"patients": ["dob"], "t": []}',
        b'[{"name": "patients", "fields": ["dob"]},\n {"name": "t"}]',
        b'\xef\xbb\xbf [{"name": "patients"}, {"name": "t"}]',
    ],
)
def test_a_database_may_be_listed_as_json(content: bytes) -> None:
    """As an object of names, or as a list of entries; with a byte order mark or without."""
    assert labels(content) == [("patients", "health"), ("t", "unknown")]


def test_a_database_s_tables_are_judged_among_each_other() -> None:
    """A JSON document is one database; lines stand for themselves."""
    tables = {
        "patients": ["patient_id"],
        "encounters": ["patient_id"],
        "visits": ["patient_id"],
        "form_x": ["pid"],
    }
    as_lines = "\n".join(f"{name}\t{','.join(fields)}" for name, fields in tables.items())

    assert labels(json.dumps(tables).encode())[-1] == ("form_x", "health")
    assert labels(as_lines.encode())[-1] == ("form_x", "unknown")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\n\tb\n", "names.txt:2: no name before the tab"),
        (b"a\tb\tc\n", "names.txt:1: a second tab; fields are separated by commas"),
        (b"a\n\n\xff\n", "names.txt:3: not UTF-8"),
        (b'{"a":\n ["b",}', "names.txt:2: not JSON"),
        (b'{"a":\n ["\xff"],\n"b": []}', "names.txt:2: not UTF-8"),
        (b'{"a": 3}', "names.txt: Expected `array`, got `int`"),
        (b'[{"name": "a"},\n{"nom": "b"}]', "names.txt: Object contains unknown field `nom`"),
    ],
)
def test_what_is_wrong_is_named_by_its_line_or_its_entry(content: bytes, message: str) -> None:
    """Whoever made the list finds the place."""
    assert message in refusal(content)


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    """No unbounded read."""
    assert refusal(b"a" * (MAX_BYTES + 2)) == "names.txt:1: more than 64 MiB; split it"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """A file that is no listing at all ends in a message that names it."""
    message = "names.txt"
    try:
        labels(content)
    except Refused as refused:
        message = str(refused)
    assert message.startswith("names.txt")


class TestCommand:
    """`ronde classify`, as a user meets it."""

    def test_it_prints_an_object_a_line(self, ground: Ground) -> None:
        """Name, label, categories with their confidence and their words."""
        (ground.folder / "names.txt").write_text("fax_archive\tiban\n")

        said = ground.run("classify", str(ground.folder / "names.txt"))

        assert said.code == 0
        assert json.loads(said.out) == {
            "name": "fax_archive",
            "label": "communications",
            "categories": [
                {"name": "fax_document", "confidence": 0.9, "words": ["fax archive", "fax"]},
                {"name": "payment", "confidence": 0.9, "words": ["iban"]},
            ],
        }

    def test_a_hostile_name_is_printed_as_an_escape(self, ground: Ground) -> None:
        """A name may not move a cursor, whoever listed it."""
        (ground.folder / "names.txt").write_text("a\x9b31m\u202epatient\n", encoding="utf-8")

        said = ground.run("classify", str(ground.folder / "names.txt"))

        assert r"a\u009b31m\u202epatient" in said.out
        assert "\x9b" not in said.out

    def test_a_wrong_line_ends_it_with_two(self, ground: Ground) -> None:
        """What came before is printed; the message names file and line."""
        (ground.folder / "names.txt").write_text("patients\n\tb\n")

        said = ground.run("classify", str(ground.folder / "names.txt"))

        assert said.code == 2
        assert "names.txt:2: no name before the tab" in said.err
        assert json.loads(said.out)["label"] == "health"

    def test_own_words_come_from_a_file(self, ground: Ground) -> None:
        """`--vocabulary` adds words and leaves words out."""
        (ground.folder / "names.txt").write_text("kliniknummern\n")
        (ground.folder / "own.toml").write_text(
            'extra_terms = {medical_record_no = ["kliniknummern"]}\n'
        )

        said = ground.run(
            *("classify", str(ground.folder / "names.txt")),
            *("--vocabulary", str(ground.folder / "own.toml")),
        )

        assert json.loads(said.out)["label"] == "health"

    def test_own_words_may_be_named_in_the_configuration(self, ground: Ground) -> None:
        """`vocabulary` in ronde.toml; a wrong file is refused."""
        (ground.folder / "names.txt").write_text("patients\n")
        (ground.folder / "ronde.toml").write_text('vocabulary = "own.toml"\n')
        (ground.folder / "own.toml").write_text('ignore_terms = ["patient"]\n')
        said = ground.run("classify", str(ground.folder / "names.txt"))
        (ground.folder / "own.toml").write_text("ignore = 3\n")
        refused = ground.run("classify", str(ground.folder / "names.txt"))

        assert json.loads(said.out)["label"] == "unknown"
        assert refused.code == 2
        assert "own.toml: Object contains unknown field `ignore`" in refused.err

    def test_a_round_with_wrong_words_does_not_begin(self, ground: Ground) -> None:
        """It is refused before a packet is sent or an output emptied."""
        (ground.folder / "findings.jsonl").write_text("yesterday's\n")
        (ground.folder / "own.toml").write_text("extra_terms = {contact = ['*']}\n")
        ground.permit({})

        said = ground.run("scan", "--vocabulary", "own.toml", "--output", "findings.jsonl")

        assert said.code == 2
        assert "own.toml: extra_terms.contact[0]: '*' has no Latin letter" in said.err
        assert ground.text("findings.jsonl") == "yesterday's\n"
