"""The lists that other scanners write: Nmap's XML and masscan's JSON."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException

from scanner.inventory.lists import Lines, decoded
from scanner.inventory.rows import Place, Placed, Row, checked

T = TypeVar("T")

#: What the parser is fed at a time, so that a report of any length takes no memory.
CHUNK = 1 << 16

#: An IPv6 endpoint begins with a bracket too.
_LITERAL = re.compile(r"\[[0-9A-Fa-f:.]+\]:")

#: masscan up to 1.0.4 ends its list with this, which is no JSON.
_FINISHED = re.compile(r"\{\s*\"?finished\"?\s*:\s*1\s*\}")


def read_nmap(path: Path, file: BinaryIO) -> Iterator[Placed]:
    """Read the addresses that an Nmap report (`-oX`) says are up.

    Raises:
        InventoryRefused: no Nmap report, cut short, or one that declares entities.
    """
    for _, placed in fed(path, file, _HostsUp):
        yield placed


def read_masscan(lines: Lines) -> Iterator[Placed]:
    """Read the addresses of masscan's `-oJ`: one object a line, commas wherever it put them.

    Raises:
        InventoryRefused: a line that is no object with an `ip`, or no closing bracket.
    """
    for place, text in without_brackets(lines):
        yield _found(place, text)


def without_brackets(lines: Lines) -> Iterator[tuple[Place, str]]:
    """Walk a JSON list that has one item a line, item by item; or lines that are no list.

    Raises:
        InventoryRefused: an opening bracket and no closing one.
    """
    opened, closed = None, False
    for place, line in lines:
        text = line.strip()
        if text.startswith("[") and not _LITERAL.match(text):
            opened, text = place, text.removeprefix("[")
        text = text.strip(", \t\r\n")
        if opened and text.endswith("]"):
            closed, text = True, text.removesuffix("]").strip(", \t")
        if text and not _FINISHED.fullmatch(text):
            yield place, text
    if opened and not closed:
        raise opened.refusal("no closing bracket: cut short? if it is whole, add a line with ]")


def _found(place: Place, text: str) -> Placed:
    address = decoded(place, text).get("ip")
    if not isinstance(address, str):
        raise place.refusal("no `ip`; is this masscan's -oJ?")
    return checked(place, Row(address=address))


def fed(
    path: Path, file: BinaryIO, handler: "Callable[[Path, Locator], NmapHandler[T]]"
) -> Iterator[tuple[Place, T]]:
    """Feed an Nmap report to a handler, and walk what it notes.

    Raises:
        InventoryRefused: no Nmap report, cut short, or one that declares entities.
    """
    from defusedxml import sax  # noqa: PLC0415 - brings an HTTP client along; most lists are no XML

    parser = sax.make_parser()
    report = handler(path, parser)
    parser.setContentHandler(report)
    try:
        parser.feed(b"")  # else an empty file would never be judged
        while chunk := file.read(CHUNK):
            parser.feed(chunk)
            yield from report.drain()
        parser.close()
    except SAXParseException as error:
        line = error.getLineNumber() or 1
        raise Place(path, line).refusal(f"not whole XML: {error.getMessage()}") from error
    except DefusedXmlException as error:
        raise report.place.refusal("declares entities, which no Nmap report does") from error


class NmapHandler(ContentHandler, Generic[T]):
    """Walks an Nmap report and keeps what `element` notes until it is drained."""

    def __init__(self, path: Path, locator: Locator) -> None:
        super().__init__()
        self._path = path
        self._parser = locator
        self._root = True
        self._noted: list[tuple[Place, T]] = []

    @property
    def place(self) -> Place:
        """Where the parser stands."""
        return Place(self._path, self._parser.getLineNumber() or 1)

    def note(self, found: T) -> None:
        """Keep something that stands here."""
        self._noted.append((self.place, found))

    def drain(self) -> Iterator[tuple[Place, T]]:
        """Hand over what is complete."""
        noted, self._noted = self._noted, []
        yield from noted

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        """Refuse what is no Nmap report."""
        if self._root and name != "nmaprun":
            raise self.place.refusal(f"begins with <{name[:20]}>, not <nmaprun>; is this nmap -oX?")
        self._root = False
        self.element(name, attrs)

    def element(self, name: str, attrs: AttributesImpl) -> None:
        """See an element begin."""
        raise NotImplementedError


class _HostsUp(NmapHandler[Placed]):
    """Notes the addresses of one host at a time; the host is over before the next begins."""

    _up = False
    _host: tuple[Placed, ...] = ()

    def element(self, name: str, attrs: AttributesImpl) -> None:
        """Note a host's state and addresses."""
        if name == "host":
            self._up, self._host = True, ()
        elif name == "status":
            self._up = attrs.get("state") == "up"
        elif name == "address" and attrs.get("addrtype") in {"ipv4", "ipv6"}:
            row = Row(address=attrs.get("addr") or "")
            self._host += (checked(self.place, row),)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Keep a host that was up."""
        if name == "host" and self._up:
            for placed in self._host:
                self.note(placed)
