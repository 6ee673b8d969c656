"""What the SNPP probe makes of greetings of pagers, and of others."""

import pytest

from probes.snpp import Snpp
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Answer, Exchange
from tests.transcripts import asked, load, replay

PROBE = Snpp()


def test_the_paging_port_of_hfaxd_is_only_identified() -> None:
    """A log-in there opens a job; its greeting says enough."""
    transcript = load("snpp/hylafax-6.0")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("hylafax-snpp", "6.0.7"))
    assert asked(PROBE, transcript) == ["greeting", "QUIT"]


def test_another_pager_is_identified_too() -> None:
    """It speaks the protocol and names no product; what else it says is not kept."""
    found = replay(PROBE, load("snpp/another"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("snpp"))


@pytest.mark.parametrize("name", ["hylafax-6.0-shut-down", "hylafax-6.0-cannot-start"])
def test_a_pager_that_serves_nobody_is_busy(name: str) -> None:
    """It may be back tomorrow."""
    found = replay(PROBE, load(f"snpp/{name}"))

    assert isinstance(found, Unknown)
    assert (found.silence, found.service) == (Silence.BUSY, Service("hylafax-snpp"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("220 faxhost server (HylaFAX (tm) Version 6.0.7) ready.\r\n", id="fax"),
        pytest.param("220 mail.example ESMTP Postfix\r\n", id="mail"),
        pytest.param("220 ProFTPD Server ready.\r\n", id="FTP"),
        pytest.param("421 Too many connections.\r\n", id="a full server of any kind"),
        pytest.param("530 faxhost SNPP server (HylaFAX) ready.\r\n", id="another code"),
    ],
)
def test_another_service_is_not_recognised(text: str) -> None:
    """Many servers greet with 220; only a pager says SNPP."""
    assert PROBE.identify(Answer(data=text.encode())) is None


def test_nobody_logs_in_and_nobody_is_paged() -> None:
    """The farewell is all that is ever said."""
    asks = [ask for ask in PROBE.about.asks if isinstance(ask, Exchange)]

    assert [ask.payload for ask in asks] == [b"QUIT\r\n"]
