"""Looks through an audit trail: whether its chain is whole, and which lines break it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from scanner.audit import Act
from scanner.model import Refused
from scanner.seal import MAX_LINE, NOTHING, seal_of

#: Somebody who looks for one broken place is not helped by a thousand.
MAX_FAULTS = 20

#: The last act of a round that ended.
ENDS = "round-ends"


@dataclass(slots=True)
class Chain:
    """What came of looking through a trail.

    `unsealed` lines at its beginning are older than the chain; the first sealed line holds the last
    of them. `begun` are the rounds that have no end: killed, cut off, or still under way. `seal`
    is that of the last line, and `faults` says which lines are wrong, by number.
    """

    lines: int = 0
    unsealed: int = 0
    seal: str = NOTHING
    holds: bool = False
    faults: list[str] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)


def verified(path: Path, known: str = "") -> Chain:
    """Follow a trail's chain from its first line to its last.

    `known` is a seal that was noted elsewhere; the trail must have a line with it.

    Raises:
        Refused: it cannot be read, has no sealed line, or its chain is broken: names every line.
    """
    try:
        with path.open("rb") as file:
            chain = followed(file, known)
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    if chain.lines == chain.unsealed:
        chain.faults.append("no line is sealed: it proves nothing")
    if known and not chain.holds:
        chain.faults.append(f"no line has the seal {known}: cut off behind it, or written anew")
    if chain.faults:
        raise Refused("\n".join([f"{path}: the chain is broken", *chain.faults]))
    return chain


def followed(file: BinaryIO, known: str = "") -> Chain:
    """Follow a chain, and say where it breaks.

    `known` is a seal that was noted elsewhere: the chain holds it if one of its lines has it.
    """
    chain = Chain()
    for line in _lines(file):
        chain.lines += 1
        _follow(chain, line)
        chain.seal = seal_of(line)
        chain.holds |= chain.seal == known
    return chain


def _follow(chain: Chain, line: bytes) -> None:
    number = chain.lines
    try:
        act = msgspec.json.decode(line, type=Act)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _fault(chain, f"line {number}: no whole act; it was cut short or changed")
        return
    if act.act == ENDS:
        chain.begun.pop(act.round, None)
    elif act.act.startswith("round-"):
        chain.begun[act.round] = number
    if not act.chain and chain.unsealed == number - 1:
        chain.unsealed = number
    elif act.chain != chain.seal:
        _fault(chain, _broken(number))


def _broken(number: int) -> str:
    if number == 1:
        return "line 1: is not the first; lines before it were removed"
    before = number - 1
    return (
        f"line {number}: does not follow line {before}; line {before} was changed, or lines "
        "between them were removed, added or moved"
    )


def _fault(chain: Chain, said: str) -> None:
    if len(chain.faults) < MAX_FAULTS:
        chain.faults.append(said)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Walk lines without their ends; a longer one than `MAX_LINE` comes in pieces, each a fault."""
    while line := file.readline(MAX_LINE):
        yield line.removesuffix(b"\n")
