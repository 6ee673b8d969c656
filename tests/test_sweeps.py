"""The sweeps that `ronde scan` can have: who gets which, and rounds with each of them."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.demo.redis import FakeRedis
from scanner.sweep import why_no_syns
from scanner.sweep.privilege import drop_privilege
from tests.fakes.running import running
from tests.ground import COMMAND, Ground, fresh_ground, without_ronde

ground = fresh_ground

privileged = pytest.mark.skipif(why_no_syns() is not None, reason=str(why_no_syns()))

#: Of util-linux: an own user namespace, in which one has no privilege over the network.
UNPRIVILEGED = ("unshare", "--user")


@pytest.fixture
def redis() -> Iterator[int]:
    """Run a Redis that is open."""
    with running(FakeRedis(keys={0: 7}).serve) as (_, port):
        yield port


@pytest.fixture
def silent() -> Iterator[int]:
    """Listen, accept in the kernel, and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


class TestSyns:
    """Rounds that sweep by SYNs, on loopback."""

    @privileged
    def test_a_round_of_syns_finds_what_a_round_of_connects_finds(
        self, ground: Ground, redis: int
    ) -> None:
        """The same findings and the same coverage, but for times."""
        ground.permit({"redis": [redis]}, ranges=("127.0.0.1", "127.9.0.0/28"))
        told = []
        for means in ("connect", "syn"):
            with ground.start_scan("--sweep", means, "--history", f"{means}.sqlite") as walking:
                out, err = walking.communicate(timeout=60)
            (ground.folder / "found").write_text(out)
            *found, coverage = ground.lines("found")
            doors = [(one["endpoint"], one["fingerprint"], one["status"]) for one in found]
            states = [coverage[state] for state in ("planned", "reached", "closed", "complete")]
            told.append((doors, states, err))

        assert told[0] == told[1]
        assert redis in [endpoint["port"] for endpoint, *_ in told[1][0]]
        assert told[1][1][0] == 17 * 4

    @privileged
    def test_no_thread_of_a_round_of_syns_can_open_another_raw_socket(self, ground: Ground) -> None:
        """Looked at while it converses: what is left is for files, in each of its threads."""
        kept: list[int] = []

        class Looking(FakeRedis):
            """Looks at the round that asks it."""

            def answer(self, command: list[bytes]) -> bytes:
                kept.extend(capabilities(walking.pid))
                return super().answer(command)

        with running(Looking().serve) as (_, port):
            ground.permit({"redis": [port]})
            with ground.start_scan("--sweep", "syn") as walking:
                walking.communicate(timeout=60)

        assert kept
        assert {one | 0b1111 for one in kept} == {0b1111}

    @privileged
    def test_a_peer_that_accepts_and_stalls_is_unknown(self, ground: Ground, silent: int) -> None:
        """The SYN-ACK says open; nothing more comes, and the coverage says so."""
        ground.permit({"redis": [silent]})
        with ground.start_scan("--sweep", "syn") as walking:
            out, _ = walking.communicate(timeout=60)
        (ground.folder / "found").write_text(out)
        coverage = ground.lines("found")[-1]

        assert coverage["unknown"].get("timeout", 0) >= 1
        assert coverage["complete"] is True

    @pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are of Linux")
    def test_without_the_privilege_syns_are_refused(self, ground: Ground) -> None:
        """Exit code 2, and the history has no round."""
        ground.permit({})
        said = unprivileged(ground, "--sweep", "syn")

        assert said.returncode == 2
        assert said.stderr == (
            "ronde: --sweep syn: raw sockets need root or the capability CAP_NET_RAW\n"
        )
        assert not (ground.folder / "history.sqlite").exists()

    @pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are of Linux")
    def test_without_the_privilege_auto_connects_and_says_why_in_one_line(
        self, ground: Ground, redis: int
    ) -> None:
        """And the round is walked all the same."""
        ground.permit({"redis": [redis]})
        said = unprivileged(ground)

        assert said.returncode == 3
        assert len(said.stderr.splitlines()) == 1
        assert (
            "sweeping by ordinary connects: raw sockets need root or the capability CAP_NET_RAW"
            in said.stderr
        )


def capabilities(pid: int) -> Iterator[int]:
    """Give the capabilities that each thread of a process has."""
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        found = re.search(r"^CapEff:\t([0-9a-f]+)$", status.read_text(), re.MULTILINE)
        yield int(found[1], 16) if found else -1


