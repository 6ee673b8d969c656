"""The published JSON Schema, held against what is really written."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # its stubs are another package
import msgspec
import pytest

from scanner import schema
from scanner.model import Finding, Status
from scanner.plaintext import document
from tests.exposures import coverage, exposure, shut_service

ROOT = Path(__file__).parents[1]

COMMITTED = ROOT / "config" / "finding.schema.json"

PAGE = (ROOT / "docs" / "findings.md").read_text()

VALIDATOR = jsonschema.Draft202012Validator(schema.schema())

WRITTEN = [
    exposure(),
    exposure(tls=None, proof=None, version=None, holdings=()),
    shut_service(),
    shut_service(probe=None, product=None),
    coverage(),
    coverage(complete=False, why_incomplete=("the window closed",)),
]


def test_the_committed_schema_is_the_model_s() -> None:
    """Whoever changes the model regenerates it: python -m scanner.schema."""
    assert COMMITTED.read_text() == schema.text()


def test_the_schema_is_a_schema() -> None:
    """It follows the dialect that it names."""
    jsonschema.Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("written", WRITTEN)
def test_every_line_that_is_written_is_valid(written: msgspec.Struct) -> None:
    """Somebody else's validator accepts our documents."""
    VALIDATOR.validate(json.loads(document(written)))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "ronde.finding/2"},
        {"access": "wide-open"},
        {"holdings_total": "many"},
        {"fingerprint": None},
        {"endpoint": {"address": "192.0.2.7"}},
    ],
)
def test_another_document_is_not(change: dict[str, object]) -> None:
    """The schema is no rubber stamp: each of these differs from a valid line in one member."""
    line = json.loads(document(exposure()))

    assert not VALIDATOR.is_valid({**line, **change})


@pytest.mark.parametrize("written", [exposure(), shut_service(), coverage()])
def test_no_member_is_ever_left_out(written: msgspec.Struct) -> None:
    """A reader may rely on every member, empty or not."""
    line = json.loads(document(written))

    assert [name for name in line if VALIDATOR.is_valid(_without(line, name))] == []


MEMBERS = sorted(
    {
        member
        for definition in json.loads(schema.text())["$defs"].values()
        for member in definition.get("properties", ())
    }
)


@pytest.mark.parametrize("member", MEMBERS)
def test_every_member_is_explained(member: str) -> None:
    """docs/findings.md names whatever a reader may meet."""
    assert f"`{member}`" in PAGE


def test_the_example_in_the_docs_is_a_finding() -> None:
    """What a reader copies is valid."""
    example = PAGE.split("```json\n")[1].split("```")[0]

    VALIDATOR.validate(json.loads(example))
    assert msgspec.json.decode(example, type=Finding).status is Status.NEW


def test_a_finding_of_a_version_that_inferred_nothing_can_still_be_read() -> None:
    """A history outlives the version that wrote it."""
    line = json.loads(document(exposure()))
    for member in ("label", "categories", "signs"):
        del line[member]
    for holding in line["holdings"]:
        del holding["label"], holding["categories"]

    assert msgspec.json.decode(json.dumps(line), type=Finding) == exposure()


def _without(line: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in line.items() if key != name}
