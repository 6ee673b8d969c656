"""The number by which an answer proves that it answers us: a keyed digest of its endpoint."""

import secrets
import struct

import numpy as np

from scanner.sweep.columns import U32, U64, Columns

#: The initial state, "somepseudorandomlygeneratedbytes" [Aumasson and Bernstein, SipHash, 2012].
_STATE = struct.unpack(">4Q", b"somepseudorandomlygeneratedbytes")

#: An address of 16 bytes and a port of 2; the length stands in the top byte of the last word.
_LENGTH = np.uint64(18 << 56)

_FINAL = np.uint64(0xFF)


class Cookies:
    """One round's cookies. Without the key, no guess is better than one in 2^32.

    Args:
        key: 16 random bytes.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(16)

    def of(self, columns: Columns) -> U32:
        """Give the cookie of each endpoint."""
        last = columns.ports.astype(np.uint64) | _LENGTH
        return siphash(self._key, columns.high, columns.low, last).astype(np.uint32)


def siphash(key: bytes, *words: U64) -> U64:
    """Give the SipHash-2-4 of each row of words; the last one's top byte must hold the length."""
    keys = struct.unpack("<2Q", key)
    v0, v1, v2, v3 = (
        np.full(len(words[0]), state ^ keys[place % 2], np.uint64)
        for place, state in enumerate(_STATE)
    )
    for word in words:
        v3 ^= word
        _round(v0, v1, v2, v3)
        _round(v0, v1, v2, v3)
        v0 ^= word
    v2 ^= _FINAL
    for _ in range(4):
        _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


def _round(v0: U64, v1: U64, v2: U64, v3: U64) -> None:
    """Mix in place, each pair twice, as the paper's figure 2.1 draws it."""
    _half(v0, v1, 13, 32)
    _half(v2, v3, 16, 0)
    _half(v0, v3, 21, 0)
    _half(v2, v1, 17, 32)


def _half(a: U64, b: U64, turn: int, turn_sum: int) -> None:
    a += b
    _rotate(b, turn)
    b ^= a
    if turn_sum:
        _rotate(a, turn_sum)


def _rotate(word: U64, bits: int) -> None:
    over = word >> (64 - bits)
    word <<= bits
    word |= over
