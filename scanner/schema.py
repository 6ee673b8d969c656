"""The JSON Schema of everything that leaves the process, generated from the model itself.

`python -m scanner.schema` prints it; `config/finding.schema.json` is its committed copy.
"""

import json
import sys
from typing import TypeAlias

import msgspec

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
PUBLISHED: tuple[tuple[type[msgspec.Struct], str], ...] = (
    (Finding, FINDING_SCHEMA),
    (ServiceSeen, SERVICE_SCHEMA),
    (Coverage, COVERAGE_SCHEMA),
)


def schema() -> Schema:
    """Describe one line of output: a finding, a service or a coverage.

    What we write is narrower than what the model would read: no member is ever left out. Readers
    must allow for members that they do not know; a later version of the same schema may add some.
    """
    kinds = tuple(kind for kind, _ in PUBLISHED)
    references, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "One line of ronde's output",
        "oneOf": list(references),
        "$defs": {name: _as_written(name, part) for name, part in components.items()},
    }


def text() -> str:
    """Give the schema as it is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _as_written(name: str, component: Schema) -> Schema:
    """Tighten one definition to what we write: every member there, `schema` a constant."""
    properties = component.get("properties")
    if not isinstance(properties, dict):
        return component
    written = {member: _without_default(rule) for member, rule in properties.items()}
    written |= {"schema": {"const": value} for kind, value in PUBLISHED if kind.__name__ == name}
    return {**component, "properties": written, "required": list(written)}


def _without_default(rule: Schema) -> Schema:
    return {word: value for word, value in rule.items() if word != "default"}


if __name__ == "__main__":
    sys.stdout.write(text())
