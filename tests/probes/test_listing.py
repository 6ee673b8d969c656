"""What the probe for listed folders makes of real pages, and of pages that only look so."""

import pytest

from probes.listing import Listing
from scanner.model import Access, Assessment, Holding, Outcome, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = Listing()
PYTHON = load("listing/python-3.11-open")


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "count"), [("python-3.11-open", 3), ("apache-2.4-open", 2), ("nginx-1.22-open", 3)]
)
def test_a_listed_root_is_open(name: str, count: int) -> None:
    """Its entries are counted, and their names dropped."""
    found = replay(PROBE, load(f"listing/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="/", kind="folder", records=count),)
    assert "fax" not in str(found)


def test_an_empty_folder_proves_nothing() -> None:
    """There is nothing to take."""
    empty = b"<title>Index of /</title><h1>Index of /</h1>"
    found = unknown(replay(PROBE, PYTHON.with_payload(0, empty)))

    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("status", [200, 302, 403])
def test_a_control_that_is_found_proves_nothing(status: int) -> None:
    """A server that has every folder is not called open."""
    found = unknown(replay(PROBE, PYTHON.with_reply(1, status=status)))

    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<title>Index of /</title><p>Index of /</p>"),
        (200, "<title>Our index</title><h1>Our index</h1>"),
        (403, "<title>Index of /</title><h1>Index of /</h1>"),
    ],
)
def test_another_page_is_not_identified(status: int, text: str) -> None:
    """Title and heading have to say the same, with success."""
    page = Recorded(ask="GET /", status=status, text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
