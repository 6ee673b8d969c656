"""TLS as an auditor needs it: every old server readable, nothing verified, the certificate kept.

Nothing secret is ever sent, so a certificate that does not verify is a fact for the report and
not a reason to look away.
"""

import ssl
import warnings
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from scanner.model import TlsFacts
from scanner.plaintext import printable

#: A certificate may list hundreds of names; a report needs to recognise it.
MAX_NAMES = 20


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
    """Read what a finished handshake showed; a certificate that cannot be parsed leaves gaps."""
    cipher = connection.cipher()
    version, name = connection.version() or "unknown", cipher[0] if cipher else "unknown"
    raw = connection.getpeercert(binary_form=True)
    try:
        certificate = x509.load_der_x509_certificate(raw) if raw else None
        return _facts(version, name, certificate)
    except (ValueError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension):
        return TlsFacts(version=version, cipher=name)


def _facts(version: str, cipher: str, certificate: x509.Certificate | None) -> TlsFacts:
    if certificate is None:
        return TlsFacts(version=version, cipher=cipher)
    return TlsFacts(
        version=version,
        cipher=cipher,
        names=_names(certificate),
        issuer=printable(certificate.issuer.rfc4514_string()),
        not_before=_utc(certificate.not_valid_before_utc),
        not_after=_utc(certificate.not_valid_after_utc),
        key_sha256=sha256(
            certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest(),
    )


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
    return tuple(printable(name) for name in dict.fromkeys(names))[:MAX_NAMES]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
