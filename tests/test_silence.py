"""Every failure of a socket, of TLS or of framing has one meaning."""

import errno
import ssl
from typing import Any

import pytest

from scanner.model import Silence
from scanner.probe import NoAnswer
from scanner.silence import translated
from scanner.stream import CertificateDemanded
from scanner.wire import Garbled
from scanner.wire.http import TooLarge


def of_errno(code: int) -> OSError:
    """The error that Python makes of an errno."""
    return OSError(code, "the system's words")


def of_tls(reason: Any) -> ssl.SSLError:
    """An error as OpenSSL's binding raises it, sometimes without a reason."""
    error = ssl.SSLError(1, "OpenSSL's words")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "silence"),
    [
        (TimeoutError(), Silence.TIMEOUT),
        (of_errno(errno.ETIMEDOUT), Silence.TIMEOUT),
        (EOFError(), Silence.CLOSED),
        (TooLarge("a body above 1 byte"), Silence.TOO_LARGE),
        (Garbled("expected JSON"), Silence.GARBLED),
        (of_errno(errno.ECONNREFUSED), Silence.REFUSED),
        (of_errno(errno.ECONNRESET), Silence.RESET),
        (of_errno(errno.EPIPE), Silence.RESET),
        (of_errno(errno.ECONNABORTED), Silence.RESET),
        (of_errno(errno.EHOSTUNREACH), Silence.UNREACHABLE),
        (of_errno(errno.ENETUNREACH), Silence.UNREACHABLE),
        (of_errno(errno.EACCES), Silence.UNREACHABLE),
        (of_errno(errno.EINVAL), Silence.UNREACHABLE),
        (of_errno(errno.EMFILE), Silence.SHORT),
        (of_errno(errno.EADDRNOTAVAIL), Silence.SHORT),
        (CertificateDemanded(), Silence.CLIENT_CERT),
        (of_tls("TLSV13_ALERT_CERTIFICATE_REQUIRED"), Silence.CLIENT_CERT),
        (of_tls("SSLV3_ALERT_BAD_CERTIFICATE"), Silence.CLIENT_CERT),
        (of_tls("SSLV3_ALERT_HANDSHAKE_FAILURE"), Silence.TLS),
        (of_tls("WRONG_VERSION_NUMBER"), Silence.TLS),
        (of_tls(None), Silence.TLS),
    ],
)
def test_a_failure_has_one_meaning(error: Exception, silence: Silence) -> None:
    """Each names its silence, in our own words and never in the library's."""
    with pytest.raises(NoAnswer) as caught, translated():
        raise error
    assert caught.value.silence is silence
    assert "words" not in caught.value.why


def test_a_bug_of_ours_is_not_translated() -> None:
    """Only what a peer or the network can cause is a silence."""
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


def test_an_answer_that_failed_already_keeps_its_silence() -> None:
    """`NoAnswer` passes through the blocks around it."""
    with pytest.raises(NoAnswer) as caught, translated(), translated():
        raise EOFError
    assert caught.value.silence is Silence.CLOSED
