"""Reads what a family's packages.toml asks for."""

import msgspec

from tests.lab.layout import Family


class Go(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One program: `package`, built in the module whose go.mod and go.sum `folder` holds."""

    program: str
    folder: str = "."
    package: str = "."


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written down; the locks beside it (PyPI, npm, Maven) are read where they stand."""

    apt: tuple[str, ...] = ()
    executable: tuple[str, ...] = ()
    """Files of the PyPI packages that a wheel lost the executable bit of; patterns."""
    go: tuple[Go, ...] = ()
    java: tuple[str, ...] = ()
    """Sources of our own, compiled against the family's jars for Java 17."""
    runtimes: tuple[int, ...] = ()
    """Feature releases of Java that must be on the machine."""


def listed(family: Family) -> Listed:
    """Read the family's list.

    Raises:
        msgspec.DecodeError: it is no TOML, or holds what is not known here; names the field.
    """
    return msgspec.toml.decode((family.sources / "packages.toml").read_bytes(), type=Listed)
