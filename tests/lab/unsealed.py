"""TLS of a capture, opened with the secrets that the scanner's own handshakes noted.

Only what TLS 1.2 and 1.3 do with an AEAD cipher [RFC 5246, RFC 5288, RFC 7905, RFC 8446]: whatever
else two ends agree on is `Sealed`, so that nothing passes for read that was not.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tests.lab.talks import Talk, Turn

CHANGE, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
_CLIENT_HELLO, _SERVER_HELLO = 1, 2

_HEAD = 5
_NONCE = 12
_TAG = 16
_EXPLICIT = 8  # bytes of a nonce that a record of TLS 1.2 brings along [RFC 5288]
_MASTER = 48

#: What a ServerHello has for a random number that asks for another ClientHello [RFC 8446, 4.1.3].
_TRY_AGAIN: Final = hashlib.sha256(b"HelloRetryRequest").digest()

#: Secrets by label and by the client's random number, as in NSS's key log.
Keys = Mapping[tuple[str, bytes], bytes]


class Sealed(Exception):
    """It cannot be read: the cipher is not known here, or the secret was not noted."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher suite: bytes of its key, its hash, and whether it is ChaCha20."""

    key: int
    digest: str
    chacha: bool = False


_SUITES: Mapping[int, Suite] = {
    **dict.fromkeys((0x1301, 0x009C, 0x009E, 0xC02B, 0xC02F), Suite(16, "sha256")),
    **dict.fromkeys((0x1302, 0x009D, 0x009F, 0xC02C, 0xC030), Suite(32, "sha384")),
    **dict.fromkeys((0x1303, 0xCCA8, 0xCCA9, 0xCCAA), Suite(32, "sha256", chacha=True)),
}


def key_log(file: Path) -> Keys:
    """Read the secrets of all handshakes; none, where there was no handshake."""
    if not file.exists():
        return {}
    words = (line.split() for line in file.read_text().splitlines() if not line.startswith("#"))
    return {(label, bytes.fromhex(one)): bytes.fromhex(secret) for label, one, secret in words}


def is_tls(talk: Talk) -> bool:
    """Tell whether the client began with a handshake."""
    return any(said[:2] == b"\x16\x03" for said in talk.asked[:1])


def unsealed(talk: Talk, keys: Keys) -> Talk:
    """Give the talk in clear; of the handshake itself nothing is left.

    What answers a handshake in clear is kept as it came.

    Raises:
        Sealed: a record of it cannot be read.
    """
    reader = _Reader(keys)
    turns = [Turn(b"".join(reader.read(turn)), turn.by_client) for turn in talk.turns]
    return replace(talk, turns=tuple(turn for turn in turns if turn.said))


@dataclass(slots=True)
class _Side:
    """What one end has said that was not read yet, and how to read what follows."""

    rest: bytes = b""
    in_clear: bool = False
    openers: "list[_Opener]" = field(default_factory=list)


