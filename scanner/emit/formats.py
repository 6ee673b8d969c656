"""The formats that an output may have, by the word before its path."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from scanner.emit.report import Render


class Format(StrEnum):
    """What an output may be written in."""

    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"
    PROMETHEUS = "prometheus"


#: Where the document of a format is made. JSON Lines are no document: they are written as the
#: round goes.
_RENDERED: Mapping[Format, str] = {
    Format.CSV: "scanner.emit.csv",
    Format.MARKDOWN: "scanner.emit.markdown",
    Format.PROMETHEUS: "scanner.emit.prometheus",
}


@dataclass(frozen=True, slots=True)
class Target:
    """An output, as the user named it: a format and a place."""

    format: Format
    where: str

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read `PATH`, which means JSON Lines, or `FORMAT:PATH`."""
        prefix, colon, where = text.partition(":")
        if colon and prefix in list(Format):
            return cls(Format(prefix), where)
        return cls(Format.JSONL, text)


def renderer(form: Format) -> Render:
    """Load what makes a document, when it is used: some formats take long to load."""
    render: Render = import_module(_RENDERED[form]).render
    return render
