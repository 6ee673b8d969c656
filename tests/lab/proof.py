"""What the rounds over real servers prove, as the table of docs/proof.md: a row a group.

A run writes the rows of its groups there with `--proof`; without, it compares those parts of them
that do not change from run to run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"

#: Rows by group, of this run.
ROWS = pytest.StashKey[dict[str, "Row"]]()

#: Servers that hold no canary, and why none can be planted.
EMPTY: Mapping[str, str] = MappingProxyType(
    {
        "docker-client-cert-tls": "nobody may fill it without a certificate",
        "influxdb-unclaimed": "who would fill it would have to become its administrator first",
        "kamailio-open": "it passes requests on and keeps nothing",
        "kamailio-tcp": "it passes requests on and keeps nothing",
        "kamailio-tcp-tls": "it passes requests on and keeps nothing",
        "mosquitto-locked": "nobody may publish without the login",
        "nginx-decoy": "it has one page, the same for everybody",
        "node-hl7-open": "it is a listener, and keeps nothing",
        "python-hl7-open": "it is a listener, and keeps nothing",
        "redis-7-sentinel": "it knows where others are, and keeps nothing",
        "registry-locked": "nobody may push without the login; no password is known for it",
        "rpcbind-open": "it knows the ports of others, and keeps nothing",
        "seaweedfs-locked": "nobody may write without the keys",
        "sipp-locked": "it plays a gateway and keeps nothing",
        "sipp-open": "it plays a gateway and keeps nothing",
        "sipp-tcp": "it plays a gateway and keeps nothing",
        "sipp-tcp-locked": "it plays a gateway and keeps nothing",
        "spark-history-open": "no application has left a log to it",
        "spark-master-open": "nobody works in its cluster",
        "spark-master-open-behind-basic-auth": "nobody works in its cluster",
        "trino-locked": "nobody may put a query without the key",
        "weaviate-locked": "nobody may write without the key",
        "zookeeper-locked": "nobody may write without the login",
    }
)

#: Servers whose state is not compared, and why it cannot be told.
UNTOLD: Mapping[str, str] = MappingProxyType(
    {
        "activemq-locked": "as the open one",
        "activemq-open": "who counts its messages has to subscribe to them, which takes them",
        "activemq-open-openwire": "as the open one",
        "artemis-locked": "as ActiveMQ",
        "artemis-open": "as ActiveMQ",
        "docker-client-cert-tls": "it tells nobody without a certificate anything",
        "hive-metastore-locked": "nobody is told anything without Kerberos",
        "jupyter-locked": "nobody is told anything without the token",
        "kamailio-open": "it keeps nothing",
        "kamailio-tcp": "it keeps nothing",
        "kamailio-tcp-tls": "it keeps nothing",
        "mosquitto-locked": "as the open one",
        "mosquitto-open": "who wants its counters has to subscribe to them, which it counts",
        "mosquitto-open-tls": "as the open one",
        "redis-6-protected": "as the newer one",
        "redis-7-protected": "only its own host may count its keys, and that it lets in anyway",
        "seaweedfs-locked": "nobody is told anything without the keys",
        "sipp-locked": "it keeps nothing",
        "sipp-open": "it keeps nothing",
        "sipp-tcp": "it keeps nothing",
        "sipp-tcp-locked": "it keeps nothing",
        "snmpd-open": "it keeps nothing but its settings",
        "spark-history-open": "it has nothing to tell",
        "valkey-9-protected": "as Redis",
        "weaviate-locked": "nobody is told anything without the key",
    }
)

_TOGETHER = "| | together |"
_HEAD = (
    "| family | group | servers | with a canary | compared | conversations | in TLS | requests |"
)
_EMPTY_HEAD = "| server without a canary | why |"
_UNTOLD_HEAD = "| server without a state | why |"
HEADS = (_HEAD, _EMPTY_HEAD, _UNTOLD_HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one round over one group showed; the last three differ a little from run to run."""

    family: str
    group: str
    servers: Sequence[str]
    empty: Sequence[str]
    untold: Sequence[str]
    conversations: int
    in_tls: int
    requests: int

    def __str__(self) -> str:
        """Write the row as the page has it."""
        count = len(self.servers)
        cells = (
            *(self.family, self.group, count, count - len(self.empty), count - len(self.untold)),
            *(self.conversations, self.in_tls, self.requests),
        )
        return f"| {' | '.join(map(str, cells))} |"


def lasting(row: str) -> tuple[str, ...]:
    """Give the part of a row that is the same in every run."""
    return tuple(cell.strip() for cell in row.split("|")[1:6])


def rows(page: str) -> Sequence[str]:
    """Give the rows of groups that a page has."""
    return [row for row in _table(page, _HEAD)[1] if not row.startswith(_TOGETHER)]


def renewed(page: str, fresh: Iterable[Row]) -> str:
    """Give the page with the rows of a run in the place of those of an earlier one."""
    kept = {lasting(row)[:2]: row for row in rows(page)}
    kept |= {(row.family, row.group): str(row) for row in fresh}
    table = [row for _, row in sorted(kept.items())]
    page = _with(page, _HEAD, [*table, _sums(table)])
    page = _with(page, _EMPTY_HEAD, _reasons(EMPTY))
    return _with(page, _UNTOLD_HEAD, _reasons(UNTOLD))


def _sums(table: Iterable[str]) -> str:
    numbers = [[int(cell) for cell in row.split("|")[3:9]] for row in table]
    sums = [f"{sum(column):,}" for column in zip(*numbers, strict=True)]
    return f"{_TOGETHER} {' | '.join(sums)} |"


def _reasons(why: Mapping[str, str]) -> Sequence[str]:
    return [f"| {server} | {reason} |" for server, reason in sorted(why.items())]


def _with(page: str, head: str, table: Sequence[str]) -> str:
    before, _, after = _table(page, head)
    return "\n".join([before + head, _rule(head), *table, "", after])


def _table(page: str, head: str) -> tuple[str, Sequence[str], str]:
    """Give what stands before a table, its rows, and what stands behind the empty line."""
    before, _, rest = page.partition(f"{head}\n{_rule(head)}\n")
    table, _, after = rest.partition("\n\n") if rest.startswith("|") else ("", "", rest.lstrip())
    return before, table.splitlines(), after


def _rule(head: str) -> str:
    return "|" + "---|" * (head.count("|") - 1)
