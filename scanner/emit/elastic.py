"""Ships findings to the team's own Elasticsearch, once the round has ended, and nowhere else.

Each document has a name of its own and is only ever created: what is shipped again, because an
answer was lost or somebody repeats it, is refused as a duplicate and is there once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.helpers import streaming_bulk

from scanner.addresses import AddressSet
from scanner.emit import Unwritable
from scanner.emit.ecs import document, identity
from scanner.emit.report import Report
from scanner.guard import Guard
from scanner.model import Refused
from scanner.plaintext import printable

DEFAULT_INDEX = "ronde-findings"
PORTS = {"http": 9200, "https": 9200}

#: Variables that hold what must not be in a command line, or in a file that many read.
API_KEY = "RONDE_ELASTIC_API_KEY"
CA = "RONDE_ELASTIC_CA"

#: How often a document is sent again that the cluster has no room for, and a request that got no
#: answer; with waits of 1, 2, 4, … seconds a cluster that restarts is back in time.
RETRIES = 5

#: Seconds for one request of at most 500 documents.
TIMEOUT = 30

#: The document is there already.
CONFLICT = 409

Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where findings are shipped to."""

    scheme: str
    host: str
    port: int
    index: str

    @classmethod
    def parse(cls, url: str) -> "Cluster":
        """Read `https://HOST[:PORT][/INDEX]`.

        Raises:
            Refused: it is no such URL, or holds a credential.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Refused("elastic: this is no URL of a cluster") from error
        if parts.username or parts.password:
            raise Refused(f"elastic: a credential in a URL is seen by many; set {API_KEY}")
        if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment:
            raise Refused("elastic: write https://HOST:PORT/INDEX")
        index = parts.path.strip("/") or DEFAULT_INDEX
        return cls(parts.scheme, parts.hostname, port or PORTS[parts.scheme], index)

    @property
    def url(self) -> str:
        """Give the URL of the cluster alone."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def ship(
    cluster: Cluster, report: Report, *, resolve: Resolve, environment: Mapping[str, str]
) -> None:
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
    with _client(cluster, environment) as client, guard.watching():
        try:
            _create(client, cluster, report)
        except (ApiError, TransportError) as error:
            why = printable(f"{type(error).__name__}: {error.message}")
            raise Unwritable(f"cannot write {cluster.url}: {why}") from error


def _client(cluster: Cluster, environment: Mapping[str, str]) -> Elasticsearch:
    options: dict[str, object] = {}
    if key := environment.get(API_KEY):
        options["api_key"] = key
    if (authority := environment.get(CA)) and cluster.scheme == "https":
        options["ca_certs"] = authority
    return Elasticsearch(
        cluster.url,
        request_timeout=TIMEOUT,
        max_retries=RETRIES,
        retry_on_timeout=True,
        **options,  # type: ignore[arg-type] # what was set, by name
    )


def _create(client: Elasticsearch, cluster: Cluster, report: Report) -> None:
    answers = streaming_bulk(
        client,
        _actions(cluster, report),
        raise_on_error=False,
        max_retries=RETRIES,
        initial_backoff=1,
        max_backoff=30,
        retry_on_status=(429, 502, 503, 504),
    )
    refused = [answer["create"] for taken, answer in answers if not taken]
    lost = [one for one in refused if one.get("status") != CONFLICT]
    if lost:
        why = printable(str(lost[0].get("error", "")), 500)
        raise Unwritable(f"{cluster.url} refused {len(lost)} documents, the first for {why}")


def _actions(cluster: Cluster, report: Report) -> Iterator[dict[str, object]]:
    for finding in report.findings:
        yield {
            "_op_type": "create",
            "_index": cluster.index,
            "_id": identity(finding),
            "_source": document(finding, report),
        }