@dataclass(slots=True)
class _Opener:
    """Opens one record after the other with one key."""

    cipher: AESGCM | ChaCha20Poly1305
    iv: bytes
    is_13: bool
    count: int = 0

    def open(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Give kind and content of a record."""
        explicit = b"" if len(self.iv) == _NONCE else body[:_EXPLICIT]
        body, place = body[len(explicit) :], struct.pack(">Q", self.count)
        nonce = self.iv + explicit if explicit else _mixed(self.iv, place)
        length = struct.pack(">H", len(body) - _TAG)
        plain = self.cipher.decrypt(nonce, body, head if self.is_13 else place + head[:3] + length)
        self.count += 1
        if not self.is_13:
            return head[0], plain
        plain = plain.rstrip(b"\0")
        return plain[-1], plain[:-1]


@dataclass(slots=True)
class _Reader:
    """Follows both ends of one connection."""

    keys: Keys
    client: _Side = field(default_factory=_Side)
    server: _Side = field(default_factory=_Side)
    client_random: bytes = b""
    server_random: bytes = b""
    suite: int = 0
    is_13: bool = False

    def read(self, turn: Turn) -> Iterator[bytes]:
        """Give what the whole records of a turn carry."""
        side = self.client if turn.by_client else self.server
        side.rest += turn.said
        side.in_clear = side.in_clear or not CHANGE <= side.rest[0] <= DATA
        if side.in_clear:
            said, side.rest = side.rest, b""
            yield said
            return
        while len(side.rest) >= _HEAD and len(side.rest) >= (end := _end(side.rest)):
            head, body, side.rest = side.rest[:_HEAD], side.rest[_HEAD:end], side.rest[end:]
            kind, said = self._opened(side, head, body)
            if kind == DATA:
                yield said

    def _opened(self, side: _Side, head: bytes, body: bytes) -> tuple[int, bytes]:
        if head[0] == CHANGE:
            side.openers = side.openers or self._openers_12(side)
            return CHANGE, b""
        if head[0] == DATA and self.is_13 and not side.openers:
            side.openers = self._openers_13(side)
        if not side.openers or (self.is_13 and head[0] != DATA):
            self._greeted(head[0], body)
            return head[0], body
        return _tried(side, head, body)

    def _greeted(self, kind: int, body: bytes) -> None:
        """Note what the two hellos agree on."""
        if kind == DATA:
            raise Sealed("data before a key was agreed on")
        if kind == HANDSHAKE and body[0] == _CLIENT_HELLO:
            self.client_random = body[6:38]
        elif kind == HANDSHAKE and body[0] == _SERVER_HELLO and body[6:38] != _TRY_AGAIN:
            self.server_random, after = body[6:38], 39 + body[38]
            self.suite = int.from_bytes(body[after : after + 2], "big")
            self.is_13 = self.suite >> 8 == 0x13

    def _openers_13(self, side: _Side) -> list[_Opener]:
        who = "CLIENT" if side is self.client else "SERVER"
        labels = (f"{who}_HANDSHAKE_TRAFFIC_SECRET", f"{who}_TRAFFIC_SECRET_0")
        return [self._opener_13(self._secret(label)) for label in labels]

    def _opener_13(self, secret: bytes) -> _Opener:
        suite = self._suite()
        key, iv = (_expanded(suite, secret, what, size) for what, size in _wanted(suite))
        return _Opener(_cipher(suite, key), iv, is_13=True)

    def _openers_12(self, side: _Side) -> list[_Opener]:
        if self.is_13 or not self.server_random:
            return []
        suite, secret = self._suite(), self._secret("CLIENT_RANDOM")[:_MASTER]
        own = _NONCE if suite.chacha else _NONCE - _EXPLICIT
        seed = b"key expansion" + self.server_random + self.client_random
        block = _stretched(suite, secret, seed, 2 * (suite.key + own))
        second, ivs = side is self.server, block[2 * suite.key :]
        key, iv = block[second * suite.key :][: suite.key], ivs[second * own :][:own]
        return [_Opener(_cipher(suite, key), iv, is_13=False)]

    def _suite(self) -> Suite:
        if self.suite not in _SUITES:
            raise Sealed(f"cipher suite {self.suite:#06x}")
        return _SUITES[self.suite]

    def _secret(self, label: str) -> bytes:
        if (label, self.client_random) not in self.keys:
            raise Sealed(f"no {label} was noted")
        return self.keys[label, self.client_random]


def _end(rest: bytes) -> int:
    return _HEAD + int.from_bytes(rest[3:_HEAD], "big")


def _tried(side: _Side, head: bytes, body: bytes) -> tuple[int, bytes]:
    """Open a record; one that the handshake's key does not open is the first of what follows."""
    while side.openers:
        try:
            return side.openers[0].open(head, body)
        except InvalidTag:
            side.openers.pop(0)
    raise Sealed("a record that no noted secret opens")


def _mixed(iv: bytes, place: bytes) -> bytes:
    padded = place.rjust(len(iv), b"\0")
    return bytes(one ^ other for one, other in zip(iv, padded, strict=True))


def _cipher(suite: Suite, key: bytes) -> AESGCM | ChaCha20Poly1305:
    return ChaCha20Poly1305(key) if suite.chacha else AESGCM(key)


def _wanted(suite: Suite) -> tuple[tuple[bytes, int], ...]:
    return (b"key", suite.key), (b"iv", _NONCE)


def _expanded(suite: Suite, secret: bytes, what: bytes, size: int) -> bytes:
    """HKDF-Expand-Label [RFC 8446, 7.1]."""
    label = b"tls13 " + what
    info = struct.pack(">HB", size, len(label)) + label + b"\0"
    digest = hashes.SHA384() if suite.digest == "sha384" else hashes.SHA256()
    return HKDFExpand(digest, size, info).derive(secret)


def _stretched(suite: Suite, secret: bytes, seed: bytes, size: int) -> bytes:
    """The pseudo-random function of TLS 1.2 [RFC 5246, 5]."""
    made, link = b"", seed
    while len(made) < size:
        link = hmac.digest(secret, link, suite.digest)
        made += hmac.digest(secret, link + seed, suite.digest)
    return made[:size]
