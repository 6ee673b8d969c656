"""What the IPP probe makes of real replies, and of half and false ones."""

import struct
from typing import Any

import pytest

from probes.ipp import AT_DEVICE, AT_FAX, AT_ROOT, QUEUES, Ipp
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import FRONT
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Ipp()
CUPS = load("ipp/cups-2.4-open")
DEVICE = load("ipp/everywhere-2.4-open")
IPP = {"content-type": "application/ipp"}


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def of(*exchanges: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=exchanges)


def spoken(ask: str, number: int, status: int, **keywords: str) -> Recorded:
    """Answer in IPP, with one printer of these keywords where there are any."""
    head = struct.pack(">HHI", 0x0101, status, number)
    group = b"\x04" + b"".join(_keyword(name, value) for name, value in keywords.items())
    return Recorded(ask=ask, headers=IPP, hex=(head + group * bool(keywords) + b"\x03").hex())


def _keyword(name: str, value: str) -> bytes:
    key = name.replace("_", "-").encode()
    return struct.pack(f">BH{len(key)}sH", 0x44, len(key), key, len(value)) + value.encode()


def unsigned(*, login: str, **more: str) -> Transcript:
    """Give a device without a web page, whose printer says how one says who one is."""
    ask, control = AT_DEVICE.ask.name, AT_DEVICE.control.name
    return of(
        Recorded(ask="GET /", status=404, text="no page"),
        spoken(ask, 1, 0, uri_authentication_supported=login, **more),
        spoken(AT_FAX.ask.name, 7, 0x0406),
        spoken(control, 2, 0x0501),
    )


def test_a_print_server_that_asks_nobody_is_open() -> None:
    """With its queues, and how many jobs wait in each; no job is looked at."""
    found = assessed(replay(PROBE, CUPS))

    assert (found.access, found.service.product, found.service.version) == (
        Access.OPEN,
        "cups",
        "2.4.2",
    )
    assert [(one.name, one.kind, one.records) for one in found.holdings] == [
        ("faxes", "queue", 2),
        ("letters", "queue", 0),
    ]
    assert found.because == "2 of 2 queues print for anyone, by its own statement, and in clear"
    assert asked(PROBE, CUPS) == [FRONT.name, QUEUES.ask.name, QUEUES.control.name]


def test_a_device_that_asks_nobody_is_open() -> None:
    """It is called by its maker and known by its UUID; its model's name goes no further."""
    found = assessed(replay(PROBE, DEVICE))

    assert (found.access, found.service.product) == (Access.OPEN, "hp-printer")
    assert found.service.identity == "41878609-c9e0-34f9-756f-182a25d2ae3b"
    assert [(one.name, one.records) for one in found.holdings] == [("/ipp/print", 0)]
    assert "LaserJet" not in repr(found)


def test_a_print_server_with_a_queue_that_demands_a_login_is_partial() -> None:
    """The other one prints for anyone."""
    found = assessed(replay(PROBE, load("ipp/cups-2.4-partial")))

    assert found.access is Access.PARTIAL
    assert found.because.startswith("1 of 2 queues print for anyone")


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("cups-2.4-queues-locked", "states that it prints for nobody without a login"),
        ("cups-2.4-locked", "POST / (queues) answered 401"),
        ("cups-2.4-other-addresses", "POST / (queues) answered 403"),
        ("everywhere-2.4-locked", "states that it prints for nobody without a login"),
    ],
)
def test_who_demands_a_login_is_locked(name: str, because: str) -> None:
    """Whether it says so in IPP or shuts its whole door; the second ask is the last one."""
    found = assessed(replay(PROBE, load(f"ipp/{name}")))

    assert (found.access, found.because) == (Access.LOCKED, because)
    assert len(asked(PROBE, load(f"ipp/{name}"))) == 2


def test_a_print_server_without_a_queue_is_only_identified() -> None:
    """What it would demand of whom, nobody has been told."""
    found = assessed(replay(PROBE, load("ipp/cups-2.4-empty")))

    assert (found.access, found.service.version) == (Access.IDENTIFIED, "2.4.2")


