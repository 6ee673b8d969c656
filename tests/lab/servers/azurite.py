"""Azurite, with the account of its manual and with one of its own."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.layout import Family
from tests.lab.servers.process import LOOPBACK, PASSWORD, USER, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("azurite")

_PATIENCE = 60.0  # it was seen to need 3 s alone, and eight servers share two cores


@contextmanager
def azurite(*, own_account: bool = False) -> Iterator[Running]:
    """The door of the blobs. It is left empty: whoever fills it needs a key."""
    with place("azurite", "own-account" if own_account else "open") as at:
        program = require(FAMILY.modules / ".bin/azurite-blob", at.name, "azurite")
        node = require("node", at.name, "node")
        where = ("--blobHost", LOOPBACK, "--blobPort", str(at.port), "--location", at.home)
        account = f"{USER}:{b64encode(PASSWORD.encode()).decode()}"
        env = {"AZURITE_ACCOUNTS": account} if own_account else {}
        with standing(
            at,
            Program(
                (node, program, *where, "--silent", "--disableTelemetry"), env, patience=_PATIENCE
            ),
            probe="azurite",
            version=lambda: _version(at),
            fill=lambda: None,
            state=lambda _: None,
        ) as server:
            yield server


def _version(at: Place) -> str:
    page(at, ready=(400,))
    about = FAMILY.modules / "azurite" / "package.json"
    return str(json.loads(about.read_text())["version"])
