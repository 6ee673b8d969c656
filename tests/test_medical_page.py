"""The page that biomedical engineering approves holds every byte of what it consents to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import PROBES
from scanner.model import AssetClass
from scanner.probe import Exchange
from tests.dissect import parts
from tests.pages import MEDICAL

ABOUTS = [one.about for one in PROBES if one.about.made_for is AssetClass.MEDICAL]
SENT = [ask for about in ABOUTS for ask in about.asks if isinstance(ask, Exchange)]
PAGE = MEDICAL.read_text(encoding="utf-8")


def test_it_is_about_dicom_and_hl7() -> None:
    """Whoever makes another probe for medical devices has the page approved again."""
    assert sorted(about.name for about in ABOUTS) == ["dicom", "mllp"]


@pytest.mark.parametrize("ask", SENT, ids=lambda ask: ask.name)
def test_what_is_sent_stands_there_in_hex_and_in_order(ask: Exchange) -> None:
    """The table of a request adds up to the request; it takes no arguments."""
    table = PAGE.partition(f"`{ask.name}`: {len(ask.payload)} bytes.")[2].partition("\n\n|")[2]
    rows = table.partition("\n\n")[0].splitlines()
    cells = [row.split("`")[1] for row in rows if row.startswith("| `")]

    assert bytes.fromhex("".join(cells)) == ask.payload
    assert ask.arguments == ()


@pytest.mark.parametrize("ask", SENT, ids=lambda ask: ask.name)
def test_nothing_is_left_unexplained(ask: Exchange) -> None:
    """Each part has a meaning."""
    assert b"".join(some for some, _ in parts(ask.payload)) == ask.payload
    assert all(meaning for _, meaning in parts(ask.payload))


@given(payload=st.binary(max_size=20).filter(lambda data: data[:1] not in {b"\1", b"\5", b"\7"}))
def test_what_is_no_pdu_is_not_explained_away(payload: bytes) -> None:
    """A request of another kind needs words of its own before the page can be made."""
    with pytest.raises(ValueError, match="no PDU that we know"):
        parts(payload)
