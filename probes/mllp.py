"""MLLP: HL7 v2 interfaces that can be reached, seen without saying a word to them."""

from scanner.model import Access, Assessment, AssetClass, Confidence, Service
from scanner.probe import About, Answer, Listen, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import mllp, versions

#: Seconds of listening. An engine with a greeting has it ready; some serve ten callers at a time
#: and wait for ever, so nobody's place is kept longer.
PATIENCE = 2.0

FIRST_WORD = Listen(
    name="a first word, or silence",
    framing=mllp.frame_word,
    max_bytes=mllp.MAX_WORD,
    seconds=PATIENCE,
    silence_answers=True,
)

ASK_THEM = "MLLP has no authentication of its own: ask the interface team who may reach it"

#: Why there is no more to be said of an open interface than of a closed one that listens.
SILENT = f"a listener is reachable and says nothing, as MLLP does; {ASK_THEM}"
GREETED = f"an interface engine greets whoever connects; {ASK_THEM}"
POURS = "a message was begun to whoever connects, and left unread; no control may be asked here"


class Mllp:
    """An interface is never called open: any byte, an empty block even, becomes a message."""

    about = About(
        name="mllp",
        title="An HL7 interface is reachable",
        ports=frozenset({2575, 6661}),
        front=FIRST_WORD,
        asks=(FIRST_WORD,),
        proves="nothing: no byte may be sent here, so a listener is told of and no more",
        cwe=306,
        remedy=(
            "Let only the systems that send messages reach the port (firewall, VPN), or speak "
            "MLLP over TLS with client certificates."
        ),
        references=(
            "https://www.hl7.org/documentcenter/public/wg/inm/mllp_transport_specification.PDF",
        ),
        listens_only=True,
        made_for=AssetClass.MEDICAL,
    )

    def identify(self, front: Answer) -> Service | None:
        """Take a silent listener for an interface, on the ports that are theirs."""
        if front.data in {b"", mllp.START}:
            return Service("mllp")
        engine = mllp.engine(front.data)
        return Service("rhapsody", versions.read(engine)) if engine else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what was heard, and ask nothing."""
        yield from ()
        service = self.identify(front) or Service("mllp")
        if front.data == mllp.START:
            return half_proof(service, POURS)
        return Assessment(
            access=Access.IDENTIFIED,
            service=service,
            because=GREETED if front.data else SILENT,
            confidence=Confidence.CONFIRMED if front.data else Confidence.PROBABLE,
        )
