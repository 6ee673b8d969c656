"""Catch-all hosts: labelled by what they answer, asked only what proves something."""

from collections.abc import Awaitable, Callable

import pytest

from probes import PROBES
from scanner.catchall import CANARY_PORTS, CatchAll, canaries
from scanner.demo.listen import listening
from scanner.denied import DENIED
from scanner.identify import hearings
from scanner.model import CATCH_ALL, Endpoint, Silence, Unknown
from scanner.visit import visit
from tests.fakes import http
from tests.fakes.gates import Hears, Trail, gate_to_loopback

pytestmark = pytest.mark.anyio

HOST = "192.0.2.7"


def knocks(*open_ports: int, heard: list[int]) -> Callable[[Endpoint], Awaitable[bool]]:
    """Script a host on which some ports are open, and note which were knocked on."""

    async def knock(endpoint: Endpoint) -> bool:
        heard.append(endpoint.port)
        return endpoint.port in open_ports

    return knock


async def labels(hosts: CatchAll, count: int, address: str = HOST) -> list[bool]:
    """See so many open ports of a host; give what was said at each."""
    return [await hosts.saw_open(address) for _ in range(count)]


async def test_an_honest_host_with_four_services_is_not_labelled() -> None:
    """Its first canary is silent, and it is not knocked on again."""
    heard: list[int] = []
    hosts = CatchAll(max_open_ports=20, canaries=(61001, 61002), knock=knocks(heard=heard))

    assert await labels(hosts, 4) == [False] * 4
    assert heard == [61001]
    assert not hosts.labels(HOST)


async def test_a_host_on_which_both_canaries_answer_is_labelled_for_good() -> None:
    """From its third open port on, and counted once."""
    heard: list[int] = []
    knock = knocks(61001, 61002, heard=heard)
    hosts = CatchAll(max_open_ports=20, canaries=(61001, 61002), knock=knock)

    assert await labels(hosts, 5) == [False, False, True, True, True]
    assert heard == [61001, 61002]
    assert hosts.labels(HOST)


async def test_one_canary_alone_labels_nobody() -> None:
    """An odd service may stand on any single port."""
    knock = knocks(61001, heard=[])
    hosts = CatchAll(max_open_ports=20, canaries=(61001, 61002), knock=knock)

    assert await labels(hosts, 4) == [False] * 4


async def test_too_many_open_ports_label_a_host_whatever_its_canaries_say() -> None:
    """More than `max_open_ports`, not as many."""
    hosts = CatchAll(max_open_ports=5, canaries=(61001, 61002), knock=knocks(heard=[]))

    assert await labels(hosts, 6) == [False] * 5 + [True]


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_canaries_are_neither_planned_nor_denied(seed: int) -> None:
    """Two different high ports, fixed by the seed of the round."""
    planned = frozenset(CANARY_PORTS[::2])
    chosen = canaries(seed, planned)

    assert len(set(chosen)) == 2
    assert set(chosen).isdisjoint(planned | DENIED.keys())
    assert chosen == canaries(seed, planned)


async def _always() -> bool:
    return True


async def test_a_page_of_a_catch_all_host_is_not_asked_for() -> None:
    """Its endpoint is unknown for a reason of its own, and labelled."""
    server = Hears(http.page(b"{}", b"content-type: application/json"))
    async with listening(server) as (address, port):
        fronts = hearings(PROBES, {"elasticsearch": frozenset({port})}, port)
        endpoint = Endpoint(address=address, port=port)
        seen = await visit(gate_to_loopback(), endpoint, fronts, catch_all=_always)

    assert seen is not None
    assert isinstance(seen.outcome, Unknown)
    assert seen.outcome.silence is Silence.CATCH_ALL
    assert seen.labels == (CATCH_ALL,)
    assert server.heard == []


async def test_a_stream_s_own_handshake_is_still_asked_for() -> None:
    """A Redis there is recognised as anywhere, and labelled."""
    server = Hears(b"-NOAUTH Authentication required.\r\n")
    async with listening(server) as (address, port):
        fronts = hearings(PROBES, {"redis": frozenset({port})}, port)
        endpoint = Endpoint(address=address, port=port)
        seen = await visit(gate_to_loopback(), endpoint, fronts, catch_all=_always)

    assert seen is not None
    assert seen.about is not None
    assert (seen.about.name, seen.labels) == ("redis", (CATCH_ALL,))


async def test_a_knock_says_nothing_and_is_in_the_trail() -> None:
    """The server hears no byte; whoever reads the trail sees the connection."""
    server, trail = Hears(b""), Trail()
    gate = gate_to_loopback(trail=trail)
    async with listening(server) as (address, port):
        opened = await gate.knock(Endpoint(address=address, port=port))
    closed = await gate.knock(Endpoint(address=address, port=port))

    assert (opened, closed) == (True, False)
    assert server.heard == []
    assert [(act.act, act.end) for act in trail.acts] == [("knock", "open"), ("knock", "refused")]
