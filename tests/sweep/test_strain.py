"""Strain: the pace follows what rises above the usual, and nothing else."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sweep.strain import BEARS_IT, LEAST_SHARE, STEP, Change, Strain

TIMEOUT = 3.0

HOSTS = [f"198.18.0.{n}" for n in range(100)]

#: What a host takes to answer at rest, in seconds.
AT_REST = 0.01


def known() -> Strain:
    """Build a strain that has heard each of a hundred hosts once, before second 0."""
    strain = Strain(TIMEOUT)
    for host in HOSTS:
        strain.heard(host, 80, -10.0, AT_REST)
    return strain


def second(strain: Strain, at: int, *, silent: int = 0, took: float = AT_REST) -> list[Change]:
    """Connect to each host in a second; so many stay silent. Give what changed by then."""
    for host in HOSTS[:silent]:
        strain.missed(host, 80, at + 0.5)
    for host in HOSTS[silent:]:
        strain.heard(host, 80, at + 0.5, took)
    change = strain.look(at + 0.9)
    return [change] if change else []


def seconds(strain: Strain, silents: list[int]) -> list[Change]:
    """Let seconds pass, each with so many silent hosts; give the changes."""
    return [
        change for at, silent in enumerate(silents) for change in second(strain, at, silent=silent)
    ]


def test_a_network_at_rest_changes_nothing() -> None:
    """Every host answers at once: no change, full share."""
    strain = known()

    assert seconds(strain, [0] * 60) == []
    assert strain.share == 1.0


@given(seed=st.integers(0, 2**32), usual=st.floats(0, 1))
def test_noise_never_changes_the_pace(seed: int, usual: float) -> None:
    """A firewall that drops any share of connections, by chance, for a hundred seconds."""
    draw = Random(seed)
    silents = [sum(draw.random() < usual for _ in HOSTS) for _ in range(100)]

    assert seconds(known(), silents) == []


def test_a_rise_halves_the_pace_once() -> None:
    """Half of the hosts fall silent for a second: one halving, when that second has settled."""
    strain = known()
    changes = seconds(strain, [0, 0, 50, 0, 0, 0, 0, 0])

    assert changes == [Change(0.5, "hosts that answered before do not answer now on port 80")]


def test_what_began_before_a_halving_is_not_judged_again() -> None:
    """Five bad seconds were under way at the old pace: they cost one halving, not five."""
    changes = seconds(known(), [0, 0, 50, 50, 50, 50, 50, 50])

    assert [change.share for change in changes] == [0.5]


def test_the_pace_comes_back_step_by_step() -> None:
    """After the strain each second that goes well gives a sixteenth back, up to the whole."""
    strain = known()
    changes = seconds(strain, [0, 0, 50, *[0] * 40])

    assert [change.share for change in changes] == [0.5, *[0.5 + STEP * n for n in range(1, 9)]]
    assert {change.why for change in changes[1:]} == {BEARS_IT}


def test_the_pace_never_falls_below_its_floor() -> None:
    """A minute in which nobody answers: a sixteenth, and not less."""
    changes = seconds(known(), [0, *[100] * 60])

    assert min(change.share for change in changes) == LEAST_SHARE


def test_what_slowness_does_not_mend_is_forgiven() -> None:
    """A firewall comes up for good: the pace falls, and is whole again in the end."""
    strain = known()
    changes = seconds(strain, [0, *[60] * 400])

    assert changes[0].share == 0.5
    assert strain.share == 1.0


def test_latency_that_rises_halves_the_pace() -> None:
    """Every host takes half a second more than its fastest."""
    strain = known()
    changes = [*second(strain, 0), *second(strain, 1, took=0.5), *second(strain, 6)]
    changes += second(strain, 7)

    assert changes == [Change(0.5, "hosts answer much later than they did")]


def test_a_latency_that_we_are_to_blame_for_is_none() -> None:
    """An answer that lay there while we were busy says nothing of the network."""
    strain = known()
    second(strain, 0)
    for host in HOSTS:
        strain.heard(host, 80, 1.5, None)

    assert second(strain, 6) == []
    assert second(strain, 7) == []


def test_hosts_that_never_answered_are_absent_and_not_strained() -> None:
    """A hundred time-outs of unknown hosts change nothing, whatever was usual."""
    strain = known()
    second(strain, 0)
    for n in range(100):
        strain.missed(f"198.19.0.{n}", 80, 1.5)

    assert second(strain, 8) == []
    assert strain.share == 1.0


@pytest.mark.parametrize("silent", [100, 90])
def test_a_port_has_a_level_of_its_own(silent: int) -> None:
    """A port that a firewall drops everywhere is no strain after one that all hosts answer."""
    strain = known()
    seconds(strain, [0] * 8)
    for host in HOSTS[:silent]:
        strain.missed(host, 9200, 8.5)

    assert second(strain, 20) == []
