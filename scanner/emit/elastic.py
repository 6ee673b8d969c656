"""Ships findings to the team's own Elasticsearch, once the round has ended, and nowhere else.

Each document has a name of its own and is only ever created: what is shipped again, because an
answer was lost or somebody repeats it, is refused as a duplicate and is there once.

The bulk request is the same in every release and in OpenSearch. The client's own methods refuse
what is older than the client, its transport does not; so its transport alone is used.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias
from urllib.parse import quote

import msgspec
from elasticsearch import ConnectionError as Unreachable
from elasticsearch import ConnectionTimeout, Elasticsearch, SSLError, TransportError

from scanner.addresses import AddressSet
from scanner.emit import Unwritable
from scanner.emit.cluster import Cluster
from scanner.emit.ecs import Document, document, identity
from scanner.emit.report import Report
from scanner.guard import Guard
from scanner.plaintext import printable

#: Documents in one request: some 2 MB.
AT_ONCE = 500

#: Seconds for one request.
TIMEOUT = 30

#: Seconds before what had no room, or got no answer, is sent again: half a minute in all, in which
#: a node of a cluster is replaced by another.
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)

#: The cluster, or what stands before it, has no room just now.
BUSY = frozenset({429, 502, 503, 504})

#: The document is there already.
CONFLICT = 409

OK = range(200, 300)

Resolve = Callable[[str], Sequence[str]]
Sleep = Callable[[float], None]

#: A document and its name.
Entry: TypeAlias = tuple[str, Document]


class Item(msgspec.Struct, frozen=True):
    """What became of one document."""

    status: int
    error: object = None


class Answer(msgspec.Struct, frozen=True):
    """What became of the documents of one request, in their order."""

    items: list[dict[str, Item]]


class Again(Exception):
    """Nothing is known of a request; it may be sent again."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One cluster under its guard."""

    cluster: Cluster
    client: Elasticsearch
    guard: Guard

    def send(self, entries: Sequence[Entry]) -> list[Item]:
        """Have documents created, and tell what became of each, in their order.

        Raises:
            Again: no answer, or no room.
            Unwritable: refused, or an answer that tells not of each.
            OutOfScope: something tried to reach another address.
        """
        status, body = self._answer(entries)
        if status in BUSY:
            raise Again(f"status {status}")
        if status not in OK:
            raise Unwritable(f"cannot write {self.cluster.url}: {_refusal(status, body)}")
        try:
            items = msgspec.convert(body, Answer).items
            told = [item["create"] for item in items]
        except (msgspec.ValidationError, KeyError) as error:
            raise Unwritable(f"{self.cluster.url} gave no answer to a bulk request") from error
        if len(told) != len(entries):
            raise Unwritable(
                f"{self.cluster.url} told of {len(told):,} of {len(entries):,} documents; "
                "what it has of the others is not known"
            )
        return told

    def _answer(self, entries: Sequence[Entry]) -> tuple[int, object]:
        headers = {"accept": "application/json", "content-type": "application/x-ndjson"}
        if self.cluster.key:
            headers["authorization"] = f"ApiKey {self.cluster.key}"
        lines = [line for name, what in entries for line in ({"create": {"_id": name}}, what)]
        target = f"/{quote(self.cluster.index, safe='')}/_bulk"
        try:
            answer = self.client.transport.perform_request(
                "POST",
                target,
                headers=headers,
                body=lines,
                request_timeout=TIMEOUT,
                max_retries=0,  # what is sent again, and when, is decided here
            )
        except TransportError as error:
            self.guard.raise_if_violated()
            why = printable(f"{type(error).__name__}: {error.message}")
            if isinstance(error, (Unreachable, ConnectionTimeout)) and not isinstance(
                error, SSLError
            ):
                raise Again(why) from error
            raise Unwritable(f"cannot write {self.cluster.url}: {why}") from error
        return answer.meta.status, answer.body


def ship(cluster: Cluster, report: Report, *, resolve: Resolve, sleep: Sleep = time.sleep) -> None:
    """Create a document for each finding. The process can reach this cluster only, meanwhile.

    Raises:
        Unwritable: it cannot be reached, or refuses a document; what it took stays there, and may
            be shipped again.
        OutOfScope: something tried to reach another address.
    """
    try:
        controllers = frozenset((address, cluster.port) for address in resolve(cluster.host))
    except OSError as error:
        raise Unwritable(f"cannot write {cluster.url}: {error.strerror}") from error
    guard = Guard(AddressSet(), controllers, names=frozenset({cluster.host}))
    refused: list[Item] = []
    with Elasticsearch(cluster.url, ssl_context=cluster.trust) as client, guard.watching():
        way = _Way(cluster, client, guard)
        for entries in _in_requests(report):
            refused += _settled(way, entries, sleep)
    if refused:
        why = printable(str(refused[0].error or f"status {refused[0].status}"), 500)
        raise Unwritable(f"{cluster.url} refused {len(refused):,} documents, the first for {why}")


def _in_requests(report: Report) -> Iterator[list[Entry]]:
    findings = iter(report.findings)
    while some := list(islice(findings, AT_ONCE)):
        yield [(identity(finding), document(finding, report)) for finding in some]


def _settled(way: _Way, entries: Sequence[Entry], sleep: Sleep) -> list[Item]:
    """Send documents until each is there or refused for good, and give the refusals."""
    refused: list[Item] = []
    for wait in (*WAITS, None):
        try:
            told = way.send(entries)
        except Again as error:
            why = str(error)
        else:
            pairs = list(zip(entries, told, strict=True))
            refused += [item for item in told if _is_refused(item.status)]
            entries = [entry for entry, item in pairs if item.status in BUSY]
            why = "no room"
        if not entries:
            return refused
        if wait is not None:
            sleep(wait)
    raise Unwritable(f"cannot write {way.cluster.url}: {why}, {len(WAITS) + 1} times")


def _is_refused(status: int) -> bool:
    return status not in OK and status != CONFLICT and status not in BUSY


def _refusal(status: int, body: object) -> str:
    """Tell a refusal of the whole request in the cluster's own word for it, if it has one."""
    match body:
        case {"error": {"type": str(kind)}}:
            return printable(f"{status} {kind}", 200)
        case _:
            return f"status {status}"
