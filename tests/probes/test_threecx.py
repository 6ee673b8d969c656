"""What the 3CX probe makes of the file that installed a server, and of its absence."""

import pytest

from probes.threecx import ThreeCx
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = ThreeCx()
OPEN = load("threecx/18-open")


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of an assessment, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize("name", ["18-open", "18-leads"])
def test_the_file_of_the_installation_is_open(name: str) -> None:
    """That it is there is all that is kept of it."""
    found = replay(PROBE, load(f"threecx/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, Service("3cx"))
    assert found.holdings == (Holding(name="SetupConfig.xml", kind="file"),)
    assert "tcxinit" not in repr(found)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\n"])
def test_what_editors_put_before_the_file_does_not_hide_it(before: bytes) -> None:
    """A mark of the order of bytes, and empty lines."""
    found = replay(PROBE, OPEN.with_payload(1, before + OPEN.exchanges[1].payload.lstrip()))

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN


def test_a_web_client_without_the_file_is_locked() -> None:
    """Its log-in page is no finding, and a file that was taken away ends one."""
    found = replay(PROBE, load("threecx/18-shut"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


def test_what_only_leads_to_a_web_client_is_left_to_others() -> None:
    """Other products have one, too."""
    missing = load("threecx/18-leads").with_reply(1, status=404)

    assert silence(replay(PROBE, missing)) is Silence.UNRECOGNISED


def test_a_control_that_is_found_proves_nothing() -> None:
    """A server that answers everything with that file is not called open."""
    assert silence(replay(PROBE, OPEN.with_reply(2, status=200))) is Silence.HALF_PROOF


def test_a_busy_server_is_not_settled() -> None:
    """It may hand the file out tomorrow."""
    assert silence(replay(PROBE, OPEN.with_reply(1, status=503))) is Silence.BUSY


@pytest.mark.parametrize(
    "body",
    [
        b"<html><SetupConfig></html>",
        b'<?xml version="1.0"?><Setup><SetupConfig/></Setup>',
        b"<SetupConfiguration/>",
    ],
)
def test_a_page_that_only_names_the_element_is_not_the_file(body: bytes) -> None:
    """Its first element is what tells it."""
    found = replay(PROBE, OPEN.with_payload(1, body))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize(("status", "text"), [(404, "<title>3CX Webclient</title>"), (200, "3CX")])
def test_another_page_is_not_identified(status: int, text: str) -> None:
    """Neither an error nor the bare name."""
    page = Recorded(ask="GET /", status=status, text=text)

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
