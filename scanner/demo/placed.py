"""What the estate's process says on its standard output, one JSON object a line."""

import msgspec

from scanner.model import Access


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One server of the estate: where it listens, which probe to point at it, what is true of it.

    `expected` is what a correct round reports; `tls` tells that the port speaks TLS.
    """

    name: str
    title: str
    probe: str
    host: str
    port: int
    expected: Access
    tls: bool = False


class Placements(msgspec.Struct, frozen=True):
    """The first line: the estate is up and listens here."""

    services: tuple[Placed, ...]


class Report(msgspec.Struct, frozen=True):
    """The last line: what was asked of each server by name, and how much of a record went out."""

    requests: dict[str, int]
    canary_bytes_sent: int
