"""CUPS and IPP Everywhere."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.printers import JOBS, cups, cups_from_afar, device
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, QUIET, Group, Held, Verdict, door

QUEUES: tuple[Held, ...] = (("faxes", "queue", JOBS, ()), ("letters", "queue", 0, ()))
DEVICE: tuple[Held, ...] = (("/ipp/print", "queue", 0, ()),)
LOCKED = Verdict(Access.LOCKED, "cups", AS_TOLD)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "printers": Group(
            FOUND,
            (
                (door(cups), Verdict(Access.OPEN, "cups", AS_TOLD, Severity.HIGH, QUEUES)),
                (
                    door(cups, "partial"),
                    Verdict(Access.PARTIAL, "cups", AS_TOLD, Severity.MEDIUM, QUEUES),
                ),
                (door(cups, "queues-locked"), LOCKED),
                (door(cups, "locked"), LOCKED),
                # The device says what it is of, and not what runs in it.
                (
                    door(device),
                    Verdict(Access.OPEN, "hp-printer", None, Severity.MEDIUM, DEVICE),
                ),
                (door(device, locked=True), Verdict(Access.LOCKED, "hp-printer", None)),
            ),
        ),
        "printers-from-afar": Group(
            QUIET,
            (
                (
                    door(cups_from_afar),
                    Verdict(Access.LOCKED, "cups", AS_TOLD, tls_names=NAMES),
                ),
            ),
        ),
    }
)
