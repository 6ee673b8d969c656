"""ClickHouse, InfluxDB, Prometheus, VictoriaMetrics: open, locked, or nobody's yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.client import HTTPConnection
from urllib.parse import quote

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import LOGIN, Reply, ask

_BCRYPT_OF_PASSWORD = "$2y$04$ronderonderonderonderONi1kjGv2yO3b.VAGWoyyq9XjuxMXXyG"

_CLICKHOUSE = """\
<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>{home}/own.log</log><errorlog>{home}/error.log</errorlog></logger>
  <listen_host>{address}</listen_host><http_port>{http}</http_port><tcp_port>{native}</tcp_port>
  <path>{home}/data/</path><tmp_path>{home}/tmp/</tmp_path>
  <users_config>{home}/users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database><mark_cache_size>16777216</mark_cache_size>
</yandex>
"""
_ACCOUNT = (
    "<{name}><password>{password}</password><networks><ip>::/0</ip></networks>"
    "<profile>default</profile><quota>default</quota></{name}>"
)
_ACCOUNTS = """\
<?xml version="1.0"?>
<yandex><profiles><default/></profiles><quotas><default/></quotas><users>{users}</users></yandex>
"""
_TABLES = (
    "CREATE DATABASE practice",
    (
        "CREATE TABLE practice.faxes (patient_name String, fax_number String, day Date)"
        " ENGINE = MergeTree(day, (fax_number), 8192)"
    ),
    "INSERT INTO practice.faxes VALUES ('{0}', '{0}1', today()), ('{0}', '{0}2', today())",
)

_INFLUXDB = """\
reporting-disabled = true
bind-address = "{address}:{backup}"
[meta]
  dir = "{home}/meta"
[data]
  dir = "{home}/data"
  wal-dir = "{home}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "{address}:{port}"
  auth-enabled = {accounts}
"""

_PROMETHEUS = "global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n"
_RULES = """\
groups:
- name: faxes
  rules: [{{record: faxes_total, expr: vector(3), labels: {{patient: {canary}}}}}]
"""


class Tongue(StrEnum):
    """Which of a ClickHouse's ports is handed out, and how it is asked there."""

    HTTP = "http"
    NATIVE = "native"  # its own protocol, asked in HTTP
    HELLO = "hello"  # its own protocol, asked in it


class Accounts(StrEnum):
    """How an InfluxDB stands to its accounts."""

    NONE = "open"
    SET = "locked"
    AWAITED = "unclaimed"  # accounts are demanded, and there is none


@contextmanager
def clickhouse(
    tongue: Tongue = Tongue.HTTP, *, locked: bool = False, canary: str = CANARY
) -> Iterator[Running]:
    """One table with two rows; it is always filled over HTTP."""
    mode = "locked" if locked else "open"
    with place("clickhouse", mode if tongue is Tongue.HTTP else f"{mode}-{tongue}") as at:
        asked, other = at.port, free_port()
        http, native = (asked, other) if tongue is Tongue.HTTP else (other, asked)
        accounts = {"default": PASSWORD if locked else "", USER: PASSWORD}
        users = (_ACCOUNT.format(name=name, password=own) for name, own in accounts.items())
        at.write("users.xml", _ACCOUNTS.format(users="".join(users)))
        places = {"home": at.home, "address": LOOPBACK, "http": http, "native": native}
        settings = at.write("config.xml", _CLICKHOUSE.format(**places))
        program = require("clickhouse-server", at.name, "clickhouse-server")
        with standing(
            at,
            Program((program, f"--config-file={settings}")),
            probe="clickhousenative" if tongue is Tongue.HELLO else "clickhouse",
            version=lambda: _query(http, "SELECT version()"),
            fill=lambda: _store(http, canary),
            state=lambda _: _query(http, "SELECT name, rows FROM system.parts WHERE active"),
        ) as server:
            yield server


def _store(port: int, canary: str) -> None:
    for statement in _TABLES:
        _query(port, statement.format(canary), "POST")


def _query(port: int, query: str, method: str = "GET") -> str:
    reply = ask(port, f"/?query={quote(query)}", method=method, login=True)
    if reply.status != 200:
        raise NotYet(f"{reply.status} {reply.body[:200]!r}")
    return reply.body.decode().strip()


