"""ActiveFax by the welcome of its telnet port; its FTP port is recognised by the probe `ftp`."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Listen, StreamDialogue
from scanner.wire import Garbled, greetings

GREETING = Listen(
    name="greeting", framing=greetings.activefax, max_bytes=greetings.MAX_GREETING, seconds=3.0
)

SERVICE = Service("activefax")


class ActiveFax:
    """A server is only identified: what its menu shows is not asked for."""

    about = About(
        name="activefax",
        title="An ActiveFax server introduces itself",
        ports=frozenset({23}),
        front=GREETING,
        asks=(GREETING,),
        proves="nothing: the welcome names the server; no choice of its menu is made",
        cwe=319,
        remedy=(
            "Switch the telnet, FTP, LPD and RAW servers off in ActiveFax where nobody needs "
            "them, and let only the hosts that fax reach the others."
        ),
        references=("https://www.actfax.com/en/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the welcome, with the options of telnet before it."""
        try:
            return SERVICE if greetings.activefax(front.data) else None
        except Garbled:
            return None

    def assess(self, front: Answer) -> StreamDialogue:
        """Say nothing: each choice of the menu would show or change something."""
        del front
        yield from ()
        because = "the telnet port introduces itself; no choice of its menu was made"
        return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)
