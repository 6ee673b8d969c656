"""The sweep over UDP, on loopback: what answers is open, what refuses closed, the rest filtered."""

import sys
import threading

import pytest

from scanner.addresses import AddressSet
from scanner.course import Target
from scanner.guard import Guard, OutOfScope
from scanner.model import Silence, Transport
from scanner.probe import Datagram, Ends
from scanner.scope import Rates
from scanner.sweep import DatagramSweep, Observation, Pace, State, Tally
from tests.fakes.datagrams import answering, nobody

HELLO = Datagram(name="hello", encode=lambda _: b"hello", max_bytes=8)
ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.0/8 and IP_RECVERR")


def sweep(
    *ports: int, ask: Datagram = HELLO, attempts: int = 1, pace: Pace | None = None
) -> DatagramSweep:
    """Build a sweep in a hurry that knocks on these ports."""
    rates = Rates(
        connections_per_second=1e5, per_host_per_second=1e4, timeout=0.2, attempts=attempts
    )
    return DatagramSweep(
        pace=pace or Pace(rates),
        fronts=dict.fromkeys(ports, ask),
        width=64,
        timeout=0.2,
        attempts=attempts,
    )


def here(*ports: int) -> list[Target]:
    """Name endpoints of loopback."""
    return [("127.0.0.1", port) for port in ports]


@ONLY_LINUX
def test_each_answer_is_counted_under_its_name() -> None:
    """One answers, one is silent, on one nobody listens."""
    seen: list[Observation] = []
    with answering(b"world") as one, answering() as mute, nobody() as shut:
        ports = (one.port, mute.port, shut)
        tally = sweep(*ports).run(here(*ports), seen.extend)

    assert tally.counts == {State.OPEN: 1, State.FILTERED: 1, State.CLOSED: 1}
    (found,) = seen
    assert (found.port, found.transport, found.state) == (one.port, Transport.UDP, State.OPEN)
    assert found.heard is not None
    assert (found.heard.data, found.heard.sent) == (b"world", 5)


@ONLY_LINUX
def test_a_watched_endpoint_is_reported_when_closed() -> None:
    """Its finding can be resolved."""
    seen: list[Observation] = []
    with nobody() as shut:
        sweep(shut).run(here(shut), seen.extend, watch=frozenset(here(shut)))

    assert seen == [Observation("127.0.0.1", shut, State.CLOSED, Transport.UDP)]


@pytest.mark.parametrize(("attempts", "sent"), [(1, 1), (3, 3)])
def test_a_silent_port_is_sent_as_many_datagrams_as_attempts(attempts: int, sent: int) -> None:
    """And no more."""
    with answering() as mute:
        tally = sweep(mute.port, attempts=attempts).run(here(mute.port), print)

    assert tally.counts == {State.FILTERED: 1}
    assert mute.got == [b"hello"] * sent


def test_a_port_that_answers_is_sent_one_datagram() -> None:
    """However many attempts there may be."""
    with answering(b"world") as one:
        sweep(one.port, attempts=3).run(here(one.port), lambda _: None)

    assert one.got == [b"hello"]


@ONLY_LINUX
def test_many_hosts_are_under_way_at_once() -> None:
    """64 silent hosts cost one time-out, not 64."""
    pace = Pace(Rates(connections_per_second=1e5, per_host_per_second=1, timeout=1, attempts=1))
    hosts = [(f"127.0.1.{n}", 9) for n in range(1, 65)]
    tally = Tally()
    done = threading.Thread(
        target=sweep(9, pace=pace).run, args=(hosts, print), kwargs={"tally": tally}
    )
    done.start()
    done.join(5)

    assert not done.is_alive()
    assert sum(tally.counts.values()) == 64


@ONLY_LINUX
def test_silence_over_udp_is_no_strain() -> None:
    """A host that answers over TCP keeps its pace, though its UDP port is silent."""
    pace = Pace(Rates(connections_per_second=1e5, per_host_per_second=1e4, timeout=1, attempts=1))
    pace.heard(("127.0.0.1", 80), 0.0, 0.1)
    with answering() as mute:
        sweep(mute.port, pace=pace).run(here(mute.port), print)

    assert not pace.slows("127.0.0.1")


def test_the_guard_ends_the_sweep() -> None:
    """An endpoint beyond it ends everything, and nothing was sent."""
    with answering(b"world") as one:
        with pytest.raises(OutOfScope), Guard(AddressSet()).watching():
            sweep(one.port).run(here(one.port), print)
        assert one.got == []


def test_a_probe_s_bug_is_no_answer_of_the_host() -> None:
    """It is counted as not tried."""

    def broken(ends: Ends) -> bytes:
        return int(ends.there[0]).to_bytes()

    with answering(b"world") as one:
        tally = sweep(one.port, ask=Datagram(name="x", encode=broken)).run(here(one.port), print)

    assert tally.counts == {State.ERROR: 1}


@ONLY_LINUX
def test_every_datagram_that_is_not_answered_is_told_to_the_trail() -> None:
    """Each attempt, to whom, how many bytes, and how it ended; answered ones are reported."""
    told: list[tuple[Target, str, int, Silence]] = []
    rates = Rates(connections_per_second=1e5, per_host_per_second=1e4, timeout=0.1, attempts=2)
    with answering(b"world") as one, answering() as mute, nobody() as shut:
        ports = (one.port, mute.port, shut)
        DatagramSweep(
            pace=Pace(rates),
            fronts=dict.fromkeys(ports, HELLO),
            width=8,
            timeout=0.1,
            attempts=2,
            trail=lambda target, ask, heard, end: told.append((target, ask.name, heard.sent, end)),
        ).run(here(*ports), lambda _: None)

    assert sorted(told) == sorted(
        [
            (("127.0.0.1", mute.port), "hello", 5, Silence.TIMEOUT),
            (("127.0.0.1", mute.port), "hello", 5, Silence.TIMEOUT),
            (("127.0.0.1", shut), "hello", 5, Silence.REFUSED),
        ]
    )
