"""TOML of the vocabulary into types, or a refusal that names the file and the field."""

from pathlib import Path
from typing import TypeVar

from scanner import tomltext
from scanner.model import Refused
from scanner.shipped import shipped
from scanner.tomltext import converted

T = TypeVar("T")


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
