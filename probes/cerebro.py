"""Cerebro: whether its console of Elasticsearch lets a stranger in without a log-in."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof
from scanner.wire import Garbled

#: The clusters that were prepared for its visitors, by name.
HOSTS = Get("/connect/hosts")
CONTROL = Get("/connect/ronde-no-such-page")

#: A log-in that is missing is told inside an answer that succeeds [AuthAction.scala].
SEE_OTHER = 303

#: The page of the framework for a path that leads nowhere.
NO_ACTION = "Action Not Found"

#: The members of every answer.
FORM = {"status", "body"}

SERVICE = Service("cerebro")


class Cerebro:
    """A console is open when it tells its clusters to nobody and misses a page in its own way."""

    about = About(
        name="cerebro",
        title="Cerebro lets anyone into its clusters of Elasticsearch",
        ports=frozenset({9000}),
        front=HOSTS,
        asks=(HOSTS, CONTROL),
        proves="the clusters are told without a log-in, and a page that cannot exist is missed",
        cwe=306,
        remedy=(
            "Set `auth` to `basic` or `ldap` in application.conf, and let only administrators "
            "reach the page: it sends whatever a visitor writes, to whatever host he names, with "
            "the accounts of its configuration."
        ),
        references=("https://github.com/lmenezes/cerebro#authentication",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the answer by its form: a status of its own beside a body."""
        try:
            told = front.json()
            known = _is_list(told) or told["status"].integer() == SEE_OTHER
            whole = front.status == OK and {name for name, _ in told.items()} == FORM
        except Garbled:
            return None
        return SERVICE if whole and known else None

    def assess(self, front: Page) -> HttpDialogue:
        """The front is the list, or sends its reader to the log-in."""
        told = front.json()
        if not _is_list(told):
            yield from ()
            return Assessment(access=Access.LOCKED, service=SERVICE, because="asks for a log-in")
        count = len(told["body"])
        control = yield CONTROL
        if control.status != NOT_FOUND or control.title != NO_ACTION:
            return half_proof(SERVICE, f"the control {CONTROL.name} was not missed in its way")
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because=f"lets anyone in without a log-in; clusters prepared for him: {count}",
            proof=Proof(
                HOSTS.name,
                f"{count} names of clusters told",
                f"{CONTROL.name} answered {NOT_FOUND} in the words of its framework",
            ),
        )


def _is_list(told: Json) -> bool:
    """Tell whether names were told, and not the way to the log-in.

    Raises:
        Garbled: it is no answer of this console.
    """
    if told["status"].integer() != OK:
        return False
    for name in told["body"].elements():
        name.text()
    return True
