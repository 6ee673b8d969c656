"""HiveServer2's web page: whether a stranger gets behind it. No statement of anybody is read."""

import re

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, half_proof, path
from scanner.wire import Garbled

#: One measurement, and one that cannot exist: the whole of `/jmx` tells paths and settings.
MEASURED = Get("/jmx?get=java.lang:type=Runtime::StartTime")
CONTROL = Get("/jmx?get=java.lang:type=Runtime::RondeNoSuchAttribute")

#: All that stands at `/` (`index.html`, since 2.0): the way to the page.
REFRESH = re.compile(rb'(?i)<meta\s+http-equiv="refresh"\s+content="0;\s*url=/hiveserver2\.jsp"')

#: How the server says that it has no such measurement (`JMXJsonServlet.java`).
MISSING = "No attribute with name RondeNoSuchAttribute was found."

SERVICE = Service("hive")


class HiveWeb:
    """A page is a partial door: it tells users, statements and settings, and takes no statement."""

    about = About(
        name="hiveweb",
        title="The web page of HiveServer2 tells users and statements to anyone",
        ports=frozenset({10002}),
        front=FRONT,
        asks=(FRONT, MEASURED, CONTROL),
        proves="a measurement is told, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Demand a log-in (`hive.server2.webui.use.spnego` or `hive.server2.webui.use.pam`) "
            "over TLS (`hive.server2.webui.use.ssl`), bind the page to loopback "
            "(`hive.server2.webui.host`), or switch it off (`hive.server2.webui.port: 0`)."
        ),
        references=("https://cwiki.apache.org/confluence/display/Hive/Setting+Up+HiveServer2",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page that leads on to the server's own."""
        return SERVICE if front.status == OK and REFRESH.search(front.body) else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - its page says nothing more
        """Ask for one measurement, then for one that cannot exist.

        A refusal of the measurement locks no door: it may be for administrators alone
        (`HttpServer.java`), while the pages beside it are for everybody.
        """
        measured = yield MEASURED
        if measured.status != OK:
            return half_proof(SERVICE, f"{path(MEASURED)} answered {measured.status}")
        _bean(measured)["StartTime"].integer()
        if not _is_missing((yield CONTROL)):
            return half_proof(SERVICE, f"the control {path(CONTROL)} was not refused in its words")
        return Assessment(
            access=Access.PARTIAL,
            service=SERVICE,
            because="tells its measurements to anyone; users and statements stand beside them",
            proof=Proof(
                MEASURED.name,
                "the time of its start",
                "a measurement that cannot exist was refused by name",
            ),
        )


def _is_missing(page: Page) -> bool:
    """Read the refusal; its status is 404 or, once the page was on its way, 200."""
    try:
        return _bean(page)["message"].text() == MISSING
    except Garbled:
        return False


def _bean(page: Page) -> Json:
    """Open the one bean that was asked for.

    Raises:
        Garbled: it is not there, or is another.
    """
    for bean in page.json()["beans"].elements():
        if bean["name"].text() == "java.lang:type=Runtime":
            return bean
    raise Garbled("no bean of that name")
