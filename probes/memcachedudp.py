"""Memcached over UDP: a cache without any password, and a lever for attacks on others."""

from probes.memcached import UNKNOWN_COMMAND, named
from scanner.model import Access, Assessment, Holding, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Datagram, DatagramDialogue
from scanner.wire import memcached
from scanner.wire.memcached import Line


def _ask(word: str) -> Datagram:
    command = word.encode() + b"\r\n"
    return Datagram(name=f"{word} (UDP)", encode=lambda _: memcached.in_datagram(command))


# `stats` would be answered by a hundred times its length, so nothing is counted over UDP.
VERSION = _ask("version")
CONTROL = _ask("ronde_no_such_command")


class MemcachedUdp:
    """A server that answers over UDP is open: with a password of any kind it does not start so.

    memcached refuses to start with UDP and `-Y` ("Cannot use UDP with ascii authentication
    enabled"), and with UDP and `-S` ("Cannot enable UDP while using binary SASL authentication"):
    memcached.c, `main`.
    """

    about = About(
        name="memcachedudp",
        title="Memcached answers over UDP, where it knows no password",
        udp_ports=frozenset({11211}),
        needs="udp",
        front=VERSION,
        asks=(VERSION, CONTROL),
        proves="the version is told where no password can be, and an unknown command is refused",
        cwe=406,
        remedy=(
            "Turn UDP off (`-U 0`, the default since 1.5.6). A forged datagram makes the server "
            "send up to 50,000 times as much to a victim, and whoever reaches the port reads and "
            "overwrites what is kept. Then see to TCP: `-l`, a firewall, `-Y` with `-Z`."
        ),
        references=(
            "https://docs.memcached.org/features/authentication/",
            "https://nvd.nist.gov/vuln/detail/CVE-2018-1000115",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its version."""
        said = memcached.of_datagram(front.data)
        return named(said.text) if isinstance(said, Line) and said.word == "VERSION" else None

    def assess(self, front: Answer) -> DatagramDialogue:
        """Ask for nonsense, too."""
        service = self.identify(front) or Service("memcached")
        if memcached.of_datagram((yield CONTROL).data) != UNKNOWN_COMMAND:
            why = f"the control {CONTROL.name} was not refused as unknown"
            return Unknown(Silence.HALF_PROOF, why, service)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="takes commands over UDP, where it knows no password",
            proof=Proof(
                VERSION.name,
                "the version was told",
                f"{CONTROL.name} was refused as an unknown command",
            ),
            holdings=(Holding(name="cache", kind="cache"),),
        )
