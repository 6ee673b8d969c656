"""What the failures of sockets, TLS and framing mean: translated here, once, into `NoAnswer`."""

import errno
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from scanner.model import Silence
from scanner.probe import NoAnswer
from scanner.stream import CertificateDemanded
from scanner.wire import Garbled
from scanner.wire.http import TooLarge

#: Our own means ran out: descriptors, buffers, local ports. It says nothing of the endpoint.
_SHORTAGES = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
)

#: Alert 116 is TLS 1.3's word for it; Go servers say `bad_certificate` in TLS 1.2 [RFC 8446, 6.2].
_WANTS_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE")


_NO_CERTIFICATE = "the server demands a client certificate"

#: What each failure means, the particular before the general; "" where it says why itself.
_MEANINGS: Sequence[tuple[type[Exception], Silence, str]] = (
    (TimeoutError, Silence.TIMEOUT, "no answer in time"),
    (EOFError, Silence.CLOSED, "the peer closed the connection"),
    (TooLarge, Silence.TOO_LARGE, ""),
    (Garbled, Silence.GARBLED, ""),
    (CertificateDemanded, Silence.CLIENT_CERT, _NO_CERTIFICATE),
    (ConnectionRefusedError, Silence.REFUSED, "the connection was refused"),
    (ConnectionError, Silence.RESET, "the peer reset the connection"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what sockets, TLS and framing raise into `NoAnswer`, once.

    Raises:
        NoAnswer: with the silence that the failure means, and our own words.
    """
    try:
        yield
    except (CertificateDemanded, EOFError, Garbled, OSError) as error:
        raise _meaning(error) from error


def _meaning(error: Exception) -> NoAnswer:
    for kind, silence, why in _MEANINGS:
        if isinstance(error, kind):
            return NoAnswer(silence, why or str(error))
    if isinstance(error, ssl.SSLError):
        return _of_tls(error.reason or "an unreadable handshake")
    if isinstance(error, OSError) and error.errno in _SHORTAGES:
        return NoAnswer(Silence.SHORT, "we ran out of descriptors or local ports")
    return NoAnswer(Silence.UNREACHABLE, "the host cannot be reached")


def _of_tls(reason: str) -> NoAnswer:
    if any(word in reason for word in _WANTS_CERTIFICATE):
        return NoAnswer(Silence.CLIENT_CERT, _NO_CERTIFICATE)
    return NoAnswer(Silence.TLS, f"TLS: {reason.replace('_', ' ').lower()}")
