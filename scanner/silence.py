"""What the failures of sockets, TLS and framing mean: translated here, once, into `NoAnswer`."""

import errno
import ssl
from collections.abc import Iterator
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


@contextmanager
def translated() -> Iterator[None]:
    """Turn what sockets, TLS and framing raise into `NoAnswer`, once.

    Raises:
        NoAnswer: with the silence that the failure means, and our own words.
    """
    try:
        yield
    except TimeoutError as error:
        raise NoAnswer(Silence.TIMEOUT, "no answer in time") from error
    except EOFError as error:
        raise NoAnswer(Silence.CLOSED, "the peer closed the connection") from error
    except TooLarge as error:
        raise NoAnswer(Silence.TOO_LARGE, str(error)) from error
    except Garbled as error:
        raise NoAnswer(Silence.GARBLED, str(error)) from error
    except CertificateDemanded as error:
        raise _certificate_demanded() from error
    except ssl.SSLError as error:
        raise _tls_silence(error) from error
    except ConnectionRefusedError as error:
        raise NoAnswer(Silence.REFUSED, "the connection was refused") from error
    except ConnectionError as error:
        raise NoAnswer(Silence.RESET, "the peer reset the connection") from error
    except OSError as error:
        if error.errno in _SHORTAGES:
            raise NoAnswer(Silence.BUSY, "we ran out of descriptors or local ports") from error
        raise NoAnswer(Silence.UNREACHABLE, "the host cannot be reached") from error


def _tls_silence(error: ssl.SSLError) -> NoAnswer:
    reason = error.reason or "an unreadable handshake"
    if any(word in reason for word in _WANTS_CERTIFICATE):
        return _certificate_demanded()
    return NoAnswer(Silence.TLS, f"TLS: {reason.replace('_', ' ').lower()}")


def _certificate_demanded() -> NoAnswer:
    return NoAnswer(Silence.CLIENT_CERT, "the server demands a client certificate")
