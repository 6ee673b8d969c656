"""A family's own small Java, compiled against its jars."""

from tests.lab.clients.call import NotInstalled, call, is_current, mark_current
from tests.lab.clients.listed import listed
from tests.lab.layout import Family, java_home

RELEASE = "17"  # the newest that every machine of ours has a runtime for


def compile_own(family: Family) -> str:
    """Compile every source that packages.toml names."""
    sources = [family.sources / name for name in listed(family).java]
    if is_current(family.classes, *sources):
        return "ready"
    family.classes.mkdir(parents=True, exist_ok=True)
    where = ("-cp", f"{family.jars}/*", "-d", str(family.classes))
    call("javac", "--release", RELEASE, *where, *sources)
    mark_current(family.classes, *sources)
    return "new"


def runtime(release: int) -> str:
    """Look for a Java of this feature release; none is brought but the one in a wheel."""
    if java_home(release) is None:
        raise NotInstalled("no such runtime under /usr/lib/jvm, JAVA_HOME or the lab's own wheel")
    return "ready"
