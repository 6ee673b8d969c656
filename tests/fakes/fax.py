"""Fax servers, and what looks like one, that lie about lines, codes and addresses."""

from dataclasses import dataclass

from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.fakes.scripted import Repeats, Says

_READY = b"220 fax server (HylaFAX (tm) Version 6.0.7) ready.\r\n"

endless_banner = Repeats(b"", b"220-welcome to the fax server\r\n", first=True)
endless_warnings = Repeats(b"", b'130 Warning, client address "?" is not listed.\r\n', first=True)
endless_line = Repeats(b"220 ", b"a" * 1024, first=True)
snpp = Says(b"220 fax SNPP server (HylaFAX (tm) Version 6.0.7) ready.\r\n", first=True, holds=True)
ftp = Says(b"220 (vsFTPd 3.0.3)\r\n", first=True, holds=True)
smtp = Says(b"220 mail.example.invalid ESMTP Postfix\r\n", first=True, holds=True)
shut_down = Says(
    b"220 fax HylaFAX server shut down; available only for admin use.\r\n", first=True, holds=True
)

#: Replies to EPSV or PASV that name what nobody may connect to, or no port at all.
ELSEWHERE = {
    "227 another address": b"227 Entering passive mode (192,0,2,1,35,220)\r\n",
    "227 port 0": b"227 Entering passive mode (127,0,0,1,0,0)\r\n",
    "227 no numbers": b"227 Entering passive mode\r\n",
    "229 another address": b"229 Entering Extended Passive Mode (|1|192.0.2.1|9180|)\r\n",
    "229 port 0": b"229 Entering Extended Passive Mode (|||0|)\r\n",
    "229 port 70000": b"229 Entering Extended Passive Mode (|||70000|)\r\n",
    "229 port 22": b"229 Entering Extended Passive Mode (|||22|)\r\n",
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A fax server that lets anybody in and answers every passive request with `announced`."""

    announced: bytes

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        incoming = BufferedByteReceiveStream(stream)
        await stream.send(_READY)
        while True:
            verb = (await incoming.receive_until(b"\n", 1024))[:4].strip().upper()
            await stream.send(_REPLIES.get(verb, b"500 Command not recognized.\r\n"))
            if verb in {b"EPSV", b"PASV"}:
                await stream.send(self.announced)
            if verb == b"QUIT":
                return


_REPLIES = {
    b"USER": b"230 User ronde logged in.\r\n",
    b"RCVF": b"200 RCVFMT command successful.\r\n",
    b"JOBF": b"200 JOBFMT command successful.\r\n",
    b"NLST": b'150 Opening new data connection for "recvq".\r\n226 Transfer complete.\r\n',
    b"EPSV": b"",
    b"PASV": b"",
    b"PWD": b'257 "/" is the current directory.\r\n',
    b"QUIT": b"221 Goodbye.\r\n",
}
