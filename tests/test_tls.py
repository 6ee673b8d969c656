"""What a certificate says is reported; what it garbles is left out, and nothing else with it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import TlsFacts
from scanner.tls import MAX_NAMES, auditing_context, facts_of


@dataclass
class Connection:
    """A finished handshake, as far as its facts go."""

    der: bytes | None

    def version(self) -> str:
        """The version that was agreed on."""
        return "TLSv1.2"

    def cipher(self) -> tuple[str, str, int]:
        """The cipher that was agreed on."""
        return ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2", 256)

    def getpeercert(self, *, binary_form: bool) -> bytes | None:
        """The certificate as it came."""
        assert binary_form
        return self.der


def facts(der: bytes | None) -> TlsFacts:
    """What a handshake with this certificate shows."""
    return facts_of(Connection(der))  # type: ignore[arg-type]  # as far as its facts go


def certificate(*names: str, not_after: datetime | None = None) -> bytes:
    """A certificate with these names, the first one common."""
    issued = trustme.CA().issue_cert(*names, common_name=names[0], not_after=not_after)
    pem = issued.cert_chain_pems[0].bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


PLAIN = certificate("fax.example", "192.0.2.7")


def test_a_certificate_is_read() -> None:
    """Names of every kind once, issuer, dates in UTC, and the key's own fingerprint."""
    expired = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    seen = facts(certificate("fax.example", "192.0.2.7", "2001:db8::7", not_after=expired))
    assert (seen.version, seen.cipher) == ("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384")
    assert seen.names == ("fax.example", "192.0.2.7", "2001:db8::7")
    assert seen.issuer is not None
    assert "trustme" in seen.issuer
    assert seen.not_after == expired
    assert seen.key_sha256 is not None
    assert len(seen.key_sha256) == 64


def test_a_handshake_without_a_certificate_has_its_version_and_cipher() -> None:
    """Anonymous ciphers are what an auditing context allows too."""
    assert facts(None) == TlsFacts(version="TLSv1.2", cipher="ECDHE-ECDSA-AES256-GCM-SHA384")


def test_many_names_are_cut() -> None:
    """A report needs to recognise a certificate, and no more."""
    seen = facts(certificate(*(f"host-{number}.example" for number in range(100))))
    assert len(seen.names) == MAX_NAMES


def test_a_name_cannot_move_a_cursor() -> None:
    """Certificates hold any character; reports hold none that a terminal obeys."""
    der = PLAIN.replace(b"fax.example", b"fax\x1b[2Jmple")
    assert "\x1b" not in "".join(facts(der).names)


def test_a_key_of_an_unknown_kind_leaves_the_rest() -> None:
    """What we cannot read of a certificate does not hide what we can."""
    ec_public_key = bytes.fromhex("06072a8648ce3d0201")
    unknown = bytes.fromhex("06072a8648ce3d0209")
    assert PLAIN.count(ec_public_key) == 1
    seen = facts(PLAIN.replace(ec_public_key, unknown))
    assert seen.key_sha256 is None
    assert seen.names == ("fax.example", "192.0.2.7")


@given(st.binary(max_size=100))
def test_any_bytes_in_place_of_a_certificate_leave_gaps(der: bytes) -> None:
    """Never an exception."""
    assert facts(der).names == ()


@given(st.lists(st.tuples(st.integers(0, len(PLAIN) - 1), st.binary(min_size=1, max_size=2))))
@pytest.mark.filterwarnings("error")
def test_a_damaged_certificate_leaves_gaps(damages: list[tuple[int, bytes]]) -> None:
    """Never an exception, and never a warning on the operator's terminal."""
    der = bytearray(PLAIN)
    for place, damage in damages:
        der[place : place + len(damage)] = damage
    assert facts(bytes(der)).version == "TLSv1.2"


def test_a_serial_number_that_may_not_be_is_passed_over_in_silence() -> None:
    """Old appliances issue such certificates; the parser would warn on the terminal."""
    serial = x509.load_der_x509_certificate(PLAIN).serial_number
    raw = serial.to_bytes((serial.bit_length() + 8) // 8, "big")
    assert PLAIN.count(raw) == 1
    negative = PLAIN.replace(raw, b"\x80" + raw[1:])
    assert facts(negative).names == ("fax.example", "192.0.2.7")


def test_the_context_verifies_nothing_and_offers_everything() -> None:
    """It reads what is there: no server is too old to be reported, and no name has to match."""
    context = auditing_context()
    assert context.verify_mode is ssl.CERT_NONE
    assert context.check_hostname is False
    assert context.minimum_version == ssl.TLSVersion.TLSv1
    assert auditing_context() is context
