"""PostgreSQL, MariaDB and Firebird: open, locked, and closed to our address."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    hand_over,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, listens, place, standing

#: Debian installs one major version; another one would be found, too.
_BUILDS = Path("/usr/lib/postgresql")

#: Seconds for one client, or for the making of one store; on two quiet cores each takes one.
_PATIENCE = 120

#: How pg_hba.conf meets clients on TCP. The socket is the lab's own way in.
_HBA: Mapping[str, str] = MappingProxyType(
    {
        "open": "host all all 127.0.0.1/32 trust\n",
        "locked": "host all all 127.0.0.1/32 scram-sha-256\n",
        "shielded": "host all all 192.0.2.1/32 trust\n",
        "ident": "host all all 127.0.0.1/32 ident\n",
    }
)

#: What an account is given so that MariaDB stands in that mode.
_ACCOUNTS: Mapping[str, str] = MappingProxyType(
    {
        "open": "CREATE USER ''@'%'; GRANT ALL ON *.* TO ''@'%';",
        "empty-handed": "CREATE USER ''@'%';",
        "locked": f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';",
        "shielded": f"CREATE USER '{USER}'@'192.0.2.1';",
        "skip-grant-tables": "",
    }
)


@contextmanager
def postgresql(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """One table whose row is the canary."""
    with place("postgresql", mode) as at:
        build = max(_BUILDS.glob("*/bin"), default=None)
        program = require(build / "postgres" if build else None, at.name, "postgresql")
        _as("postgres", at, program.parent / "initdb", "-D", at.home / "data", "-U", "postgres")
        at.write("data/pg_hba.conf", f"local all all trust\n{_HBA[mode]}")
        argv = (program, "-D", at.home / "data", "-h", LOOPBACK, "-p", str(at.port))
        more = ("-k", at.home, "-c", "fsync=off")
        with standing(
            at,
            Program((*argv, *more), user=_account("postgres")),
            probe="postgresql",
            version=lambda: _postgresql_version(at, program),
            fill=lambda: _filled(_psql, at, f"create table faxes as select '{canary}' as body"),
            state=lambda _: _psql(
                at, "select relname, n_live_tup, seq_scan from pg_stat_user_tables"
            ),
        ) as server:
            yield server


@contextmanager
def mariadb(mode: str = "open", *, canary: str = CANARY) -> Iterator[Running]:
    """One database, one table, one row with the canary."""
    with place("mariadb", mode) as at:
        program = require("mariadbd", at.name, "mariadb-server")
        data = at.home / "data"
        # Its asynchronous I/O is bounded for all servers of an account together.
        own = ("--no-defaults", f"--datadir={data}", "--innodb-use-native-aio=0")
        _made(at, data, "mariadb-install-db", *own, "--skip-test-db")
        net = (f"--bind-address={LOOPBACK}", f"--port={at.port}", f"--socket={at.home}/socket")
        names = ("--skip-name-resolve",)  # else 127.0.0.1 is localhost, whose accounts are others
        grants = ("--skip-grant-tables",) if mode == "skip-grant-tables" else ()
        small = ("--innodb-buffer-pool-size=16M", f"--pid-file={at.home}/pid")
        with standing(
            at,
            Program((program, *own, *net, *names, *grants, *small), user=_account("mysql")),
            probe="mysql",
            version=lambda: _mariadb_version(at),
            fill=lambda: _filled(_sql, at, f"{_table(canary)} {_ACCOUNTS[mode]}"),
            state=lambda _: _sql(
                at, "CHECKSUM TABLE clinic.faxes; SELECT COUNT(*) FROM mysql.global_priv"
            ),
        ) as server:
            yield server


def _table(canary: str) -> str:
    selected = f"SELECT '{canary}' AS body, '{canary}' AS patient_name"  # our own word
    return f"CREATE DATABASE clinic; CREATE TABLE clinic.faxes AS {selected};"


def _postgresql_version(at: Place, program: Path) -> str:
    listens(at)
    try:
        _psql(at, "select 1")
    except subprocess.CalledProcessError as starting:
        raise NotYet("it starts") from starting
    return said_by(program, "--version").split()[2]


def _psql(at: Place, statement: str) -> str:
    argv = ("psql", "-h", at.home, "-p", str(at.port), "-U", "postgres", "-Atc", statement)
    return _said(*argv)


def _mariadb_version(at: Place) -> str:
    listens(at)
    if not (at.home / "socket").exists():
        raise NotYet("no socket yet")
    try:
        return _sql(at, "SELECT VERSION()").strip().partition("-")[0]
    except subprocess.CalledProcessError as starting:
        raise NotYet("it starts") from starting


def _sql(at: Place, statement: str) -> str:
    argv = ("mariadb", "--no-defaults", f"--socket={at.home}/socket", "-u", "root")
    return _said(*argv, "-N", "-e", statement)


def _filled(say: Callable[[Place, str], str], at: Place, statement: str) -> None:
    say(at, statement)


def _said(*argv: str | Path) -> str:
    asked = subprocess.run(  # noqa: S603  # clients of the lab's own servers, no shell
        [str(word) for word in argv], check=True, capture_output=True, text=True, timeout=_PATIENCE
    )
    return asked.stdout


def _account(name: str) -> str | None:
    return name if os.geteuid() == 0 else None


def _made(at: Place, data: Path, *argv: str) -> None:
    """Make MariaDB's empty store, anew where that fails once: beside another one it can."""
    try:
        _as("mysql", at, *argv)
    except subprocess.CalledProcessError:
        shutil.rmtree(data, ignore_errors=True)
        try:
            _as("mysql", at, *argv)
        except subprocess.CalledProcessError as failed:
            said = (failed.stdout + failed.stderr).decode(errors="replace")
            raise NotStarted(at.name, "its store could not be made", said) from failed


def _as(user: str, at: Place, *argv: str | Path) -> None:
    """Make the empty store of a server as the account that it will run under."""
    hand_over(at.home, _account(user))
    subprocess.run(  # noqa: S603  # programs of the lab, no shell
        [str(word) for word in argv],
        check=True,
        capture_output=True,
        timeout=_PATIENCE,
        cwd=at.home,
        user=_account(user),
        group=_account(user),
    )


@contextmanager
def firebird(*, canary: str = CANARY) -> Iterator[Running]:
    """A server as it ships, with a file beside it that holds the canary."""
    with place("firebird") as at:
        program = require("/usr/sbin/firebird", at.name, "firebird3.0-server")
        file = at.write("faxes", canary)
        settings = f"RemoteServicePort = {at.port}\nRemoteBindAddress = {LOOPBACK}\n"
        at.write("firebird.conf", settings)
        env = {"FIREBIRD": str(at.home), "FIREBIRD_LOCK": str(at.home), "FIREBIRD_MSG": "/usr/lib"}
        with standing(
            at,
            Program((program,), env=env, user=_account("firebird")),
            probe="firebird",
            version=lambda: _firebird_version(at),
            fill=lambda: None,
            state=lambda _: file.read_text(),
        ) as server:
            yield server


def _firebird_version(at: Place) -> str:
    listens(at)
    return "3.0"
