"""Asterisk's manager interface: whether it can be reached, and whether in clear."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Listen, StreamDialogue
from scanner.wire import Garbled, greetings, versions

GREETING = Listen(
    name="greeting", framing=greetings.manager, max_bytes=greetings.MAX_GREETING, seconds=3.0
)


class Ami:
    """It always demands a log-in, so it is only identified: nothing is said to it."""

    about = About(
        name="ami",
        title="Asterisk's control interface can be reached",
        ports=frozenset({5038}),
        tls_ports=frozenset({5039}),
        front=GREETING,
        asks=(GREETING,),
        proves="nothing: the greeting names the interface; no log-in is tried",
        cwe=319,
        remedy=(
            "`bindaddr = 127.0.0.1` in manager.conf, or `enabled = no`. Where another host must "
            "reach it: `tlsenable = yes`, `permit` for that host alone in each account, and no "
            "account that may `originate` or read `all` without need."
        ),
        references=("https://docs.asterisk.org/Configuration/Interfaces/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the line with which the interface greets whoever comes."""
        return _service(front)

    def assess(self, front: Answer) -> StreamDialogue:
        """Say whether a log-in, with its secret and all that follows, would cross in clear."""
        yield from ()
        way = "over TLS" if front.tls else "in clear"
        because = f"the control interface can be reached {way}; no log-in was tried"
        service = _service(front) or Service("asterisk-manager")
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)


def _service(front: Answer) -> Service | None:
    """Name the interface and the version of its protocol, which tells Asterisk's roughly."""
    try:
        whole = greetings.manager(front.data)
    except Garbled:
        return None
    if whole is None:
        return None
    told = front.data[:whole].decode("utf-8", "replace").strip()
    return Service("asterisk-manager", versions.found_in(told, "Asterisk Call Manager/"))
