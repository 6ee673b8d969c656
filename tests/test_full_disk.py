"""A disk that fills up in the middle of a round: what was found is told, what was there is kept."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fakes.running import running
from tests.fakes.turns import Held
from tests.ground import COMMAND, Ground, Said, fresh_ground

ground = fresh_ground

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30

#: A mount that only its own process sees; some systems allow it to root alone.
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")

#: On a disk of 1 MB: a round, and what its history knows once somebody has made room.
SCRIPT = """
mount -t tmpfs -o size=1m tmpfs small || exit 99
"$@" scan --probe redis --history small/history.sqlite --audit audit.jsonl
code=$?
rm small/filler
"$@" findings --history small/history.sqlite --format json > after.jsonl
"$@" db check --history small/history.sqlite > checked.txt
exit $code
"""


def may_mount() -> bool:
    """Try it, once."""
    with suppress(OSError):
        tried = (*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
        return subprocess.run(tried, check=False, capture_output=True).returncode == 0  # noqa: S603 - as above
    return False


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or not may_mount(), reason="no mounts of its own"),
]


@pytest.fixture
def held() -> Iterator[tuple[Held, list[int]]]:
    """Two ports of servers that answer their first caller together, and hold up the second."""
    server = Held(free=1)
    with running(server.serve) as (_, one), running(server.serve) as (_, other):
        yield server, [one, other]


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        for size in (4096, 1):
            with suppress(OSError):
                while filler.write(b"\0" * size):
                    pass


def test_a_full_disk_ends_the_round_and_loses_nothing(
    ground: Ground, held: tuple[Held, list[int]]
) -> None:
    """Both findings are on standard output, the first of them is in the history, which is sound."""
    server, ports = held
    ground.permit({"redis": ports})
    (ground.folder / "small").mkdir()
    command = (*OWN_MOUNTS, "sh", "-c", SCRIPT, "sh", *COMMAND)
    with subprocess.Popen(  # noqa: S603 - ourselves
        command,
        cwd=ground.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert server.reached.wait(PATIENCE)
            fill(Path(f"/proc/{process.pid}/root{ground.folder}/small"))
            server.go.set()
            rest, said = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()

    told = Said(process.returncode, first + rest, said)
    assert (process.returncode, len(told.objects)) == (2, 2)
    assert "small/history.sqlite: database or disk is full" in said
    assert ground.lines("after.jsonl")[0]["endpoint"] == told.objects[0]["endpoint"]
    assert len(ground.lines("after.jsonl")) == 1
    assert "nothing is wrong with it" in ground.text("checked.txt")
