"""TOML of the vocabulary into types, or a refusal that names the file and the field."""

import re
from pathlib import Path
from typing import TypeVar

import msgspec

from scanner import tomltext
from scanner.model import Refused
from scanner.plaintext import printable
from scanner.shipped import shipped

T = TypeVar("T")

_FIELD = re.compile(r"(?P<why>.*?)(?: - at (?:key in )?`\$\.?(?P<field>[^`]*)`)?", re.DOTALL)


def read_shipped(name: str, kind: type[T]) -> T:
    """Read a file of `config/vocabulary/` by name.

    Raises:
        Refused: it is wrong; names file and line or field.
        FileNotFoundError: the installation is incomplete.
    """
    path = Path("vocabulary") / name
    text = shipped(path.as_posix()).read_text(encoding="utf-8")
    return converted(path, tomltext.parse(path, text), kind)


def read_own(path: Path, kind: type[T]) -> T:
    """Read a file that the user wrote.

    Raises:
        Refused: it cannot be read or is wrong; names file and line or field.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    return converted(path, tomltext.parse(path, tomltext.decode(path, content)), kind)


def converted(path: Path, raw: object, kind: type[T], *, within: str = "") -> T:
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
