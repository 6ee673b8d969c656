"""MySQL, MariaDB, TiDB: whether a user that cannot exist gets a session without a password."""

import re
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from scanner.fieldnames import bounded, schema_names
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, Listen, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, mysql, versions
from scanner.wire.mysql import Accepted, Continued, Failure, Row

#: A greeting takes 100 bytes, a refusal that names host and user below 500.
MAX_WORD = 4096

#: 2,000 tables with their counts take 200 KiB, 10,000 columns 500 KiB.
MAX_RESULT = 1 << 20
MAX_HOLDINGS = 2_000
MAX_FIELDS = 10_000

#: The server's own schemas hold no user's table.
THEIRS = (
    "WHERE TABLE_SCHEMA NOT IN "
    "('information_schema','performance_schema','mysql','sys','metrics_schema')"
)

#: No user has this name; a session that it gets, anybody gets.
NOBODY = "ronde-no-such-user"

#: Between the commands of MySQL and those of MariaDB: neither has one here.
NO_COMMAND = b"\x7f"


def _ask(name: str, payload: bytes) -> Exchange:
    return Exchange(name=name, encode=lambda: payload, framing=mysql.frame, max_bytes=MAX_WORD)


def _query(name: str, statement: str) -> Exchange:
    payload = mysql.query(statement)
    return Exchange(
        name=name, encode=lambda: payload, framing=mysql.frame_result, max_bytes=MAX_RESULT
    )


def _catalogue(what: str, table: str, columns: str, most: int) -> Exchange:
    """Ask a view of the server's own, which holds no row of a user's table."""
    place = f"information_schema.{table}"
    statement = " ".join(("SELECT", columns, "FROM", place, THEIRS, "LIMIT", str(most)))
    return _query(f"{what} of {place}", statement)


GREETING = Listen(name="greeting", framing=mysql.frame, max_bytes=MAX_WORD)
HELLO = _ask(f"HandshakeResponse user={NOBODY}", mysql.introduction(NOBODY))
NOTHING = _ask("empty answer to another plug-in", mysql.packet(3, b""))
CONTROL = _ask("command 0x7f", mysql.packet(0, NO_COMMAND))
WHO = _query("SELECT CURRENT_USER()", "SELECT CURRENT_USER()")
COUNT = _catalogue("count", "TABLES", "COUNT(*)", 1)
TABLES = _catalogue(
    "names and sizes",
    "TABLES",
    "TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH, UNIX_TIMESTAMP(CREATE_TIME)",
    MAX_HOLDINGS,
)
COLUMNS = _catalogue("names", "COLUMNS", "TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME", MAX_FIELDS)
QUIT = _ask("COM_QUIT", mysql.packet(0, b"\x01"))

#: Error numbers [server-error-reference].
TOO_MANY = frozenset({1040, 1203})
BLOCKED = 1129
HOST_REFUSED = 1130
DENIED = frozenset({1044, 1045, 1251, 1524, 1698})
NO_SUCH_COMMAND = 1047
WANTS_TLS = frozenset({3159})
GREETS_WITH = TOO_MANY | {BLOCKED, HOST_REFUSED}

#: MariaDB lets old replicas believe that it is MySQL 5.5.5; TiDB says its own after MySQL's.
MARIADB = re.compile(r"(?:5\.5\.5-)?(\d{1,3}(?:\.\d{1,5}){1,2})-MariaDB", re.IGNORECASE)
TIDB = re.compile(r"-TiDB-v?(\d{1,3}(?:\.\d{1,5}){1,2})")
PLAIN = re.compile(r"\d{1,3}(?:\.\d{1,5}){1,2}")


