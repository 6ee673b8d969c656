"""Whole rounds beside listeners on every port that prints: who is not opted in is never met."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from probes.redis import Redis
from scanner.denied import DENIED
from scanner.plan import Plan
from scanner.scope import load_scope
from tests.ground import Ground, fresh_ground
from tests.sweep.syns import sweep, swept
from tests.sweep.wires import syn_ack, why_not

ground = fresh_ground

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.0/8")

#: Nobody else's on loopback.
PRINTER, NEIGHBOUR = "127.9.1.1", "127.9.1.2"

#: Of the denied ports those that may be listened on: 515 is root's.
PORTS = tuple(port for port in DENIED if port >= 1024 or os.geteuid() == 0)

#: The port that prints everywhere.
RAW = 9100

OPT_IN = f'[[opt_in]]\naddress = "{PRINTER}"\nports = [{RAW}]\nreason = "a test print is read"\n'


CONSENT = f"""
[[zones]]
name = "offices"
ranges = ["{PRINTER}"]
class = "printer"

[printer]
mode = "handshake"
approver = "A. Name, facilities"

[[printer.windows]]
from = "00:00"
until = "24:00"
"""


@dataclass
class Tray:
    """Listeners on the denied ports of some addresses, over TCP and UDP; nothing is answered."""

    doors: dict[tuple[str, int], socket.socket] = field(default_factory=dict)
    slots: dict[tuple[str, int], socket.socket] = field(default_factory=dict)

    def met(self) -> dict[tuple[str, int], list[bytes]]:
        """Give who was connected to, and the first bytes that each connection brought.

        The kernel keeps a connection in the queue of its listener, even if it is over by now.
        """
        return {door: said for door, one in self.doors.items() if (said := list(_accepted(one)))}

    def got(self) -> list[tuple[str, int]]:
        """Give who was sent a datagram."""
        return [slot for slot, one in self.slots.items() if _datagram(one)]


def _accepted(listener: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        with connection:
            connection.settimeout(5)
            yield connection.recv(4096)


def _datagram(slot: socket.socket) -> bool:
    try:
        return bool(slot.recv(4096))
    except BlockingIOError:
        return False


@contextmanager
def printing(*addresses: str) -> Iterator[Tray]:
    """Listen on every denied port of these addresses."""
    tray, wanted = Tray(), [(address, port) for address in addresses for port in PORTS]
    with ExitStack() as sockets:
        for place in wanted:
            door = sockets.enter_context(socket.create_server(place))
            slot = sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            slot.bind(place)
            door.setblocking(False)  # noqa: FBT003 - the standard library's own word
            slot.setblocking(False)  # noqa: FBT003
            tray.doors[place], tray.slots[place] = door, slot
        yield tray


def test_no_denied_port_is_connected_to_whoever_asks_for_it(ground: Ground) -> None:
    """The scope points a probe at all of them; each is counted as left out."""
    ground.permit({"redis": list(PORTS)}, ranges=(PRINTER, NEIGHBOUR))
    with printing(PRINTER, NEIGHBOUR) as tray:
        said = ground.scan()

        assert (tray.met(), tray.got()) == ({}, [])
    assert said.coverage["skipped"] == {"denied-port": 2 * len(PORTS)}


def test_no_datagram_is_sent_to_a_denied_port(ground: Ground) -> None:
    """The permission to speak UDP lifts no denial."""
    ports = {"memcachedudp": list(PORTS)}
    ground.permit(ports, ranges=(PRINTER,), head="udp = true\n")
    with printing(PRINTER) as tray:
        said = ground.run(
            *("scan", "--scope", "scope.toml", "--history", "history.sqlite"),
            *("--probe", "memcachedudp"),
        )

        assert (said.code, tray.got(), tray.met()) == (0, [], {})


def test_another_scanner_s_list_lifts_no_denial(ground: Ground) -> None:
    """What it found open on such a port is listed beside the plan."""
    ground.permit({"redis": list(PORTS)}, ranges=(PRINTER,))
    found = "".join(f"{PRINTER}:{port}\n" for port in (*PORTS, 6379))
    (ground.folder / "found.txt").write_text(found)
    with printing(PRINTER) as tray:
        said = ground.scan("--open-from", "found.txt")

        assert tray.met() == {}
    assert said.coverage["skipped"] == {"listed-beside-the-plan": len(PORTS)}


def test_consent_to_call_on_printers_lifts_no_denial(ground: Ground) -> None:
    """They are called on at the ports of the probes that are made for them, and at no other."""
    ground.permit({"ipp": list(PORTS)}, ranges=(PRINTER,), tail=CONSENT)
    with printing(PRINTER) as tray:
        said = ground.run(
            *("scan", "--scope", "scope.toml", "--history", "history.sqlite"),
            *("--probe", "ipp", "--output", "-"),
        )

        assert tray.met() == {}
    assert (said.coverage["closed"], said.coverage["skipped"]) == (1, {"printer": len(PORTS)})


@pytest.mark.slow
def test_workers_are_denied_the_same_ports(ground: Ground) -> None:
    """In processes of their own."""
    ground.permit({"redis": list(PORTS)}, ranges=(PRINTER,))
    with printing(PRINTER) as tray:
        with ground.start_scan("--workers", "2") as scan:
            scan.communicate(timeout=60)

        assert (scan.returncode, tray.met()) == (0, {})


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("--open-from", "found.txt")], ids=["swept", "listed"])
def test_an_opt_in_opens_one_port_of_one_address(ground: Ground, words: tuple[str, ...]) -> None:
    """There the probe that the scope points at it says its own words, and nobody anything else."""
    ground.permit({"redis": list(PORTS)}, ranges=(PRINTER, NEIGHBOUR), tail=OPT_IN)
    found = "".join(f"{one}:{port}\n" for one in (PRINTER, NEIGHBOUR) for port in PORTS)
    (ground.folder / "found.txt").write_text(found)
    with printing(PRINTER, NEIGHBOUR) as tray:
        ground.scan(*words)
        met = tray.met()

    assert set(met) == {(PRINTER, RAW)}
    assert {said for said in met[PRINTER, RAW] if said} == {b"*1\r\n$4\r\nPING\r\n"}


def test_an_opt_in_without_a_probe_that_wants_the_port_sends_nothing(ground: Ground) -> None:
    """No probe has a denied port of its own: what would be said there, nobody has to say."""
    ground.permit({}, ranges=(PRINTER,), tail=OPT_IN)
    with printing(PRINTER) as tray:
        ground.scan()

        assert tray.met() == {}


@pytest.mark.skipif(why_not() is not None, reason=str(why_not()))
def test_no_syn_goes_to_a_denied_port(ground: Ground) -> None:
    """The raw sweep has the same plan as the connects, the opted-in endpoint included."""
    opt_in = OPT_IN.replace(PRINTER, "198.18.4.1")
    ports = {"redis": sorted(DENIED)}
    path = ground.permit(ports, ranges=("198.18.4.0/30",), tail=opt_in)
    scope = load_scope(path, now=datetime.now(UTC), resolve=lambda _: [])
    plan = Plan.of(scope, None, (Redis(),))
    _, _, peer = swept(lambda syn: [syn_ack(syn)], sweep(), plan.endpoints(seed=1))

    sent = {(syn.address, syn.port) for syn in peer.syns}
    assert len(sent) == plan.planned
    assert {one for one in sent if one[1] in DENIED} == {("198.18.4.1", RAW)}