def unprivileged(ground: Ground, *words: str) -> "subprocess.CompletedProcess[str]":
    """Scan without any privilege over the network."""
    return subprocess.run(  # noqa: S603 - ourselves
        [
            *UNPRIVILEGED,
            *COMMAND,
            "scan",
            "--history",
            "history.sqlite",
            "--probe",
            "redis",
            *words,
        ],
        cwd=ground.folder,
        env=without_ronde(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@privileged
def test_the_privilege_is_dropped_for_good() -> None:
    """Of root's capabilities those for files are left, and nothing comes back."""
    status: list[str] = []

    def lose() -> None:
        drop_privilege()
        status.extend(Path("/proc/thread-self/status").read_text().splitlines())
        with pytest.raises(PermissionError):
            socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)

    thread = threading.Thread(target=lose)
    thread.start()
    thread.join()
    told = dict(line.split(":\t") for line in status if line.startswith(("Cap", "NoNewPrivs")))

    assert int(told["CapEff"], 16) | 0b1111 == 0b1111
    assert (told["CapPrm"], told["CapInh"]) == (told["CapEff"], "0" * 16)
    assert (told["CapAmb"], told["NoNewPrivs"]) == ("0" * 16, "1")


class TestLists:
    """Rounds over what another scanner has found."""

    def test_only_what_is_listed_and_planned_is_visited(self, ground: Ground, redis: int) -> None:
        """What is listed beside the plan is counted, and nothing is knocked on."""
        ground.permit({"redis": [redis]})
        (ground.folder / "found.txt").write_text(f"127.0.0.1:{redis}\n127.0.0.1:1\n10.0.0.1:80\n")
        said = ground.scan("--open-from", "found.txt")

        assert [one["endpoint"]["port"] for one in said.objects[:-1]] == [redis]
        assert (said.coverage["planned"], said.coverage["reached"]) == (3, 1)
        assert said.coverage["skipped"] == {"listed-beside-the-plan": 2}
        assert said.coverage["complete"] is True

    def test_a_listed_endpoint_that_is_shut_by_now_is_no_finding(self, ground: Ground) -> None:
        """The list is old; the conversation tells."""
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        ground.permit({"redis": [port]})
        (ground.folder / "found.txt").write_text(f"127.0.0.1:{port}\n")
        said = ground.scan("--open-from", "found.txt")

        assert said.code == 0
        assert said.coverage["findings"] == {}

    def test_several_lists_are_one(self, ground: Ground, redis: int) -> None:
        """An endpoint in two of them is visited once."""
        ground.permit({"redis": [redis]})
        (ground.folder / "a").write_text(f"127.0.0.1:{redis}\n")
        (ground.folder / "b").write_text(f'{{"ip":"127.0.0.1","port":{redis}}}\n')
        said = ground.scan("--open-from", "a", "--open-from", "b")

        assert said.coverage["planned"] == 1

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("127.0.0.1:6379\nnonsense\n", "found.txt:2: no open endpoint"),
            ("", "there is nothing to visit"),
            ("10.0.0.1:6379\n", "endpoints left out: 1 listed-beside-the-plan"),
        ],
    )
    def test_a_list_that_is_wrong_or_empty_is_refused(
        self, ground: Ground, text: str, why: str
    ) -> None:
        """By file and line; a round over nothing would report that all is well."""
        ground.permit({})
        (ground.folder / "found.txt").write_text(text)
        said = ground.scan("--open-from", "found.txt")

        assert said.code == 2
        assert why in said.err

    def test_a_list_that_is_not_there_is_refused(self, ground: Ground) -> None:
        """By its name."""
        ground.permit({})
        said = ground.scan("--open-from", "gone.txt")

        assert said.code == 2
        assert "gone.txt: cannot be read: No such file or directory" in said.err

    def test_a_list_is_not_written_over(self, ground: Ground) -> None:
        """It is read, so no output may be it."""
        ground.permit({})
        (ground.folder / "found.txt").write_text("127.0.0.1:6379\n")
        said = ground.scan("--open-from", "found.txt", "--output", "found.txt")

        assert said.code == 2
        assert ground.text("found.txt") == "127.0.0.1:6379\n"

    def test_the_plan_shows_what_would_be_visited(self, ground: Ground) -> None:
        """No sweep, so no connections of one."""
        ground.permit({})
        (ground.folder / "found.txt").write_text("127.0.0.1:6379\n127.0.0.1:1\n")
        said = ground.run("plan", "--open-from", "found.txt", "--probe", "redis")

        assert said.out.splitlines()[2:5] == [
            "  1 endpoints; nothing has been sent",
            "  each is spoken with: others have swept",
            "  1 endpoints left out: listed-beside-the-plan",
        ]
