"""An application of Spring Boot: its actuator as it ships, and with everything on offer."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import CANARY, LOOPBACK, NotStarted, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("spring")

_EVERYTHING = "-Dmanagement.endpoints.web.exposure.include=*"


@contextmanager
def spring(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """An application whose memory holds the canary."""
    with place("spring-boot", "locked" if locked else "open") as at:
        require(FAMILY.classes / "Practice.class", at.name, "its main class")
        java = java_home(17)
        if java is None:
            raise NotStarted(at.name, "needs Java 17, which is not on this machine")
        jvm = (java / "bin/java", "-Xmx96m", "-XX:TieredStopAtLevel=1")
        where = (f"-Dserver.address={LOOPBACK}", f"-Dserver.port={at.port}")
        offer = () if locked else (_EVERYTHING,)
        class_path = ("-cp", f"{FAMILY.classes}:{FAMILY.jars}/*")
        with standing(
            at,
            Program((*jvm, *where, *offer, *class_path, "Practice", canary), patience=60.0),
            probe="actuator",
            version=lambda: _version(at),
            fill=lambda: None,
            state=lambda _: page(at, "/actuator/health").json(),
        ) as server:
            yield server


def _version(at: Place) -> str:
    """Wait for it; the jar alone says which version it is."""
    page(at, "/actuator/health")
    jar = next(FAMILY.jars.glob("spring-boot-[0-9]*.jar"))
    return jar.stem.rpartition("-")[2]
