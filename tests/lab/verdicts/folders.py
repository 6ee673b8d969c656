"""Folders that are listed or shared by WebDAV."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.folders import ENTRIES, apache, nginx, python, wsgidav
from tests.lab.servers.nginx import Front
from tests.lab.verdict import FOUND, Group, Held, Verdict, behind, door

LISTED: tuple[Held, ...] = (("/", "folder", ENTRIES, ()),)
SHARED: tuple[Held, ...] = (("/", "folder", None, ()),)
IS_LISTED = Verdict(Access.OPEN, "directory-listing", None, Severity.HIGH, LISTED)
IS_SHARED = Verdict(Access.OPEN, "webdav", None, Severity.HIGH, SHARED)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "folders": Group(
            FOUND,
            (
                (door(apache), IS_SHARED),
                (door(wsgidav), IS_SHARED),
                (door(wsgidav, locked=True), Verdict(Access.LOCKED, "webdav", None)),
                (door(nginx), IS_LISTED),
                (door(python), IS_LISTED),
                # Nothing tells a folder behind a login from any other page behind one.
                (behind(Front.BASIC_AUTH, door(nginx)), Verdict(Access.UNKNOWN, None, None)),
            ),
        )
    }
)
