"""What each round told, kept as it was: its findings as compressed lines, in one row a round."""

import zlib
from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, delete, insert, select

from scanner.model import Finding
from scanner.plaintext import document
from scanner.store.columns import Damaged
from scanner.store.tables import told

#: Fast: a round of 10,000 findings takes a third of a second, and a smaller row would take several.
LEVEL = 6


def keep(transaction: Connection, name: str, findings: Iterable[Finding]) -> None:
    """Keep what a round tells at its end."""
    row = {"round": name, "findings": b"".join(_compressed(findings))}
    transaction.execute(insert(told).values(row))


def take_back(transaction: Connection, name: str) -> None:
    """Forget what a round told at an end that it goes on from: it would read as all."""
    transaction.execute(delete(told).where(told.c.round == name))


def kept(transaction: Connection, name: str) -> tuple[Finding, ...] | None:
    """Give what a round told; None where that was not kept, or no longer is.

    Raises:
        Damaged: it cannot be read.
    """
    row = transaction.scalar(select(told.c.findings).where(told.c.round == name))
    return None if row is None else read(row)


def read(row: bytes) -> tuple[Finding, ...]:
    """Read what a row holds.

    Raises:
        Damaged: it cannot be read.
    """
    try:
        lines = zlib.decompress(row).splitlines()
        return tuple(msgspec.json.decode(line, type=Finding) for line in lines)
    except (zlib.error, msgspec.DecodeError) as error:
        raise Damaged("a round's findings that cannot be read") from error


def _compressed(findings: Iterable[Finding]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL)
    for finding in findings:
        yield packer.compress(document(finding) + b"\n")
    yield packer.flush()
