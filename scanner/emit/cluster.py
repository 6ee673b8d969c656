"""The team's own cluster, as the user names it: a URL, and two variables for what is secret."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from scanner.model import Refused

DEFAULT_INDEX = "ronde-findings"
PORT = 9200

#: Variables that hold what must not be in a command line, or in a file that many read.
API_KEY = "RONDE_ELASTIC_API_KEY"
CA = "RONDE_ELASTIC_CA"

#: A host's name in ASCII, as resolvers take it: labels of at most 63 characters.
_NAME = re.compile(
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)

#: What a header may hold of a key; Elasticsearch gives out Base64.
_KEY = re.compile(r"[!-~]{1,4096}")

#: What would lead the request elsewhere than to an index.
_NO_INDEX = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where findings are shipped to, and by what right."""

    scheme: str
    host: str
    port: int
    index: str
    key: str | None = field(default=None, repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False, compare=False)

    @classmethod
    def parse(cls, url: str, environment: Mapping[str, str]) -> "Cluster":
        """Read `https://HOST[:PORT][/INDEX]`, and the key and authority of the environment.

        Raises:
            Refused: it is no such URL, holds a credential, or a key would be sent in clear.
        """
        parts, host, port = _parts(url)
        if parts.username or parts.password:
            raise Refused(f"elastic: a credential in a URL is seen by many; set {API_KEY}")
        if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
            raise Refused("elastic: write https://HOST:PORT/INDEX")
        index = parts.path.strip("/") or DEFAULT_INDEX
        if "/" in index or index in _NO_INDEX:
            raise Refused("elastic: write one index behind https://HOST:PORT/")
        key, trust = environment.get(API_KEY) or None, None
        if key:
            _refuse_to_send(key, parts.scheme, host)
        if parts.scheme == "https":
            trust = _trust(environment.get(CA) or None)
        return cls(parts.scheme, host, port or PORT, index, key, trust)

    @property
    def url(self) -> str:
        """Give the URL of the cluster alone."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def _parts(url: str) -> tuple[SplitResult, str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("elastic: this is no URL of a cluster") from error
    if host and not _is_literal(host) and not _NAME.fullmatch(host):
        raise Refused("elastic: this is no name of a host; write it in ASCII, as DNS has it")
    return parts, host, port


def _is_literal(host: str) -> bool:
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False


def _refuse_to_send(key: str, scheme: str, host: str) -> None:
    """Refuse a key that no header can hold, or that others on the way would read."""
    if not _KEY.fullmatch(key):
        raise Refused(f"{API_KEY}: an API key is one word in ASCII; this is none")
    here = host == "localhost" or (_is_literal(host) and ip_address(host).is_loopback)
    if scheme == "http" and not here:
        raise Refused(
            f"elastic: {API_KEY} is set, and http:// would show it to the way; write https://"
        )


def _trust(authority: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as error:  # a missing file; no certificate in it; no path
        raise Refused(f"{CA}: no certificate of an authority can be read from it") from error
