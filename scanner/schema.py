"""The JSON Schema of everything that leaves the process, generated from the model itself.

`python -m scanner.schema` prints it; `config/finding.schema.json` is its committed copy.
"""

import json
import sys
from inspect import cleandoc
from typing import TypeAlias

import msgspec

from scanner.cases import CASE_SCHEMA, Case
from scanner.model import (
    COVERAGE_SCHEMA,
    FINDING_SCHEMA,
    SERVICE_SCHEMA,
    Coverage,
    Finding,
    ServiceSeen,
)

Schema: TypeAlias = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: Each published object and the value of `schema` by which a reader knows it.
PUBLISHED = {
    Finding: FINDING_SCHEMA,
    ServiceSeen: SERVICE_SCHEMA,
    Coverage: COVERAGE_SCHEMA,
    Case: CASE_SCHEMA,
}


def schema() -> Schema:
    """Describe one line of output: a finding, a service, a coverage or a case.

    What we write is narrower than what the model would read: no member is ever left out. Readers
    must allow for members that they do not know; a later version of the same schema may add some.
    """
    references, parts = msgspec.json.schema_components(PUBLISHED, ref_template="#/$defs/{name}")
    names = {kind.__name__: name for kind, name in PUBLISHED.items()}
    return {
        "$schema": DIALECT,
        "title": "One line of ronde's output",
        "oneOf": list(references),
        "$defs": {part: _as_written(rule, names.get(part)) for part, rule in parts.items()},
    }


def text() -> str:
    """Give the schema as it is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _as_written(definition: Schema, name: str | None) -> Schema:
    """Tighten one definition to what we write: every member there, `schema` a constant."""
    described = definition | {"description": cleandoc(str(definition.get("description", "")))}
    members = definition.get("properties")
    if not isinstance(members, dict):
        return described
    written = {member: _without_default(rule) for member, rule in members.items()}
    if name is not None:
        written["schema"] = {"const": name}
    return described | {"properties": written, "required": list(written)}


def _without_default(rule: Schema) -> Schema:
    return {word: value for word, value in rule.items() if word != "default"}


if __name__ == "__main__":
    sys.stdout.write(text())
