"""A Redis as a stranger meets it, with what each generation answers to INFO and HELLO.

https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from scanner.demo.canary import CANARY

#: Far above any command of ours; the real limits are 512 MiB and a million.
MAX_LINE, MAX_BULK, MAX_ARGUMENTS = 4096, 65536, 64

#: INFO takes several sections, and RESP3 maps come, with these releases.
_MANY_SECTIONS, _HAS_HELLO = 7, 6


@dataclass(slots=True)
class FakeRedis:
    """One server without a password; `asked` lists its commands without their keys' values.

    `keys` is the number of keys in each database, as INFO tells it; one key of `KEYS` is there
    to be read.
    """

    version: str = "7.0.15"
    keys: dict[int, int] = field(default_factory=lambda: {0: 1})
    asked: list[str] = field(default_factory=list)

    @property
    def major(self) -> int:
        """Give the generation."""
        return int(self.version[0])

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        incoming = BufferedByteReceiveStream(stream)
        while (command := await read_command(incoming)) is not None:
            reply = self.answer(command)
            await stream.send(reply)
            if command[0].upper() == b"QUIT":
                return

    def answer(self, command: list[bytes]) -> bytes:
        """Answer one command."""
        verb = command[0].upper().decode("ascii", "replace")
        arguments = [argument.decode("utf-8", "replace") for argument in command[1:]]
        self.asked.append(verb)
        run = self._commands().get(verb)
        if run is None:
            return unknown_command(command)
        if len(arguments) not in _ARGUMENTS.get(verb, range(MAX_ARGUMENTS)):
            return wrong_number_of_arguments(verb)
        return run(arguments)

    def _commands(self) -> dict[str, Callable[[list[str]], bytes]]:
        commands: dict[str, Callable[[list[str]], bytes]] = {
            "PING": lambda given: bulk(given[0]) if given else b"+PONG\r\n",
            "QUIT": lambda _: b"+OK\r\n",
            "INFO": self._info,
            "DBSIZE": lambda _: b":%d\r\n" % self.keys.get(0, 0),
            "GET": lambda _: bulk(CANARY),
            "KEYS": lambda _: array([_KEY]),
            "SCAN": lambda _: b"*2\r\n" + bulk("0") + array([_KEY]),
            "RANDOMKEY": lambda _: bulk(_KEY),
        }
        if self.major >= _HAS_HELLO:
            commands["HELLO"] = self._hello
        return commands

    def _info(self, arguments: list[str]) -> bytes:
        sections = [section.lower() for section in arguments]
        if len(sections) > 1 and self.major < _MANY_SECTIONS:
            return b"-ERR syntax error\r\n"
        wanted = sections or ["default"]
        every = not {"default", "all", "everything"}.isdisjoint(wanted)
        told = {"server": self._server(), "memory": _MEMORY, "keyspace": self._keyspace()}
        return bulk("\r\n".join(text for name, text in told.items() if every or name in wanted))

    def _server(self) -> str:
        return (
            "# Server\r\n"
            f"redis_version:{self.version}\r\n"
            "redis_mode:standalone\r\n"
            "os:Linux 5.10.0 x86_64\r\n"
            "run_id:c6a0e81e6e3850ad9b2c16fd6aa1daabb25484a8\r\n"
            "tcp_port:6379\r\n"
            "uptime_in_seconds:2419200\r\n"
        )

    def _keyspace(self) -> str:
        lines = (
            f"db{number}:keys={count},expires=0,avg_ttl=0\r\n"
            for number, count in sorted(self.keys.items())
        )
        return "# Keyspace\r\n" + "".join(lines)

    def _hello(self, arguments: list[str]) -> bytes:
        protocol = arguments[0] if arguments else "2"
        if protocol not in {"2", "3"}:
            return b"-NOPROTO unsupported protocol version\r\n"
        members = (
            *(("server", bulk("redis")), ("version", bulk(self.version))),
            *(("proto", f":{protocol}\r\n".encode()), ("id", b":7\r\n")),
            *(("mode", bulk("standalone")), ("role", bulk("master")), ("modules", b"*0\r\n")),
        )
        head = b"%%%d\r\n" % len(members) if protocol == "3" else b"*%d\r\n" % (2 * len(members))
        return head + b"".join(bulk(name) + value for name, value in members)


#: How many arguments each command takes; the others take what they are given.
_ARGUMENTS = {
    "PING": range(2),
    "DBSIZE": range(1),
    "GET": range(1, 2),
    "KEYS": range(1, 2),
    "SCAN": range(1, 8),
    "RANDOMKEY": range(1),
}

_KEY = f"patient:{CANARY}:phone"

_MEMORY = "# Memory\r\nused_memory:8812544\r\nused_memory_human:8.40M\r\nmaxmemory:0\r\n"


async def read_command(stream: BufferedByteReceiveStream) -> list[bytes] | None:
    """Read one command, as an array of bulk strings or inline; None for what is neither."""
    line = await _line(stream)
    while not line:
        line = await _line(stream)
    if not line.startswith(b"*"):
        words = line.split()
        return None if words[0].upper() in {b"POST", b"HOST:"} else words
    count = _count(line, b"*", MAX_ARGUMENTS)
    words = [await _bulk(stream) for _ in range(count)]
    return words or None


def bulk(text: str) -> bytes:
    """Encode a bulk string."""
    data = text.encode()
    return b"$%d\r\n%b\r\n" % (len(data), data)


def array(texts: list[str]) -> bytes:
    """Encode an array of bulk strings."""
    return b"*%d\r\n" % len(texts) + b"".join(map(bulk, texts))


def unknown_command(command: list[bytes]) -> bytes:
    """Refuse a command in the words of 5.0 and later."""
    given = b"".join(b"'%b' " % argument[:128] for argument in command[1:])
    return b"-ERR unknown command '%b', with args beginning with: %b\r\n" % (
        command[0][:128],
        given,
    )


def wrong_number_of_arguments(verb: str) -> bytes:
    """Refuse a command that has too few or too many arguments."""
    return f"-ERR wrong number of arguments for '{verb.lower()}' command\r\n".encode()


async def _line(stream: BufferedByteReceiveStream) -> bytes:
    line = await stream.receive_until(b"\n", MAX_LINE)
    return line.removesuffix(b"\r").strip()


async def _bulk(stream: BufferedByteReceiveStream) -> bytes:
    size = _count(await _line(stream), b"$", MAX_BULK)
    return (await stream.receive_exactly(size + 2))[:size]


def _count(line: bytes, sign: bytes, most: int) -> int:
    digits = line.removeprefix(sign)
    if not line.startswith(sign) or not digits.isdigit() or int(digits) > most:
        raise OSError("not RESP, or beyond what this server takes")
    return int(digits)
