"""One spelling for each thing that a scope names: what has two readings is refused."""

import re
from collections.abc import Sequence
from datetime import UTC, time, tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from zoneinfo import ZoneInfo

from scanner.addresses import IPAddress, IPNetwork, parse_address

#: IPv4 in IPv6 spelling: two names of one address (RFC 4291, section 2.5.5.2).
MAPPED = IPv6Network("::ffff:0:0/96")

#: What may be in no scope, and what it is called. A connection to 0.0.0.0 or :: reaches the
#: scanner itself on Linux; multicast and broadcast reach machines that nobody signed off.
NEVER: Sequence[tuple[IPNetwork, str]] = (
    (IPv4Network("0.0.0.0/8"), "unspecified"),
    (IPv4Network("224.0.0.0/4"), "multicast"),
    (IPv4Network("255.255.255.255/32"), "broadcast"),
    (IPv6Network("::/128"), "unspecified"),
    (IPv6Network("ff00::/8"), "multicast"),
    (MAPPED, "IPv4-mapped"),
)

#: What a name may only mean when the ranges list it too: an answer of the DNS is no permission.
LOCAL: Sequence[IPNetwork] = (
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fe80::/10"),
)

#: The letters of a day in `windows`, Monday first.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: How a value that `ronde init` wrote begins, until somebody edits it.
PLACEHOLDER = "CHANGE-ME"

_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_network(text: str) -> IPNetwork:
    """Read a CIDR or a single address.

    Raises:
        ValueError: not in its one strict spelling; the message says what to write.
    """
    address, slash, prefix = text.partition("/")
    if "%" in text:
        raise ValueError(f"{text!r} has a zone index, which means nothing elsewhere; leave it out")
    if slash and not _PREFIX.fullmatch(prefix):
        raise ValueError(f"{text!r} needs a prefix length after the slash, as in 192.0.2.0/24")
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(_not_an_address(text)) from error
    return _checked(network, address, text)


def read_range(text: str) -> IPNetwork:
    """Read a CIDR or a single address that may be connected to.

    Raises:
        ValueError: as `read_network`, or it holds an address of `NEVER`.
    """
    network = read_network(text)
    for refused, word in NEVER:
        if network.version == refused.version and network.overlaps(refused):
            raise ValueError(f"{text!r} holds {word} addresses ({refused}); name narrower ranges")
    return network


def read_address(text: str) -> IPAddress:
    """Read one address that may be connected to.

    Raises:
        ValueError: as `read_range`, or it is more than one address.
    """
    network = read_range(text)
    if network.num_addresses != 1:
        raise ValueError(f"{text!r} is a range; name one address")
    return network.network_address


def read_name(text: str) -> str:
    """Read a host name, lower-cased and without its final dot.

    Raises:
        ValueError: not a name, or one that a resolver reads as an address (`127.1`, `0x7f000001`).
    """
    name = text.lower().removesuffix(".")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{text!r} is no host name; an address belongs in `ranges`")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise ValueError(f"{text!r} can be read as an address; addresses belong in `ranges`")
    return name


def read_answer(text: str) -> IPAddress:
    """Read an address that a resolver gave for a name.

    Raises:
        ValueError: no strict literal, or an address of `NEVER`.
    """
    address = parse_address(text)
    for refused, word in NEVER:
        if address in refused:
            raise ValueError(f"{address} is {word}")
    return address


def is_local(address: IPAddress) -> bool:
    """Tell whether an address means the scanner itself or its own link."""
    return any(address in network for network in LOCAL)


def read_signature(text: str) -> str:
    """Read who or what stands behind a permission.

    Raises:
        ValueError: nobody, or not one line of plain text that somebody wrote.
    """
    if not text.strip():
        raise ValueError("missing; a permission without it permits nothing")
    if text.startswith(PLACEHOLDER):
        raise ValueError("still holds the template's text; write your own")
    if not text.isprintable():
        raise ValueError("holds control characters; write one line of plain text")
    return text


def read_day(text: str) -> int:
    """Read a weekday, Monday being 0.

    Raises:
        ValueError: none of `DAYS`.
    """
    if text not in DAYS:
        raise ValueError(f"{text!r} is no day; write one of {', '.join(DAYS)}")
    return DAYS.index(text)


def read_clock(text: str) -> time:
    """Read a time of day; 24:00 is the midnight that ends it.

    Raises:
        ValueError: not HH:MM.
    """
    if text == "24:00":
        return time(0)
    if not _CLOCK.fullmatch(text):
        raise ValueError(f"{text!r} is no time of day; write HH:MM, as in 22:00")
    return time.fromisoformat(text)


def read_timezone(text: str) -> tzinfo:
    """Read a time zone by its IANA name.

    Raises:
        ValueError: not known here.
    """
    if text == "UTC":  # needs no time zone database
        return UTC
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"{text!r} is no known time zone; write one as Europe/Paris") from error


def _checked(network: IPNetwork, address: str, text: str) -> IPNetwork:
    """Refuse a network whose text can be read as two things."""
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
        raise ValueError(f"{text!r} is IPv4 in IPv6 spelling; write the IPv4 address or range")
    if address != text and ip_address(address) != network.network_address:
        raise ValueError(
            f"{text!r} has host bits set; {network} was probably meant, or {address} alone"
        )
    return network


def _not_an_address(text: str) -> str:
    if re.search(r"[g-wyz]", text.lower()):
        return f"{text!r} is no address; a name belongs in `hosts`"
    if "-" in text:
        return f"{text!r} is no address; write a range as CIDR, as in 192.0.2.0/28"
    return (
        f"{text!r} is no address; write all four numbers in plain decimal, or IPv6, "
        "for octal, hexadecimal and short spellings have two readings"
    )
