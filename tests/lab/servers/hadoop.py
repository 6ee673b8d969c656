"""Hadoop's name node and resource manager, as its own mini clusters start them: no Kerberos."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.lab.layout import Family, java_home
from tests.lab.namespace import only_loopback
from tests.lab.servers.process import CANARY, NotStarted, NotYet, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("hadoop")
JAVA = 17

_PATIENCE = 90.0  # 8 s alone; other servers share the two cores


@contextmanager
def name_node(*, canary: str = CANARY) -> Iterator[Running]:
    """HDFS with one data node and one file."""
    with place("hdfs") as at:
        bean = "/jmx?get=Hadoop:service=NameNode,name=NameNodeInfo::SoftwareVersion"
        with _cluster(
            at,
            "hdfs",
            canary,
            version=lambda: (
                _filled(at) or str(page(at, bean).json()["beans"][0]["SoftwareVersion"])
            ),
            state=lambda _: _held(at),
        ) as server:
            yield server


def _held(at: Place) -> object:
    """Tell length and last reading; the last writing is set once more when the file is closed."""
    status = page(at, "/webhdfs/v1/faxes/1?op=GETFILESTATUS").json()["FileStatus"]
    return status["length"], status["accessTime"]


def _filled(at: Place) -> str:
    """Wait until the one file is written and closed; there is nothing to say about it."""
    status = page(at, "/webhdfs/v1/faxes/1?op=GETFILESTATUS", ready={200}).json()
    if not status["FileStatus"]["length"]:
        raise NotYet("the file is being written")
    return ""


@contextmanager
def resource_manager(*, canary: str = CANARY) -> Iterator[Running]:
    """YARN without a node; some of its ports are the machine's own, so it needs a namespace."""
    with place("yarn") as at:
        if not only_loopback():
            raise NotStarted(at.name, "binds the host's name; run below tests/lab/namespace.py")
        with _cluster(
            at,
            "yarn",
            canary,
            version=lambda: str(page(at, "/ws/v1/cluster/info").json()["hadoopVersion"]),
            state=lambda _: page(at, "/ws/v1/cluster/metrics").json()["appsSubmitted"],
        ) as server:
            yield server


@contextmanager
def _cluster(
    at: Place,
    which: str,
    canary: str,
    *,
    version: Callable[[], str],
    state: Callable[[Running], object],
) -> Iterator[Running]:
    java = java_home(JAVA)
    if java is None:
        raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
    require(FAMILY.classes / "HadoopCluster.class", at.name, "hadoop-client-minicluster")
    argv = (
        *(str(java / "bin" / "java"), "-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        *("-cp", f"{FAMILY.jars}/*:{FAMILY.classes}", "HadoopCluster"),
        *(which, str(at.home), str(at.port), canary),
    )
    with standing(
        at,
        Program(argv, patience=_PATIENCE),
        probe=which,
        version=lambda: _patiently(version),
        fill=lambda: None,
        state=state,
    ) as server:
        yield server


def _patiently(version: Callable[[], str]) -> str:
    try:
        return version()
    except KeyError as missing:
        raise NotYet(f"no {missing} yet") from missing
