"""ClickHouse, InfluxDB, Prometheus and VictoriaMetrics."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.analytics import (
    Accounts,
    Tongue,
    clickhouse,
    influxdb,
    prometheus,
    victoriametrics,
)
from tests.lab.servers.nginx import Front
from tests.lab.verdict import AS_TOLD, FOUND, QUIET, Group, Held, Verdict, behind, door

FAXES: tuple[Held, ...] = (("practice.faxes", "table", 2, ("day", "fax_number", "patient_name")),)
SERIES: tuple[Held, ...] = (("faxes", "database", 1, ()),)
METRIC: tuple[Held, ...] = (("faxes_total", "metric", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "analytics": Group(
            FOUND,
            (
                (
                    door(clickhouse),
                    Verdict(Access.OPEN, "clickhouse", AS_TOLD, Severity.HIGH, FAXES),
                ),
                (door(clickhouse, locked=True), Verdict(Access.LOCKED, "clickhouse", None)),
                (
                    door(influxdb),
                    Verdict(Access.OPEN, "influxdb", AS_TOLD, Severity.HIGH, SERIES),
                ),
                (
                    door(influxdb, Accounts.SET),
                    Verdict(Access.LOCKED, "influxdb", AS_TOLD),
                ),
                (
                    door(influxdb, Accounts.AWAITED),
                    Verdict(Access.UNCLAIMED, "influxdb", AS_TOLD, Severity.CRITICAL),
                ),
                (behind(Front.BASIC_AUTH, door(influxdb)), Verdict(Access.LOCKED, None, None)),
            ),
        ),
        "native": Group(
            QUIET,
            (
                (
                    door(clickhouse, Tongue.NATIVE),
                    Verdict(Access.IDENTIFIED, "clickhouse", None),
                ),
                (door(clickhouse, Tongue.HELLO), Verdict(Access.IDENTIFIED, "clickhouse", None)),
                (
                    door(clickhouse, Tongue.HELLO, locked=True),
                    Verdict(Access.IDENTIFIED, "clickhouse", None),
                ),
            ),
        ),
        "metrics": Group(
            FOUND,
            (
                (
                    door(prometheus),
                    Verdict(Access.OPEN, "prometheus", AS_TOLD, Severity.HIGH, METRIC),
                ),
                (door(prometheus, locked=True), Verdict(Access.LOCKED, "prometheus", None)),
                # What it tells of its version is made up for the clients of Prometheus.
                (
                    door(victoriametrics),
                    Verdict(Access.OPEN, "victoriametrics", None, Severity.HIGH, METRIC),
                ),
                (
                    door(victoriametrics, locked=True),
                    Verdict(Access.LOCKED, "victoriametrics", None),
                ),
            ),
        ),
    }
)
