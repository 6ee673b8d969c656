"""SIP over TCP and TLS."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access
from tests.lab.servers.telephony import fax_gateway, kamailio, telephone
from tests.lab.verdict import AS_TOLD, NAMES, QUIET, Group, Verdict, door

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "telephony": Group(
            QUIET,
            (
                (door(kamailio), Verdict(Access.IDENTIFIED, "kamailio", AS_TOLD)),
                (
                    door(kamailio, tls=True),
                    Verdict(Access.IDENTIFIED, "kamailio", AS_TOLD, tls_names=NAMES),
                ),
                (door(telephone), Verdict(Access.IDENTIFIED, "baresip", AS_TOLD)),
                (door(fax_gateway), Verdict(Access.IDENTIFIED, "sip", None)),
                (door(fax_gateway, locked=True), Verdict(Access.LOCKED, "sip", None)),
            ),
        ),
    }
)
