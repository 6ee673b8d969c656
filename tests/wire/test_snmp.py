"""The discovery of an SNMPv3 engine, and whatever may come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, snmp
from scanner.wire.snmp import DISCOVERY, Engine
from tests.transcripts import load

REPORT = load("snmp/5.9-open").exchanges[0].payload


def test_the_discovery_names_nobody() -> None:
    """No engine, no user, no secret: four empty texts in a row, and no variable is asked for."""
    assert len(DISCOVERY) == 58
    assert DISCOVERY[1] == len(DISCOVERY) - 2
    assert bytes.fromhex("0400020100020100040004000400") in DISCOVERY
    assert DISCOVERY.endswith(bytes.fromhex("3000"))


def test_a_report_gives_the_maker_s_number() -> None:
    """8072 is Net-SNMP's."""
    assert snmp.decode(REPORT) == Engine(8072)


@given(st.integers(0, len(REPORT) - 1))
def test_a_report_that_is_cut_short_is_garbled(end: int) -> None:
    """At any byte."""
    with pytest.raises(Garbled):
        snmp.decode(REPORT[:end])


@given(st.binary(max_size=200) | st.binary(max_size=60).map(REPORT[:20].__add__))
def test_whatever_comes_is_a_report_or_garbled(data: bytes) -> None:
    """Reading never fails otherwise."""
    try:
        found = snmp.decode(data)
    except Garbled:
        return
    assert isinstance(found, Engine)


@given(st.integers(0, len(REPORT) - 1), st.integers(0, 255))
def test_a_changed_byte_is_a_report_or_garbled(place: int, value: int) -> None:
    """Lengths and tags that lie."""
    data = REPORT[:place] + bytes([value]) + REPORT[place + 1 :]
    try:
        found = snmp.decode(data)
    except Garbled:
        return
    assert isinstance(found, Engine)
