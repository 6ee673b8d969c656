"""Whole rounds of `ronde scan`, from the scope file to the closing coverage."""

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.runs import Failed, Run, output, spent

RONDE = (sys.executable, "-c", "from scanner.cli import main; main()")

#: A round without a history, an audit trail or findings in an output would not be a round.
SCOPE = """\
name = "bench"
owner = "bench"
approver = "bench"
reference = "bench"
contact = "bench@example.org"
valid_until = 2099-12-31
ranges = [{ranges}]
max_addresses = {addresses}

[rates]
connections_per_second = 100000
per_subnet_per_second = 100000
per_host_per_second = 1000
timeout = 1
attempts = 2

[extra_ports]
{extra}
"""


def contender(name: str, **options: str) -> Contender:
    """Make a contender of a set of options; one that this ronde lacks keeps it out."""

    def run(ground: Ground) -> Run:
        words = []
        for option, value in options.items():
            flag = f"--{option}"
            if flag in _help():
                words += [flag, value]
            elif (option, value) != ("sweep", "connect"):  # what there was before the option
                raise Failed(f"this ronde has no {flag}")
        return walk(ground, *words)

    return Contender(name, run)


def walk(ground: Ground, *options: str) -> Run:
    """Walk one round, with a history of its own.

    Raises:
        Failed: the round did not end in time, or was incomplete.
    """
    run = spent([*laid_out(ground), *options], ground.folder / "round.said", limit=ground.limit)
    return ground.judged(run, found(ground))


def laid_out(ground: Ground) -> list[str]:
    """Write the scope of a round with a history of its own, and give the words that walk it."""
    folder = ground.folder
    for old in folder.glob("round*"):
        old.unlink()
    scope = folder / "round.toml"
    scope.write_text(_scope(ground), encoding="utf-8")
    words = [*ground.here, *RONDE, "scan", "--quiet", "--services", "--fail-on", "none"]
    words += ["--scope", str(scope), "--output", str(folder / "round.jsonl")]
    words += ["--history", str(folder / "round.db"), "--audit", str(folder / "round.audit")]
    return words + [word for probe in ground.probes for word in ("--probe", probe)]


def found(ground: Ground) -> Iterator[str]:
    """Give the endpoints that a round told of by their product; the last line is the coverage."""
    with (ground.folder / "round.jsonl").open("rb") as lines:
        for line in lines:
            told: dict[str, Any] = msgspec.json.decode(line)
            if told.get("product"):
                yield f"{told['endpoint']['address']}:{told['endpoint']['port']}"


@cache
def _help() -> str:
    return output([*RONDE, "scan", "--help"])


def _scope(ground: Ground) -> str:
    return SCOPE.format(
        ranges=", ".join(f'"{network}"' for network in ground.networks),
        addresses=max(ground.hosts, 65_536),
        extra="\n".join(f"{probe} = {list(also)}" for probe, also in ground.extra_ports.items()),
    )
