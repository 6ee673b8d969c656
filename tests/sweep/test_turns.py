"""A sweep's SYNs keep to the pace of hosts and subnets, together with the conversations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.scope import Rates
from scanner.sweep import Pace
from scanner.sweep.columns import Columns
from scanner.sweep.turns import Turns

#: Hosts of two subnets in IPv4 and two in IPv6, with a port each that plays no part.
HOSTS = [
    *(f"192.0.{net}.{last}" for net in (2, 3) for last in range(4)),
    *(f"2001:db8:0:{net}::{last}" for net in (1, 2) for last in range(1, 5)),
]
ASKERS = st.lists(st.sampled_from(HOSTS), min_size=1, max_size=30)


def pace(*, per_subnet: float = 1e9, per_host: float = 5) -> Pace:
    """Build a pace that is never short of turns over all hosts."""
    rates = Rates(
        connections_per_second=1e9,
        per_subnet_per_second=per_subnet,
        per_host_per_second=per_host,
        timeout=1,
        attempts=1,
    )
    return Pace(rates)


def columns(hosts: list[str]) -> Columns:
    """Ask for a port of each."""
    return Columns.of([(host, 80) for host in hosts])


def through(turns: Turns, hosts: list[str], now: float) -> list[str]:
    """Send to those who may be sent to now, and name them."""
    waits = turns.waits(columns(hosts), now)
    sent = [host for host, wait in zip(hosts, waits, strict=True) if wait == 0.0]
    turns.sent(columns(sent), now)
    return sent


@given(lots=st.lists(st.tuples(st.floats(0, 0.3), ASKERS), max_size=20))
def test_no_host_is_sent_to_before_it_has_rested(lots: list[tuple[float, list[str]]]) -> None:
    """At any times, for any mixture of hosts, marked or not: five a second are 0.2 s apart."""
    turns, now, last = Turns(pace()), 0.0, dict.fromkeys(HOSTS, -1.0)
    turns.mark(columns(HOSTS[::3]))
    for step, hosts in lots:
        now += step
        sent = through(turns, hosts, now)
        assert len(sent) == len(set(sent))
        assert all(now - last[host] >= 0.2 - 1e-6 for host in sent)
        last |= dict.fromkeys(sent, now)


@given(lots=st.lists(st.tuples(st.floats(0, 0.1), ASKERS), max_size=40))
def test_no_second_sees_more_of_a_subnet_than_its_rate(lots: list[tuple[float, list[str]]]) -> None:
    """Twenty a second, and the one that a full bucket holds."""
    turns, now = Turns(pace(per_subnet=20, per_host=1000)), 0.0
    sent: list[float] = []
    for step, hosts in lots:
        now += step
        sent += [now for host in through(turns, hosts, now) if host.startswith("192.0.2.")]

    assert all(sum(1 for at in sent if since <= at < since + 1) <= 21 for since in sent)


def test_conversations_and_syns_share_the_turns_of_a_subnet() -> None:
    """What a conversation took, a SYN has not."""
    shared = pace(per_subnet=10, per_host=1000)
    turns = Turns(shared)

    assert shared.reserve("192.0.2.1", 0.0) == 0.0
    assert turns.waits(columns(["192.0.2.2", "192.0.3.2"]), 0.0).tolist() == [0.1, 0.0]


def test_a_marked_host_rests_after_a_conversation_as_after_a_syn() -> None:
    """One that is not marked has no conversation, and the pace is not asked."""
    shared = pace(per_host=5)
    turns = Turns(shared)
    turns.mark(columns(["192.0.2.1"]))
    shared.reserve("192.0.2.1", 0.0)

    assert turns.waits(columns(["192.0.2.1"]), 0.05).tolist() == pytest.approx([0.15])
    assert through(turns, ["192.0.2.1"], 0.2) == ["192.0.2.1"]
    assert shared.reserve("192.0.2.1", 0.3) == pytest.approx(0.1)


def test_those_behind_another_one_of_their_host_come_after_its_rest() -> None:
    """Of three, one goes now and two are told to come back."""
    waits = Turns(pace()).waits(columns(["192.0.2.1"] * 3), 0.0)

    assert sorted(waits.tolist()) == [0.0, 0.2, 0.2]


def test_a_host_that_shows_strain_rests_longer() -> None:
    """It answered before and does not now: twice the spacing, for a SYN too."""
    shared = pace(per_host=5)
    turns = Turns(shared)
    shared.heard(("192.0.2.1", 80), 0.0, 0.01)
    shared.missed(("192.0.2.1", 81), 0.2, 1.2)
    turns.mark(columns(["192.0.2.1"]))
    sent = through(turns, ["192.0.2.1"], 1.3)

    assert (shared.slows("192.0.2.1"), sent) == (True, ["192.0.2.1"])
    assert through(turns, ["192.0.2.1"], 1.6) == []
    assert through(turns, ["192.0.2.1"], 1.7) == ["192.0.2.1"]
