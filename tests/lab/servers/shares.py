"""TigerVNC, rpcbind, NFS-Ganesha, vsftpd and Samba: open, locked, and for named hosts only."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from subprocess import CalledProcessError
from types import MappingProxyType

from tests.lab.namespace import only_loopback
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, listens, place, standing

PORTMAP = 111

_SECURITY: Mapping[str, str] = MappingProxyType({"open": "None", "locked": "VncAuth"})
_CLIENTS: Mapping[str, str] = MappingProxyType(
    {
        "open": "Access_Type = RO;",
        "shielded": "Access_Type = NONE; CLIENT { Clients = 127.0.0.1; Access_Type = RO; }",
        "locked": "Access_Type = NONE; CLIENT { Clients = 192.0.2.1; Access_Type = RO; }",
    }
)
#: Where nfs-utils puts mountd, by default and on old systems.
_MOUNTD: Mapping[str, int] = MappingProxyType({"open": 20048, "shielded": 892, "locked": 20048})
_PATIENCE = 10.0  # seconds until rpcbind, which is started beside it, must be there


@contextmanager
def vnc(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """A desktop whose name is the canary: a session would be told it first of all."""
    with place("vnc", mode) as at:
        program = require("Xtigervnc", at.name, "tigervnc-standalone-server")
        door = ("-rfbport", str(at.port), "-interface", LOOPBACK, "-localhost=1")
        quiet = ("-nolisten", "tcp", "-nolisten", "local", "-geometry", "320x200")
        argv = (program, f":{at.port}", *door, "-SecurityTypes", _SECURITY[mode], *quiet)
        with standing(
            at,
            Program((*argv, "-desktop", canary)),
            probe="vnc",
            version=lambda: _vnc_version(at),
            fill=lambda: None,
            state=lambda server: server.log.read_text(errors="replace").count("ServerInit"),
        ) as server:
            yield server


@contextmanager
def rpcbind() -> Iterator[Running]:
    """The port mapper; it binds every address and no other port, so a namespace is required."""
    with place("rpcbind", port=PORTMAP) as at:
        program = require("rpcbind", at.name, "rpcbind")
        _refuse_outside(at)
        with standing(
            at,
            Program((program, "-f", "-w")),
            probe="nfs",
            version=lambda: _listening(at, "1.2.6"),
            fill=lambda: None,
            state=lambda _: said_by("rpcinfo", "-p", LOOPBACK).count(" 100000 "),
        ) as server:
            yield server


@contextmanager
def mountd(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """NFS-Ganesha's mountd, with one export whose one file is the canary; rpcbind must stand."""
    with place("mountd", mode, port=_MOUNTD[mode]) as at:
        program = require("ganesha.nfsd", at.name, "nfs-ganesha")
        _refuse_outside(at)
        _await(at, "mountd" if mode == "shielded" else "portmapper")
        file = at.write(f"faxes/{canary}", canary)
        settings = at.write("ganesha.conf", _ganesha(at, mode))
        log, pid = at.home / "ganesha.log", at.home / "pid"
        with standing(
            at,
            Program((program, "-F", "-L", log, "-f", settings, "-p", pid)),
            probe="nfs",
            version=lambda: _listening(at, said_by(program, "-v").split("V")[1].split()[0]),
            fill=lambda: None,
            state=lambda _: (file.read_text(), file.stat().st_atime_ns),
        ) as server:
            yield server


def _ganesha(at: Place, mode: str) -> str:
    ports = f"NFS_Port = {free_port()}; MNT_Port = {at.port};"
    less = "mount_path_pseudo = true; Enable_NLM = false; Enable_RQUOTA = false; Protocols = 3;"
    return (
        f"NFS_CORE_PARAM {{ Bind_addr = {LOOPBACK}; {ports} {less} }}\n"
        f"EXPORT {{ Export_Id = 1; Path = {at.home}/faxes; Pseudo = /faxes; {_CLIENTS[mode]} "
        "Squash = All_Squash; Protocols = 3; SecType = sys; FSAL { Name = VFS; } }\n"
    )


def _refuse_outside(at: Place) -> None:
    if not only_loopback() or os.geteuid() != 0:
        raise NotStarted(at.name, "binds 0.0.0.0:111; run as root below tests/lab/namespace.py")


