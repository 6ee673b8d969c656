"""The formats that an output may have, by the word before its path."""

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from scanner.emit.report import Render
from scanner.model import Refused


class Format(StrEnum):
    """What an output may be written in."""

    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"
    PROMETHEUS = "prometheus"
    SARIF = "sarif"
    OCSF = "ocsf"
    DEFECTDOJO = "defectdojo"
    JUNIT = "junit"
    XLSX = "xlsx"
    HTML = "html"
    ECS = "ecs"
    ELASTIC = "elastic"


@dataclass(frozen=True, slots=True)
class Target:
    """An output, as the user named it: a format and a place."""

    format: Format
    where: str

    @property
    def is_file(self) -> bool:
        """Tell whether `where` is a path, and no cluster."""
        return self.format is not Format.ELASTIC

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read `PATH`, which means JSON Lines, or `FORMAT:PATH`."""
        prefix, colon, where = text.partition(":")
        if colon and prefix in list(Format):
            return cls(Format(prefix), where)
        return cls(Format.JSONL, text)


def renderer(form: Format) -> Render:
    """Load what makes the documents of a format, which some take long to do.

    JSON Lines are no document: they are written as the round goes.

    Raises:
        Refused: the format needs a package that is not installed.
    """
    try:
        render: Render = import_module(f"scanner.emit.{form}").render
    except ModuleNotFoundError as error:
        raise Refused(f"{form} needs {error.name}: install ronde[{form}]") from error
    return render
