"""HylaFAX's hfaxd with faxes in its queues: open, or behind a password; and its SNPP listener."""

import os
import re
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.namespace import only_loopback
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    folder,
    free_port,
    require,
    running,
)

RECEIVED = 3
SENT = 2

_HFAXD = Path("/usr/sbin/hfaxd")
_SPOOL = Path("/var/spool/hylafax")
_OWNER = "uucp"
_ACCESS = {
    "open": "^.*@.*$:60002::\n",
    # Nobody knows a password that hashes to this; crypt(3) never makes such a text.
    "locked": "^faxuser@127\\.0\\.0\\.1$:60002:no-password-hashes-to-this:\n",
}


@contextmanager
def hylafax(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A fax server on its own protocol, with received and sent faxes that name the canary."""
    mode = "locked" if locked else "open"
    with _hfaxd(f"hylafax-{mode}", mode, canary) as (port, version, log):
        yield Running(
            name=f"hylafax-{mode}",
            product="hylafax",
            version=version,
            mode=mode,
            port=port,
            log=log,
            probe="hylafax",
            state=held,
        )


@contextmanager
def snpp(*, canary: str = CANARY) -> Iterator[Running]:
    """The paging listener of an open hfaxd; it binds every address, so a namespace is required."""
    name = "hylafax-snpp"
    if not only_loopback():
        # hfaxd's -l binds the fax port only; SNPP listens on 0.0.0.0 whatever it says.
        raise NotStarted(name, "binds 0.0.0.0; run below tests/lab/namespace.py")
    port = free_port()
    with _hfaxd(name, "open", canary, "-s", str(port)) as (_, _, log):
        version = _banner_version(port)
        yield Running(
            name=name,
            product="hylafax-snpp",
            version=version,
            mode="open",
            port=port,
            log=log,
            probe="hylafax",
            state=held,
        )


@contextmanager
def _hfaxd(name: str, mode: str, canary: str, *more: str) -> Iterator[tuple[int, str, Path]]:
    program = require(_HFAXD, name, "hylafax-server")
    if os.geteuid() != 0:
        raise NotStarted(name, f"hfaxd must be started by root to become {_OWNER}")
    port = free_port()
    with folder(name) as home:
        spool = home / "spool"
        _make_spool(spool, mode, canary)
        log = home / "server.log"
        argv: tuple[str | Path, ...] = (
            program,
            "-d",
            "-q",
            spool,
            "-l",
            LOOPBACK,
            "-i",
            str(port),
            *more,
        )
        with running(name, Program(argv), log, lambda: _banner_version(port)) as version:
            yield port, version, log


def _make_spool(spool: Path, mode: str, canary: str) -> None:
    shutil.copytree(_SPOOL, spool, ignore=shutil.ignore_patterns("FIFO*"))
    access = spool / "etc" / "hosts.hfaxd"
    access.write_text(_ACCESS[mode])
    for number in range(1, RECEIVED + 1):
        fax = spool / "recvq" / f"fax{number:09}.tif"
        fax.write_bytes(received_fax(canary))
        fax.chmod(0o644)  # NLST hides what the world cannot read
    for number in range(1, SENT + 1):
        job = spool / "doneq" / f"q{number}"
        job.write_text(_sent_job(number, canary))
        job.chmod(0o644)
    for path in (spool, *spool.rglob("*")):
        shutil.chown(path, _OWNER, _OWNER)
    # Any other mode and hfaxd lets nobody in at all.
    access.chmod(0o600)


def received_fax(canary: str) -> bytes:
    """A valid one-page fax: one white line of Group 4, whose text fields name the canary."""
    line = bytes.fromhex("80080080")  # "as the line above", then the end-of-block code
    numbers = {
        254: 2,  # one page of several
        256: 1728,
        257: 1,
        258: 1,
        259: 4,  # Group 4
        262: 0,
        266: 1,
        273: 8,  # the line stands right behind the header
        277: 1,
        278: 1,
        279: len(line),
        296: 2,
    }
    texts = dict.fromkeys((269, 270, 315), canary)  # document, description (the sender), artist
    resolution = {282: (204, 1), 283: (98, 1)}
    values = {
        **{tag: (2, len(text) + 1, text.encode() + b"\0") for tag, text in texts.items()},
        **{tag: (5, 1, struct.pack("<II", *ratio)) for tag, ratio in resolution.items()},
    }
    body = line
    directory = b""
    for tag in sorted([*numbers, *values]):
        if tag in numbers:
            directory += struct.pack("<HHII", tag, 4, 1, numbers[tag])
            continue
        kind, count, stored = values[tag]
        directory += struct.pack("<HHII", tag, kind, count, 8 + len(body))
        body += stored + b"\0" * (len(stored) % 2)
    count_of_tags = struct.pack("<H", len(numbers) + len(values))
    header = b"II*\0" + struct.pack("<I", 8 + len(body))
    return header + body + count_of_tags + directory + struct.pack("<I", 0)


def _sent_job(number: int, canary: str) -> str:
    fields = {
        "tts": "0",
        "killtime": "0",
        "retrytime": "0",
        "state": "7",
        "npages": "1",
        "totpages": "1",
        "jobid": str(number),
        "groupid": str(number),
        "owner": "60002",
        "number": canary,
        "external": canary,
        "mailaddr": canary,
        "sender": canary,
        "client": canary,
        "jobtag": canary,
        "receiver": canary,
        "modem": "any",
        "doneop": "default",
        "jobtype": "facsimile",
        "status": "",
        "commid": "00000001",
    }
    return "".join(f"{key}:{value}\n" for key, value in fields.items())


def _banner_version(port: int) -> str:
    with socket.create_connection((LOOPBACK, port), timeout=5) as stream:
        banner = stream.recv(512).decode(errors="replace")
        stream.sendall(b"QUIT\r\n")
    told = re.search(r"HylaFAX \(tm\) Version ([\d.]+)", banner)
    if not told:
        raise NotYet(f"banner {banner!r}")
    return told[1]


def held(server: Running) -> object:
    """Read name, size and time of every file of the spool."""
    spool = server.log.parent / "spool"
    files = [path for path in sorted(spool.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(spool)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    }
