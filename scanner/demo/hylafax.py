"""A HylaFAX server's port 4559 as a stranger meets it: FTP's habits, fax's words.

Facts: captures of hfaxd 6.0.7, and its sources (`InetFaxServer.c++`: a passive data connection is
accepted *before* the `150`, without a time limit; a bad path is refused before either).
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketListener
from anyio.streams.buffered import BufferedByteReceiveStream

from scanner.demo.canary import CANARY, Leaks, Watched
from scanner.demo.listen import LOOPBACK

#: A command line; hfaxd's own buffer is of this order.
MAX_LINE = 1024

#: Seconds. hfaxd waits for ever; a demo may not.
_DATA_PATIENCE = 10.0

#: hfaxd ends a session after so many commands in a row that it cannot read.
_MAX_BAD = 10

#: Before login, these are all that it runs.
_BEFORE_LOGIN = frozenset({"USER", "PASS", "QUIT", "NOOP", "STAT"})

#: The listing formats that a session may set, and what they are before it does: `%s` is the
#: sender's number, `%e` the number that a job dials.
_FORMATS = {
    "RCVFMT": "%-7m %4p%1z %-8.8o %14.14s %7t %f",
    "JOBFMT": "%-4j %3i %1a %6.6o %-12.12e %5P %5D %7z %.25s",
}

_FIELD = re.compile(r"%[-0-9.]*([A-Za-z])")


@dataclass(frozen=True, slots=True)
class Fax:
    """One received fax or finished job: its listed name, and the number that is its secret."""

    name: str
    number: str = CANARY
    body: bytes = b"II*\0" + CANARY.encode()


@dataclass(slots=True)
class FakeHylafax:
    """One server; `asked` lists its command words.

    `queues` maps a directory to what lies in it. `warns` puts the `130` line of a client without
    reverse DNS before the banner. Data connections count into `leaks` as the control stream does.
    """

    queues: dict[str, tuple[Fax, ...]]
    locked: bool = False
    warns: bool = True
    host: str = "fax"
    leaks: Leaks = field(default_factory=Leaks)
    asked: list[str] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        await _Session(self, stream).run()


_Run: TypeAlias = Callable[[str], Awaitable[None]]


class _Session:
    """One client's conversation: logged in or not, its formats, its data port."""

    def __init__(self, server: FakeHylafax, stream: ByteStream) -> None:
        self._server = server
        self._stream = stream
        self._incoming = BufferedByteReceiveStream(stream)
        self._formats = dict(_FORMATS)
        self._user: str | None = None
        self._data: SocketListener | None = None

    async def run(self) -> None:
        """Greet, then answer until the client says goodbye or only babbles."""
        try:
            await self._greet()
            bad = 0
            while bad < _MAX_BAD:
                line = await self._incoming.receive_until(b"\n", MAX_LINE)
                verb, _, argument = line.decode("latin-1").strip().partition(" ")
                verb = verb.upper()
                self._server.asked.append(verb)
                bad = 0 if await self._obey(verb, argument) else bad + 1
                if verb == "QUIT":
                    return
            await self._reply("221 Server shutting down.  Goodbye.")
        finally:
            await self._drop_data_port()

    async def _greet(self) -> None:
        if self._server.warns:
            await self._reply(
                '130 Warning, no inverse address mapping for client host name "localhost".'
            )
        host = self._server.host
        await self._reply(f"220 {host} server (HylaFAX (tm) Version 6.0.7) ready.")

    async def _obey(self, verb: str, argument: str) -> bool:
        """Run one command; False when there is no such command, or not for a stranger."""
        if verb not in self._commands:
            await self._reply(f"500 {verb}: Command not recognized.")
            return False
        if self._user is None and verb not in _BEFORE_LOGIN:
            await self._reply("530 Please login with USER and PASS.")
            return False
        await self._commands[verb](argument)
        return True

    @property
    def _commands(self) -> dict[str, _Run]:
        return {
            "USER": self._log_in,
            "PASS": lambda _: self._reply("530 Login incorrect."),
            "QUIT": lambda _: self._reply("221 Goodbye."),
            "NOOP": lambda _: self._reply("200 NOOP command successful."),
            "SYST": lambda _: self._reply("215 UNIX Type: L8 Version: SVR4"),
            "PWD": lambda _: self._reply('257 "/" is the current directory.'),
            "TYPE": lambda _: self._reply("200 Type set to ASCII."),
            "STAT": self._status,
            "RCVFMT": lambda given: self._set_format("RCVFMT", given),
            "JOBFMT": lambda given: self._set_format("JOBFMT", given),
            "EPSV": self._open_data_port,
            "PASV": self._open_data_port_by_address,
            "NLST": lambda path: self._transfer(path, _names),
            "LIST": lambda path: self._transfer(path, self._listing),
            "RETR": self._retrieve,
        }

    async def _log_in(self, name: str) -> None:
        if self._server.locked:
            await self._reply(f"331 Password required for {name}.")
        else:
            self._user = name
            await self._reply(f"230 User {name} logged in.")

    async def _status(self, _path: str) -> None:
        state = "Waiting for user name" if self._user is None else f"Logged in as {self._user}"
        await self._reply(f"211-fax HylaFAX server status:\r\n    {state}\r\n211 End of status")

    async def _set_format(self, which: str, given: str) -> None:
        if not given:
            await self._reply(f"200 {self._formats[which]}")
            return
        self._formats[which] = given.strip('"')
        await self._reply(f"200 {which} command successful.")

    async def _open_data_port(self, _: str) -> None:
        port = await self._listen_for_data()
        await self._reply(f"229 Entering Extended Passive Mode (|||{port}|)")

    async def _open_data_port_by_address(self, _: str) -> None:
        port = await self._listen_for_data()
        numbers = ",".join((*LOOPBACK.split("."), str(port >> 8), str(port & 0xFF)))
        await self._reply(f"227 Entering passive mode ({numbers})")

    async def _transfer(self, path: str, view: Callable[[str, tuple[Fax, ...]], bytes]) -> None:
        directory = path.strip("/")
        if directory not in self._server.queues:
            await self._reply(f"550 {path}: No such file or directory.")
            return
        await self._send_data(path, view(directory, self._server.queues[directory]))

    async def _retrieve(self, path: str) -> None:
        directory, _, name = path.strip("/").rpartition("/")
        found = [fax for fax in self._server.queues.get(directory, ()) if fax.name == name]
        if found:
            await self._send_data(path, found[0].body)
        else:
            await self._reply(f"550 {path}: No such file or directory.")

    def _listing(self, directory: str, faxes: tuple[Fax, ...]) -> bytes:
        wanted = self._formats["RCVFMT" if directory == "recvq" else "JOBFMT"]
        return "".join(f"{_row(wanted, fax)}\r\n" for fax in faxes).encode()

    async def _send_data(self, path: str, data: bytes) -> None:
        if self._data is None:
            await self._reply("425 Cannot open data connection.")
            return
        reply = "425 Cannot open data connection."
        with anyio.move_on_after(_DATA_PATIENCE):
            async with await self._data.accept() as peer:
                await self._reply(f'150 Opening new data connection for "{path}".')
                await Watched(peer, self._server.leaks).send(data)
                reply = "226 Transfer complete."
        await self._drop_data_port()
        await self._reply(reply)

    async def _listen_for_data(self) -> int:
        await self._drop_data_port()
        many = await anyio.create_tcp_listener(local_host=LOOPBACK)
        self._data = cast("SocketListener", many.listeners[0])  # its declared type has no accept()
        port: int = many.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
        return port

    async def _drop_data_port(self) -> None:
        if self._data is not None:
            await self._data.aclose()
            self._data = None

    async def _reply(self, line: str) -> None:
        await self._stream.send(f"{line}\r\n".encode())


def _names(_directory: str, faxes: tuple[Fax, ...]) -> bytes:
    """List names only, ended by bare newlines as hfaxd does."""
    return "".join(f"{fax.name}\n" for fax in faxes).encode()


def _row(wanted: str, fax: Fax) -> str:
    """Fill a listing format; fields that hold no secret stand as a dash."""
    fields = {"f": fax.name, "j": fax.name, "s": fax.number, "e": fax.number}
    return _FIELD.sub(lambda field: fields.get(field[1], "-"), wanted)
