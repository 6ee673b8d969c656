"""Azurite, with the account of its manual and with one of its own."""

import hashlib
import hmac
import http.client
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from email.utils import formatdate

from tests.lab.layout import Family
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotYet,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("azurite")

#: The account of the manual, and its key: everybody has it.
_EVERYBODY = "devstoreaccount1"
_EVERYBODYS_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
_API = "2021-12-02"

_PATIENCE = 60.0  # it was seen to need 3 s alone, and eight servers share two cores


@contextmanager
def azurite(*, own_account: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """The door of the blobs, with one that holds the canary; whoever reads it needs a key."""
    with place("azurite", "own-account" if own_account else "open") as at:
        program = require(FAMILY.modules / ".bin/azurite-blob", at.name, "azurite")
        node = require("node", at.name, "node")
        where = ("--blobHost", LOOPBACK, "--blobPort", str(at.port), "--location", at.home)
        own = (USER, b64encode(PASSWORD.encode()).decode())
        account, key = own if own_account else (_EVERYBODY, _EVERYBODYS_KEY)
        env = {"AZURITE_ACCOUNTS": ":".join(own)} if own_account else {}
        blobs = at.home / "__blobstorage__"
        with standing(
            at,
            Program(
                (node, program, *where, "--silent", "--disableTelemetry"), env, patience=_PATIENCE
            ),
            probe="azurite",
            version=lambda: _version(at),
            fill=lambda: _fill(at, account, key, canary),
            state=lambda _: sorted((one.name, one.stat().st_size) for one in blobs.iterdir()),
        ) as server:
            yield server


def _fill(at: Place, account: str, key: str, canary: str) -> None:
    """Make a container and one blob in it."""
    folder = f"/{account}/faxes"
    _put(at, key, folder, "restype=container", {}, b"")
    _put(at, key, f"{folder}/1.txt", "", {"x-ms-blob-type": "BlockBlob"}, canary.encode())


def _put(  # noqa: PLR0913, PLR0917 - what a signed request consists of
    at: Place, key: str, path: str, query: str, more: Mapping[str, str], body: bytes
) -> None:
    """Send a request that is signed by a shared key, as the manual of Azure Storage has it."""
    account = path.split("/")[1]
    own = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": _API, **more}
    headers = "".join(f"{name}:{value}\n" for name, value in sorted(own.items()))
    resource = f"/{account}{path}" + (f"\n{query.replace('=', ':')}" if query else "")
    signed = "\n".join(["PUT", "", "", str(len(body) or ""), *[""] * 8, headers + resource])
    digest = hmac.digest(b64decode(key), signed.encode(), hashlib.sha256)
    own["Authorization"] = f"SharedKey {account}:{b64encode(digest).decode()}"
    connection = http.client.HTTPConnection(LOOPBACK, at.port, timeout=30)
    with closing(connection):
        connection.request("PUT", f"{path}?{query}" if query else path, body, own)
        response = connection.getresponse()
        if response.status != 201:
            raise NotYet(f"PUT {path} answered {response.status}: {response.read()[:300]!r}")


def _version(at: Place) -> str:
    page(at, ready=(400,))
    about = FAMILY.modules / "azurite" / "package.json"
    return str(json.loads(about.read_text())["version"])
