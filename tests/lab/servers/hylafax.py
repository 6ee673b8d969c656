"""HylaFAX's hfaxd with faxes in its queues, in every state of its door; and its SNPP listener."""

import os
import re
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from tests.lab.namespace import SECOND_ADDRESS, has_second_address, only_loopback
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


class Hfaxd(StrEnum):
    """How its operator has left it."""

    OPEN = "open"
    ADMIN = "admin"  # as open, and our name is in the group that PAM takes for operators
    STRANGE_NAME = "strange-name"  # as open, and our address has a name that is another's
    LOCKED = "locked"
    DENIED = "denied"  # the list turns our address away
    NO_LIST = "no-list"
    SHUT_DOWN = "shut-down"
    BROKEN = "broken"  # its spool lacks a folder


RECEIVED = 3
SENT = 2

_HFAXD = Path("/usr/sbin/hfaxd")
_SPOOL = Path("/var/spool/hylafax")
_OWNER = "uucp"
_ANYBODY = "^.*@.*$:60002::\n"
_ACCESS = {
    # Nobody knows a password that hashes to this; crypt(3) never makes such a text.
    Hfaxd.LOCKED: "^faxuser@127\\.0\\.0\\.1$:60002:no-password-hashes-to-this:\n",
    Hfaxd.DENIED: f"!^.*@127\\.0\\.0\\.1$\n{_ANYBODY}",
}
#: Year, month from 0, day, hour and minute of a time that is past, and how long before it whom to
#: turn away and whom to send off.
_LONG_SHUT = "2020 0 1 0 0 0 0\nClosed.\n"
#: A name that is an address of somebody else, so it does not map back to ours.
_STRANGE_NAMES = f"127.0.0.1 203.0.113.9\n127.0.0.1 {socket.gethostname()}\n"


@contextmanager
def hylafax(mode: Hfaxd = Hfaxd.OPEN, *, canary: str = CANARY) -> Iterator[Running]:
    """A fax server on its own protocol, with received and sent faxes that name the canary."""
    name = f"hylafax-{mode}"
    with _hfaxd(name, mode, canary) as (port, version, log):
        yield Running(
            name=name,
            product="hylafax",
            version=version,
            mode=mode,
            port=port,
            log=log,
            probe="hylafax",
            state=held,
        )


@contextmanager
def snpp(mode: Hfaxd = Hfaxd.OPEN, *, canary: str = CANARY) -> Iterator[Running]:
    """The paging listener of an hfaxd that was told to bind to loopback, at another address."""
    name = f"hylafax-snpp-{mode}"
    if not only_loopback() or not has_second_address():
        # hfaxd's -l binds the fax port only; SNPP listens on 0.0.0.0 whatever it says.
        raise NotStarted(name, "binds 0.0.0.0; run below tests/lab/namespace.py")
    port = free_port()
    with _hfaxd(name, mode, canary, "-s", str(port)) as (_, version, log):
        yield Running(
            name=name,
            product="hylafax-snpp",
            version=version,
            mode=mode,
            address=SECOND_ADDRESS,
            port=port,
            log=log,
            probe="snpp",
            state=held,
        )


@contextmanager
def _hfaxd(name: str, mode: Hfaxd, canary: str, *more: str) -> Iterator[tuple[int, str, Path]]:
    program = require(_HFAXD, name, "hylafax-server")
    if os.geteuid() != 0:
        raise NotStarted(name, f"hfaxd must be started by root to become {_OWNER}")
    port = free_port()
    with folder(name) as home:
        spool = home / "spool"
        _make_spool(spool, mode, canary)
        log = home / "server.log"
        where = ("-l", LOOPBACK, "-i", str(port), *more)
        argv: tuple[str | Path, ...] = (program, "-d", "-q", spool, *where)
        if mode is Hfaxd.STRANGE_NAME:
            argv = _with_hosts(home / "hosts", argv)
        with running(name, Program(argv), log, lambda: _banner_version(port)) as version:
            yield port, version, log


def _with_hosts(hosts: Path, argv: tuple[str | Path, ...]) -> tuple[str | Path, ...]:
    """Let a program see other names of hosts than the machine does."""
    hosts.write_text(_STRANGE_NAMES)
    mounted = 'mount --bind "$0" /etc/hosts && exec "$@"'
    return (
        require("unshare", "hylafax", "util-linux"),
        "--mount",
        "sh",
        "-c",
        mounted,
        hosts,
        *argv,
    )


def _make_spool(spool: Path, mode: Hfaxd, canary: str) -> None:
    shutil.copytree(_SPOOL, spool, ignore=shutil.ignore_patterns("FIFO*"))
    for number in range(1, RECEIVED + 1):
        fax = spool / "recvq" / f"fax{number:09}.tif"
        fax.write_bytes(received_fax(canary))
        fax.chmod(0o644)  # NLST hides what the world cannot read
    for number in range(1, SENT + 1):
        job = spool / "doneq" / f"q{number}"
        job.write_text(_sent_job(number, canary))
        job.chmod(0o644)
    _set_up(spool, mode)
    for path in (spool, *spool.rglob("*")):
        shutil.chown(path, _OWNER, _OWNER)


def _set_up(spool: Path, mode: Hfaxd) -> None:
    access = spool / "etc" / "hosts.hfaxd"
    access.write_text(_ACCESS.get(mode, _ANYBODY))
    access.chmod(0o600)  # with any other and hfaxd lets nobody in at all
    if mode is Hfaxd.ADMIN:
        # hfaxd looks its operators up after it has locked itself into the spool.
        (spool / "etc" / "group").write_text("faxadmin:x:60003:ronde\n")
    elif mode is Hfaxd.NO_LIST:
        access.unlink()
    elif mode is Hfaxd.SHUT_DOWN:
        (spool / "etc" / "shutdown").write_text(_LONG_SHUT)
    elif mode is Hfaxd.BROKEN:
        shutil.rmtree(spool / "client")


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
    if " server " not in banner:
        raise NotYet(f"banner {banner!r}")
    told = re.search(r"HylaFAX \(tm\) Version ([\d.]+)", banner)
    return told[1] if told else "unknown"  # shut down, or unable to start


def held(server: Running) -> object:
    """Read name, size and time of every file of the spool."""
    spool = server.log.parent / "spool"
    files = [path for path in sorted(spool.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(spool)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    }
