"""Graylog: a log server, which always wants a login."""

from scanner import verdict
from scanner.model import Outcome, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK
from scanner.wire import Garbled, versions

#: What the API says of itself to anyone.
ROOT = Get("/api/")
SYSTEM = Get("/api/system")

TAGLINE = "Manage your logs in the dark and have lasers going"


class Graylog:
    """It is recognised, so that what stands behind it is looked for; its own door has a lock."""

    about = About(
        name="graylog",
        title="Graylog answers without a login",
        ports=frozenset({9000}),
        tls_ports=frozenset({9000}),
        front=ROOT,
        asks=(ROOT, SYSTEM),
        proves="nothing: no version of it can be told to do without a login",
        cwe=306,
        remedy=(
            "Serve it in TLS, let only its users reach the port, and see to the Elasticsearch "
            "or OpenSearch and the MongoDB behind it: they hold what it shows."
        ),
        references=("https://go2docs.graylog.org/current/setting_up_graylog/secured.htm",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the tagline, which is public."""
        try:
            told = front.json()
            if front.status != OK or not told["tagline"].text().startswith(TAGLINE):
                return None
            return Service("graylog", versions.read(told["version"].value))
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """See that the system's page is refused."""
        service = self.identify(front) or Service("graylog")
        return _settled(service, (yield SYSTEM))


def _settled(service: Service, page: Page) -> Outcome:
    if page.status == OK:
        return verdict.half_proof(service, f"{SYSTEM.name} was answered, and no control is known")
    return verdict.not_answered(service, SYSTEM, page)
