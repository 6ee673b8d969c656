"""Ten million endpoints planned and swept: how much memory stays resident.

Two runs, each in its own process. The first goes through every endpoint, with our planning,
pacing and counting and a dialler that has no kernel behind it: it refuses at once. The second
is real, in the refusing namespace, and stops after some seconds.
"""

import json
import resource
import subprocess
import sys
import time
from errno import ECONNREFUSED
from ipaddress import ip_network

from scanner.addresses import AddressSet
from scanner.course import Block, Target
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Pace
from tests.bench.lab import REFUSING, laboratory, why_not

LIMIT_MB = 150
RATES = Rates(connections_per_second=1e9, per_host_per_second=5, timeout=3, attempts=2)

#: 2,097,152 addresses on 5 ports are 10,485,760 endpoints.
NETWORK, PORTS = "10.0.0.0/11", (4559, 6379, 9200, 9300, 27017)

REAL_SECONDS = "20"


class Refusing:
    """A dialler whose every connection is refused before the call returns."""

    def begin(self, target: Target) -> tuple[int, int]:  # noqa: ARG002 - whoever it is
        """Refuse."""
        return 0, ECONNREFUSED

    def settled(self, seconds: float, most: int) -> list[int]:  # noqa: ARG002 - nothing flies
        """Wait; nothing is in flight."""
        time.sleep(seconds)
        return []

    def land(self, fd: int, target: Target) -> int:
        """Never reached."""
        raise NotImplementedError

    def abandon(self, fd: int) -> int:
        """Never reached."""
        raise NotImplementedError

    def close(self) -> None:
        """Close nothing."""


def measure() -> list[str]:
    """Give a line on each of the two runs."""
    lines = [_line("all of them, no kernel", [sys.executable, "-m", "tests.bench.memory"])]
    if why := why_not():
        return [*lines, f"memory, real sockets: not run, {why}"]
    knock = [sys.executable, "-m", "tests.bench.knock", REFUSING, "--per-host", "5"]
    wish = ["--seconds", REAL_SECONDS, "--ports", *map(str, range(9000, 9160)), "--width", "4096"]
    with laboratory() as inside:
        lines.append(_line(f"the first {REAL_SECONDS} s, real sockets", [*inside, *knock, *wish]))
    return lines


def _line(what: str, command: list[str]) -> str:
    output = subprocess.run(  # noqa: S603 - our own words
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    seen = json.loads(output)
    megabytes = seen["rss"] / 1e6
    verdict = "below" if megabytes < LIMIT_MB else "NOT below"
    return (
        f"memory, {what}: {seen['planned']:,} endpoints in {seen['seconds']:.0f} s, "
        f"{megabytes:.0f} MB resident at most, {verdict} {LIMIT_MB} MB"
    )


def main() -> None:
    """Sweep all ten million; print figures as JSON."""
    block = Block(AddressSet.of([ip_network(NETWORK)]), PORTS)
    sweep = ConnectSweep(pace=Pace(RATES), width=4096, timeout=3, attempts=2, dialler=Refusing)
    start = time.perf_counter()
    tally = sweep.run(block.endpoints(seed=1), lambda _: None)
    print(  # noqa: T201 - its output is read by the parent
        json.dumps(
            {
                "planned": tally.planned,
                "seconds": time.perf_counter() - start,
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
