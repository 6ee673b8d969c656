"""TOML that an operator wrote: read, or refused by file and line or field."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, overload

import msgspec

from scanner.model import Refused
from scanner.plaintext import printable

T = TypeVar("T")

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
_FIELD = re.compile(r"(?P<why>.*?)(?: - at (?:`?key`? in )?`\$\.?(?P<field>[^`]*)`)?", re.DOTALL)


def decode(path: Path, content: bytes, refusal: type[Refused] = Refused) -> str:
    """Decode the bytes of a file.

    Raises:
        Refused: or `refusal`; not UTF-8, with its line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error


def parse(path: Path, text: str, refusal: type[Refused] = Refused) -> dict[str, object]:
    """Parse the text of a file.

    Raises:
        Refused: or `refusal`; not TOML, with its line as far as the parser tells it.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusal(f"{path}{_wrong(str(error), text)}") from error


@overload
def converted(path: Path, raw: object, kind: type[T], *, within: str = "") -> T: ...
@overload
def converted(path: Path, raw: object, kind: object, *, within: str = "") -> object: ...
def converted(path: Path, raw: object, kind: Any, *, within: str = "") -> object:
    """Give parsed TOML its type; `within` names the table that it is, if it is one.

    Raises:
        Refused: a field is wrong; names file and field.
    """
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        found = _FIELD.fullmatch(str(error))
        field, why = (found["field"] or "", found["why"]) if found else ("", str(error))
        place = ".".join(part for part in (within, field) if part)
        raise Refused(f"{path}: {printable(f'{place}: {why}' if place else why)}") from error


def _wrong(message: str, text: str) -> str:
    """Take the line out of a message of `tomllib`; errors of Python's own parsers have none."""
    place = _PLACE.fullmatch(message)
    if place is None:
        return ": not TOML: a value is too long or too deep to be decoded"
    line = place[2] or text.count("\n", 0, -1) + 1
    return f":{line}: not TOML: {printable(place[1])}"