def test_a_print_server_that_wants_tls_first_is_asked_nothing_in_clear() -> None:
    """CUPS takes no password in clear from other hosts: it is nobody until it is asked in TLS."""
    transcript = load("ipp/cups-2.4-tls-only")

    assert unknown(replay(PROBE, transcript)).silence is Silence.UNRECOGNISED
    assert asked(PROBE, transcript) == ["GET /"]


@pytest.mark.parametrize(
    ("login", "access"),
    [
        ("none", Access.OPEN),
        ("requesting-user-name", Access.OPEN),
        ("basic", Access.LOCKED),
        ("digest", Access.LOCKED),
        ("negotiate", Access.LOCKED),
        ("oauth", Access.LOCKED),
        ("certificate", Access.CLIENT_CERT),
    ],
)
def test_the_printer_s_own_statement_decides(login: str, access: Access) -> None:
    """A name that is taken as it is told is no login."""
    assert assessed(replay(PROBE, unsigned(login=login))).access is access


def test_a_printer_that_states_nothing_is_unknown() -> None:
    """It has no attribute of that name, which it must have."""
    silent = unsigned(login="").with_reply(
        1, hex=spoken("", 1, 0, printer_make_and_model="Canon").hex
    )
    assert unknown(replay(PROBE, silent)).silence is Silence.HALF_PROOF


def test_a_device_is_called_by_its_maker_and_firmware() -> None:
    """Where the firmware is a number."""
    device = unsigned(
        login="none",
        printer_make_and_model="Brother MFC-L2750DW series",
        printer_firmware_string_version="1.51",
    )
    found = assessed(replay(PROBE, device))

    assert (found.service.product, found.service.version) == ("brother-printer", "1.51")


@pytest.mark.parametrize(
    ("login", "access", "because"),
    [
        ("none", Access.OPEN, "prints and sends faxes for anyone, by its own statement"),
        ("basic", Access.PARTIAL, "prints for anyone, by its own statement"),
    ],
)
def test_a_fax_is_a_door_of_its_own(login: str, access: Access, because: str) -> None:
    """It states its own login, and is listed beside the printer."""
    features = {"ipp_features_supported": "faxout", "uri_authentication_supported": login}
    fax = spoken(AT_FAX.ask.name, 7, 0, **features)
    found = assessed(replay(PROBE, unsigned(login="none").with_reply(2, hex=fax.hex)))

    assert (found.access, found.because) == (access, because)
    assert [(one.name, one.kind) for one in found.holdings] == [
        ("/ipp/print", "queue"),
        ("/ipp/faxout", "fax"),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"silence": Silence.CLOSED}, id="closed"),
        pytest.param({"status": 404}, id="no such page"),
        pytest.param(
            {"hex": spoken("", 7, 0, uri_authentication_supported="none").hex}, id="no fax at all"
        ),
    ],
)
def test_a_device_without_a_fax_only_prints(reply: dict[str, Any]) -> None:
    """Some answer at every path as their printer does: what does not say that it faxes is none."""
    found = assessed(replay(PROBE, unsigned(login="none").with_reply(2, **reply)))

    assert (found.access, len(found.holdings)) == (Access.OPEN, 1)


def test_a_queue_that_sends_faxes_is_told() -> None:
    """By a bit of its type, which CUPS has for that."""
    before, kind, after = CUPS.exchanges[1].payload.partition(b"printer-type\x00\x04")
    payload = before + kind + bytes.fromhex("00040004") + after[4:]
    found = assessed(replay(PROBE, CUPS.with_payload(1, payload)))

    assert found.because.startswith("2 of 2 queues print for anyone or send faxes, by its own")


@pytest.mark.parametrize("uuid", ["urn:uuid:00000000-0000-0000-0000-000000000000", "mine", ""])
def test_an_identity_that_is_none_is_not_kept(uuid: str) -> None:
    """Devices without one say zeros: they are not one device."""
    found = assessed(replay(PROBE, unsigned(login="none", printer_uuid=uuid)))

    assert found.service.identity is None


