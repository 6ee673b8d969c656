"""Endpoints as columns of numbers, thousands at a time: what numpy draws, checks and compares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from itertools import accumulate, islice
from socket import AF_INET, AF_INET6, inet_ntoa, inet_pton
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scanner.addresses import AddressSet
from scanner.areas import MAPPED
from scanner.course import GOLDEN, Block, Course, Target, coprime_step

Bools: TypeAlias = NDArray[np.bool_]
Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.int64]
U16: TypeAlias = NDArray[np.uint16]
U32: TypeAlias = NDArray[np.uint32]
U64: TypeAlias = NDArray[np.uint64]
Ordered: TypeAlias = U64 | NDArray[np.bytes_]

_MAPPED_BYTES = bytes(10) + b"\xff\xff"
_HALF = (1 << 64) - 1

# numpy keeps to 64 bits without a sign only among its own numbers.
_0, _29, _32 = np.uint64(0), np.uint64(29), np.uint64(32)
_GOLDEN, _MAPPED_TOP, _V4 = np.uint64(GOLDEN), np.uint64(MAPPED >> 32), np.uint64(0xFFFFFFFF)

#: Products of two places stay below 2^64 in rings up to this size; larger ones are walked one by
#: one. Nobody sweeps four thousand million addresses on a port.
MOST_PLACES = 1 << 32


@dataclass(frozen=True, slots=True)
class Columns:
    """Some endpoints: an address is 128 bits in two halves, IPv4 in its mapped form."""

    high: U64
    low: U64
    ports: U16

    @classmethod
    def of(cls, targets: Iterable[Target]) -> "Columns":
        """Turn canonical literals and ports into columns."""
        listed = list(targets)
        packed = b"".join(_packed(literal) for literal, _ in listed)
        halves = np.frombuffer(packed, ">u8").reshape(-1, 2).astype(np.uint64)
        ports = np.array([port for _, port in listed], np.uint16)
        return cls(halves[:, 0].copy(), halves[:, 1].copy(), ports)

    def __len__(self) -> int:
        """Count the endpoints."""
        return len(self.ports)

    def __getitem__(self, places: "Bools | Places | slice") -> "Columns":
        """Give some of the endpoints."""
        return Columns(self.high[places], self.low[places], self.ports[places])

    @property
    def v4(self) -> Bools:
        """Which of the addresses are IPv4."""
        mapped: Bools = (self.low >> _32) == _MAPPED_TOP
        mapped &= self.high == _0
        return mapped

    @property
    def digests(self) -> U64:
        """One number for each endpoint, different for different ones but for rare chances."""
        mixed = scrambled(self)
        return (mixed ^ mixed >> _32) * _GOLDEN + self.ports

    def targets(self) -> Iterator[Target]:
        """Walk the endpoints as literals, spelt as the history spells them."""
        for high, low, port in zip(
            self.high.tolist(), self.low.tolist(), self.ports.tolist(), strict=True
        ):
            if high == 0 and low >> 32 == MAPPED >> 32:
                yield inet_ntoa((low & 0xFFFFFFFF).to_bytes(4)), port
            else:
                yield str(IPv6Address(high << 64 | low)), port


class Drawing:
    """Draws endpoints in columns: a course by arithmetic, anything else one by one.

    `drawn` tells how many were given out, `exhausted` that there are no more.
    """

    def __init__(self, endpoints: Iterable[Target]) -> None:
        self.drawn = 0
        self.exhausted = False
        self._parts = _parts(endpoints)
        self._part: _BlockDrawing | _OneByOne = _OneByOne(())

    def draw(self, most: int) -> Columns:
        """Give the next endpoints, at most so many; none when there are no more."""
        drawn = self._part.draw(most)
        while not len(drawn) and not self.exhausted:
            part = next(self._parts, None)
            if part is None:
                self.exhausted = True
            else:
                self._part = part
                drawn = part.draw(most)
        self.drawn += len(drawn)
        return drawn


class Membership:
    """Tells which addresses of columns are in a set."""

    def __init__(self, addresses: AddressSet) -> None:
        self._first4, self._last4 = (
            np.array([pair[end] for pair in addresses.v4], np.uint64) for end in (0, 1)
        )
        self._first6, self._last6 = (
            np.array([pair[end].to_bytes(16) for pair in addresses.v6], "S16") for end in (0, 1)
        )

    def of(self, columns: Columns) -> Bools:
        """Say for each address whether it is in the set."""
        v4 = columns.v4
        if v4.all():
            return _within(columns.low & _V4, self._first4, self._last4)
        inside = np.zeros(len(columns), np.bool_)
        inside[v4] = _within(columns.low[v4] & _V4, self._first4, self._last4)
        inside[~v4] = _within(network_order(columns[~v4]), self._first6, self._last6)
        return inside


def network_order(columns: Columns) -> NDArray[np.bytes_]:
    """Give the addresses as 16 bytes each, which compare like the numbers they are.

    Zeros at an end are lost when a single one is taken out; compare or copy, do not index.
    """
    halves = np.empty((len(columns), 2), ">u8")
    halves[:, 0], halves[:, 1] = columns.high, columns.low
    return halves.view("S16").reshape(-1)


def _parts(endpoints: Iterable[Target]) -> "Iterator[_BlockDrawing | _OneByOne]":
    if isinstance(endpoints, Course):
        for block, part in endpoints.parts:
            yield _BlockDrawing(block, part, endpoints.seed)
    else:
        yield _OneByOne(endpoints)


def scrambled(columns: Columns) -> U64:
    """Scatter the addresses over all numbers of 64 bits, in no order that a plan could have."""
    return ((columns.high ^ columns.high >> _29) * _GOLDEN + columns.low) * _GOLDEN


class _OneByOne:
    def __init__(self, endpoints: Iterable[Target]) -> None:
        self._rest = iter(endpoints)

    def draw(self, most: int) -> Columns:
        return Columns.of(islice(self._rest, most))


class _BlockDrawing:
    """A part of a block, in the very order of `Block.endpoints`.

    Place n is `seed + n * step` on a ring; the part is a slice of these n.
    """

    def __init__(self, block: Block, part: slice, seed: int) -> None:
        self._count = block.addresses.count
        big = self._count > MOST_PLACES
        self._slow = _OneByOne(block.endpoints(seed, part)) if big else None
        self._drawn = 0
        self._first, last, _ = part.indices(0 if big else self._count)
        self._hosts = last - self._first
        self._total = self._hosts * len(block.ports)
        self._ports = np.array(block.ports, np.uint16)
        if not self._total:
            return
        mapped = [(MAPPED + first, MAPPED + last) for first, last in block.addresses.v4]
        ranges = (*mapped, *block.addresses.v6)
        starts = accumulate((last - first + 1 for first, last in ranges[:-1]), initial=0)
        self._starts = np.array(list(starts), np.uint64)
        self._high = np.array([first >> 64 for first, _ in ranges], np.uint64)
        self._low = np.array([first & _HALF for first, _ in ranges], np.uint64)
        self._step = coprime_step(self._count)
        self._seed = seed % self._count

    def draw(self, most: int) -> Columns:
        if self._slow:
            return self._slow.draw(most)
        end = min(self._drawn + most, self._total)
        steps = np.arange(self._drawn, end, dtype=np.uint64)
        port, turn = np.divmod(steps, max(1, self._hosts))
        self._drawn = end
        if not len(turn):
            return Columns(turn, turn, self._ports[:0])
        places = ((turn + self._first) * self._step + self._seed) % self._count
        rows = np.searchsorted(self._starts, places, side="right") - 1
        beyond = places - self._starts[rows]
        low = self._low[rows] + beyond
        return Columns(self._high[rows] + (low < beyond), low, self._ports[port])


def _packed(literal: str) -> bytes:
    if ":" in literal:
        return inet_pton(AF_INET6, literal)
    return _MAPPED_BYTES + inet_pton(AF_INET, literal)


def _within(numbers: Ordered, first: Ordered, last: Ordered) -> Bools:
    if not len(first):
        return np.zeros(len(numbers), np.bool_)
    rows = np.searchsorted(first, numbers, side="right") - 1
    return (rows >= 0) & np.less_equal(numbers, last[rows])
