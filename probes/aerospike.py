"""Aerospike: which namespaces and sets a stranger can list. Users are an enterprise feature."""

from functools import partial

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, aerospike, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The server itself allows 31 characters for a namespace and 63 for a set.
MAX_NAME = 127

#: No server has more: 32 namespaces with 4,095 sets each fill a reply many times over.
MAX_ROWS = 20_000

#: "Not authenticated".
NOBODY = 80

#: What is said of the sets of a namespace that is not there.
MISSING = "ns_type=unknown"


def _ask(command: str) -> Exchange:
    return Exchange(
        name=command,
        encode=partial(bytes, aerospike.request(command)),
        framing=aerospike.frame,
        max_bytes=aerospike.MAX_REPLY,
    )


BUILD = _ask("build")
NAMESPACES = _ask("namespaces")
SETS = _ask("sets")
CONTROL = _ask("sets/ronde-no-such-namespace")


class Aerospike:
    """A server is open when it lists its namespaces, and knows one that it has not for missing."""

    about = About(
        name="aerospike",
        title="Aerospike hands its records to anyone",
        ports=frozenset({3000}),
        tls_ports=frozenset({4333}),
        front=BUILD,
        asks=(BUILD, NAMESPACES, SETS, CONTROL),
        proves="the namespaces are listed, and one that cannot exist is said to be unknown",
        cwe=306,
        remedy=(
            "Enterprise: a `security` section in aerospike.conf, then another password for `admin`."
            " Community has no users: bind `service` to a network of its clients alone."
        ),
        references=("https://aerospike.com/docs/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a version, or the refusal of a server that has users."""
        told = aerospike.value(front.data, BUILD.name)
        version = versions.read(told)
        is_known = version is not None or aerospike.error(told) == NOBODY
        return Service("aerospike", version) if is_known else None

    def assess(self, front: Answer) -> StreamDialogue:
        """List namespaces and sets; see what is said of a namespace that cannot exist."""
        service = self.identify(front) or Service("aerospike")
        told = aerospike.value((yield NAMESPACES).data, NAMESPACES.name)
        if aerospike.error(told) == NOBODY:
            because = f"{NAMESPACES.name} was refused: not authenticated"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        names = [name[:MAX_NAME] for name in _rows(told) if name]
        if not names or told.startswith("ERROR:"):
            return half_proof(service, f"{NAMESPACES.name} were not listed")
        sets = aerospike.value((yield SETS).data, SETS.name)
        if aerospike.value((yield CONTROL).data, CONTROL.name) != MISSING:
            return half_proof(service, f"the control {CONTROL.name} was not unknown")
        holdings = _holdings(names, sets)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its namespaces to anyone: {len(names)}",
            proof=Proof(
                NAMESPACES.name,
                f"{len(names)} namespaces listed",
                f"{CONTROL.name} was said to be unknown",
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _holdings(names: list[str], sets: str) -> list[Holding]:
    """Put the sets, with their counts, behind the namespaces; what is no set is left out."""
    known = frozenset(names)
    rows = map(_members, _rows(sets))
    found = [_set(row) for row in rows if row.get("ns") in known and row.get("set")]
    return [*(Holding(name=name, kind="namespace") for name in names), *found]


def _rows(told: str) -> list[str]:
    """Cut a listing into its rows.

    Raises:
        Garbled: there are more than a server can have.
    """
    if told.count(";") > MAX_ROWS:
        raise Garbled(f"a listing of more than {MAX_ROWS} rows")
    return told.split(";")


def _members(row: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in row.split(":") if "=" in pair)


def _set(row: dict[str, str]) -> Holding:
    """Read one set; its bytes have one name since 7.0, and are not looked for before."""
    return Holding(
        name=f"{row['ns']}.{row['set']}"[:MAX_NAME],
        kind="set",
        records=counts.read(Json(row.get("objects"))),
        bytes=counts.read(Json(row.get("data_used_bytes"))),
    )
