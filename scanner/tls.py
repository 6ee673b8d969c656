"""TLS as an auditor needs it: every old server readable, nothing verified, the certificate kept.

Nothing secret is ever sent, so a certificate that does not verify is a fact for the report and
not a reason to look away.
"""

import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from scanner.model import TlsFacts
from scanner.plaintext import printable

#: A certificate may list hundreds of names; a report needs to recognise it.
MAX_NAMES = 20

#: What the certificate parser raises at one place or another, as fuzzing shows.
_UNREADABLE = (
    TypeError,
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)

S = TypeVar("S")
T = TypeVar("T")


@cache
def auditing_context() -> ssl.SSLContext:
    """Build the one client context, shared because building it costs 100 times a handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 is what old servers speak
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


def facts_of(connection: ssl.SSLObject) -> TlsFacts:
    """Read what a finished handshake showed; what a certificate garbles is left out."""
    cipher = connection.cipher()
    facts = TlsFacts(
        version=connection.version() or "unknown", cipher=cipher[0] if cipher else "unknown"
    )
    der = connection.getpeercert(binary_form=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a certificate's oddities are its owner's business
        certificate = _read(x509.load_der_x509_certificate, der) if der else None
        return facts if certificate is None else _with_certificate(facts, certificate)


def _with_certificate(facts: TlsFacts, certificate: x509.Certificate) -> TlsFacts:
    return replace(
        facts,
        names=_read(_names, certificate) or (),
        issuer=_read(lambda one: printable(one.issuer.rfc4514_string()), certificate),
        not_before=_read(lambda one: _utc(one.not_valid_before_utc), certificate),
        not_after=_read(lambda one: _utc(one.not_valid_after_utc), certificate),
        key_sha256=_read(_key_sha256, certificate),
    )


def _read(reading: Callable[[S], T], source: S) -> T | None:
    """Read one thing; None when the certificate is wrong there, in any of the parser's ways."""
    try:
        return reading(source)
    except _UNREADABLE:
        return None


def _key_sha256(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    names = [
        str(attribute.value)
        for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        pass
    else:
        names += alternative.value.get_values_for_type(x509.DNSName)
        names += [str(ip) for ip in alternative.value.get_values_for_type(x509.IPAddress)]
    return tuple(map(printable, list(dict.fromkeys(names))[:MAX_NAMES]))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
