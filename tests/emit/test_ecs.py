"""ECS, held to the list of fields that Elastic publishes with each version."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest

from scanner.emit.ecs import VERSION, Document, document
from scanner.emit.report import Report
from scanner.model import Asset, Endpoint, Finding, Status
from tests.emit.test_fields import KNOWN
from tests.emit.test_formats import HOSTILE, saying
from tests.exposures import coverage, exposure

#: What a field of a type may hold, by a function that fails on anything else.
READ = {
    "keyword": str.strip,
    "wildcard": str.strip,
    "match_only_text": str.strip,
    "ip": ip_address,
    "long": int.bit_length,
    "date": datetime.fromisoformat,
}


@cache
def fields() -> dict[str, tuple[str, bool]]:
    """Give the type of every field, and whether it holds several values."""
    published = Path(__file__).parents[1] / "schemas" / f"ecs-{VERSION}.csv"
    with published.open(encoding="utf-8", newline="") as lines:
        return {
            row["Field"]: (row["Type"], row["Normalization"] == "array")
            for row in csv.DictReader(lines)
        }


def leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Give the fields of a document by their dotted names."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, f"{name}.{key}".lstrip("."))
    else:
        yield name, value


def wrong(written: Document) -> list[str]:
    """Name the fields of a document, ours aside, that ECS has not, or not so."""
    return [
        name
        for name, value in leaves(json.loads(json.dumps(written)))
        if not name.startswith("ronde.") and not is_so(name, value)
    ]


def is_so(name: str, value: object) -> bool:
    """Tell whether the list has a field, and a value is of its type."""
    kind, several = fields().get(name, ("", False))
    if kind not in READ or several != isinstance(value, list):
        return False
    values = value if isinstance(value, list) else [value]
    try:
        return all(READ[kind](one) is not None for one in values)  # type: ignore[operator] # each takes its own
    except (TypeError, ValueError):
        return False


@pytest.mark.parametrize(
    "finding",
    [
        exposure(),
        KNOWN,
        exposure(version=None, proof=None, tls=None, asset=Asset(), status=Status.RESOLVED),
        exposure(endpoint=Endpoint(address="2001:db8::7", port=27017, host="db.example")),
        *map(saying, HOSTILE),
    ],
    ids=lambda finding: finding.product[:12],
)
def test_every_field_is_one_of_ecs_and_of_its_type(finding: Finding) -> None:
    """What ECS has no field for is under `ronde`, where it clashes with nothing."""
    assert wrong(document(finding, Report((finding,), coverage()))) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("event", {"severity": "4"}), ("tags", "pacs"), ("host", {"ip": ["nowhere"]}), ("door", "x")],
)
def test_a_field_against_the_list_would_be_seen(field: str, value: object) -> None:
    """The check before is one."""
    assert wrong({field: value}) != []
