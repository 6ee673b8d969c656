"""Open endpoints that another scanner found: masscan, Nmap, naabu, or one endpoint a line."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax.xmlreader import AttributesImpl

from scanner.addresses import parse_address
from scanner.course import Target
from scanner.inventory.exports import NmapHandler, fed, without_brackets
from scanner.inventory.lists import Lines, decoded
from scanner.inventory.rows import InventoryRefused, Place, lines_of

#: Enough to see past the white space before an XML declaration.
HEAD = 256

_MAX_PORT = 0xFFFF
_TCP = frozenset({"tcp", ""})

#: `192.0.2.1:80`, `[2001:db8::1]:80`: naabu's plain output, and anybody's.
_PLAIN = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})")

#: masscan's -oL: state, transport, port, address, time.
_MASSCAN_LIST = re.compile(r"(\w+) (\w+) (\d{1,5}) (\S+)(?: \d+)?")


def read_open(path: Path) -> Iterator[Target]:
    """Walk the open TCP endpoints of a result file; it is never in memory as a whole.

    Nmap XML (`-oX`), masscan JSON, lines of JSON and list (`-oJ`, `-oD`, `-oL`), naabu's JSON
    lines, and `address:port` lines are told apart by themselves, the latter even line by line.

    Raises:
        InventoryRefused: the file cannot be read, or a line is none of these.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
            file.seek(0)
            if head.startswith(b"<"):
                yield from _read_nmap(path, file)
            else:
                yield from _read_lines(lines_of(path, file))
    except OSError as error:
        raise InventoryRefused(f"{path}: cannot be read: {error.strerror}") from error


def _read_nmap(path: Path, file: BinaryIO) -> Iterator[Target]:
    for place, (address, port) in fed(path, file, _OpenPorts):
        yield _target(place, address, port)


def _read_lines(lines: Lines) -> Iterator[Target]:
    for place, text in without_brackets(lines):
        if text.startswith("{"):
            yield from _found(place, decoded(place, text))
        elif not text.startswith("#"):
            yield from _listed(place, text)


def _found(place: Place, members: dict[str, object]) -> Iterator[Target]:
    """Read one object of masscan, which lists ports, or of naabu, which has one."""
    address = members.get("ip")
    if not isinstance(address, str):
        raise place.refusal("no `ip`; is this the output of masscan or naabu?")
    for port in _ports(members):
        if not isinstance(port, dict):
            yield _target(place, address, port)
        elif port.get("status", "open") == "open" and _is_tcp(port):
            yield _target(place, address, port.get("port", port.get("Port")))


def _ports(members: dict[str, object]) -> Iterable[object]:
    if isinstance(ports := members.get("ports"), list):
        return ports
    said = members.get("data")  # masscan's lines of JSON say in it what naabu's leave out
    shut = isinstance(said, dict) and said.get("status", "open") != "open"
    return [members["port"]] if "port" in members and _is_tcp(members) and not shut else []


def _is_tcp(members: dict[str, object]) -> bool:
    return members.get("proto", members.get("protocol", "")) in _TCP


def _listed(place: Place, text: str) -> Iterator[Target]:
    if plain := _PLAIN.fullmatch(text):
        yield _target(place, plain[1] or plain[2], int(plain[3]))
    elif row := _MASSCAN_LIST.fullmatch(text):
        if row[1] == "open" and row[2] == "tcp":
            yield _target(place, row[4], int(row[3]))
    else:
        raise place.refusal("no open endpoint; write address:port, or give another tool's output")


def _target(place: Place, address: object, port: object) -> Target:
    """Make an endpoint of what a file says.

    Raises:
        InventoryRefused: no strict address literal, or no port.
    """
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port <= _MAX_PORT:
        raise place.refusal("a port is a number from 1 to 65535")
    try:
        return str(parse_address(str(address))), port
    except ValueError as error:
        raise place.refusal("no IP address in its usual spelling") from error


class _OpenPorts(NmapHandler[tuple[str, int]]):
    """Notes the open TCP ports of one host at a time; its addresses come before its ports."""

    _address = ""
    _port = 0

    def element(self, name: str, attrs: AttributesImpl) -> None:
        """Note a host's address, and a port while its state is not known yet."""
        if name == "host":
            self._address = ""
        elif name == "address" and attrs.get("addrtype") in {"ipv4", "ipv6"}:
            self._address = self._address or attrs.get("addr") or ""
        elif name == "port":
            digits = attrs.get("portid") or ""
            tcp = attrs.get("protocol") == "tcp"
            self._port = int(digits) if tcp and digits.isascii() and digits.isdigit() else 0
        elif name == "state" and self._port and attrs.get("state") == "open":
            self.note((self._address, self._port))
