"""What answers over UDP."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.datagrams import fax_gateway, kamailio, memcached_udp, snmpd, tftpd
from tests.lab.verdict import AS_TOLD, FOUND, Group, Verdict, door

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "datagrams": Group(
            FOUND,
            (
                (
                    door(memcached_udp),
                    Verdict(
                        Access.OPEN,
                        "memcached",
                        AS_TOLD,
                        Severity.HIGH,
                        (("cache", "cache", None, ()),),
                    ),
                ),
                (door(snmpd), Verdict(Access.IDENTIFIED, "net-snmp", None)),
                (door(tftpd), Verdict(Access.IDENTIFIED, "tftp", None)),
                (door(kamailio), Verdict(Access.IDENTIFIED, "kamailio", AS_TOLD)),
                (door(fax_gateway), Verdict(Access.IDENTIFIED, "sip", None)),
                (door(fax_gateway, locked=True), Verdict(Access.LOCKED, "sip", None)),
            ),
        ),
    }
)
