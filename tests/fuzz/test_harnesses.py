"""Every parser and every probe has a harness, and bears what was ever found."""

import ast
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from probes import PROBES
from scanner.model import Refused
from scanner.wire import Garbled
from tests.fuzz import dialogues, files, parsers
from tests.fuzz.engine import Bounds, Tally, by_chance, spoiler
from tests.fuzz.mutate import swollen
from tests.fuzz.registry import CORPUS, TARGETS, kept, seeds
from tests.fuzz.target import (
    LONGEST,
    MOST_MEMORY,
    MOST_SECONDS,
    Target,
    each,
    framed,
    most_memory,
)

ROOT = Path(__file__).parent.parent.parent

EACH = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)

#: Bytes of the corpus in the repository.
MOST_KEPT = 2 << 20

#: What a module that reads other people's bytes imports.
READING = frozenset({"csv", "defusedxml", "tomllib", "tomltext", "cryptography", "xml"})

#: What a module calls that reads JSON.
DECODES = "msgspec.json.decode("

#: What reads the history, which we wrote, and the servers of the demo.
OUR_OWN = ("scanner.store.", "scanner.demo.")

#: Modules that import one of these and read nothing of a stranger.
OWN = frozenset(
    {
        "scanner.emit.report",  # what it has written itself
        "scanner.regulation",  # texts that ship with the program
        "scanner.emit.csv",  # writes
        "scanner.emit.flat",  # writes
        "scanner.emit.html.texts",  # texts that ship with the program
        "scanner.emit.junit",  # writes
        "scanner.wire.dav",  # has its harness with its folder
        "scanner.wire.s3",  # likewise
    }
)


def imports(path: Path) -> Iterator[str]:
    """Name the packages that a module imports, and what it takes from them, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
            yield from (one.name for one in node.names)


def called(source: Path) -> set[str]:
    """Give every `module.function` that a file speaks of."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


class TestCompleteness:
    """A parser without a harness is found out."""

    @pytest.mark.parametrize("module", parsers.modules())
    def test_every_parser_has_a_harness(self, module: str) -> None:
        """Each public function of `scanner/wire` that takes bytes or JSON is fed by one."""
        readers = {f"{module}.{name}" for name in parsers.readers_of(module)}
        own = {"bigendian.length_prefixed"}  # imported by its own name

        assert readers - parsers.WRITERS - own - called(Path(parsers.__file__)) == set()

    def test_every_probe_has_a_harness(self) -> None:
        """And each begins with conversations that were recorded."""
        assert {f"probe-{probe.about.name}" for probe in PROBES} <= TARGETS.keys()
        assert [one.name for one in dialogues.dialogues() if not list(one.seeds())] == []

    def test_every_module_that_reads_files_or_answers_has_a_harness(self) -> None:
        """Whoever imports a reader is listed beside the harness that feeds it."""
        found = {
            ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for path in (ROOT / "scanner").rglob("*.py")
            if READING & set(imports(path)) or DECODES in path.read_text(encoding="utf-8")
        }

        strangers = {name for name in found if not name.startswith(OUR_OWN)}
        assert strangers - files.COVERED - OWN == set()

    def test_the_corpus_is_small_and_belongs_to_harnesses(self) -> None:
        """A file of another name would never be read."""
        paths = list(CORPUS.glob("*"))

        assert {path.stem for path in paths} <= TARGETS.keys()
        assert sum(path.stat().st_size for path in paths) < MOST_KEPT


class TestBearing:
    """Each input ends as it is declared, in time and memory."""

    @EACH
    def test_what_was_ever_found_is_borne(self, target: Target) -> None:
        """Inputs that once broke something, or did something new, and all real ones."""
        for data in [*kept(target.name), *target.seeds()]:
            target.run(data)

    @EACH
    def test_garbage_is_borne(self, target: Target) -> None:
        """A few spoilt inputs, the same ones every time."""
        chance, pool, spoil = random.Random(target.name), seeds(target), spoiler(target)
        for _ in range(50):
            target.run(spoil(chance.choice(pool), chance, pool))

    @EACH
    def test_no_work_grows_with_the_square_of_its_input(self, target: Target) -> None:
        """A piece of a real input, again and again up to 64 KiB, is read within a second."""
        chance = random.Random(target.name)
        for data in islice(seeds(target), 3):
            target.run(swollen(data, chance)[:LONGEST])


class TestHarness:
    """The harness itself sees what it is for."""

    def test_an_error_that_is_not_declared_is_a_crash(self, tmp_path: Path) -> None:
        """It is kept with its input and its traceback, once for each place."""
        target = Target("names", lambda data: data[1_000_000], lambda: [b"a"])
        tally = Tally(tmp_path)
        by_chance([target], tally, Bounds(seconds=10, runs=64, seed=1))

        assert list(tally.crashes) == [("names", "IndexError", tally_place(tally))]
        assert tally.counts["names"] == 64
        assert {path.suffix for path in tmp_path.iterdir()} == {"", ".txt", ".json"}

    def test_garble_and_refusals_are_declared(self) -> None:
        """They are what a parser may raise."""

        def refuse(data: bytes) -> None:
            raise Refused if data else Garbled

        each(refuse, refuse)(b"")
        each(refuse, refuse)(b"x")

    @pytest.mark.parametrize(
        "length", [0, 5, 3], ids=["of no length", "beyond what came", "of what follows"]
    )
    def test_a_framing_that_breaks_its_promise_is_a_crash(self, length: int) -> None:
        """A frame has a length that has come, whatever follows it."""
        with pytest.raises(AssertionError):
            framed(lambda data: length if len(data) == 4 else 1)(b"four")

    def test_slow_work_is_a_crash(self) -> None:
        """Work is counted, not waiting."""
        with pytest.raises(AssertionError, match="s of work"):
            Target("slow", work_for_long, list).run(b"")

    def test_memory_is_a_crash(self) -> None:
        """What one input makes the process hold is bounded."""
        with pytest.raises(AssertionError, match="MiB more"):
            Target("large", lambda _: b"x" * (most_memory() + MOST_MEMORY), list).run(b"")


def work_for_long(_: bytes) -> None:
    """Work for longer than any input may take."""
    until = time.thread_time() + MOST_SECONDS
    while time.thread_time() <= until:
        pass


def tally_place(tally: Tally) -> str:
    """Give the file and line of the only crash."""
    ((_, _, place),) = tally.crashes
    return place
