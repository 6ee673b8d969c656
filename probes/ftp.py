"""FTP: which server introduces itself. Nothing is sent but a farewell."""

import re
from contextlib import suppress

from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, Listen, NoAnswer, StreamDialogue
from scanner.wire import lines, versions
from scanner.wire.lines import Reply

#: A greeting may hold a message of the day.
MAX_REPLY = 16 << 10

#: Servers look the caller's name up before they greet: a dead resolver costs 2 x 5 s.
PATIENCE = 12.0

GREETING = Listen(name="greeting", framing=lines.frame_final, max_bytes=MAX_REPLY, seconds=PATIENCE)
QUIT = Exchange(name="QUIT", encode=lambda: b"QUIT\r\n", framing=lines.frame, max_bytes=MAX_REPLY)

#: Codes of RFC 959.
GREETED = 220
NO_SERVICE = 421

#: How servers name themselves, and the product that each is.
PRODUCTS = {
    "vsFTPd ": "vsftpd",
    "ProFTPD ": "proftpd",
    "Pure-FTPd": "pure-ftpd",
    "FileZilla Server ": "filezilla-server",
    "Microsoft FTP Service": "iis-ftp",
    "ActiveFax Version ": "activefax",
}
FTP = re.compile(r"\bFTPS?\b|ftp ?server|ftpd\b", re.IGNORECASE)
MAIL = re.compile(r"\bE?SMTP\b|HylaFAX", re.IGNORECASE)

REFERENCES = ("https://www.rfc-editor.org/rfc/rfc959", "https://www.rfc-editor.org/rfc/rfc1635")


class Ftp:
    """A server is identified by its greeting; whether it lets `anonymous` in is not asked."""

    about = About(
        name="ftp",
        title="An FTP server introduces itself",
        ports=frozenset({21, 2121}),
        tls_ports=frozenset({990}),
        front=GREETING,
        asks=(GREETING, QUIT),
        proves="nothing: the greeting names the server",
        cwe=319,
        remedy=(
            "Replace FTP by SFTP or HTTPS; if it must stay, require TLS and let only its clients "
            "reach it. Let the scope say `ftp_anonymous = true` to have it asked."
        ),
        references=REFERENCES,
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its greeting, and no mail or fax server."""
        return recognised(lines.decode(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Take leave."""
        greeting = lines.decode(front.data)
        service = recognised(greeting) or Service("ftp")
        with suppress(NoAnswer):
            yield QUIT
        if greeting.code == NO_SERVICE:
            return Unknown(Silence.BUSY, "the greeting is 421", service)
        because = "introduces itself; the scope does not allow to ask as `anonymous`"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)


def recognised(greeting: Reply) -> Service | None:
    """Name the server that greets so; None where it is none of FTP."""
    said = " ".join(greeting.lines)
    if greeting.code not in {GREETED, NO_SERVICE} or MAIL.search(said):
        return None
    for word, product in PRODUCTS.items():
        if word in said:
            return Service(product, versions.found_in(said, word))
    return Service("ftp") if FTP.search(said) else None
