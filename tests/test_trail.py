"""A trail that was tampered with is found out, by the number of the line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.audit import Act, AuditTrail
from scanner.model import Refused
from scanner.seal import MAX_LINE, last_line
from scanner.trail import MAX_FAULTS, followed, verified
from tests.ground import Ground, fresh_ground

ground = fresh_ground

Lines: TypeAlias = list[bytes]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def act(number: int, what: str = "ask") -> Act:
    """One act of one round."""
    return Act(when=NOON, round="r1", act=what, to=f"192.0.2.{number}:80")


def written(path: Path) -> bytes:
    """A round of six lines, from its beginning to its end."""
    writing = AuditTrail(path)
    writing.note(act(0, "round-begins"))
    for number in range(1, 5):
        writing.note(act(number))
    writing.note(act(5, "round-ends"))
    writing.close()
    return path.read_bytes()


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """A whole trail."""
    written(tmp_path / "audit.jsonl")
    return tmp_path / "audit.jsonl"


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is in a whole trail."""
    return written(tmp_path_factory.mktemp("trail") / "audit.jsonl")


def tampered(trail: Path, change: Callable[[Lines], Lines]) -> str:
    """Change the lines of a trail, and give what is said of it."""
    lines = trail.read_bytes().splitlines(keepends=True)
    trail.write_bytes(b"".join(change(lines)))
    with pytest.raises(Refused) as caught:
        verified(trail)
    return str(caught.value)


def test_a_whole_trail_is_whole(trail: Path) -> None:
    """Every line follows the one before, and the round has its end."""
    chain = verified(trail)
    assert (chain.lines, chain.unsealed, chain.begun) == (6, 0, {})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda six: [*six[:2], six[2].replace(b".2:80", b".9:80"), *six[3:]], [4]),
        (lambda six: [*six[:2], *six[3:]], [3]),
        (lambda six: six[1:], [1]),
        (lambda six: [six[0], six[2], six[1], *six[3:]], [2, 3, 4]),
        (lambda six: [*six[:3], six[1], *six[3:]], [4, 5]),
        (lambda six: [*six[:2], six[2][:40] + b"\n", *six[3:]], [3, 4]),
        (lambda six: [*six[:2], b"\n", *six[2:]], [3, 4]),
        (lambda six: [*six[:5], six[5][:-20]], [6]),
        (lambda six: [*six, six[5]], [7]),
    ],
    ids=[
        "changed",
        "removed",
        "the first removed",
        "reordered",
        "copied",
        "cut short",
        "an empty one added",
        "the last cut short",
        "the last twice",
    ],
)
def test_a_line_is_named(change: Callable[[Lines], Lines], named: list[int], trail: Path) -> None:
    """By the number of the line that does not follow, and of one that is no act."""
    said = tampered(trail, change).splitlines()[1:]
    assert [int(line.split()[1].rstrip(":")) for line in said] == named


