"""LDAP directories: whether a stranger reads the entries below their public root."""

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import ldap, versions
from scanner.wire.ldap import Found

#: The root entry with the attributes that we ask for; 2,000 contexts take 100 KiB.
MAX_REPLY = 256 << 10

#: What one conversation reads; servers have one to five contexts.
MAX_READ = 20

#: Longer names of a context are nobody's.
MAX_NAME = 512

_ABOUT_ITSELF = (
    "objectClass",
    "namingContexts",
    "vendorName",
    "vendorVersion",
    "forestFunctionality",
)

ROOT = Exchange(
    name="search of the root entry",
    encode=lambda: ldap.search(1, "", *_ABOUT_ITSELF),
    framing=ldap.frame,
    max_bytes=MAX_REPLY,
)
CONTEXT = Exchange(
    name="search of a naming context, attributes 1.1",
    encode=lambda base: ldap.search(2, base, ldap.NO_ATTRIBUTES),
    framing=ldap.frame,
    max_bytes=MAX_REPLY,
)
CONTROL = Exchange(
    name="search of cn=ronde-no-such-entry in it, attributes 1.1",
    encode=lambda base: ldap.search(3, f"cn=ronde-no-such-entry,{base}", ldap.NO_ATTRIBUTES),
    framing=ldap.frame,
    max_bytes=MAX_REPLY,
)

#: Result codes [RFC 4511, appendix A].
SUCCESS = 0
OPERATIONS_ERROR = 1  # how Active Directory says that a bind comes first
CONFIDENTIALITY_REQUIRED = 13
NO_SUCH_OBJECT = 32
REFUSALS = frozenset({OPERATIONS_ERROR, 8, 48, 49, 50, 53})
AWAY = frozenset({3, 51, 52})


class Ldap:
    """A directory is open when a naming context is read and an entry that cannot exist is not."""

    about = About(
        name="ldap",
        title="An LDAP directory is read without a bind",
        ports=frozenset({389, 3268}),
        tls_ports=frozenset({636, 3269}),
        front=ROOT,
        asks=(ROOT, CONTEXT, CONTROL),
        proves="the entry of a naming context is read, and one that cannot exist is not there",
        cwe=306,
        remedy=(
            "Let anonymous callers read nothing but the root entry: on OpenLDAP `require authc` "
            "and `disallow bind_anon`, and access rules that end in `by * none`; on 389 Directory "
            "Server `nsslapd-allow-anonymous-access: rootdse`; on Active Directory take the "
            "seventh character of `dsHeuristics` back to 0."
        ),
        references=(
            "https://www.rfc-editor.org/rfc/rfc4511",
            "https://www.openldap.org/doc/admin26/security.html",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a directory by any answer to a search; the root entry names some products."""
        return _service(ldap.decode(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Read each naming context's own entry, without attributes; then one that is not there."""
        root = ldap.decode(front.data)
        service = _service(root)
        if outcome := _settled(service, root):
            return outcome
        contexts = [one for one in root.attributes.get("namingcontexts", ()) if _is_name(one)]
        if not contexts:
            because = "its root entry names no context to us"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        return (yield from _read(service, contexts))


def _service(root: Found) -> Service:
    attributes = root.attributes
    vendor = " ".join(attributes.get("vendorname", ())).lower()
    version = " ".join(attributes.get("vendorversion", ()))
    if "OpenLDAProotDSE" in attributes.get("objectclass", ()):
        return Service("openldap")
    if "forestfunctionality" in attributes:
        return Service("active-directory")
    if "389" in vendor:
        return Service("389-directory-server", versions.found_in(version, "/"))
    return Service("apacheds" if "apache" in vendor else "ldap")


def _settled(service: Service, root: Found) -> Outcome | None:
    """Give the verdict of an answer after which there is nothing to ask."""
    if root.code in REFUSALS:
        because = f"{ROOT.name} was refused with result {root.code}"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if root.code == CONFIDENTIALITY_REQUIRED:
        because = "refuses us in clear text; what it asks for inside TLS is not told"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    if root.code in AWAY:
        return Unknown(Silence.BUSY, f"{ROOT.name} answered result {root.code}", service)
    if root.code != SUCCESS:
        return half_proof(service, f"{ROOT.name} answered result {root.code}")
    return None


def _is_name(context: str) -> bool:
    """Leave out the root itself, which everybody may read, and what is no name."""
    return (
        "=" in context and len(context) <= MAX_NAME and "\N{REPLACEMENT CHARACTER}" not in context
    )


def _read(service: Service, contexts: list[str]) -> StreamDialogue:
    readable, wants_tls = list[str](), False
    for context in contexts[:MAX_READ]:
        found = ldap.decode((yield CONTEXT.fill(context)).data)
        wants_tls |= found.code == CONFIDENTIALITY_REQUIRED
        if found.is_entry and found.code == SUCCESS:
            readable.append(context)
    if not readable:
        return _hidden(service, wants_tls=wants_tls)
    control = ldap.decode((yield CONTROL.fill(readable[0])).data)
    if control.is_entry or control.code != NO_SUCH_OBJECT:
        return half_proof(service, "the control, an entry that cannot exist, was not missing")
    asked = min(len(contexts), MAX_READ)
    return Assessment(
        access=Access.OPEN if len(readable) == asked else Access.PARTIAL,
        service=service,
        because=f"{len(readable)} of {asked} naming contexts are read without a bind",
        proof=Proof(
            CONTEXT.name,
            "the entry was given, without attributes",
            f"{CONTROL.name} answered noSuchObject",
        ),
        holdings=tuple(Holding(name=name, kind="naming context") for name in readable),
        holdings_total=len(readable) if asked == len(contexts) else None,
    )


def _hidden(service: Service, *, wants_tls: bool) -> Assessment:
    if wants_tls:
        because = "refuses us in clear text; what it asks for inside TLS is not told"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    because = "none of its naming contexts is shown to a caller who has not bound"
    return Assessment(access=Access.LOCKED, service=service, because=because)