@contextmanager
def influxdb(accounts: Accounts = Accounts.NONE, *, canary: str = CANARY) -> Iterator[Running]:
    """One database with one point, unless nobody may make one yet."""
    with place("influxdb", accounts) as at:
        settings = _INFLUXDB.format(
            address=LOOPBACK,
            port=at.port,
            backup=free_port(),
            home=at.home,
            accounts=str(accounts is not Accounts.NONE).lower(),
        )
        program = require("influxd", at.name, "influxdb")
        with standing(
            at,
            Program((program, "-config", at.write("influxd.conf", settings))),
            probe="influxdb",
            version=lambda: page(at, "/ping", ready={204}).headers["x-influxdb-version"],
            fill=lambda: _measure(at, accounts, canary),
            state=lambda _: _said(at, "SHOW STATS FOR 'database'").body,
        ) as server:
            yield server


def _measure(at: Place, accounts: Accounts, canary: str) -> None:
    if accounts is Accounts.AWAITED:
        return
    if accounts is Accounts.SET:
        _said(at, f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES")
    _said(at, "CREATE DATABASE faxes")
    _send(at, "/write?db=faxes", f'fax,patient={canary} number="{canary}"')


def _said(at: Place, query: str) -> Reply:
    return ask(at.port, f"/query?q={quote(query)}", method="POST", login=True)


@contextmanager
def prometheus(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A rule of its own makes the one series; nothing is scraped."""
    with place("prometheus", "locked" if locked else "open") as at:
        at.write("rules.yml", _RULES.format(canary=canary))
        at.write("web.yml", f"basic_auth_users: {{{USER}: {_BCRYPT_OF_PASSWORD}}}\n")
        program = require("prometheus", at.name, "prometheus")
        argv = (
            program,
            f"--config.file={at.write('prometheus.yml', _PROMETHEUS)}",
            f"--storage.tsdb.path={at.home / 'data'}",
            f"--web.listen-address={LOOPBACK}:{at.port}",
            *((f"--web.config.file={at.home / 'web.yml'}",) if locked else ()),
        )
        with standing(
            at,
            Program(argv),
            probe="prometheus",
            version=lambda: _evaluated(at),
            fill=lambda: None,
            state=lambda _: _labels(at),
        ) as server:
            yield server


def _evaluated(at: Place) -> str:
    """Tell the version, once the rule has made its series."""
    if b'"patient"' not in _labels(at):
        raise NotYet("the rule was not evaluated yet")
    return str(ask(at.port, "/api/v1/status/buildinfo", login=True).json()["data"]["version"])


def _labels(at: Place) -> bytes:
    return ask(at.port, "/api/v1/labels", login=True).body


@contextmanager
def victoriametrics(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One series with one sample."""
    with place("victoriametrics", "locked" if locked else "open") as at:
        program = require("victoria-metrics", at.name, "victoria-metrics")
        argv = (
            program,
            f"-httpListenAddr={LOOPBACK}:{at.port}",
            f"-storageDataPath={at.home / 'data'}",
            *((f"-httpAuth.username={USER}", f"-httpAuth.password={PASSWORD}") if locked else ()),
        )
        with standing(
            at,
            Program(argv),
            probe="prometheus",
            version=lambda: _greeted(at),
            fill=lambda: _sample(at, canary),
            state=lambda _: _labels(at),
        ) as server:
            yield server


def _greeted(at: Place) -> str:
    """Wait for the front page; Debian's build has no version of its own, anywhere."""
    page(at)
    return "unknown"


def _sample(at: Place, canary: str) -> None:
    """Store one sample and make it visible, which takes a second by itself."""
    _send(at, "/api/v1/import/prometheus", f'faxes_total{{patient="{canary}"}} 3')
    ask(at.port, "/internal/force_flush", login=True)


def _send(at: Place, path: str, text: str) -> None:
    """Send a line of measurements as it is."""
    connection = HTTPConnection(LOOPBACK, at.port, timeout=30)
    try:
        connection.request("POST", path, text.encode(), {"Authorization": LOGIN})
        stored = connection.getresponse()
        if stored.status != 204:
            raise NotStarted(at.name, f"could not be filled: {stored.status}")
    finally:
        connection.close()
