"""HDFS over WebHDFS and HttpFS: whether a stranger can walk the file system."""

import re
from collections.abc import Generator
from contextlib import suppress

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED, half_proof, locked, not_ours, path
from scanner.wire import Garbled, versions

ROOT = Get("/webhdfs/v1/?op=GETFILESTATUS")
CONTROL = Get("/webhdfs/v1/ronde-no-such-directory?op=GETFILESTATUS")
VERSION = Get("/jmx?get=Hadoop:service=NameNode,name=NameNodeInfo::SoftwareVersion")
CLUSTER = Get("/jmx?get=Hadoop:service=NameNode,name=NameNodeInfo::ClusterId")
STATE = Get("/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState")

SERVICE = Service("hdfs")

#: Every refusal of WebHDFS names the exception of the name node that made it.
MISSING = "FileNotFoundException"
STANDBY = "StandbyException"
ANONYMOUS = "Anonymous requests are disallowed"

#: The cookie that Hadoop's own filter sets while it refuses (`AuthenticationFilter.java`).
COOKIE = "hadoop.auth="

CLUSTER_ID = re.compile(r"CID-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Hdfs:
    """A name node is open when it shows its root and refuses a path that cannot exist."""

    about = About(
        name="hdfs",
        title="HDFS lets anyone walk its files",
        ports=frozenset({9870, 14000, 50070}),
        tls_ports=frozenset({9871, 50470}),
        front=ROOT,
        asks=(ROOT, CONTROL, VERSION, CLUSTER, STATE),
        proves="the root directory is shown, and a path that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Switch Kerberos on (`hadoop.security.authentication: kerberos`, "
            "`dfs.web.authentication.kerberos.principal`, `dfs.permissions.enabled`), and let "
            "only the cluster and its clients reach the name nodes and the data nodes."
        ),
        references=(
            "https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-common/SecureMode.html",
            "https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the status of the root or an exception; a bare refusal is a candidate."""
        known = _is_root(front) or _exception(front)[0] or front.status in REFUSED
        return SERVICE if known else None

    def assess(self, front: Page) -> HttpDialogue:
        """The front page is one half; then ask for a path that cannot exist."""
        if not _is_root(front):
            return _refused(front)
        control = yield CONTROL
        kind, _ = _exception(control)
        if control.status != NOT_FOUND or kind != MISSING:
            return half_proof(SERVICE, f"the control {path(CONTROL)} was not refused by name")
        service = yield from _introduced()
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="shows its root directory to callers without credentials",
            proof=Proof(
                path(ROOT),
                "the status of the root directory",
                f"{path(CONTROL)} answered {NOT_FOUND} with {MISSING}",
            ),
            holdings=((yield from _weighed()),),
            holdings_total=1,
        )


def _is_root(page: Page) -> bool:
    try:
        status = page.json()["FileStatus"]
        return page.status == OK and status["type"].text() == "DIRECTORY"
    except Garbled:
        return False


def _exception(page: Page) -> tuple[str, str]:
    """Read the exception and its message, or two empty words."""
    try:
        told = page.json()["RemoteException"]
        return told["exception"].text(), told["message"].text()
    except Garbled:
        return "", ""


def _refused(front: Page) -> Outcome:
    """Tell the states of a name node that does not show its root."""
    kind, message = _exception(front)
    if kind == STANDBY:
        return Unknown(Silence.BUSY, "a standby, which shows nothing to anybody", SERVICE)
    if front.status in REFUSED and ANONYMOUS in message:
        because = "takes any user's name without a proof of it, and none was named"
        return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)
    is_ours = bool(kind) or COOKIE in front.headers.get("set-cookie", "")
    if front.status in REFUSED:
        return locked(SERVICE, ROOT, front) if is_ours else not_ours(ROOT, front)
    return half_proof(SERVICE, f"{path(ROOT)} answered {front.status} with an exception")


def _introduced() -> Generator[Get, Page, Service]:
    """Add the version and the cluster's own name, where they are told."""
    with suppress(NoAnswer, Garbled):
        version = versions.read(_bean((yield VERSION))["SoftwareVersion"].value)
        cluster = _bean((yield CLUSTER))["ClusterId"].text()
        return Service("hdfs", version, cluster if CLUSTER_ID.fullmatch(cluster) else None)
    return SERVICE


def _weighed() -> Generator[Get, Page, Holding]:
    """Count the files. Their names are data: none is asked for."""
    with suppress(NoAnswer, Garbled):
        state = _bean((yield STATE))
        files, used = state["FilesTotal"].integer(), state["CapacityUsed"].integer()
        return Holding(name="/", kind="file system", records=files, bytes=used)
    return Holding(name="/", kind="file system")


def _bean(page: Page) -> Json:
    """Open the one bean that was asked for.

    Raises:
        Garbled: it is not there.
    """
    for bean in page.json()["beans"].elements():
        return bean
    raise Garbled("no bean of that name")
