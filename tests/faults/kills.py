"""`python -m tests.faults.kills 200 [SEED]`: kill rounds at random moments, then go on with them.

Each round is a process of its own, over a ward, with a history of its own. It is killed between
the first moment of its history and one a little after its end; then it is continued, or begun
again if nothing of it is there, and held to a round that nobody disturbed.
"""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner.trail import verified
from tests.fakes.ward import OPEN_HOSTS, WHOLE, Ward, ward

#: A round that has not touched its history within so many seconds never will.
PATIENCE = 60

#: How often to look for that, in seconds.
GLANCE = 0.001

#: The shortest of so many rounds tells how long one takes: other people's work only slows them.
TURNS = 3

#: Some kills come when the round has just ended.
SLACK = 1.05

SIGHTINGS = """
SELECT address, status, exposed, event.what
FROM sighting JOIN finding USING (fingerprint) JOIN event USING (fingerprint, address)
ORDER BY address, event.number
"""


def undisturbed(place: Ward) -> float:
    """Walk a round to its end; give the seconds from the first moment of its history."""
    with place.round() as walking:
        since = _begun(place)
        walking.communicate()
    return time.monotonic() - since


def kill(place: Ward, after: float) -> str:
    """Kill a round so many seconds after its first moment; say how far it had come."""
    with place.round() as walking:
        _begun(place)
        time.sleep(after)
        walking.send_signal(signal.SIGKILL)
        walking.communicate()
    return reached(place)


def go_on(place: Ward, came_to: str) -> None:
    """Walk on to the end, from wherever a round was killed."""
    if came_to == "ended":
        return
    words = ["--resume"] if came_to == "under way" else []
    with place.round(*words) as walking:
        said, _ = walking.communicate()
    assert walking.returncode == 0, "it does not go on"
    told = [json.loads(line) for line in said.splitlines()]
    addresses = [one["endpoint"]["address"] for one in told if "fingerprint" in one]
    assert sorted(addresses) == sorted(OPEN_HOSTS), "the output is not that of a whole round"


def reached(place: Ward) -> str:
    """Say how far the only round of a history has come."""
    try:
        [ended] = rows(place, "SELECT ended FROM round")
    except (ValueError, sqlite3.OperationalError):  # no round, no tables
        return "not begun"
    return "ended" if ended[0] else "under way"


def differences(place: Ward) -> Iterator[str]:
    """Say in what a history differs from that of a round that nobody disturbed."""
    if rows(place, SIGHTINGS) != [(one, "new", 1, "exposed") for one in sorted(OPEN_HOSTS)]:
        yield "its findings"
    coverage: dict[str, Any] = json.loads(rows(place, "SELECT coverage FROM round")[0][0])
    if {name: coverage[name] for name in WHOLE} != WHOLE:
        yield "its coverage"
    if rows(place, "SELECT what, count(*) FROM event GROUP BY what ORDER BY what") != [
        ("exposed", len(OPEN_HOSTS)),
        ("new", len(OPEN_HOSTS)),
    ]:
        yield "its changes"
    if rows(place, "SELECT count(*) FROM told") != [(1,)]:
        yield "what it keeps for reports"
    if rows(place, "PRAGMA integrity_check") != [("ok",)]:
        yield "the file is damaged"
    if set(place.asked()) != set(OPEN_HOSTS):
        yield "who is in its audit trail"
    verified(place.folder / "audit.jsonl")


def rows(place: Ward, statement: str) -> list[tuple[Any, ...]]:
    """Look into a history as an outsider would."""
    with closing(sqlite3.connect(place.folder / "history.sqlite")) as history:
        return history.execute(statement).fetchall()


def _begun(place: Ward) -> float:
    until = time.monotonic() + PATIENCE
    while not (place.folder / "history.sqlite").exists() and time.monotonic() < until:
        time.sleep(GLANCE)
    return time.monotonic()


def _at(place: Ward, name: str) -> Ward:
    """Give the same ward, with a folder of its own for the files of a round."""
    folder = place.folder / name
    folder.mkdir()
    return replace(place, folder=folder)


def main(times: str, seed: str = "1") -> int:
    """Kill so many rounds; say how far they had come, and which differ in the end."""
    chance, came_to, faults = random.Random(seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as name, ward(Path(name)) as place:
        takes = min(undisturbed(_at(place, f"whole{turn}")) for turn in range(TURNS))
        for number in range(int(times)):
            one = _at(place, str(number))
            after = chance.uniform(0, SLACK * takes)
            how_far = kill(one, after)
            came_to[how_far] += 1
            try:
                go_on(one, how_far)
                different = list(differences(one))
            except (AssertionError, sqlite3.Error, subprocess.SubprocessError) as error:
                different = [str(error)]
            faults += bool(different)
            for what in different:
                print(f"{number}: killed after {after:.3f} s, {how_far}: {what}")  # noqa: T201
    print(f"{times} kills within {takes:.1f} s: {dict(came_to)}, {faults} differ")  # noqa: T201
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
