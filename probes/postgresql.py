"""PostgreSQL and what speaks like it: whether a stranger is let in without being asked."""

from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import HANG_UP, About, Answer, Exchange, NoAnswer, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import postgres, versions
from scanner.wire.postgres import Failure, Welcome

#: Thirteen settings take 400 bytes; poolers and forks send a few more.
MAX_REPLY = 64 << 10

#: No role and no database of this name exists; should one, we leave at once.
NOBODY = "ronde-no-such-role"

#: A major version of the protocol that will not exist.
NO_VERSION = 255 << 16

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
TERMINATE = bytes.fromhex("5800000004")

START = Exchange(
    name=f"StartupMessage user={NOBODY}",
    encode=lambda: postgres.startup(postgres.PROTOCOL_3, user=NOBODY, database=NOBODY),
    framing=postgres.frame,
    max_bytes=MAX_REPLY,
)
CONTROL = Exchange(
    name="StartupMessage protocol=255.0",
    encode=lambda: postgres.startup(NO_VERSION, user=NOBODY),
    framing=postgres.frame,
    max_bytes=MAX_REPLY,
)
SSL = Exchange(
    name="SSLRequest", encode=lambda: SSL_REQUEST, framing=postgres.frame_ssl, max_bytes=16
)
LEAVE = Exchange(
    name="Terminate", encode=lambda: TERMINATE, framing=postgres.frame, max_bytes=MAX_REPLY
)

#: SQLSTATE codes [errcodes-appendix].
NOT_AUTHORIZED = "28000"
NO_DATABASE = "3D000"
NOT_SUPPORTED = "0A000"

#: Classes "insufficient resources" and "operator intervention": full, starting, shutting down.
AWAY = ("53", "57")

#: Every translation of the two refusals names the file, and of the third the service.
BY_ADDRESS = "pg_hba.conf"
BY_IDENT = "Ident"

#: The methods that `R` may ask for, for the reason of a verdict.
METHODS = {3: "a password in clear text", 5: "an MD5 password", 7: "GSSAPI", 9: "SSPI", 10: "SCRAM"}


class Postgresql:
    """A server is open when it lets a role in, unasked, before it looks whether there is one."""

    about = About(
        name="postgresql",
        title="PostgreSQL lets anyone in without a password",
        ports=frozenset({5432, 5433, 6432, 26257}),
        front=START,
        asks=(START, CONTROL, SSL, LEAVE, HANG_UP),
        proves="a role that cannot exist is let in, and a protocol that cannot exist is refused",
        cwe=306,
        remedy=(
            "Replace `trust` in pg_hba.conf by `scram-sha-256`, narrow its address column to the "
            "clients that need it, reload, and set `listen_addresses` to the addresses that they "
            "use. Treat every database of the server as read and changed."
        ),
        references=(
            "https://www.postgresql.org/docs/current/auth-trust.html",
            "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
        ),
        runs_code=True,  # `COPY … PROGRAM`, for whoever calls himself a superuser
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by any of its answers; a session names its version."""
        return _service(postgres.decode(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Judge how the role was met; before `open` is said, see a refusal from a second side."""
        welcome = postgres.decode(front.data)
        service = _service(welcome)
        if welcome.method == 0:
            return (yield from _let_in(service, welcome))
        if welcome.method is not None:
            return _locked(service, welcome.method)
        refusal = _refusal(welcome.failure)
        if BY_ADDRESS in refusal:
            return (yield from _turned_away(service))
        if BY_IDENT in refusal:
            because = "asks the ident service of our host who we are"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        return _not_told(service, welcome.failure)


def _service(welcome: Welcome) -> Service:
    settings = welcome.settings
    is_cockroach = "crdb_version" in settings
    version = settings.get("server_version", "").partition(" ")[0]
    if is_cockroach:
        version = versions.found_in(settings["crdb_version"], " v") or ""
    return Service("cockroachdb" if is_cockroach else "postgresql", versions.read(version))


def _refusal(failure: Failure | None) -> str:
    """Give the text of a refusal that names who was refused; "" where it is another error."""
    return failure.text if failure and failure.code == NOT_AUTHORIZED else ""


def _locked(service: Service, method: int) -> Assessment:
    because = f"asks an unknown role for {METHODS.get(method, 'a credential')}"
    return Assessment(access=Access.LOCKED, service=service, because=because)


def _let_in(service: Service, welcome: Welcome) -> StreamDialogue:
    """Prove a start that asked for nothing: by how it ended, and by a start that cannot succeed."""
    if welcome.is_ready:
        with suppress(NoAnswer):
            yield LEAVE
    elif not welcome.failure or welcome.failure.code not in {NOT_AUTHORIZED, NO_DATABASE}:
        return _not_told(service, welcome.failure)
    yield HANG_UP
    control = postgres.decode((yield CONTROL).data)
    if control.method is not None or control.failure is None:
        return half_proof(service, "a protocol that cannot exist was not refused")
    if control.failure.code != NOT_SUPPORTED:
        return half_proof(service, "a protocol that cannot exist was refused with another code")
    return Assessment(
        access=Access.OPEN,
        service=service,
        because="lets an unknown role in from our address and asks for nothing",
        proof=Proof(
            START.name,
            "AuthenticationOk, before the role was looked up",
            f"{CONTROL.name} was refused with SQLSTATE {NOT_SUPPORTED}",
        ),
        # No session, so nothing is listed: this stands for whatever the server holds.
        holdings=(Holding(name="all databases", kind="cluster"),),
    )


def _turned_away(service: Service) -> StreamDialogue:
    """Tell a list of addresses from a server that merely wants TLS, which is not spoken here."""
    yield HANG_UP
    offered = (yield SSL).data
    if offered == b"S":
        because = "refuses us in clear text; what it asks for inside TLS is not told"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    because = "only the addresses in pg_hba.conf keep us out; what it asks of others is not told"
    return Assessment(access=Access.SHIELDED, service=service, because=because)


def _not_told(service: Service, failure: Failure | None) -> Outcome:
    if failure and failure.code.startswith(AWAY):
        return Unknown(Silence.BUSY, "the server is there, but takes nobody now", service)
    code = failure.code if failure else "none"
    return half_proof(service, f"refused before it asked for a credential, SQLSTATE {code}")
