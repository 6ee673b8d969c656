"""Holds what was sent to what the probes declare: each request is one declared ask, or it is none.

It is told by the bytes alone. Of an ask with places, or with a number drawn by chance, only the
bytes that its own `encode` changes with them may differ.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from inspect import Parameter, signature
from itertools import product

from scanner.probe import (
    About,
    Ask,
    CountLines,
    Datagram,
    Ends,
    Exchange,
    Fixed,
    Get,
    HttpAsk,
)

#: A name that a server told, as one step of a path: percent-encoded, and no step elsewhere.
_SEGMENT = r"(?!\.{1,2}(?:[/?\s]|$))(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+"

_AGENT = r"ronde/\S+ \(authorised internal audit; lab@example\.invalid\)"

_DRAWS = 512  # a number of 128 bits has two digits less than most have, once in a hundred draws
_ENOUGH = 8  # draws of one length that agree where they must, and only there
_PLACES = 3  # the most that an ask has
_NUMBER = 16  # bytes of the longest number by which a server calls a session, a file or a space
_NAME = 64  # the longest name of a database
_AROUND = 4  # bytes by which a length field may grow besides


@dataclass(frozen=True, slots=True)
class Sender:
    """What a request may say of its way: the address as it was asked for."""

    here: tuple[str, int]
    there: tuple[str, int]


def undeclared(said: bytes, abouts: Iterable[About], way: Sender) -> bytes:
    """Give what is left of a turn when every declared ask has been taken from its front."""
    asks = [ask for about in abouts for ask in about.asks]
    if any(_is(ask, said, way) for ask in asks):
        return b""
    for ask in asks:
        fixed = _fixed(ask)
        if fixed and said.startswith(fixed) and len(said) > len(fixed):
            rest = undeclared(said[len(fixed) :], abouts, way)
            if not rest:
                return b""
    return said


def _is(ask: Ask, said: bytes, way: Sender) -> bool:
    match ask:
        case Get() | Fixed():
            return bool(re.fullmatch(_request(ask, way.there), said))
        case Datagram():
            return said == ask.encode(Ends(way.here, way.there))
        case CountLines():
            return said == ask.command
        case Exchange():
            return said == _fixed(ask) or _is_filled(ask, said)
        case _:
            return False  # it sends nothing


def _request(ask: HttpAsk, there: tuple[str, int]) -> bytes:
    """Write the request that HTTP/1.1 demands for an ask, as a pattern."""
    address, port = there
    method = ask.method.value if isinstance(ask, Fixed) else "GET"
    target = _SEGMENT.join(map(re.escape, ask.template.split("{}")))
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {re.escape(address)}:{port}",
        f"User-Agent: {_AGENT}",
        f"Accept: {re.escape(ask.accept)}",
        "Accept-Encoding: identity",
        *(re.escape(line) for line in _own_headers(ask)),
        "",
        "",
    ]
    body = ask.body if isinstance(ask, Fixed) else b""
    return "\r\n".join(lines).encode() + re.escape(body)


def _own_headers(ask: HttpAsk) -> Sequence[str]:
    if isinstance(ask, Get):
        return [str(ask.header)] if ask.header else []
    if ask.body or ask.method == "POST":
        return [f"Content-Type: {ask.content_type}", f"Content-Length: {len(ask.body)}"]
    return ["Depth: 0", "Content-Length: 0"]


def _fixed(ask: Ask) -> bytes:
    """Give the bytes of an ask that are the same each time, b"" where there are none such."""
    if isinstance(ask, CountLines):
        return ask.command
    if not isinstance(ask, Exchange) or _by_chance(ask):
        return b""
    return b"".join(_encoded([ask.encode]))


def _is_filled(ask: Exchange, said: bytes) -> bool:
    """Tell whether an ask with places filled, or drawn by chance, gives just these bytes."""
    return any(_agrees(drawn, said) for drawn in _drawn(ask, len(said)))


def _agrees(drawn: Sequence[bytes], said: bytes) -> bool:
    """Compare where all drawn ones agree: everything else is a place."""
    columns = zip(said, *drawn, strict=True)
    return all(byte == some[0] for byte, *some in columns if len(set(some)) == 1)


def _drawn(ask: Exchange, length: int) -> Iterator[Sequence[bytes]]:
    """Fill an ask in all the ways that come to a length, at least twice each."""
    by_chance = [one for one in _by_chance(ask) if len(one) == length]
    if len(by_chance) >= _ENOUGH:
        yield by_chance
    for places in _places(ask):
        sizes = range(1, _NAME + 1) if places == len(("database", "collection")) else (_NUMBER,)
        for before in product(sizes, repeat=places - 1):
            yield from _filled(ask, before, length)


@cache
def _by_chance(ask: Exchange) -> Sequence[bytes]:
    """Draw an ask often; none, where it is the same each time or has places to fill."""
    drawn = _encoded([ask.encode] * _DRAWS)
    return drawn if len(set(drawn)) > 1 else ()


@cache
def _places(ask: Exchange) -> Sequence[int]:
    """Say how many places an ask has: what has a value already is none."""
    try:
        parameters = signature(ask.encode).parameters.values()
    except ValueError:  # a builtin that says nothing of itself: constant bytes
        return ()
    if any(one.kind is Parameter.VAR_POSITIONAL for one in parameters):
        return range(1, _PLACES + 1)
    needed = [one for one in parameters if one.default is Parameter.empty]
    return (len(needed),) if needed else ()


def _filled(ask: Exchange, before: Sequence[int], length: int) -> Iterator[Sequence[bytes]]:
    """Fill all places but the last with so many letters, or digits, and the last to the length."""
    for letters in ("ab", "12"):
        for last in _lasts(ask, before, length, letters[0]):
            drawn = _encoded([_with(ask, (*before, last), letter) for letter in letters])
            if drawn and {length} == {len(one) for one in drawn}:
                yield drawn


def _lasts(ask: Exchange, before: Sequence[int], length: int, letter: str) -> Iterable[int]:
    """Say how long the last place may be, from how much longer an ask is for one letter more."""
    lengths = [len(one) for one in _encoded([_with(ask, (*before, n), letter) for n in (1, 2)])]
    if not lengths:
        return ()
    one, two = lengths
    if one == two:
        return range(1, _NUMBER + 1)
    guess = 1 + (length - one) // (two - one)
    return range(max(1, guess - _AROUND), max(1, guess + _AROUND))


def _with(ask: Exchange, sizes: Sequence[int], letter: str) -> Callable[[], bytes]:
    return lambda: ask.encode(*(letter * size for size in sizes))


def _encoded(encoders: Iterable[Callable[[], bytes]]) -> list[bytes]:
    """Encode; what takes another number of arguments, or no letters, gives nothing."""
    with suppress(TypeError, ValueError):
        return [encode() for encode in encoders]
    return []
