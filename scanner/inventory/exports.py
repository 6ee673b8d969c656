"""The lists that other scanners write: Nmap's XML and masscan's JSON."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml import DefusedXmlException

from scanner.inventory.lists import Lines, decoded
from scanner.inventory.rows import Place, Placed, Row, checked

#: What the parser is fed at a time, so that a report of any length takes no memory.
CHUNK = 1 << 16

#: masscan up to 1.0.4 ends its list with this, which is no JSON.
_FINISHED = re.compile(r"\{\s*\"?finished\"?\s*:\s*1\s*\}")


def read_nmap(path: Path, file: BinaryIO) -> Iterator[Placed]:
    """Read the addresses that an Nmap report (`-oX`) says are up.

    Raises:
        InventoryRefused: no Nmap report, cut short, or one that declares entities.
    """
    parser = defusedxml.sax.make_parser()
    report = _NmapReport(path, parser)
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


def read_masscan(lines: Lines) -> Iterator[Placed]:
    """Read the addresses of masscan's `-oJ`: one object a line, commas wherever it put them.

    Raises:
        InventoryRefused: a line that is no object with an `ip`, or no closing bracket.
    """
    opened, closed = None, False
    for place, line in lines:
        text = line.strip().removeprefix("[").strip(", \t\r\n")
        if line.lstrip().startswith("["):
            opened = place
        if text.endswith("]"):
            closed, text = True, text.removesuffix("]").strip(", \t")
        if text and not _FINISHED.fullmatch(text):
            yield _found(place, text)
    if opened and not closed:
        raise opened.refusal("no closing bracket: cut short? if it is whole, add a line with ]")


def _found(place: Place, text: str) -> Placed:
    address = decoded(place, text).get("ip")
    if not isinstance(address, str):
        raise place.refusal("no `ip`; is this masscan's -oJ?")
    return checked(place, Row(address=address))


class _NmapReport(ContentHandler):
    """Notes the addresses of one host at a time; the host is over before the next begins."""

    def __init__(self, path: Path, locator: Locator) -> None:
        super().__init__()
        self._path = path
        self._parser = locator
        self._root = True
        self._up = False
        self._host: list[Placed] = []
        self._rows: list[Placed] = []

    @property
    def place(self) -> Place:
        """Where the parser stands."""
        return Place(self._path, self._parser.getLineNumber() or 1)

    def drain(self) -> Iterator[Placed]:
        """Hand over what is complete."""
        rows, self._rows = self._rows, []
        yield from rows

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        """Note a host's state and addresses."""
        if self._root and name != "nmaprun":
            raise self.place.refusal(f"begins with <{name[:20]}>, not <nmaprun>; is this nmap -oX?")
        self._root = False
        if name == "host":
            self._up, self._host = True, []
        elif name == "status":
            self._up = attrs.get("state") == "up"
        elif name == "address" and attrs.get("addrtype") in {"ipv4", "ipv6"}:
            row = Row(address=attrs.get("addr") or "")
            self._host.append(checked(self.place, row))

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Keep a host that was up."""
        if name == "host" and self._up:
            self._rows += self._host
