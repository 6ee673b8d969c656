"""Folders of faxes and recordings below the pages of fax and telephone systems."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.faxweb import apache, nginx
from tests.lab.verdict import FOUND, Group, Held, Verdict, door

FAXES: tuple[Held, ...] = (
    ("/faxes/recvd/", "folder", 3, ()),
    ("/faxes/sent/", "folder", 3, ()),
)
CALLS: tuple[Held, ...] = (("/monitor/", "folder", 3, ()),)
LISTS_FAXES = Verdict(Access.OPEN, "avantfax", "3.3.7", Severity.HIGH, FAXES)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "faxweb": Group(
            FOUND,
            (
                (door(nginx, "avantfax"), LISTS_FAXES),
                (door(apache, "avantfax"), LISTS_FAXES),
                (
                    door(nginx, "avantfax", listed=False),
                    Verdict(Access.LOCKED, "avantfax", "3.3.7"),
                ),
                (
                    door(nginx, "freepbx"),
                    Verdict(Access.OPEN, "freepbx", None, Severity.HIGH, CALLS),
                ),
                (door(nginx, "freepbx", listed=False), Verdict(Access.LOCKED, "freepbx", None)),
            ),
        )
    }
)
