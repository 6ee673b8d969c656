"""A container engine and a registry."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.containers import Engine, docker, registry
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, Group, Verdict, door

COUNTED = (("containers", "engine", 1, ()), ("images", "engine", 1, ()))
IMAGES = (("faxes", "repository", 1, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "containers": Group(
            FOUND,
            (
                (
                    door(docker),
                    Verdict(Access.OPEN, "docker", AS_TOLD, Severity.CRITICAL, COUNTED),
                ),
                (
                    door(docker, Engine.CLIENT_CERT),
                    Verdict(Access.CLIENT_CERT, None, None, tls_names=NAMES),
                ),
                (
                    door(registry),
                    Verdict(Access.OPEN, "docker-registry", None, Severity.HIGH, IMAGES),
                ),
                (door(registry, locked=True), Verdict(Access.LOCKED, "docker-registry", None)),
            ),
        )
    }
)
