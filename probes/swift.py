"""OpenStack Swift: an object store whose proxy wants a token."""

from scanner import verdict
from scanner.model import Access, Assessment, Outcome, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED
from scanner.wire import Garbled, versions

#: What the proxy can do, which it tells to anyone.
INFO = Get("/info")
ACCOUNT = Get("/v1/AUTH_ronde-no-such-account")

#: How both of Swift's own layers of authentication refuse.
REALM = "Swift realm="


class Swift:
    """A proxy is locked when it refuses an account; containers may be public all the same."""

    about = About(
        name="swift",
        title="Swift hands out accounts without a token",
        ports=frozenset({8080}),
        front=INFO,
        asks=(INFO, ACCOUNT),
        proves="nothing: what is public is read by its name, and names are not guessed",
        cwe=306,
        remedy=(
            "Keep `keystoneauth` or `tempauth` in the proxy's pipeline, take `.r:*` out of the "
            "read lists of containers, and keep 6200 to 6202 on the storage network."
        ),
        references=("https://docs.openstack.org/swift/latest/overview_acl.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise what the proxy tells of itself."""
        try:
            told = front.json()["swift"]
            told["max_file_size"].integer()
            known = front.status == OK
            return Service("swift", versions.read(told["version"].text())) if known else None
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for an account that cannot exist: who asks for a token asks for it there, too."""
        service = self.identify(front) or Service("swift")
        return _settled(service, (yield ACCOUNT))


def _settled(service: Service, page: Page) -> Outcome:
    if page.status in REFUSED and page.headers.get("www-authenticate", "").startswith(REALM):
        return verdict.locked(service, ACCOUNT, page)
    because = f"{ACCOUNT.name} answered {page.status}, and wanted no token"
    return Assessment(access=Access.IDENTIFIED, service=service, because=because)
