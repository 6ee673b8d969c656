"""Words that one ask may hold although no other may, each with the reason."""

from collections.abc import Mapping
from types import MappingProxyType

CATALOGUE = "a clause of SQL that leaves out the server's own schemas; no JavaScript runs"

#: (probe, ask, word) → why the word neither reads a record, writes, nor guesses there.
EXCUSED: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {
        ("mysql", "count of information_schema.TABLES", "where"): CATALOGUE,
        ("mysql", "names and sizes of information_schema.TABLES", "where"): CATALOGUE,
        ("mysql", "names of information_schema.COLUMNS", "where"): CATALOGUE,
    }
)
