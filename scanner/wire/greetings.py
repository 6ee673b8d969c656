"""What servers of telephony and fax say first, each with its end: nothing has to be sent to them.

Sources: main/manager.c of Asterisk, mod_event_socket.c of FreeSWITCH, and nmap-service-probes for
ActiveFax.
"""

from scanner.wire import Garbled

#: The longest of these greetings, a refusal, takes 66 bytes; a version is what varies.
MAX_GREETING = 256

#: Asterisk's manager names the version of its protocol, which is not Asterisk's own.
MANAGER = b"Asterisk Call Manager/"

#: The event socket demands a password, or turns our address away.
DEMANDS = b"Content-Type: auth/request\n\n"
REJECTS = b"Content-Type: text/rude-rejection\n"

#: ActiveFax negotiates two options of telnet (RFC 854) and clears the screen.
ACTIVEFAX = b"\xff\xfb\x01\xff\xfb\x03\r\n\r\n\x1b[H\x1b[JWelcome at ActiveFax Server."


def manager(data: bytes) -> int | None:
    """Give the length of the line with which Asterisk's manager greets.

    Raises:
        Garbled: the bytes cannot become one.
    """
    return _until(data, MANAGER, b"\n")


def event_socket(data: bytes) -> int | None:
    """Give the length of the headers with which FreeSWITCH greets, their empty line included.

    Raises:
        Garbled: the bytes cannot become such headers.
    """
    start = REJECTS if data[: len(REJECTS)] == REJECTS[: len(data)] else DEMANDS
    return _until(data, start, b"\n\n")


def activefax(data: bytes) -> int | None:
    """Give the length of the welcome of ActiveFax on its telnet port.

    Raises:
        Garbled: the bytes cannot become one.
    """
    return _until(data, ACTIVEFAX, b".")


def _until(data: bytes, start: bytes, end: bytes) -> int | None:
    """Give the place behind the first `end` of what begins with `start`."""
    if not start.startswith(data[: len(start)]):
        raise Garbled("a greeting of another server")
    if len(data) < len(start):
        return None
    at = data.find(end, len(start) - len(end), MAX_GREETING)
    if at < 0 and len(data) >= MAX_GREETING:
        raise Garbled(f"a greeting longer than {MAX_GREETING} bytes")
    return at + len(end) if at >= 0 else None
