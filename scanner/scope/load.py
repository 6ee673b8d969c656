"""Reads a scope file, checks every line of it, and pins its host names."""

import hashlib
import re
import stat
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from scanner import tomltext
from scanner.scope.compile import compile_scope
from scanner.scope.file import ScopeFile
from scanner.scope.permission import Scope
from scanner.scope.problems import Problems, ScopeRefused

#: 10,000 IPv6 ranges with a comment each take about 700 KiB.
MAX_FILE = 1 << 20

_WRONG_FIELD = re.compile(r"(?P<why>.*?)(?: - at `(?P<key>key in )?\$\.?(?P<field>.*?)`)?")
_NAMED_KEY = re.compile(r"Object (?:contains unknown|missing required) field `(.*)`")


def load_scope(
    path: Path | str, *, now: datetime, resolve: Callable[[str], Sequence[str]]
) -> Scope:
    """Read a scope file; `resolve` gives the addresses of a name and is asked once per name.

    Raises:
        ScopeRefused: the file does not permit a round now; the message names every line at fault.
    """
    path = Path(path)
    content = _read(path)
    text = tomltext.decode(path, content, ScopeRefused)
    problems = Problems(path, text)
    scope_file = _parse(path, text, problems)
    digest = hashlib.sha256(content).hexdigest()
    return compile_scope(scope_file, problems, digest=digest, now=now, resolve=resolve)


def _read(path: Path) -> bytes:
    """Read a bounded regular file that strangers cannot have written."""
    try:
        if not path.is_file():
            raise ScopeRefused(f"{path}: no such file; `ronde init` writes one to start from")
        with path.open("rb") as file:
            mode = path.stat().st_mode
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ScopeRefused(f"{path}: cannot be read: {error.strerror}") from error
    if mode & stat.S_IWOTH:
        raise ScopeRefused(f"{path}: everybody may write to it; run `chmod o-w` on it")
    if len(content) > MAX_FILE:
        raise ScopeRefused(f"{path}: larger than {MAX_FILE} bytes; merge its ranges")
    return content


def _parse(path: Path, text: str, problems: Problems) -> ScopeFile:
    """Read TOML into the file's own types."""
    raw = tomltext.parse(path, text, ScopeRefused)
    try:
        return msgspec.convert(raw, ScopeFile)
    except msgspec.ValidationError as error:
        problems.add(*_wrong_field(str(error)))
        problems.refuse_if_any()
        raise  # unreachable: a problem was just added


def _wrong_field(message: str) -> tuple[str, str]:
    """Take the field out of a message of `msgspec`: "Expected ... - at `$.zones[0].name`"."""
    parts = _WRONG_FIELD.fullmatch(message)
    why, field = (parts["why"], parts["field"] or "") if parts else (message, "")
    field = field.replace("[...]", ".*")
    if named := _NAMED_KEY.fullmatch(why):
        missing = "missing" in why
        field = f"{field}.{named[1]}" if field else named[1]
        return field, "missing" if missing else "unknown key; see docs/scope.md for the known ones"
    return field, why
