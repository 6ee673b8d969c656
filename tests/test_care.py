"""What a device bears: counted port by port, remembered over processes, pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.care import CARE, Budget
from scanner.model import AssetClass
from scanner.plan import Skip
from scanner.way import Noted, Sign

MEDICAL = CARE[AssetClass.MEDICAL]


def budget(*before: Noted, now: float = 0.0) -> Budget:
    """Take up what a medical device has left."""
    return Budget(MEDICAL, lambda _port, _sign: None, before, now)


def test_the_numbers_are_those_that_were_agreed() -> None:
    """Whoever changes one changes what biomedical engineering has approved."""
    assert (MEDICAL.sockets, MEDICAL.rest, MEDICAL.held, MEDICAL.misses) == (3, 5.0, 3.0, 2)
    assert not MEDICAL.other_transport


def test_each_port_has_sockets_of_its_own() -> None:
    """Three to one leave three to the next."""
    spent = budget((104, Sign.SOCKET), (104, Sign.SOCKET), (104, Sign.SOCKET))

    assert (spent.why_not(104), spent.why_not(2575)) == (Skip.SPENT, None)


@pytest.mark.parametrize(
    ("signs", "why"), [([Sign.RESET], Skip.RESET), ([Sign.MISS, Sign.MISS], Skip.SILENT)]
)
def test_strain_on_one_port_spares_all(signs: list[Sign], why: Skip) -> None:
    """A device is one machine, whichever port it fails on."""
    tired = budget()
    for sign in signs:
        assert tired.why_not(2575) is None
        tired.saw(104, sign)

    assert tired.why_not(2575) is why


def test_it_rests_from_the_end_of_its_last_socket() -> None:
    """The seconds that are left are given; none before anything was opened."""
    rested = budget()
    assert rested.rest(100.0) == 0.0

    rested.left(100.0)
    assert (rested.rest(101.5), rested.rest(105.0)) == (3.5, 0.0)


def test_who_was_called_on_before_rests_first() -> None:
    """Nobody knows when a process that is no more closed its last socket."""
    assert budget((104, Sign.SOCKET), now=50.0).rest(51.0) == 4.0


def test_a_socket_that_cannot_be_written_down_is_not_spent() -> None:
    """The book comes first: its refusal ends the round before anything is opened."""

    def fails(_port: int, _sign: Sign) -> None:
        raise OSError("no space left")

    failing = Budget(MEDICAL, fails, (), 0.0)
    with pytest.raises(OSError, match="no space"):
        failing.spend(104)

    assert failing.why_not(104) is None


@given(
    signs=st.lists(st.tuples(st.sampled_from([104, 2575]), st.sampled_from(Sign)), max_size=12),
    cut=st.integers(0, 12),
)
def test_it_does_not_matter_which_process_counted(signs: list[Noted], cut: int) -> None:
    """What was noted before and what is seen now add up to the same device."""
    continued, whole = budget(*signs[:cut]), budget(*signs)
    for port, sign in signs[cut:]:
        (continued.spend(port) if sign is Sign.SOCKET else continued.saw(port, sign))

    assert [continued.why_not(port) for port in (104, 2575)] == [
        whole.why_not(port) for port in (104, 2575)
    ]
