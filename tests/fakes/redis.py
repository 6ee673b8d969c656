"""Redis in its odder states, and what only resembles one.

Facts: captures of 6.2.5 and 7.0.15; Valkey's and Dragonfly's own sources for their INFO.
"""

from dataclasses import dataclass, field

from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from scanner.demo.redis import FakeRedis, bulk, read_command, unknown_command
from tests.fakes.scripted import Says

#: Protected mode speaks first, and closes. Shortened from a dozen lines of advice.
denied = Says(
    b"-DENIED Redis is running in protected mode because protected mode is enabled and no "
    b"password is set for the default user. In this mode connections are only accepted from the "
    b"loopback interface.\r\n",
    first=True,
)
valkey_denied = Says(
    b"-DENIED Running in protected mode because protected mode is enabled and no password is "
    b"set for the default user.\r\n",
    first=True,
)


@dataclass(slots=True)
class OddRedis:
    """A server with replies of its own to some commands; `otherwise` to the rest it knows.

    Without `otherwise`, the rest is answered as an open server does. A command that the release
    does not have is unknown in every state: the look-up comes before the authentication.
    """

    said: dict[str, bytes]
    otherwise: bytes | None = None
    beneath: FakeRedis = field(default_factory=FakeRedis)

    @property
    def asked(self) -> list[str]:
        """List the commands that came."""
        return self.beneath.asked

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        incoming = BufferedByteReceiveStream(stream)
        while (command := await read_command(incoming)) is not None:
            await stream.send(self.answer(command))

    def answer(self, command: list[bytes]) -> bytes:
        """Answer one command."""
        usual = self.beneath.answer(command)
        verb = command[0].upper().decode("ascii", "replace")
        if verb in self.said:
            return self.said[verb]
        known = not usual.startswith(b"-ERR unknown command") and verb != "QUIT"
        return self.otherwise if known and self.otherwise is not None else usual


def noauth(version: str = "7.0.15") -> OddRedis:
    """A server with a password."""
    hello = (
        b"-NOAUTH HELLO must be called with the client already authenticated, otherwise the "
        b"HELLO AUTH <user> <pass> option can be used to authenticate the client and select the "
        b"RESP protocol version at the same time\r\n"
    )
    fake = FakeRedis(version)
    said = {"HELLO": hello} if fake.major >= 6 else {}
    return OddRedis(said, b"-NOAUTH Authentication required.\r\n", fake)


def old_noauth() -> OddRedis:
    """A server of 2.6 with a password: another sentence, no code word."""
    return OddRedis({}, b"-ERR operation not permitted\r\n", FakeRedis("2.6.17"))


def noperm() -> OddRedis:
    """A default user without password whose rights end after PING."""
    return OddRedis(
        {"PING": b"+PONG\r\n", "INFO": _not_permitted("info"), "DBSIZE": _not_permitted("dbsize")}
    )


def noperm_at_all() -> OddRedis:
    """A default user without password and without rights."""
    return OddRedis(
        {"PING": _not_permitted("ping"), "INFO": _not_permitted("info")}, _not_permitted("get")
    )


def loading() -> OddRedis:
    """A server that reads its data set: INFO and HELLO answer, nothing else does."""
    said = b"-LOADING Redis is loading the dataset in memory\r\n"
    return OddRedis({"PING": said, "DBSIZE": said, "GET": said})


def renamed_info() -> OddRedis:
    """A server whose INFO has another name."""
    return OddRedis({"INFO": unknown_command([b"INFO"])})


def sentinel() -> OddRedis:
    """A Sentinel: no keys, but the names and addresses of the masters it watches."""
    told = (
        "# Server\r\nredis_version:7.0.15\r\nredis_mode:sentinel\r\ntcp_port:26379\r\n\r\n"
        "# Sentinel\r\nsentinel_masters:1\r\n"
        "master0:name=clinic,status=ok,address=192.0.2.30:6379,slaves=1,sentinels=3\r\n"
    )
    return OddRedis(
        {"INFO": bulk(told), "DBSIZE": unknown_command([b"DBSIZE"])}
        | {verb: unknown_command([verb.encode()]) for verb in ("GET", "KEYS", "SCAN")}
    )


def valkey() -> OddRedis:
    """A Valkey, which goes on telling the version of the Redis that it left."""
    return _telling("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n")


def dragonfly() -> OddRedis:
    """A Dragonfly."""
    return _telling("redis_version:7.4.0\r\ndragonfly_version:df-v1.25.1\r\n")


async def says_yes(stream: ByteStream) -> None:
    """Be a decoy: PONG to a ping, and OK to everything else, to what does not exist as well."""
    incoming = BufferedByteReceiveStream(stream)
    while (command := await read_command(incoming)) is not None:
        await stream.send(b"+PONG\r\n" if command == [b"PING"] else b"+OK\r\n")


#: Not redis at all, but a line that begins as its replies do.
pong_to_all = Says(b"+PONG\r\n" * 8, holds=True)

#: Replies that no memory could hold, or that no parser should follow.
ABSURD = {
    "bulk of 99 GB": b"$99999999999\r\n",
    "array of a thousand million": b"*1000000000\r\n",
    "negative bulk": b"$-5\r\n",
    "negative array": b"*-7\r\n",
    "endless digits": b":" + b"9" * 100_000 + b"\r\n",
    "no digits": b"$\r\n",
    "arrays in arrays": b"*1\r\n" * 100_000,
    "bulk without its end": b"$4\r\nPONGxx",
    "no type": b"PONG\r\n",
    "empty line": b"\r\n",
    "bare newline": b"+PONG\n",
    "streamed string": b"$?\r\n;4\r\nPONG\r\n;0\r\n",
}


def _telling(server: str) -> OddRedis:
    keyspace = "# Keyspace\r\ndb0:keys=12,expires=0,avg_ttl=0\r\n"
    return OddRedis({"INFO": bulk(f"# Server\r\n{server}\r\n{keyspace}")})


def _not_permitted(command: str) -> bytes:
    return f"-NOPERM this user has no permissions to run the '{command}' command\r\n".encode()
