"""OpenLDAP and rsync's daemon: open, locked, and states between."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    Program,
    Running,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, listens, place, standing

SUFFIX = "dc=clinic,dc=example"
_SCHEMAS = Path("/etc/ldap/schema")

_RULES: Mapping[str, str] = MappingProxyType(
    {
        "open": "access to * by * read",
        "locked": "require authc\ndisallow bind_anon",
        "root-only": 'access to dn.base="" by * read\naccess to * by * none',
    }
)
_FAXES = "[faxes]\npath = {home}/faxes\n"
_ASKS = "auth users = lab\nsecrets file = {home}/secrets\n"
_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "open": _FAXES,
        "locked": _FAXES + _ASKS,
        "partial": _FAXES + "[scans]\npath = {home}/faxes\n" + _ASKS,
        "shielded": _FAXES + "hosts allow = 192.0.2.1\n",
    }
)


@contextmanager
def slapd(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """A directory with one person, in whose every attribute the canary stands."""
    with place("slapd", mode) as at:
        program = require("/usr/sbin/slapd", at.name, "slapd")
        settings = at.write("slapd.conf", _slapd_settings(at, mode))
        (at.home / "data").mkdir()
        _add(program, settings, at.write("entries.ldif", _entries(canary)))
        url = f"ldap://{LOOPBACK}:{at.port}"
        with standing(
            at,
            Program((program, "-d", "0", "-f", settings, "-h", url)),
            probe="ldap",
            version=lambda: _slapd_version(at, program),
            fill=lambda: None,
            state=lambda _: said_by("/usr/sbin/slapcat", "-f", settings),
        ) as server:
            yield server


@contextmanager
def rsync(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """A module whose one file, in name and content, is the canary."""
    with place("rsync", mode) as at:
        program = require("rsync", at.name, "rsync")
        head = (
            f"use chroot = no\naddress = {LOOPBACK}\nport = {at.port}\nlog file = {at.home}/log\n"
        )
        settings = at.write("rsyncd.conf", head + _MODULES[mode].format(home=at.home))
        at.write("secrets", f"{USER}:{PASSWORD}\n").chmod(0o600)
        file = at.write(f"faxes/{canary}", canary)
        with standing(
            at,
            Program((program, "--daemon", "--no-detach", "--config", settings)),
            probe="rsync",
            version=lambda: _rsync_version(at, program),
            fill=lambda: None,
            state=lambda _: (file.read_text(), file.stat().st_atime_ns),
        ) as server:
            yield server


def _slapd_settings(at: Place, mode: str) -> str:
    schemas = "".join(f"include {_SCHEMAS}/{name}.schema\n" for name in ("core", "cosine"))
    return (
        f"{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\n{_RULES[mode]}\n"
        f"database mdb\nsuffix {SUFFIX}\nrootdn cn=admin,{SUFFIX}\nrootpw {PASSWORD}\n"
        f"directory {at.home}/data\nmaxsize 10485760\n"
    )


def _entries(canary: str) -> str:
    person = f"dn: cn={canary},{SUFFIX}\nobjectClass: person\ncn: {canary}\nsn: {canary}\n"
    return (
        f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: clinic\n"
        f"o: {canary}\n\n{person}userPassword: {canary}\n"
    )


def _add(program: Path, settings: Path, entries: Path) -> None:
    argv = (program.with_name("slapadd"), "-f", settings, "-l", entries)
    subprocess.run([str(word) for word in argv], check=True, capture_output=True, timeout=30)  # noqa: S603 - the lab's own


def _slapd_version(at: Place, program: Path) -> str:
    listens(at)
    told = subprocess.run(  # noqa: S603  # a program of the lab, no shell
        [str(program), "-VV"], check=False, capture_output=True, text=True, timeout=30
    )
    return told.stderr.partition("slapd ")[2].partition("+")[0]


def _rsync_version(at: Place, program: Path) -> str:
    listens(at)
    return said_by(program, "--version").split()[2]
