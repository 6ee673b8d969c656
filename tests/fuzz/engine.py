"""Feeds inputs to the harnesses: by chance, or led by what they cover."""

import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.mutate import mutated, mutated_turns
from tests.fuzz.registry import seeds
from tests.fuzz.target import Target

#: Inputs between two looks at the clock, and between two notes of how many there were.
_LOOK = 64
_NOTE = 5_000

#: Inputs that are remembered for a harness beside its seeds.
_POOL = 400

#: libFuzzer counts in 32 bits.
_MOST_RUNS = (1 << 31) - 1

#: Bytes in front of an input that tell the harness.
INDEX = 2


@dataclass(slots=True)
class Tally:
    """How often each harness ran, and what broke: the first input of each way to break.

    Crashes are written into `folder` as they come, the counts every now and then.
    """

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    crashes: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def run(self, target: Target, data: bytes) -> None:
        """Feed one input, and keep it if it breaks something."""
        self.counts[target.name] += 1
        try:
            target.run(data)
        except Exception as error:  # noqa: BLE001 - what is looked for
            self._keep(target, data, error)

    def _keep(self, target: Target, data: bytes, error: Exception) -> None:
        where = traceback.extract_tb(error.__traceback__)[-1]
        way = (target.name, type(error).__name__, f"{where.filename}:{where.lineno}")
        if way not in self.crashes:
            self.crashes[way] = data
            name = f"{target.name}-{sha256(data).hexdigest()[:12]}"
            (self.folder / name).write_bytes(data)
            said = "".join(traceback.format_exception(error))
            (self.folder / f"{name}.txt").write_text(said, encoding="utf-8")
            sys.stderr.write(f"broken: {' '.join(way)}: {error!r:.200}\n")

    def note(self) -> None:
        """Write the counts down."""
        (self.folder / "counts.json").write_text(json.dumps(self.counts, indent=1))


class Bounds(NamedTuple):
    """How long to go on, in seconds and in inputs, and where chance begins."""

    seconds: float
    runs: int
    seed: int


def by_chance(targets: Sequence[Target], tally: Tally, bounds: Bounds) -> None:
    """Spoil seeds, one harness after the other, until the time or the number is over."""
    chance = random.Random(bounds.seed)
    pools = {target.name: seeds(target)[-_POOL:] for target in targets}
    until = time.monotonic() + bounds.seconds
    done = 0
    while done < bounds.runs and time.monotonic() < until:
        target = targets[done // _LOOK % len(targets)]
        pool, spoil = pools[target.name], spoiler(target)
        for _ in range(_LOOK):
            data = chance.choice(pool)
            for _ in range(chance.choice((1, 1, 2, 4))):
                data = spoil(data, chance, pool)
            tally.run(target, data)
        done += _LOOK
        if done % _NOTE < _LOOK:
            tally.note()
    tally.note()


def by_coverage(targets: Sequence[Target], tally: Tally, bounds: Bounds, corpus: Path) -> None:
    """Let libFuzzer lead; it ends the process. What did something new is left in `corpus`.

    An input begins with two bytes that tell the harness, so that one process serves them all.
    """
    import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - it has none; only there

    for index, target in enumerate(targets):
        for data in seeds(target):
            name = sha256(data).hexdigest()[:16]
            (corpus / f"{target.name}-{name}").write_bytes(index.to_bytes(INDEX) + data)
    done = 0

    def feed(data: bytes) -> None:
        nonlocal done
        done += 1
        tally.run(targets[int.from_bytes(data[:INDEX]) % len(targets)], data[INDEX:])
        if done % _NOTE == 0 or done >= bounds.runs:
            tally.note()

    def spoil(data: bytes, most: int, number: int) -> bytes:
        head, rest = data[:INDEX], data[INDEX:]
        chance = random.Random(number)
        target = targets[int.from_bytes(head) % len(targets)]
        if chance.random() < 1 / 4:
            rest = atheris.Mutate(rest, most - INDEX)
        else:
            rest = spoiler(target)(rest, chance, ())
        return (head + rest)[:most]

    options = [
        f"-max_total_time={bounds.seconds:.0f}",
        f"-runs={min(bounds.runs, _MOST_RUNS)}",
        f"-seed={bounds.seed}",
    ]
    limits = ["-max_len=65536", "-timeout=30", "-rss_limit_mb=2048", "-verbosity=0"]
    atheris.Setup(["fuzz", *options, *limits, str(corpus)], feed, custom_mutator=spoil)
    atheris.Fuzz()


def spoiler(target: Target) -> Callable[[bytes, random.Random, Sequence[bytes]], bytes]:
    """Give what spoils the inputs of a harness."""
    return mutated_turns if target.name.startswith("probe-") else mutated
