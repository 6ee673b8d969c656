"""Which field names may be kept: a schema's, not a person's that became a key."""

import re
from collections.abc import Iterable, Iterator

#: Beyond this many names side by side, the keys are data: one member for each patient, say.
MAX_SIBLINGS = 200

#: A wide export has a few hundred columns; a report that lists more helps nobody.
MAX_FIELDS = 500

#: Elasticsearch itself refuses field names beyond 512 characters; a schema's stay below this.
MAX_LENGTH = 128

#: Above this share of names that look like values, the names beside them are values too.
SUSPECT_SHARE = 0.2

#: An e-mail address, six digits in a row, a date, a UUID: what people are known by. A leading @
#: is how log shippers mark their own fields.
VALUE = re.compile(
    r".@.|\d{6}|\d{1,4}[-/._]\d{1,2}[-/._]\d{1,4}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)


def schema_names(siblings: Iterable[str]) -> frozenset[str]:
    """Keep the names of one object's members that a schema may have chosen.

    None is kept where the object is keyed by data: too many members, or too many that look like
    values. A name that looks like a value is never kept.
    """
    names = frozenset(siblings)
    kept = frozenset(name for name in names if _is_declared(name))
    keyed_by_data = len(names) > MAX_SIBLINGS or len(names - kept) > SUSPECT_SHARE * len(names)
    return frozenset() if keyed_by_data else kept


def bounded(names: Iterable[str]) -> tuple[str, ...]:
    """Sort the names and keep as many as a report holds."""
    return tuple(sorted(set(names))[:MAX_FIELDS])


def dotted(parent: str, children: Iterable[str]) -> Iterator[str]:
    """Write nested names as people do: `patient.birth_date`."""
    return (f"{parent}.{child}" for child in children)


def _is_declared(name: str) -> bool:
    return 0 < len(name) <= MAX_LENGTH and name.isprintable() and VALUE.search(name) is None
