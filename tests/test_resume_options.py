"""`--resume` together with the options that shape a round: it goes on, or says what has changed."""

import signal
import sys
from collections.abc import Iterator

import pytest

from scanner.sweep import why_no_syns
from tests.fakes.datagrams import answering
from tests.fakes.running import running
from tests.fakes.turns import Held
from tests.ground import Ground, Said, fresh_ground

ground = fresh_ground

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.2 and IP_RECVERR"),
]

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30

#: What an open memcached answers to both datagrams of its probe, in each of two rounds.
MEMCACHED = (
    b"RO\0\0\0\1\0\0VERSION 1.6.18\r\n",
    b"RO\0\0\0\1\0\0ERROR\r\n",
) * 2


@pytest.fixture
def held() -> Iterator[tuple[Held, list[int]]]:
    """Two ports of servers that answer their first caller together, and hold up the second."""
    server = Held(free=1)
    with running(server.serve) as (_, one), running(server.serve) as (_, other):
        yield server, [one, other]


def kill_in_the_middle(ground: Ground, server: Held, *words: str) -> None:
    """Kill a round that has told one finding and waits for a server; then let that server go."""
    with ground.start_scan(*words) as process:
        assert process.stdout is not None
        assert '"ronde.finding/1"' in process.stdout.readline()
        assert server.reached.wait(PATIENCE)
        process.send_signal(signal.SIGKILL)
        assert process.wait(PATIENCE) == -signal.SIGKILL
    server.go.set()


def doors(said: Said) -> list[tuple[str, int, str]]:
    """Give the endpoints of the findings and where they stand, each as often as it was told."""
    found = [one for one in said.objects if one["schema"] == "ronde.finding/1"]
    return sorted(
        (one["endpoint"]["transport"], one["endpoint"]["port"], one["status"]) for one in found
    )


def test_a_round_over_both_transports_goes_on(ground: Ground) -> None:
    """What was found over UDP is told again, once, and what was waited for over TCP is found."""
    server = Held()
    with (
        running(server.serve) as (_, port),
        answering(*MEMCACHED, address="127.0.0.2") as box,
    ):
        ground.permit(
            {"redis": [port], "memcachedudp": [box.port]},
            ranges=("127.0.0.1", "127.0.0.2"),
            head="udp = true\n",
        )
        kill_in_the_middle(ground, server, "--probe", "memcachedudp")
        said = ground.scan("--probe", "memcachedudp", "--resume")

    assert doors(said) == [("tcp", port, "new"), ("udp", box.port, "new")]
    assert said.coverage["complete"] is True
    assert said.coverage["planned"] == 2 * (4 + 2)


def test_a_round_over_the_inventory_goes_on(ground: Ground, held: tuple[Held, list[int]]) -> None:
    """It keeps to the inventory's addresses, and is refused when those are not what they were."""
    server, ports = held
    ground.permit({"redis": ports}, ranges=("127.0.0.1", "127.0.0.2"))
    (ground.folder / "assets.csv").write_text("address,owner\n127.0.0.1,search team\n")
    listed = ("--inventory", "assets.csv", "--inventory-only")
    kill_in_the_middle(ground, server, *listed)

    wider = ground.scan("--inventory", "assets.csv", "--resume")
    said = ground.scan(*listed, "--resume")

    assert wider.code == 2
    assert "the plan (the inventory, or the addresses of a listed name)" in wider.err
    assert doors(said) == [("tcp", port, "new") for port in sorted(ports)]
    assert {one["asset"]["owner"] for one in said.objects[:-1]} == {"search team"}
    assert (said.coverage["complete"], said.coverage["planned"]) == (True, 3 + 2)


@pytest.mark.skipif(why_no_syns() is not None, reason=str(why_no_syns()))
@pytest.mark.parametrize(("before", "after"), [("syn", "connect"), ("connect", "syn")])
def test_a_round_goes_on_by_the_other_sweep(
    ground: Ground, held: tuple[Held, list[int]], before: str, after: str
) -> None:
    """Both visit the same endpoints in the same shards; a machine may lose its privilege."""
    server, ports = held
    ground.permit({"redis": ports})
    kill_in_the_middle(ground, server, "--sweep", before)

    with ground.start_scan("--sweep", after, "--resume") as process:
        out, _ = process.communicate(timeout=PATIENCE)
    said = Said(process.returncode, out, "")

    assert doors(said) == [("tcp", port, "new") for port in sorted(ports)]
    assert said.coverage["complete"] is True


def test_a_round_over_a_list_goes_on(ground: Ground, held: tuple[Held, list[int]]) -> None:
    """The same endpoints in another order and another format are the same list."""
    server, ports = held
    ground.permit({"redis": ports})
    (ground.folder / "found").write_text("".join(f"127.0.0.1:{port}\n" for port in ports))
    kill_in_the_middle(ground, server, "--open-from", "found")
    (ground.folder / "again").write_text(
        "".join(f'{{"ip":"127.0.0.1","port":{port}}}\n' for port in reversed(ports))
    )

    said = ground.scan("--open-from", "again", "--resume")

    assert said.err == ""
    assert doors(said) == [("tcp", port, "new") for port in sorted(ports)]
    assert (said.coverage["complete"], said.coverage["planned"]) == (True, 2)


@pytest.mark.parametrize("words", [("--open-from", "other"), ()], ids=["another list", "no list"])
def test_a_list_that_has_changed_is_named(
    ground: Ground, held: tuple[Held, list[int]], words: tuple[str, ...]
) -> None:
    """The scope, the probes and the plan are what they were: only the list is not."""
    server, ports = held
    ground.permit({"redis": ports})
    (ground.folder / "found").write_text("".join(f"127.0.0.1:{port}\n" for port in ports))
    (ground.folder / "other").write_text(f"127.0.0.1:{ports[0]}\n")
    kill_in_the_middle(ground, server, "--open-from", "found")

    said = ground.scan(*words, "--resume")

    assert said.code == 2
    assert "what --open-from lists" in said.err
    assert "the plan" not in said.err


def test_a_list_that_was_not_there_before_is_named(
    ground: Ground, held: tuple[Held, list[int]]
) -> None:
    """A round that swept by itself is not continued on somebody's word."""
    server, ports = held
    ground.permit({"redis": ports})
    (ground.folder / "found").write_text("".join(f"127.0.0.1:{port}\n" for port in ports))
    kill_in_the_middle(ground, server)

    said = ground.scan("--open-from", "found", "--resume")

    assert said.code == 2
    assert "what --open-from lists" in said.err
