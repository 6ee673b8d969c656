"""Names that somebody lists: one data set a line, or a whole database as JSON."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from scanner import tomltext
from scanner.classify.judge import Classifier
from scanner.classify.neighbours import Named, together
from scanner.inferred import DataCategory, Label
from scanner.model import Refused
from scanner.plaintext import printable

#: Two million names of 32 characters; more in one line, or in one JSON document, is no schema.
MAX_BYTES = 64 << 20

#: What a JSON document begins with; no name of a data set in a line does.
_JSON = (b"{", b"[")


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One data set of a JSON listing."""

    name: str
    fields: list[str] = []


class Classified(msgspec.Struct, frozen=True):
    """What is written for each data set."""

    name: str
    label: Label
    categories: tuple[DataCategory, ...]


def classified(stream: BinaryIO, source: str, classifier: Classifier) -> Iterator[Classified]:
    """Judge what a stream lists, in its order; errors call it `source`.

    Lines are judged one by one as they come, and each by itself. A JSON document is one database:
    its data sets are judged among their neighbours.

    Raises:
        Refused: a line or the document is wrong; names the line or the entry.
    """
    buffered = io.BufferedReader(stream) if isinstance(stream, io.RawIOBase) else stream
    first = _first_line(buffered, source)
    if first.lstrip().startswith(_JSON):
        listed = _read_json(first + buffered.read(MAX_BYTES + 1), source)
        for one, said in zip(listed, together(classifier, listed), strict=True):
            yield Classified(one.name, said.label, said.categories)
        return
    for name, fields in _read_lines(_lines(first, buffered), source):
        said = classifier.classify(name, fields)
        yield Classified(name, said.label, said.categories)


def _first_line(stream: BinaryIO, source: str) -> bytes:
    first = stream.readline(MAX_BYTES + 1).removeprefix(b"\xef\xbb\xbf")
    _refuse_long(first, f"{source}:1")
    return first


def _lines(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield first
    while line := stream.readline(MAX_BYTES + 1):
        yield line


def _refuse_long(read: bytes, place: str) -> None:
    if len(read) > MAX_BYTES:
        raise Refused(f"{place}: more than {MAX_BYTES >> 20} MiB; split it")


def _read_lines(lines: Iterable[bytes], source: str) -> Iterator[tuple[str, Iterator[str]]]:
    """Read `name<TAB>field,field,…`; empty lines are nothing. Fields are cut off one by one."""
    for number, raw in enumerate(lines, start=1):
        place = f"{source}:{number}"
        _refuse_long(raw, place)
        try:
            line = raw.decode().strip("\r\n")
        except UnicodeDecodeError as error:
            raise Refused(f"{place}: not UTF-8; save the file as UTF-8") from error
        if not line:
            continue
        name, _, fields = line.partition("\t")
        if not name.strip():
            raise Refused(f"{place}: no name before the tab")
        if "\t" in fields:
            raise Refused(f"{place}: a second tab; fields are separated by commas")
        yield name, _cut(fields)


def _cut(fields: str) -> Iterator[str]:
    start = 0
    while start < len(fields):
        end = fields.find(",", start)
        end = len(fields) if end < 0 else end
        yield fields[start:end]
        start = end + 1


def _read_json(content: bytes, source: str) -> list[Named]:
    """Read `[{"name": …, "fields": […]}, …]` or `{"name": ["field", …], …}`."""
    _refuse_long(content, source)
    text = tomltext.decode(Path(source), content)
    try:
        listed = msgspec.json.decode(text, type=list[Entry] | dict[str, list[str]])
    except msgspec.ValidationError as error:
        raise Refused(f"{source}: {printable(str(error))}") from error
    except msgspec.DecodeError as error:
        line = content.count(b"\n", 0, _place(error)) + 1
        raise Refused(f"{source}:{line}: not JSON: {printable(str(error))}") from error
    if isinstance(listed, dict):
        return [Named(name, fields) for name, fields in listed.items()]
    return [Named(entry.name, entry.fields) for entry in listed]


def _place(error: Exception) -> int:
    """Take the byte out of `… (byte 17)`; what ends too early is wrong at its end."""
    _, _, place = str(error).rpartition("(byte ")
    digits = place.rstrip(")")
    return int(digits) if digits.isdecimal() else MAX_BYTES
