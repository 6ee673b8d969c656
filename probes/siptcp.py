"""SIP over TCP and TLS, by what servers say of themselves: no call is made, nobody logs in."""

from probes.sip import judged, named_by
from scanner.model import Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import sip

OPTIONS = Exchange(
    name="OPTIONS", encode=sip.options_over_tcp, framing=sip.frame, max_bytes=sip.MAX_RESPONSE
)


class SipTcp:
    """A server is only identified: whether it lets a stranger call is told by a call alone."""

    about = About(
        name="siptcp",
        title="A SIP server answers over TCP",
        ports=frozenset({5060}),
        tls_ports=frozenset({5061}),
        front=OPTIONS,
        asks=(OPTIONS,),
        proves="nothing: a server says what it can do whoever asks; no call is made",
        cwe=306,
        remedy=(
            "Let only your trunks and telephones reach the port, demand a credential of every "
            "INVITE and REGISTER, and carry calls over TLS (5061) and SRTP instead of 5060."
        ),
        references=("https://www.rfc-editor.org/rfc/rfc3261#section-11",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by a response to our own request."""
        return named_by(sip.decode(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Say whether it demands a credential, and whether it shows that it takes fax."""
        yield from ()
        return judged(sip.decode(front.data))
