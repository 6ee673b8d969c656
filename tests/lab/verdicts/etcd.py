"""etcd 3.4 and 3.6, by the API of version 3 and by the one of version 2."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.etcd import Etcd, EtcdMode, etcd
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, Group, Held, Verdict, door

KEYS: tuple[Held, ...] = (("keys", "keyspace", 3, ()), ("/registry/", "prefix", 1, ()))
OLDER: tuple[Held, ...] = (("v2", "keyspace", None, ()),)

OPEN = Verdict(Access.OPEN, "etcd", AS_TOLD, Severity.HIGH, KEYS)
LOCKED = Verdict(Access.LOCKED, "etcd", AS_TOLD)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "etcd": Group(
            FOUND,
            (
                (door(etcd, Etcd.ETCD_36), OPEN),
                (door(etcd, Etcd.ETCD_36, EtcdMode.LOCKED), LOCKED),
                (
                    door(etcd, Etcd.ETCD_36, tls=True),
                    Verdict(Access.OPEN, "etcd", AS_TOLD, Severity.HIGH, KEYS, NAMES),
                ),
                (door(etcd, Etcd.ETCD_34), OPEN),
                (door(etcd, Etcd.ETCD_34, EtcdMode.LOCKED), LOCKED),
                (
                    door(etcd, Etcd.ETCD_34, EtcdMode.V2),
                    Verdict(Access.OPEN, "etcd", AS_TOLD, Severity.HIGH, OLDER),
                ),
            ),
        )
    }
)
