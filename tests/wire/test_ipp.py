"""Requests of IPP, and whatever may come back."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, ipp
from scanner.wire.ipp import Printer, Response
from tests.transcripts import load

QUEUES = load("ipp/cups-2.4-partial").exchanges[1].payload
DEVICE = load("ipp/everywhere-2.4-open").exchanges[1].payload

HEAD = bytes.fromhex("0101 0000 00000007")
END = b"\x03"


def attribute(tag: int, name: bytes, value: bytes) -> bytes:
    """Write one value of an attribute; a further one has no name."""
    return (
        bytes([tag]) + struct.pack(">H", len(name)) + name + struct.pack(">H", len(value)) + value
    )


def printer(*attributes: bytes) -> Printer:
    """Read the only printer of a response."""
    (found,) = ipp.decode(HEAD + b"\x04" + b"".join(attributes) + END, 7).printers
    return found


def test_a_request_is_what_the_standard_shows() -> None:
    """Version, operation and number; then charset and language before all else [RFC 8010, 3.1]."""
    sent = ipp.request(ipp.GET_PRINTER_ATTRIBUTES, 9, "ipp://localhost/ipp/print")

    assert sent[:9] == bytes.fromhex("0101 000b 00000009 01")
    assert sent[9:].startswith(attribute(0x47, b"attributes-charset", b"utf-8"))
    assert attribute(0x45, b"printer-uri", b"ipp://localhost/ipp/print") in sent
    assert attribute(0x44, b"requested-attributes", b"printer-make-and-model") in sent
    assert attribute(0x44, b"", b"queued-job-count") in sent
    assert sent.endswith(END)


@pytest.mark.parametrize("word", [b"job-name", b"user", b"location", b"contact", b"printer-name"])
def test_a_device_is_not_asked_whose_it_is(word: bytes) -> None:
    """Neither jobs nor people; its name is its owner's own."""
    assert word not in ipp.request(ipp.GET_PRINTER_ATTRIBUTES, 1, "ipp://localhost/")


def test_the_queues_of_a_server_are_asked_for_with_their_names() -> None:
    """There is no one printer that the request could be about."""
    sent = ipp.request(ipp.CUPS_GET_PRINTERS, 1)

    assert b"printer-uri" not in sent
    assert attribute(0x44, b"requested-attributes", b"printer-name") in sent


def test_the_queues_of_cups_are_read() -> None:
    """Each with its jobs and the way in which one says who one is."""
    found = ipp.decode(QUEUES, 5)

    assert (found.status, found.succeeded) == (0, True)
    assert [(one.name, one.jobs, one.logins, one.is_free) for one in found.printers] == [
        ("faxes", 2, frozenset({"requesting-user-name"}), True),
        ("letters", 0, frozenset({"basic"}), False),
    ]
    assert {one.version for one in found.printers} == {"2.4.2"}


def test_a_device_is_read() -> None:
    """Its model, its UUID, and that it can be spoken to in clear."""
    (found,) = ipp.decode(DEVICE, 1).printers

    assert (found.name, found.model, found.jobs) == ("", "HP LaserJet 4", 0)
    assert found.uuid.startswith("urn:uuid:")
    assert (found.logins, found.is_clear, found.faxes) == (frozenset({"none"}), True, False)


def test_further_values_belong_to_the_attribute_before() -> None:
    """They have no name of their own."""
    found = printer(
        attribute(0x44, b"uri-authentication-supported", b"basic"),
        attribute(0x44, b"", b"certificate"),
        attribute(0x44, b"job-settable-attributes-supported", b"dropped"),
        attribute(0x44, b"", b"none"),
    )

    assert found.logins == {"basic", "certificate"}


@pytest.mark.parametrize(
    ("said", "faxes"),
    [
        (attribute(0x23, b"printer-type", bytes.fromhex("00040004")), True),
        (attribute(0x23, b"printer-type", bytes.fromhex("00000004")), False),
        (attribute(0x44, b"ipp-features-supported", b"faxout"), True),
        (attribute(0x44, b"ipp-features-supported", b"ipp-everywhere"), False),
    ],
)
def test_a_fax_says_that_it_is_one(said: bytes, *, faxes: bool) -> None:
    """By a bit of CUPS, or by a feature [PWG 5100.15]."""
    assert printer(said).faxes is faxes


def test_a_text_with_its_language_is_read() -> None:
    """The language goes first."""
    value = b"\x00\x02fr\x00\x05Canon"
    assert printer(attribute(0x35, b"printer-make-and-model", value)).model == "Canon"


@pytest.mark.parametrize(
    "value", [attribute(0x44, b"queued-job-count", b"9"), attribute(0x21, b"x", b"\0\0\0\1")]
)
def test_a_count_is_a_number_or_nothing(value: bytes) -> None:
    """A word is none, and neither is another attribute's number."""
    assert printer(value).jobs is None


@pytest.mark.parametrize("part", [b"\x02", b"\x04", attribute(0x44, b"", b"")])
def test_more_parts_than_there_may_be_are_garbled(part: bytes) -> None:
    """Four million of one byte would keep everybody waiting for seconds."""
    with pytest.raises(Garbled):
        ipp.decode(HEAD + part * (ipp.MAX_PARTS + 1) + END, 7)


def test_a_negative_count_is_none() -> None:
    """Nobody has fewer jobs than none."""
    assert printer(attribute(0x21, b"queued-job-count", b"\xff\xff\xff\xff")).jobs is None


def test_what_is_said_of_jobs_is_dropped() -> None:
    """A group of another kind holds no printer."""
    job = b"\x02" + attribute(0x42, b"printer-name", b"dropped")
    assert ipp.decode(HEAD + job + END, 7) == Response(0, ())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HEAD[:7], id="half a head"),
        pytest.param(HEAD, id="no end"),
        pytest.param(bytes.fromhex("0101 0000 00000008 03"), id="another request's"),
        pytest.param(b"\x48\x54" + HEAD[2:] + END, id="another protocol's version"),
        pytest.param(HEAD + b"\x04\x44\xff\xff" + END, id="a name beyond the end"),
        pytest.param(HEAD + b"\x04" * 20_001 + END, id="too many printers"),
    ],
)
def test_what_cannot_be_a_response_is_garbled(data: bytes) -> None:
    """At once."""
    with pytest.raises(Garbled):
        ipp.decode(data, 7)


@given(st.integers(0, len(QUEUES) - 1))
def test_a_response_that_is_cut_short_is_garbled(end: int) -> None:
    """At any byte: what is missing would look like absence."""
    with pytest.raises(Garbled):
        ipp.decode(QUEUES[:end], 5)


@given(st.binary(max_size=200).map(HEAD.__add__) | st.binary(max_size=40))
def test_whatever_comes_is_a_response_or_garbled(data: bytes) -> None:
    """Reading never fails otherwise."""
    try:
        found = ipp.decode(data, 7)
    except Garbled:
        return
    assert isinstance(found, Response)


@given(st.integers(0, len(QUEUES) - 1), st.integers(0, 255))
def test_a_changed_byte_is_a_response_or_garbled(place: int, value: int) -> None:
    """Lengths and tags that lie."""
    try:
        found = ipp.decode(QUEUES[:place] + bytes([value]) + QUEUES[place + 1 :], 5)
    except Garbled:
        return
    assert len(found.printers) <= len(QUEUES)
