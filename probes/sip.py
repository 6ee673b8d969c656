"""SIP servers and fax gateways, by what they say of themselves: no call is made, nobody logs in."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Datagram, DatagramDialogue
from scanner.wire import sip, versions
from scanner.wire.sip import Response

#: Products by the word that begins what they call themselves, in lower case.
PRODUCTS = {
    "kamailio": "kamailio",
    "opensips": "opensips",
    "openser": "openser",
    "asterisk": "asterisk",
    "fpbx": "freepbx",
    "freeswitch": "freeswitch",
    "3cxphonesystem": "3cx",
    "sipxecs": "sipxecs",
    "aastra": "aastra",
    "tandberg": "tandberg",
    "berofix": "berofix",
    "polycom": "polycom",
    "snom": "snom",
    "baresip": "baresip",
    "cisco-sipgateway": "cisco-ios",
    "grandstream": "grandstream",
    "yealink": "yealink",
    "audiocodes": "audiocodes",
    "patton": "patton",
}

#: How a server demands a credential [RFC 3261, 22.1].
CHALLENGES = frozenset({401, 407})

OPTIONS = Datagram(name="OPTIONS", encode=lambda ends: sip.options(ends.here, ends.there))


class Sip:
    """A server is only identified: whether it lets a stranger call is told by a call alone."""

    about = About(
        name="sip",
        title="A SIP server answers",
        udp_ports=frozenset({5060}),
        needs="udp",
        front=OPTIONS,
        asks=(OPTIONS,),
        proves="nothing: a server says what it can do whoever asks; no call is made",
        cwe=306,
        remedy=(
            "Let only your trunks and telephones reach the port, demand a credential of every "
            "INVITE and REGISTER, allow no guests (Asterisk: no anonymous endpoint; Kamailio: "
            "authenticate before relaying), and carry fax and voice over TLS and SRTP."
        ),
        references=("https://www.rfc-editor.org/rfc/rfc3261#section-11",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by a response to our own request."""
        return named_by(sip.decode(front.data))

    def assess(self, front: Answer) -> DatagramDialogue:
        """Say whether it demands a credential, and whether it shows that it takes fax."""
        yield from ()
        return judged(sip.decode(front.data))


def judged(said: Response) -> Assessment:
    """Say whether a response demands a credential, and whether it shows fax."""
    locked = said.status in CHALLENGES
    return Assessment(
        access=Access.LOCKED if locked else Access.IDENTIFIED,
        service=named_by(said),
        because=f"OPTIONS answered {said.status}; {_media(said)}",
    )


def named_by(said: Response) -> Service:
    """Name the product by its own words, where they are known."""
    words = said.headers.get("server") or said.headers.get("user-agent") or ""
    for word, product in PRODUCTS.items():
        if words.lower().startswith(word):
            rest = words[len(word) :].lstrip(" PBX/-(")
            return Service(product, versions.found_in(f" {rest}", " "))
    return Service("sip")


def _media(said: Response) -> str:
    if said.has_t38:
        return "it describes T.38, which is fax"
    return "it describes media, T.38 not among them" if said.has_media else "no media described"
