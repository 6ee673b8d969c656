"""SNMP agents, by the discovery of their SNMPv3 engine: no community and no user is ever tried."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Assessment, AssetClass, Service
from scanner.probe import About, Answer, Datagram, DatagramDialogue
from scanner.wire import snmp

#: Makers, by the number that IANA gave them (enterprise-numbers), as far as devices of a hospital
#: or an office carry them. Who is not here is an agent of an unnamed maker.
MAKERS: Mapping[int, str] = MappingProxyType(
    {
        9: "Cisco",
        11: "HP",
        236: "Samsung",
        253: "Xerox",
        297: "Fuji Xerox",
        311: "Microsoft",
        318: "APC",
        367: "Ricoh",
        641: "Lexmark",
        674: "Dell",
        1129: "Toshiba TEC",
        1248: "Epson",
        1347: "Kyocera",
        1602: "Canon",
        2001: "Oki",
        2011: "Huawei",
        2136: "Fiery",  # registered by Electronics For Imaging: the controllers of large printers
        2385: "Sharp",
        2435: "Brother",
        2636: "Juniper",
        8072: "Net-SNMP",
        10642: "Zebra",
        12356: "Fortinet",
        14988: "MikroTik",
        18334: "Konica Minolta",
        25506: "H3C",
    }
)

DISCOVERY = Datagram(name="SNMPv3 engine discovery", encode=lambda _: snmp.DISCOVERY)


class Snmp:
    """An agent is only identified: a community is a password, and what it opens is not asked."""

    about = About(
        name="snmp",
        title="An SNMP agent answers",
        udp_ports=frozenset({161}),
        needs="udp",
        front=DISCOVERY,
        asks=(DISCOVERY,),
        proves="nothing: an engine answers a discovery whoever asks; communities are never tried",
        cwe=1188,
        remedy=(
            "Let only the monitoring stations reach the port, turn SNMPv1 and v2c off, and use "
            "SNMPv3 with authentication and privacy. Where v2c must stay, replace every community "
            "that came with the device, and give none the right to write."
        ),
        references=(
            "https://www.rfc-editor.org/rfc/rfc3414#section-4",
            "https://www.iana.org/assignments/enterprise-numbers/",
        ),
        made_for=AssetClass.PRINTER,
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise an engine by its report."""
        engine = snmp.decode(front.data)
        return Service("net-snmp" if MAKERS.get(engine.enterprise or 0) == "Net-SNMP" else "snmp")

    def assess(self, front: Answer) -> DatagramDialogue:
        """Say whose engine it is, and leave it alone."""
        yield from ()
        maker = MAKERS.get(snmp.decode(front.data).enterprise or 0)
        whose = f"{maker}'s number" if maker else "no maker's number that is known here"
        return Assessment(
            access=Access.IDENTIFIED,
            service=self.identify(front) or Service("snmp"),
            because=f"an SNMPv3 engine with {whose}; communities are not tried",
        )
