"""One sweep in a process of its own: `python -m tests.bench.knock` prints what it saw as JSON.

The bench and the tests run it inside a namespace. The guard is on, as in a round.
"""

import json
import resource
import threading
import time
from argparse import ArgumentParser, Namespace
from ipaddress import ip_network

from scanner.addresses import AddressSet
from scanner.course import Block
from scanner.guard import Guard
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Observation, Pace

#: As fast as the machine can: a bench of our own code, not of the pace.
UNHURRIED = 1e9


def main() -> None:
    """Sweep what the arguments name."""
    wish = _arguments()
    among = AddressSet.of(map(ip_network, wish.networks))
    block = Block(among, tuple(wish.ports))
    rates = Rates(
        connections_per_second=UNHURRIED,
        per_host_per_second=wish.per_host,
        timeout=wish.timeout,
        attempts=wish.attempts,
    )
    sweep = ConnectSweep(
        pace=Pace(rates), width=wish.width, timeout=wish.timeout, attempts=wish.attempts
    )
    stop = threading.Event()
    threading.Timer(wish.seconds, stop.set).start() if wish.seconds else None
    seen: list[Observation] = []
    watch = frozenset(block.endpoints(seed=1)) if wish.watch else frozenset()
    with Guard(among).watching():
        start, cpu = time.perf_counter(), time.process_time()
        tally = sweep.run(block.endpoints(seed=1), seen.extend, watch=watch, stop=stop)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(  # noqa: T201 - its output is read by the parent
        json.dumps(
            {
                "planned": tally.planned,
                "counts": tally.counts,
                "states": {f"{o.address}:{o.port}": o.state for o in seen},
                "seconds": seconds,
                "cpu": cpu,
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


def _arguments() -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--ports", type=int, nargs="+", required=True)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--timeout", type=float, default=2)
    parser.add_argument("--attempts", type=int, default=1)
    parser.add_argument("--per-host", type=float, default=1000)
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--watch", action="store_true", help="report every endpoint")
    return parser.parse_args()


if __name__ == "__main__":
    main()
