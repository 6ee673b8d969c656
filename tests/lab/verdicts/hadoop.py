"""HDFS and YARN, and nginx before each: neither has a password of its own."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.hadoop import name_node, resource_manager
from tests.lab.servers.nginx import Front
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, behind, door

#: The root, the folder and the file.
FILES: tuple[Held, ...] = (("/", "file system", 3, ()),)
WORK: tuple[Held, ...] = (("applications", "application", 0, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "hadoop": Group(
            FOUND,
            (
                (door(name_node), Verdict(Access.OPEN, "hdfs", AS_TOLD, Severity.HIGH, FILES)),
                (
                    door(resource_manager),
                    Verdict(Access.OPEN, "yarn", AS_TOLD, Severity.CRITICAL, WORK),
                ),
                (behind(Front.BASIC_AUTH, door(name_node)), Verdict(Access.LOCKED, None, None)),
                (
                    behind(Front.BASIC_AUTH, door(resource_manager)),
                    Verdict(Access.LOCKED, None, None),
                ),
            ),
        ),
    }
)
