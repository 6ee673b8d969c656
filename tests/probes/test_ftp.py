"""What the FTP probe makes of greetings: it sends nothing but a farewell."""

import pytest

from probes.ftp import GREETING, QUIT, Ftp, recognised
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.wire.lines import Reply
from tests.transcripts import asked, load, replay

PROBE = Ftp()


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("vsftpd-3.0", Service("vsftpd", "3.0.3")),
        ("pure-ftpd-1.0", Service("pure-ftpd")),
        ("activefax", Service("activefax", "4.25")),
    ],
)
def test_a_server_is_identified_by_its_greeting(name: str, service: Service) -> None:
    """Nothing is proved, and nothing is tried."""
    found = replay(PROBE, load(f"ftp/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, service)
    assert asked(PROBE, load(f"ftp/{name}")) == [GREETING.name, QUIT.name]


def test_a_full_server_is_busy() -> None:
    """It greets with 421."""
    found = replay(PROBE, load("ftp/pure-ftpd-full"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.BUSY


def test_a_mail_server_is_not_ours() -> None:
    """It greets with 220 as well."""
    found = replay(PROBE, load("ftp/postfix"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


@pytest.mark.parametrize(
    ("greeting", "service"),
    [
        (Reply(220, ("FileZilla Server 1.8.2",)), Service("filezilla-server", "1.8.2")),
        (Reply(220, ("Microsoft FTP Service",)), Service("iis-ftp")),
        (Reply(220, ("files FTP server (Version 6.4) ready.",)), Service("ftp")),
        (Reply(220, ("host server (HylaFAX (tm) Version 6.0.7) ready.",)), None),
        (Reply(220, ("Welcome",)), None),
        (Reply(530, ("FTP server says no",)), None),
    ],
)
def test_products_are_told_apart_by_their_own_words(
    greeting: Reply, service: Service | None
) -> None:
    """A fax server speaks likewise and is another probe's."""
    assert recognised(greeting) == service