class Mysql:
    """A server is open when a user that cannot exist is let in and a command that cannot is not."""

    about = About(
        name="mysql",
        title="MySQL gives a session to an unknown user",
        ports=frozenset({3306, 3307, 4000}),
        front=GREETING,
        asks=(GREETING, HELLO, NOTHING, CONTROL, WHO, COUNT, TABLES, COLUMNS, QUIT),
        proves="a user that cannot exist is let in, and an unknown command is refused",
        cwe=306,
        remedy=(
            "Drop the anonymous accounts (`DROP USER ''@'%'`; `mysql_secure_installation` does), "
            "never run with `skip-grant-tables` on a network, set `bind-address` to the addresses "
            "that clients use, and require TLS."
        ),
        references=(
            "https://dev.mysql.com/doc/refman/8.4/en/default-privileges.html",
            "https://mariadb.com/docs/server/clients-and-utilities/deployment-tools/mariadb-secure-installation",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its greeting, or by a refusal that comes in place of one."""
        said = mysql.greeting(front.data)
        if isinstance(said, Failure):
            return _named(said.text) if said.number in GREETS_WITH else None
        return _service(said.version)

    def assess(self, front: Answer) -> StreamDialogue:
        """Introduce ourselves as nobody; in a session, see what it lists, and leave."""
        service = self.identify(front) or Service("mysql")
        said = mysql.greeting(front.data)
        if isinstance(said, Failure):
            return _refused(service, said)
        answer = mysql.word((yield HELLO).data)
        if isinstance(answer, Continued) and answer.is_switch:
            answer = mysql.word((yield NOTHING).data)
        if isinstance(answer, Accepted):
            return (yield from _session(service))
        if isinstance(answer, Continued):
            because = "asks an unknown user for a password"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        return _refused(service, answer)


def _service(version: str) -> Service:
    if found := MARIADB.match(version):
        return Service("mariadb", found[1])
    if found := TIDB.search(version):
        return Service("tidb", found[1])
    plain = PLAIN.match(version)
    return Service("mysql", plain and versions.read(plain[0]))


def _named(text: str) -> Service:
    return Service("mariadb" if "MariaDB" in text else "mysql")


def _refused(service: Service, said: Failure) -> Outcome:
    if said.number == HOST_REFUSED:
        because = "no account is for our address; whether one elsewhere has a password is not told"
        return Assessment(access=Access.SHIELDED, service=service, because=because)
    if said.number in DENIED:
        because = "denies a session to an unknown user without a password"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if said.number in WANTS_TLS:
        because = "refuses us in clear text; what it asks for inside TLS is not told"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    if said.number == BLOCKED:
        why = "our address is blocked for earlier connection errors; do not scan it again"
        return Unknown(Silence.BUSY, why, service)
    if said.number in TOO_MANY:
        return Unknown(Silence.BUSY, "as many connections as it may have", service)
    return half_proof(service, f"refused with error {said.number}, which tells nothing of the door")


def _session(service: Service) -> StreamDialogue:
    """Prove the session from its second side, then list what it may see."""
    control = mysql.word((yield CONTROL).data)
    if not isinstance(control, Failure) or control.number != NO_SUCH_COMMAND:
        return half_proof(service, "the control, an unknown command, was not refused")
    who = mysql.rows((yield WHO).data)
    holdings, total = yield from _listed()
    with suppress(NoAnswer):
        yield QUIT
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"{_how(who)}: {_seen(holdings, total)}",
        proof=Proof(
            HELLO.name, "a session without a password", f"{CONTROL.name} was refused as unknown"
        ),
        holdings=holdings,
        holdings_total=total,
    )


def _seen(holdings: Sequence[Holding], total: int | None) -> str:
    """Say how many tables were listed; a count that stayed silent is not none."""
    if total is not None:
        return f"{total} tables listed"
    return f"at least {len(holdings)} tables listed" if holdings else "its tables were not listed"


def _how(who: Sequence[Row] | None) -> str:
    """Tell by the account that the session has: `@`, or `@` and a host."""
    account = who[0][0] if who and who[0] else None
    if account == "@":
        return "runs with skip-grant-tables, so everybody is everything"
    if account and account.startswith("@"):
        return "an anonymous account lets any user name in"
    return "lets an unknown user in without a password"


def _listed() -> Generator[StreamAsk, Answer, tuple[tuple[Holding, ...], int | None]]:
    """List tables and columns. The proof stands already: a silence costs only the rest."""
    holdings, total = tuple[Holding, ...](), None
    with suppress(NoAnswer, Garbled):
        counted = mysql.rows((yield COUNT).data)
        total = _number(counted[0][0]) if counted and counted[0] else None
        tables = mysql.rows((yield TABLES).data) or ()
        holdings = _holdings(tables, {})
        columns = mysql.rows((yield COLUMNS).data) or ()
        holdings = _holdings(tables, _fields(columns))
    return holdings, total


def _fields(columns: Sequence[Row]) -> dict[str, list[str]]:
    fields = defaultdict[str, list[str]](list)
    for row in columns:
        if len(row) == 3 and row[2]:  # noqa: PLR2004 - schema, table, column
            fields[f"{row[0]}.{row[1]}"].append(row[2])
    return fields


def _holdings(tables: Sequence[Row], fields: dict[str, list[str]]) -> tuple[Holding, ...]:
    return tuple(
        Holding(
            name=(name := f"{row[0]}.{row[1]}"),
            kind="table",
            records=_number(row[2]) or None,  # an estimate: its zero says nothing
            bytes=_number(row[3]),
            created=_moment(row[4]),
            fields=bounded(schema_names(fields.get(name, ()))),
        )
        for row in tables[:MAX_HOLDINGS]
        if len(row) == 5  # noqa: PLR2004 - the five columns of the statement
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None


def _moment(text: str | None) -> datetime | None:
    """Read seconds since 1970, perhaps with a fraction."""
    seconds = _number((text or "").partition(".")[0])
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < 1 << 33 else None
