"""TLS that was recorded is read with the secrets that were noted, and never taken for read."""

import ssl
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from tests.lab.packet import TCP
from tests.lab.talks import Talk, Turn
from tests.lab.unsealed import Sealed, is_tls, key_log, unsealed

TALK = Talk(TCP, 52, (b"\x7f\0\0\1", 40_000), (b"\x7f\0\0\1", 9_200), ())
SAID = (
    Turn(b"GET / HTTP/1.1\r\n\r\n", by_client=True),
    Turn(b"HTTP/1.1 200 OK\r\n\r\n" * 2_000, by_client=False),
)


def contexts(keys: Path, version: ssl.TLSVersion, cipher: str) -> list[ssl.SSLContext]:
    """A client that notes its secrets, and a server, agreed on a version and a cipher."""
    client, server = (
        ssl.SSLContext(one) for one in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER)
    )
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.keylog_filename = str(keys)
    trustme.CA().issue_cert("ronde-lab").configure_cert(server)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version = client.maximum_version = version
    client.set_ciphers(cipher)
    return [client, server]


def recorded(keys: Path, version: ssl.TLSVersion, cipher: str) -> Talk:
    """One question and its answer in TLS, as a capture would have them."""
    client, server = contexts(keys, version, cipher)
    pipes = [ssl.MemoryBIO(), ssl.MemoryBIO()]
    ends = [
        client.wrap_bio(pipes[1], pipes[0], server_hostname="ronde-lab"),
        server.wrap_bio(pipes[0], pipes[1], server_side=True),
    ]
    turns: list[Turn] = []
    _shaken(ends, pipes, turns)
    for turn, end, pipe, other in zip(SAID, ends, pipes, reversed(ends), strict=True):
        pending = pipe.pending
        end.write(turn.said)
        turns.append(Turn(_peeked(pipe)[pending:], by_client=turn.by_client))
        assert _all_of(other, len(turn.said)) == turn.said
    return replace(TALK, turns=tuple(turns))


def _shaken(ends: list[ssl.SSLObject], pipes: list[ssl.MemoryBIO], turns: list[Turn]) -> None:
    """Shake hands; three times each is enough for either version."""
    for side in (0, 1) * 3:
        pending = pipes[side].pending
        with suppress(ssl.SSLWantReadError):
            ends[side].do_handshake()
        if said := _peeked(pipes[side])[pending:]:
            turns.append(Turn(said, by_client=side == 0))


def _peeked(pipe: ssl.MemoryBIO) -> bytes:
    said = pipe.read()
    pipe.write(said)
    return said


def _all_of(end: ssl.SSLObject, size: int) -> bytes:
    said = b""
    while len(said) < size:
        said += end.read(size)
    return said


@pytest.mark.parametrize(
    ("version", "cipher"),
    [
        (ssl.TLSVersion.TLSv1_3, "DEFAULT"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-CHACHA20-POLY1305"),
    ],
)
def test_what_was_said_in_tls_is_read(version: ssl.TLSVersion, cipher: str, tmp_path: Path) -> None:
    """Both sides' words, to the byte, and nothing of the handshake."""
    talk = recorded(tmp_path / "keys", version, cipher)

    assert is_tls(talk)
    assert all(SAID[0].said not in turn.said for turn in talk.turns)
    assert unsealed(talk, key_log(tmp_path / "keys")).turns == SAID


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_what_no_secret_opens_is_not_passed_over(version: ssl.TLSVersion, tmp_path: Path) -> None:
    """Without its secret a conversation is sealed, and with another's."""
    talk = recorded(tmp_path / "keys", version, "DEFAULT")
    keys = key_log(tmp_path / "keys")
    wrong = {which: bytes(len(secret)) for which, secret in keys.items()}

    with pytest.raises(Sealed, match="was noted"):
        unsealed(talk, {})
    with pytest.raises(Sealed, match="no noted secret opens"):
        unsealed(talk, wrong)


def test_a_cipher_that_is_not_known_here_is_named(tmp_path: Path) -> None:
    """CBC of TLS 1.2 is nobody's in the lab: it would be seen."""
    cipher = "ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256"
    talk = recorded(tmp_path / "keys", ssl.TLSVersion.TLSv1_2, cipher)

    with pytest.raises(Sealed, match="cipher suite 0xc0"):
        unsealed(talk, key_log(tmp_path / "keys"))


def test_what_answers_a_handshake_in_clear_is_read_as_it_is() -> None:
    """A server without TLS says so in its own words."""
    hello = Turn(b"\x16\x03\x01\x00\x02\x01\x00", by_client=True)
    answer = Turn(b"-ERR unknown command\r\n", by_client=False)
    talk = replace(TALK, turns=(hello, answer))

    assert unsealed(talk, {}).turns == (answer,)