@given(place=st.integers(0, 5), at=st.integers(0, 100), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(place: int, at: int, bit: int, six: bytes) -> None:
    """A line behind it does not follow any more; of the last line, the seal is another."""
    lines = [bytearray(line) for line in six.splitlines(keepends=True)]
    lines[place][at % (len(lines[place]) - 1)] ^= 1 << bit
    chain = followed(BytesIO(b"".join(lines)), known=followed(BytesIO(six)).seal)

    assert chain.faults or not chain.holds


def test_what_was_cut_off_at_the_end_is_told_by_the_seal(trail: Path) -> None:
    """Nothing else in a trail can tell it: what is left of it is whole."""
    seal = verified(trail).seal
    lines = trail.read_bytes().splitlines(keepends=True)
    trail.write_bytes(b"".join(lines[:-1]))

    assert list(verified(trail).begun) == ["r1"]
    with pytest.raises(Refused, match=f"no line has the seal {seal}"):
        verified(trail, seal)


def test_a_seal_holds_while_the_trail_grows(trail: Path) -> None:
    """A later round adds lines behind it."""
    seal = verified(trail).seal
    later = AuditTrail(trail)
    later.note(act(1, "round-continues"))
    later.close()

    assert verified(trail, seal).begun == {"r1": 7}


def test_lines_from_before_the_chain_are_told_apart(trail: Path) -> None:
    """The first line of the chain holds the last of them; nothing holds the others."""
    old = b'{"when":"2026-01-01T00:00:00Z","round":"r0","act":"ask","to":"192.0.2.1:80"}\n'
    trail.write_bytes(old * 3)
    later = AuditTrail(trail)
    later.note(act(1))
    later.close()

    chain = verified(trail)
    assert (chain.lines, chain.unsealed) == (4, 3)


def test_a_trail_without_any_seal_proves_nothing(trail: Path) -> None:
    """Whoever takes all seals away has not made it an old one."""
    lines = [json.loads(line) for line in trail.read_bytes().splitlines()]
    bare = [{key: value for key, value in line.items() if key != "chain"} for line in lines]
    trail.write_text("".join(json.dumps(line) + "\n" for line in bare))

    with pytest.raises(Refused, match="no line is sealed"):
        verified(trail)


def test_a_line_without_end_is_read_in_pieces(tmp_path: Path) -> None:
    """A file that is no trail takes bounded memory and gives bounded news."""
    (tmp_path / "x").write_bytes(b"x" * (MAX_LINE * (MAX_FAULTS + 5)))

    with pytest.raises(Refused) as caught:
        verified(tmp_path / "x")
    assert len(str(caught.value).splitlines()) == MAX_FAULTS + 1


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_chain_or_not(data: bytes) -> None:
    """Never an exception; as many lines as there are, each that is wrong by its number."""
    assert followed(BytesIO(data)).lines == len(data.split(b"\n")) - (data[-1:] in {b"", b"\n"})


@pytest.mark.parametrize(
    ("content", "line", "is_whole"),
    [(b"", b"", True), (b"a\n", b"a", True), (b"a\nb\n", b"b", True), (b"a\nb", b"b", False)],
)
def test_the_last_line_is_found_from_the_end(
    content: bytes,
    line: bytes,
    is_whole: bool,  # noqa: FBT001 - a value of the table
    tmp_path: Path,
) -> None:
    """Whatever stands before it."""
    (tmp_path / "x").write_bytes(content)
    with (tmp_path / "x").open("rb") as file:
        assert last_line(file.fileno(), len(content)) == (line, is_whole)


class TestCommand:
    """`ronde audit verify`."""

    def test_a_round_is_sealed_and_its_trail_verified(self, ground: Ground) -> None:
        """Two rounds make one chain, which holds the seal of the first."""
        ground.permit({"redis": [1]})
        ground.scan()
        first = ground.run("audit", "verify", "history.audit.jsonl")
        ground.scan()
        seal = first.out.split()[-1]
        second = ground.run("audit", "verify", "history.audit.jsonl", "--seal", seal)

        assert (first.code, second.code) == (0, 0)
        assert first.out.startswith("history.audit.jsonl: ")
        assert "each follows the one before" in second.out

    def test_a_broken_chain_is_refused(self, ground: Ground) -> None:
        """With exit code 2 and the number of the line."""
        ground.permit({"redis": [1]})
        ground.scan()
        path = ground.folder / "history.audit.jsonl"
        path.write_bytes(path.read_bytes().replace(b"round-begins", b"round-begun!"))
        said = ground.run("audit", "verify", "history.audit.jsonl")

        assert said.code == 2
        assert "line 2: does not follow line 1" in said.err

    def test_what_the_user_is_told_of_odd_trails(self, ground: Ground) -> None:
        """Lines that are older than the chain, and rounds that have no end."""
        path = ground.folder / "old.jsonl"
        path.write_bytes(
            b'{"when":"2026-01-01T00:00:00Z","round":"r0","act":"round-begins","to":"a"}\n'
        )
        later = AuditTrail(path)
        later.note(act(1))
        later.close()
        said = ground.run("audit", "verify", "old.jsonl")

        assert said.out.splitlines()[1:] == [
            "lines 1 to 1 are older than the chain: nothing proves them",
            "round r0, line 1: has no end; it was killed, or goes on",
        ]

    def test_a_trail_that_is_not_there_is_refused(self, ground: Ground) -> None:
        """By its name."""
        said = ground.run("audit", "verify", "none.jsonl")

        assert (said.code, said.err.count("none.jsonl: cannot be read")) == (2, 1)
