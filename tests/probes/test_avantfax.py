"""What the AvantFAX probe makes of log-in pages, of lists of faxes, and of half proofs."""

import pytest

from probes.avantfax import Avantfax
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Avantfax()
LISTED = load("avantfax/3.3-listed")
LOCKED = load("avantfax/3.3-locked")


def settled(outcome: Outcome) -> Assessment:
    """Insist on an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of one, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


def test_a_log_in_page_is_no_finding() -> None:
    """The form leads to the log-in, and the folders are forbidden or have a page of their own."""
    found = settled(replay(PROBE, LOCKED))

    assert (found.access, found.service) == (Access.LOCKED, Service("avantfax", "3.3.7"))


def test_listed_folders_are_open_although_the_pages_are_not() -> None:
    """The web server hands out what AvantFAX guards; entries are counted, names dropped."""
    found = settled(replay(PROBE, LISTED))

    assert found.access is Access.OPEN
    assert found.holdings == (
        Holding(name="/faxes/recvd/", kind="folder", records=3),
        Holding(name="/faxes/sent/", kind="folder", records=1),
    )
    assert found.because.endswith("without credentials: 3 in /faxes/recvd/, 1 in /faxes/sent/")
    assert "2026" not in repr(found)


def test_a_shown_form_is_open() -> None:
    """Who sees the form of a new fax sees the inbox as well; how much is in it is not asked."""
    found = settled(replay(PROBE, load("avantfax/3.3-open")))

    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="inbox", kind="queue"),)


def test_no_link_is_followed() -> None:
    """The folders themselves, and one that cannot exist."""
    assert asked(PROBE, LISTED) == [
        "GET /",
        "GET /sendfax.php",
        "GET /faxes/recvd/",
        "GET /faxes/sent/",
        "GET /ronde-no-such-folder/",
    ]


@pytest.mark.parametrize("status", [200, 302, 403])
def test_a_control_that_is_found_proves_nothing(status: int) -> None:
    """A server that has every folder is not called open."""
    assert silence(replay(PROBE, LISTED.with_reply(4, status=status))) is Silence.HALF_PROOF


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_busy_server_is_not_called_locked(place: int) -> None:
    """What it cannot tell now may be open tomorrow."""
    assert silence(replay(PROBE, LOCKED.with_reply(place, status=503))) is Silence.BUSY


@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_fails_is_not_called_locked(place: int, status: int) -> None:
    """A folder that cannot be shown now was not refused."""
    failing = LOCKED.with_reply(place, status=status)

    assert silence(replay(PROBE, failing)) is Silence.HALF_PROOF


def test_a_list_in_a_form_that_is_not_known_is_not_called_locked() -> None:
    """Themes of web servers have headings of their own."""
    themed = b'<title>Index of /faxes/recvd/</title><h1>Folder</h1><a href="2026/">2026</a>'

    assert silence(replay(PROBE, LOCKED.with_payload(2, themed).with_reply(2, status=200))) is (
        Silence.HALF_PROOF
    )


def test_a_page_that_is_neither_form_nor_log_in_is_not_settled() -> None:
    """A redirect to another place is not the log-in of this product."""
    elsewhere = LOCKED.with_reply(1, headers={"location": "/maintenance.html"})

    assert silence(replay(PROBE, elsewhere)) is Silence.HALF_PROOF


def test_another_page_is_not_identified() -> None:
    """A title that only begins likewise is another product's."""
    page = Recorded(ask="GET /", text="<title>AvantFAX - Login</title>")

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
