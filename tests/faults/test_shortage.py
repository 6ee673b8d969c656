"""What a machine cannot give a round any more: room on a disk, descriptors."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.trail import verified
from tests.fakes.ward import OPEN_HOSTS, WHOLE, Ward, ward
from tests.faults.disks import make_room, small_disk, why_not

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ward]:
    """Run the ward."""
    with ward(tmp_path) as running:
        yield running


def walked(place: Ward, *within: str) -> tuple[int, list[dict[str, Any]], str]:
    """Walk a round in want; give its exit code, what it told and what it said."""
    with place.round(within=within, said=subprocess.PIPE) as walking:
        told, said = walking.communicate()
    return walking.returncode, [json.loads(line) for line in told.splitlines()], said.decode()


@pytest.mark.skipif(why_not() is not None, reason=str(why_not()))
@pytest.mark.parametrize(
    ("name", "size", "why"),
    [
        ("history.sqlite", "350k", "history.sqlite: database or disk is full"),
        ("audit.jsonl", "8k", "audit trail cannot be written: No space left on device"),
    ],
)
def test_a_full_disk_ends_the_round_and_loses_nothing(
    place: Ward, name: str, size: str, why: str
) -> None:
    """The file is named; once there is room the round goes on, with all that was told."""
    code, told, said = walked(place, *small_disk(place.folder, name, size))
    assert (code, said.count("ronde: "), why in said) == (2, 1, True)

    make_room(place.folder, name)
    found = place.findings("--resume")

    assert [(address, status) for address, _, status, _ in found] == [
        (address, "new") for address in sorted(OPEN_HOSTS)
    ]
    assert {one["fingerprint"] for one in told} < {fingerprint for _, fingerprint, *_ in found}
    assert place.coverage() == WHOLE
    assert verified(place.folder / "audit.jsonl").begun == {}


@pytest.mark.parametrize("files", [9, 12, 13])
def test_too_few_descriptors_for_a_round_are_no_bug(place: Ward, files: int) -> None:
    """Wherever the last one went: into a library, or into an output."""
    code, _, said = walked(place, "prlimit", f"--nofile={files}")

    assert (code in {2, 5}, "open files" in said, "bug" in said) == (True, True, False), said


@pytest.mark.parametrize("files", [16, 24])
def test_whoever_is_not_heard_out_for_want_of_descriptors_is_counted(
    place: Ward, files: int
) -> None:
    """A round that says nothing of an open port for want of our own means is not complete."""
    code, told, _ = walked(place, "prlimit", f"--nofile={files}")

    *findings, coverage = told
    unheard = coverage["unknown"].get("short-of-means", 0)
    assert len(findings) + unheard == len(OPEN_HOSTS)
    assert (code, coverage["complete"]) == ((4, False) if unheard else (0, True))
