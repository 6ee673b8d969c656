"""Whole rounds over UDP: what is permitted, found, counted, remembered and resolved."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.datagrams import answering
from tests.fakes.running import running
from tests.ground import COMMAND, Ground, Said, fresh_ground

ground = fresh_ground

FRAME = b"RO\0\0\0\1\0\0"
OPEN = (FRAME + b"VERSION 1.6.18\r\n", FRAME + b"ERROR\r\n")
PERMITTED = "udp = true\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs IP_RECVERR")


def scan(ground: Ground, *words: str, probe: str = "memcachedudp") -> Said:
    """Walk a round with one history."""
    return ground.run(
        *("scan", "--scope", "scope.toml", "--history", "history.sqlite"),
        *("--probe", probe, "--output", "-", "--audit", "audit.jsonl", *words),
    )


def findings(said: Said) -> list[dict[str, Any]]:
    """Give the findings of a round."""
    return [one for one in said.objects if one["schema"] == "ronde.finding/1"]


def test_an_open_server_is_found_once_and_counted(ground: Ground) -> None:
    """Reached, assessed, told with its transport; its own port and the other one are planned."""
    with answering(*OPEN) as box:
        ground.permit({"memcachedudp": [box.port]}, head=PERMITTED)
        said = scan(ground)

    (found,) = findings(said)
    assert (found["probe"], found["access"]) == ("memcachedudp", "open")
    assert found["endpoint"]["transport"] == "udp"
    assert said.coverage["planned"] == 2
    assert (said.coverage["reached"], said.coverage["closed"]) == (1, 1)
    assert said.coverage["asks_sent"] == len(box.got) == 2
    acts = [act for act in ground.lines("audit.jsonl") if act["act"] == "ask"]
    assert sorted((act["to"], act["ask"], act["out"], act["end"]) for act in acts) == sorted(
        [
            (f"127.0.0.1:{box.port}/udp", "version (UDP)", 17, "answered"),
            (f"127.0.0.1:{box.port}/udp", "ronde_no_such_command (UDP)", 31, "answered"),
            ("127.0.0.1:11211/udp", "version (UDP)", 17, "refused"),
        ]
    )


def test_workers_find_it_too(ground: Ground) -> None:
    """In processes of their own: the guard of this one lets nothing out meanwhile."""
    with answering(*OPEN) as box:
        ground.permit({"memcachedudp": [box.port]}, head=PERMITTED)
        words = ("--workers", "2", "--probe", "memcachedudp", "--output", "-")
        done = subprocess.run(  # noqa: S603 - ourselves
            (*COMMAND, "scan", "--scope", "scope.toml", "--history", "history.sqlite", *words),
            cwd=ground.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )

    (found,) = findings(Said(done.returncode, done.stdout, done.stderr))
    assert (found["endpoint"]["port"], found["endpoint"]["transport"]) == (box.port, "udp")


def test_nothing_is_sent_over_udp_unless_the_scope_says_so(ground: Ground) -> None:
    """A probe that speaks it is refused when it was named, and left out when it was not."""
    with answering(*OPEN) as box:
        ground.permit({"memcachedudp": [box.port]})
        named = scan(ground)
        unnamed = scan(ground, probe="mem*")

    assert (named.code, unnamed.code, box.got) == (2, 0, [])
    assert "udp: false; memcachedudp needs it to be true" in named.err
    assert unnamed.coverage["planned"] == 1


def test_tcp_and_udp_are_walked_in_one_round(ground: Ground) -> None:
    """A port of the same number is another door over the other transport."""
    with running(FakeRedis().serve) as (_, port), answering(*OPEN) as box:
        ground.permit({"memcachedudp": [box.port], "redis": [port]}, head=PERMITTED)
        said = scan(ground, "--probe", "redis")

    assert {one["endpoint"]["transport"] for one in findings(said)} == {"tcp", "udp"}


def test_only_the_udp_door_ends_a_finding_over_udp(ground: Ground) -> None:
    """A closed TCP port of the same number says nothing of it; a closed UDP port resolves it."""
    with answering(*OPEN) as box:
        ground.permit({"memcachedudp": [box.port], "redis": [box.port]}, head=PERMITTED)
        (new,) = findings(scan(ground))
    over_tcp = scan(ground, probe="redis")
    over_udp = scan(ground, "--clean-rounds", "1")

    assert new["status"] == "new"
    assert [one["status"] for one in findings(over_tcp)] == ["unverified"]
    assert [one["status"] for one in findings(over_udp)] == ["resolved"]
    assert {one["fingerprint"] for one in findings(over_udp)} == {new["fingerprint"]}


def test_a_plan_says_what_would_be_sent_over_udp(ground: Ground) -> None:
    """Ports, datagrams, and what they say; nothing is sent."""
    ground.permit({}, head=PERMITTED)
    words = ("plan", "--scope", "scope.toml", "--probe", "memcachedudp")
    text = ground.run(*words).out
    data = json.loads(ground.run(*words, "--format", "json").out)

    assert "UDP ports 11211" in text
    assert "1 datagrams" in text
    assert "version (UDP)" in text
    assert (data["udp_ports"], data["if_nothing_answers"]["datagrams"]) == ([11211], 1)
    assert data["if_nothing_answers"]["connections"] == 0
