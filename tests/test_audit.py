"""The trail holds what was done, line by line, or the round does not go on."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.audit import Act, AuditTrail, NoTrail
from scanner.model import Refused

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


def test_no_trail_forgets() -> None:
    """`ronde plan` sends nothing, and so has nothing to tell."""
    NoTrail().note(ACT)