@pytest.mark.parametrize("status", [0x0000, 0x0400, 0x0406, 0x0500])
def test_a_control_that_is_not_refused_as_unknown_proves_nothing(status: int) -> None:
    """Only "operation not supported" is the answer to an operation that there is not."""
    control = spoken(AT_DEVICE.control.name, 2, status)
    found = unknown(replay(PROBE, DEVICE.with_reply(3, hex=control.hex)))

    assert found.silence is Silence.HALF_PROOF


def test_an_older_device_is_asked_at_its_root() -> None:
    """`/ipp/print` came with IPP Everywhere."""
    old = of(
        Recorded(ask="GET /", text="<title>Printer</title>"),
        Recorded(ask=AT_DEVICE.ask.name, status=404),
        spoken(AT_ROOT.ask.name, 3, 0, uri_authentication_supported="none"),
        spoken(AT_ROOT.control.name, 4, 0x0501),
    )
    found = assessed(replay(PROBE, old))

    assert (found.access, found.holdings[0].name) == (Access.OPEN, "/")


def test_a_print_server_that_hides_its_name_is_asked_for_its_queues() -> None:
    """It answers in IPP that it has no printer of that name."""
    hidden = of(
        Recorded(ask="GET /", status=404),
        spoken(AT_DEVICE.ask.name, 1, 0x0406),
        *CUPS.exchanges[1:],
    )
    assert assessed(replay(PROBE, hidden)).access is Access.OPEN


def test_a_server_without_the_printer_and_without_queues_is_not_called_cups() -> None:
    """Whoever lists no queues is some other server that speaks IPP."""
    other = of(
        Recorded(ask="GET /", status=404),
        spoken(AT_DEVICE.ask.name, 1, 0x0406),
        spoken(QUEUES.ask.name, 5, 0x0501),
    )

    assert unknown(replay(PROBE, other)).service == Service("ipp-printer")


@pytest.mark.parametrize("status", [0x0401, 0x0402, 0x0403])
def test_a_refusal_in_ipp_is_locked(status: int) -> None:
    """Some devices demand the login there and not in HTTP."""
    shut = of(Recorded(ask="GET /"), spoken(AT_DEVICE.ask.name, 1, status))

    assert assessed(replay(PROBE, shut)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (403, Silence.UNRECOGNISED)]
)
def test_a_door_that_names_nobody_is_left_to_the_next_probe(status: int, silence: Silence) -> None:
    """It may be anybody's; nothing more is asked."""
    guarded = of(Recorded(ask="GET /", status=401), Recorded(ask=AT_DEVICE.ask.name, status=status))
    found = unknown(replay(PROBE, guarded))

    assert (found.silence, found.service) == (silence, None)


def test_another_web_server_is_left_to_the_next_probe() -> None:
    """It knows no IPP at either path, even if it says 200 to everything."""
    page = Recorded(ask="GET /", headers={"content-type": "text/html"}, text="<title>Hi</title>")
    asks = (AT_DEVICE.ask.name, AT_ROOT.ask.name)
    other = of(page, *(Recorded(ask=ask, headers=page.headers, text="hi") for ask in asks))

    assert unknown(replay(PROBE, other)).service is None


@pytest.mark.parametrize(
    ("server", "title", "product"),
    [
        ("CUPS/2.4 IPP/2.1", "", "cups"),
        ("CUPS IPP", "", "cups"),
        ("CUPS/2.4.2 (Linux 6.1.0; x86_64) IPP/2.1", "", "cups"),
        ("", "Home - CUPS 2.4.2", "cups"),
        # Devices that are built with the library of CUPS are no print servers.
        ("CUPS/2.4.2", "", "ipp-printer"),
        ("nginx", "CUPS", "ipp-printer"),
    ],
)
def test_a_print_server_is_known_by_its_signs(server: str, title: str, product: str) -> None:
    """By its Server header, in any of its lengths, or by the end of its title."""
    front = Recorded(ask="GET /", headers={"server": server}, text=f"<title>{title}</title>")
    asks = asked(PROBE, of(front, *CUPS.exchanges[1:], *DEVICE.exchanges[1:]))

    assert asks[1] == (QUEUES if product == "cups" else AT_DEVICE).ask.name
