"""TOML that an operator wrote: read, or refused by file and line."""

import re
import tomllib
from pathlib import Path

from scanner.model import Refused
from scanner.plaintext import printable

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)


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


def _wrong(message: str, text: str) -> str:
    """Take the line out of a message of `tomllib`; errors of Python's own parsers have none."""
    place = _PLACE.fullmatch(message)
    if place is None:
        return ": not TOML: a value is too long or too deep to be decoded"
    line = place[2] or text.count("\n", 0, -1) + 1
    return f":{line}: not TOML: {printable(place[1])}"
