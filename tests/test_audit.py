"""The trail holds what was done, line by line, or the round does not go on."""

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from scanner.audit import Act, AuditTrail, NoTrail, sealed
from scanner.model import Refused
from scanner.seal import NOTHING
from scanner.trail import verified

ROOT = Path(__file__).parent.parent

#: Notes an act a hundred times in the trail that it is given.
WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from scanner.audit import Act, AuditTrail
trail = AuditTrail(Path(sys.argv[1]))
for number in range(100):
    trail.note(Act(when=datetime.now(UTC), round="r", act="ask", to=str(number)))
"""

ACT = Act(
    when=datetime(2026, 3, 1, 14, 3, tzinfo=UTC),
    round="r1",
    act="ask",
    to="192.0.2.7:9200",
    source="192.0.2.250:40000",
    ask="GET /",
    sent=179,
    received=612,
    seconds=0.004,
    end="answered",
)


def test_an_act_is_one_line_of_json(tmp_path: Path) -> None:
    """When, from where, to where, which ask, how many bytes, how it ended."""
    trail = AuditTrail(tmp_path / "audit.jsonl")
    trail.note(ACT)
    trail.close()
    assert json.loads((tmp_path / "audit.jsonl").read_text()) == {
        "when": "2026-03-01T14:03:00Z",
        "round": "r1",
        "act": "ask",
        "to": "192.0.2.7:9200",
        "from": "192.0.2.250:40000",
        "ask": "GET /",
        "out": 179,
        "in": 612,
        "seconds": 0.004,
        "end": "answered",
        "chain": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }


def test_an_act_is_in_the_file_before_the_next_one_is_done(tmp_path: Path) -> None:
    """Whatever kills the process takes nothing out of the trail."""
    trail = AuditTrail(tmp_path / "audit.jsonl")
    trail.note(ACT)
    seen = (tmp_path / "audit.jsonl").read_bytes()
    trail.close()
    assert seen.endswith(b"}\n")


def test_a_trail_is_appended_to(tmp_path: Path) -> None:
    """A second round does not wipe out the first."""
    for _ in range(2):
        trail = AuditTrail(tmp_path / "audit.jsonl")
        trail.note(ACT)
        trail.close()
    assert len((tmp_path / "audit.jsonl").read_text().splitlines()) == 2


def test_a_new_trail_is_for_its_owner_only(tmp_path: Path) -> None:
    """It names every service of the network."""
    AuditTrail(tmp_path / "audit.jsonl").close()
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", [".", "no/such/folder/audit.jsonl"])
def test_a_trail_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is sent; the message names the file."""
    with pytest.raises(Refused, match="the audit trail cannot be written") as caught:
        AuditTrail(tmp_path / name)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_trail_that_is_full_ends_the_round() -> None:
    """What cannot be accounted for must not go on."""
    trail = AuditTrail(Path("/dev/full"))
    with pytest.raises(Refused, match="No space left"):
        trail.note(ACT)
    trail.close()


def lines_of(path: Path) -> list[bytes]:
    """The lines of a trail, without their ends."""
    return path.read_bytes().splitlines()


def chain_of(path: Path) -> list[str]:
    """The seals that the lines of a trail hold."""
    return [json.loads(line)["chain"] for line in lines_of(path)]


class TestChain:
    """Each line holds the seal of the one before it."""

    def test_a_line_holds_the_digest_of_the_line_before(self, tmp_path: Path) -> None:
        """SHA-256 of its bytes, without the end; of nothing, in the first line."""
        trail = AuditTrail(tmp_path / "audit.jsonl")
        trail.note(ACT)
        trail.note(ACT)
        trail.close()
        first = lines_of(tmp_path / "audit.jsonl")[0]
        assert chain_of(tmp_path / "audit.jsonl") == [NOTHING, sha256(first).hexdigest()]

    def test_another_writer_goes_on_where_the_last_one_ended(self, tmp_path: Path) -> None:
        """A round that is resumed, and workers that take turns, keep one chain."""
        one, other = (AuditTrail(tmp_path / "audit.jsonl") for _ in range(2))
        for trail in (one, other, other, one):
            trail.note(ACT)
        one.close()
        other.close()
        assert verified(tmp_path / "audit.jsonl").lines == 4

    def test_processes_that_write_at_once_keep_one_chain(self, tmp_path: Path) -> None:
        """Every line is whole and follows the one before it."""
        path = tmp_path / "audit.jsonl"
        command = [sys.executable, "-c", WRITER, str(path)]
        writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]  # noqa: S603 - our own interpreter
        assert [writer.wait(60) for writer in writers] == [0, 0, 0]
        assert verified(path).lines == 300

    def test_threads_that_write_at_once_keep_one_chain(self, tmp_path: Path) -> None:
        """Datagrams are swept beside the conversations, and noted in the same trail."""
        trail = AuditTrail(tmp_path / "audit.jsonl")
        with ThreadPoolExecutor(4) as writers:
            list(writers.map(trail.note, [ACT] * 2_000))
        trail.close()
        assert verified(tmp_path / "audit.jsonl").lines == 2_000

    def test_a_line_that_was_cut_short_is_ended_and_followed(self, tmp_path: Path) -> None:
        """What a full disk left is told by its number, and costs no other line."""
        path = tmp_path / "audit.jsonl"
        trail = AuditTrail(path)
        trail.note(ACT)
        with path.open("ab") as file:
            file.write(b'{"when":"2026')
        trail.note(ACT)
        trail.close()
        assert path.read_bytes().count(b"\n") == 3
        with pytest.raises(Refused, match="line 2: no whole act") as caught:
            verified(path)
        assert "line 3" not in str(caught.value)

    def test_the_seal_is_that_of_the_last_line(self, tmp_path: Path) -> None:
        """As whoever notes it elsewhere will look for it."""
        path = tmp_path / "audit.jsonl"
        trail = AuditTrail(path)
        trail.note(ACT)
        trail.close()
        assert sealed(path) == f"{path}, seal {sha256(lines_of(path)[-1]).hexdigest()}"

    def test_a_trail_need_not_be_a_file(self) -> None:
        """What keeps no lines has no line to follow: each run begins a chain."""
        trail = AuditTrail(Path("/dev/null"))
        trail.note(ACT)
        trail.note(ACT)
        trail.close()
        assert sealed(Path("/dev/null")) == "/dev/null"


def test_no_trail_forgets() -> None:
    """`ronde plan` sends nothing, and so has nothing to tell."""
    NoTrail().note(ACT)
