"""Whose device a front page is, and that nothing behind it is asked for."""

import pytest

from probes.mfp import Mfp
from scanner.model import Access, Assessment, Service
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Mfp()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def recognised(server: str = "", title: str = "", location: str = "") -> Service | None:
    """Show the probe a front page."""
    headers = {"server": server, "location": location}
    return PROBE.identify(Page(status=200, headers=headers, body=_page(title)))


def _page(title: str) -> bytes:
    return f"<html><head><title>{title}</title></head></html>".encode()


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("hp-officejet-open", "hp-printer"),
        ("ricoh-open", "ricoh-printer"),
        ("konica-redirect", "konica-minolta-printer"),
        ("kyocera-open", "kyocera-printer"),
    ],
)
def test_a_device_that_shows_its_page_is_identified(name: str, product: str) -> None:
    """A page for everybody proves nothing; it is the only one that is asked for."""
    transcript = load(f"mfp/{name}")
    found = settled(transcript)

    assert (found.access, found.service) == (Access.IDENTIFIED, Service(product))
    assert found.because == "shows its front page to anyone; no other was asked for"
    assert asked(PROBE, transcript) == ["GET /"]


@pytest.mark.parametrize(
    ("name", "product", "because"),
    [
        ("xerox-locked", "xerox-printer", "GET / answered 401"),
        ("canon-login", "canon-printer", "its front page is a login"),
    ],
)
def test_a_device_that_wants_a_login_first_is_locked(name: str, product: str, because: str) -> None:
    """By HTTP, or by a page that is a login and says so."""
    found = settled(load(f"mfp/{name}"))

    assert (found.access, found.service.product, found.because) == (
        Access.LOCKED,
        product,
        because,
    )


def test_the_address_book_of_a_kyocera_is_not_opened() -> None:
    """The service that hands it out is told of, and its flaw is not used."""
    found = settled(load("mfp/kyocera-gsoap"))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service("gsoap"))
    assert asked(PROBE, load("mfp/kyocera-gsoap")) == ["GET /"]


def test_a_serial_number_goes_no_further() -> None:
    """HP's header holds one, and the model."""
    transcript = load("mfp/hp-officejet-open")
    header = {"server": "HP HTTP Server; HP Officejet 6500 - CB057A; Serial Number: CANARY;"}

    assert "CANARY" not in repr(settled(transcript.with_reply(0, headers=header)))


@pytest.mark.parametrize(
    ("server", "product"),
    [
        ("HP HTTP Server; HP Photosmart C309a series - CC335A", "hp-printer"),
        ("HP-ChaiSOE/1.0", "hp-printer"),
        ("HP-ChaiServer/3.0", "hp-printer"),
        ("CANON HTTP Server Ver2.30", "canon-printer"),
        ("Catwalk", "canon-printer"),
        ("KM-MFP-http/V0.0.1", "kyocera-printer"),
        ("TOSHIBA TEC CORPORATION", "toshiba-printer"),
        ("EPSON_Linux UPnP/1.0 Epson UPnP SDK/1.0", "epson-printer"),
        ("OKIDATA-HTTPD/1.0", "oki-printer"),
    ],
)
def test_a_maker_is_known_by_what_his_server_is_called(server: str, product: str) -> None:
    """As the header begins."""
    assert recognised(server=server) == Service(product)


@pytest.mark.parametrize(
    ("title", "product"),
    [
        ("HP LaserJet M1536dnf MFP&nbsp;&nbsp;&nbsp;192.0.2.7", "hp-printer"),
        ("HP Color LaserJet CP4005 Printers", "hp-printer"),
        ("HP Officejet Pro L7500", "hp-printer"),
        ("Web Image Monitor", "ricoh-printer"),
        ("RICOH SP 230DNw", "ricoh-printer"),
        ("KONICA MINOLTA magicolor 4690MF", "konica-minolta-printer"),
        ("Remote UI&lt;Top page&gt;: iR C3220", "canon-printer"),
        ("XEROX WORKCENTRE PRO - Status", "xerox-printer"),
        ("Xerox(R) B315", "xerox-printer"),
        ("Xerox Color 570 - 192.0.2.7", "xerox-printer"),
        ("Home - Phaser 6360DT", "xerox-printer"),
        ("Top Page - MX-2600N", "sharp-printer"),
        ("Machine Identification - MX-3071", "sharp-printer"),
        ("Lexmark X656de", "lexmark-printer"),
        ("Lexmark&#032;CX510de", "lexmark-printer"),
        ("TOSHIBA e-STUDIO306CS", "toshiba-printer"),
        ("TopAccess", "toshiba-printer"),
        ("Brother MFC-L5900DW series", "brother-printer"),
    ],
)
def test_a_maker_is_known_by_what_his_page_is_called(title: str, product: str) -> None:
    """The family of its devices is in the title, in most cases with the model."""
    assert recognised(title=title) == Service(product)


@pytest.mark.parametrize(
    ("server", "title"),
    [
        ("HP-iLO-Server/1.30", "HP Integrated Lights-Out 4"),
        ("eHTTP v2.0", "HP ProCurve Switch 2824"),
        ("VB", "Canon Network Camera VB-H43"),
        ("nginx", "Xerox DocuShare"),
        ("Apache", "Sharp"),
        ("Virata-EmWeb/R6_2_1", "ADSL router"),
        ("CUPS/2.4 IPP/2.1", "Home - CUPS 2.4.2"),
        ("Web-Server/3.0", "Welcome"),
        ("nginx", "How to read Web Image Monitor"),
    ],
)
def test_what_else_a_maker_makes_is_no_printer(server: str, title: str) -> None:
    """Nor is a toolkit that many build upon, or a page about a device."""
    assert recognised(server=server, title=title) is None
