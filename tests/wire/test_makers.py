"""Makers by what their models are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import makers


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("HP LaserJet MFP M428fdw", "hp"),
        ("Hewlett-Packard HP LaserJet 4", "hp"),
        ("hp color laserjet", "hp"),
        ("FUJI XEROX ApeosPort-V C3375", "fujifilm"),
        ("Xerox WorkCentre 7225", "xerox"),
        ("KONICA MINOLTA bizhub C258", "konica-minolta"),
        ("  Kyocera TASKalfa 2553ci", "kyocera"),
        ("SAVIN MP C3003", "ricoh"),
        ("HPE something else", None),
        ("Okidata", None),
        ("The printer of HP", None),
        ("", None),
    ],
)
def test_a_model_begins_with_its_maker(model: str, maker: str | None) -> None:
    """As a whole word, in any case."""
    assert makers.of(model) == maker


@given(st.text(max_size=40))
def test_any_text_is_some_maker_s_or_nobody_s(model: str) -> None:
    """What a device calls itself never leaves as it came."""
    assert makers.of(model) in {None, *makers.MAKERS.values()}
