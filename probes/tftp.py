"""TFTP servers, by a file that cannot exist: the protocol has no authentication at all."""

from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import About, Answer, Datagram, DatagramDialogue
from scanner.wire import tftp
from scanner.wire.tftp import FILE_NOT_FOUND, Refusal

#: A name that nobody gives to a file. Names of real files would be guesses at what is there.
NO_FILE = "ronde-no-such-file"

#: An error takes a line; of a server that sends a file all the same, the first block is dropped.
MAX_REPLY = 516

# A server answers from a port of its own choice [RFC 1350, section 4].
READ = Datagram(
    name=f"RRQ {NO_FILE}",
    encode=lambda _: tftp.read_request(NO_FILE),
    max_bytes=MAX_REPLY,
    any_port=True,
)


class Tftp:
    """A server is only identified: which files it has can be told by guessing their names alone."""

    about = About(
        name="tftp",
        title="A TFTP server answers; its protocol knows no password",
        udp_ports=frozenset({69}),
        needs="udp",
        front=READ,
        asks=(READ,),
        proves="nothing: a file that cannot exist is refused; names of real files are not guessed",
        cwe=306,
        remedy=(
            "Turn it off where no device boots from it. Else let only the devices that do reach "
            "the port, serve a folder with nothing secret in it, and allow no uploads (`--secure`, "
            "without `--create`). Settings of telephones, switches and modalities in it "
            "hold passwords: move them to HTTPS with a client certificate."
        ),
        references=("https://www.rfc-editor.org/rfc/rfc1350",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by a packet that can only answer a read request."""
        tftp.decode(front.data)
        return Service("tftp")

    def assess(self, front: Answer) -> DatagramDialogue:
        """Tell a server that has no such file from one that has every file."""
        yield from ()
        service, said = Service("tftp"), tftp.decode(front.data)
        if not isinstance(said, Refusal):
            why = f"{READ.name} was not refused: it sends files that cannot exist"
            return Unknown(Silence.HALF_PROOF, why, service)
        missing = "there is no such file" if said.code == FILE_NOT_FOUND else "it was refused"
        return Assessment(
            access=Access.IDENTIFIED,
            service=service,
            because=f"reads files for anybody who knows their names; of {NO_FILE}, {missing}",
        )
