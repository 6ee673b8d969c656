"""The account that Debian's packages of trackers give their files to."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.lab.servers.process import NotStarted, hand_over
from tests.lab.servers.standing import Place

SERVER = "www-data"

#: Seconds; the longest takes 15 on a quiet machine.
PATIENCE = 180


class NotHere(Exception):
    """It is not installed, or may not be run by us; the message says which."""


def need(program: Path) -> Path:
    """Give a program's path.

    Raises:
        NotHere: it is not on this machine, or we are not root.
    """
    if not program.exists():
        raise NotHere(
            f"{program} is not there; tests/lab/trackers/README.md says how to install it"
        )
    if os.geteuid() != 0:
        raise NotHere(f"only root can run {program} as {SERVER}")
    return program


def as_server(at: Place, *argv: str | Path, environment: Mapping[str, str]) -> str:
    """Run a program as that account, in its folder, and give what it prints.

    Raises:
        NotStarted: the program failed.
    """
    hand_over(at.home, SERVER)
    ran = subprocess.run(  # noqa: S603 - programs of the lab, no shell
        [str(word) for word in argv],
        check=False,
        capture_output=True,
        text=True,
        cwd=at.home,
        env={"PATH": os.defpath, "HOME": str(at.home), "LANG": "C.UTF-8", **environment},
        user=SERVER,
        group=SERVER,
        extra_groups=[],
        timeout=PATIENCE,
    )
    if ran.returncode != 0:
        raise NotStarted(at.name, f"{argv[0]} ended with {ran.returncode}", ran.stderr[-3000:])
    return ran.stdout