def _await(at: Place, program: str) -> None:
    """Wait for what must be registered before: the last mountd is the one that is mapped."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if program in _mapped():
            return
        time.sleep(0.1)
    raise NotStarted(at.name, f"no {program} stands beside it")


def _mapped() -> str:
    try:
        return said_by("rpcinfo", "-p", LOOPBACK)
    except CalledProcessError:
        return ""


def _listening(at: Place, version: str) -> str:
    listens(at)
    return version


def _vnc_version(at: Place) -> str:
    listens(at)
    said = (at.home / "server.log").read_text(errors="replace").partition("TigerVNC ")[2]
    if not said:
        raise NotYet("it has not introduced itself")
    return said.split()[0]


@contextmanager
def ftp(mode: str = "open", *, probe: str = "ftpanon", canary: str = CANARY) -> Iterator[Running]:
    """One file, served by vsftpd, that is the canary; `probe` decides whether guests are tried."""
    with place("vsftpd", mode if probe == "ftpanon" else "unasked") as at:
        program = require("vsftpd", at.name, "vsftpd")
        if os.geteuid() != 0:
            raise NotStarted(at.name, "vsftpd must be started by root")
        file = at.write(f"files/faxes/{canary}", canary)
        (at.home / "empty").mkdir()
        settings = at.write("vsftpd.conf", _vsftpd(at, mode))
        with standing(
            at,
            Program((program, settings)),
            probe=probe,
            version=lambda: _listening(at, "3.0.3"),
            fill=lambda: None,
            state=lambda _: (file.read_text(), file.stat().st_atime_ns),
        ) as server:
            yield server


def _vsftpd(at: Place, mode: str) -> str:
    guests = "YES" if mode == "open" else "NO"
    return (
        f"listen=YES\nlisten_address={LOOPBACK}\nlisten_port={at.port}\nbackground=NO\n"
        f"anonymous_enable={guests}\nlocal_enable=YES\nanon_root={at.home}/files\n"
        f"secure_chroot_dir={at.home}/empty\nseccomp_sandbox=NO\n"
    )


@contextmanager
def samba(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """A share with one file that is the canary."""
    with place("samba", mode) as at:
        program = require("smbd", at.name, "samba")
        if os.geteuid() != 0:
            raise NotStarted(at.name, "smbd must be started by root")
        file = at.write(f"faxes/{canary}", canary)
        for own in ("lock", "state", "cache", "private", "ncalrpc"):
            (at.home / own).mkdir(mode=0o755)
        settings = at.write("smb.conf", _samba(at, mode))
        with (
            _helpers_ended(at),
            standing(
                at,
                Program(
                    (program, "--foreground", "--no-process-group", f"--configfile={settings}")
                ),
                probe="smb",
                version=lambda: _listening(
                    at, said_by(program, "--version").split()[1].split("-")[0]
                ),
                fill=lambda: None,
                state=lambda _: (file.read_text(), file.stat().st_atime_ns),
            ) as server,
        ):
            yield server


@contextmanager
def _helpers_ended(at: Place) -> Iterator[None]:
    """End the helper that smbd starts in a session of its own; its children end with it."""
    try:
        yield
    finally:
        note = at.home / "samba-dcerpcd.pid"
        if note.exists():
            with suppress(ProcessLookupError):
                os.kill(int(note.read_text()), signal.SIGTERM)


def _samba(at: Place, mode: str) -> str:
    guests = "yes" if mode == "open" else "no"
    anonymous = 2 if mode == "locked" else 0
    own = "".join(
        f"{what} = {at.home}/{what.partition(' ')[0]}\n"
        for what in ("lock directory", "state directory", "cache directory", "private dir")
    )
    return (
        f"[global]\ninterfaces = {LOOPBACK}\nbind interfaces only = yes\nsmb ports = {at.port}\n"
        f"server role = standalone\nmap to guest = Bad User\nrestrict anonymous = {anonymous}\n"
        f"pid directory = {at.home}\nncalrpc dir = {at.home}/ncalrpc\nlog file = {at.home}/log\n"
        f"disable spoolss = yes\nload printers = no\n{own}"
        f"[faxes]\npath = {at.home}/faxes\nguest ok = {guests}\nread only = yes\n"
    )
