"""Words that one ask may hold although no other may, each with the reason."""

from collections.abc import Mapping
from types import MappingProxyType

#: (probe, ask, word) → why the word neither reads a record, writes, nor guesses there.
EXCUSED: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {
        ("beanstalkd", "list-tubes", "list"): "names of tubes, in one command with that name",
    }
)
