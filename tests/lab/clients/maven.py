"""A family's files from Maven Central, all in one call, each by the hash that maven.lock gives it.

A line of maven.lock is `SHA256  GROUP:NAME:VERSION:TYPE[:CLASSIFIER]`. Archives (`zip`, `tar.gz`)
are unpacked into a folder each below `servers/`; all else goes to `jars/`.
"""

import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tests.lab.clients.call import NotInstalled, call, is_current, mark_current, sha256
from tests.lab.layout import LAB, Family

DOWNLOADS = LAB / "artifacts"  # archives as they came: unpacked again when that was interrupted
ARCHIVES = ("zip", "tar.gz")

_TAGS = ("groupId", "artifactId", "version", "type", "classifier")
_POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>lab</groupId><artifactId>lab</artifactId><version>1</version><packaging>pom</packaging>
  <build><plugins><plugin>
    <artifactId>maven-dependency-plugin</artifactId>
    <configuration><artifactItems>{items}</artifactItems></configuration>
  </plugin></plugins></build>
</project>
"""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of Maven Central and the only content that is accepted for it."""

    sha256: str
    coordinates: tuple[str, ...]

    @property
    def stem(self) -> str:
        """`elasticsearch-8.19.4`: the file's name without its ending."""
        _, name, version, _, *classifier = self.coordinates
        return "-".join((name, version, *classifier))

    @property
    def kind(self) -> str:
        """`zip`, `jar`, …: the ending of its name."""
        return self.coordinates[3]

    def file(self, family: Family) -> Path:
        """Where the download is kept."""
        folder = DOWNLOADS if self.kind in ARCHIVES else family.jars
        return folder / f"{self.stem}.{self.kind}"


def install(family: Family) -> str:
    """Bring what maven.lock lists and nothing else."""
    lock = family.sources / "maven.lock"
    if is_current(family.jars, lock):
        return "ready"
    wanted = tuple(artifacts(lock.read_text()))
    family.jars.mkdir(parents=True, exist_ok=True)
    _drop(family.jars, {one.file(family) for one in wanted})
    _fetch(family, [one for one in wanted if not _has_content(one, family)])
    for one in wanted:
        if one.kind in ARCHIVES:
            _unpack(one.file(family), family.servers / one.stem)
    mark_current(family.jars, lock)
    return "new"


def artifacts(lock: str) -> Iterator[Artifact]:
    """Read each line of a maven.lock.

    Raises:
        NotInstalled: a line is not of that form; names its number.
    """
    for number, line in enumerate(lock.splitlines(), start=1):
        digest, _, rest = line.partition("  ")
        coordinates = tuple(rest.split(":"))
        if len(digest) != 64 or len(coordinates) not in (4, 5):
            raise NotInstalled(f"maven.lock, line {number}: no hash and coordinates")
        yield Artifact(digest, coordinates)


def _drop(folder: Path, kept: set[Path]) -> None:
    """A jar that is listed no more would still be on the class path."""
    for file in folder.iterdir():
        if file not in kept:
            file.unlink()


def _fetch(family: Family, missing: Sequence[Artifact]) -> None:
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        pom = Path(folder) / "pom.xml"
        pom.write_text(_POM.format(items="".join(_item(one, family) for one in missing)))
        call("mvn", "-q", "-B", "-f", pom, "dependency:copy")
    wrong = [one for one in missing if not _has_content(one, family)]
    for one in wrong:
        one.file(family).unlink(missing_ok=True)
    if wrong:
        names = ", ".join(one.stem for one in wrong)
        raise NotInstalled(f"not the content that maven.lock promises: {names}")


def _item(one: Artifact, family: Family) -> str:
    file = one.file(family)
    fields = dict(zip(_TAGS, one.coordinates, strict=False))
    fields |= {"outputDirectory": str(file.parent), "destFileName": file.name}
    inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in fields.items())
    return f"<artifactItem>{inner}</artifactItem>"


def _has_content(one: Artifact, family: Family) -> bool:
    file = one.file(family)
    return file.exists() and sha256(file) == one.sha256


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack into `folder`, without the archive's own top folder where it has just one."""
    if is_current(folder, archive):
        return
    shutil.rmtree(folder, ignore_errors=True)
    fresh = folder.with_name(f".{folder.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as content:
            content.extractall(fresh)  # noqa: S202  # its hash is the one we wrote down
    else:
        with tarfile.open(archive) as content:
            content.extractall(fresh, filter="data")
    inside = list(fresh.iterdir())
    whole = inside[0] if len(inside) == 1 and inside[0].is_dir() else fresh
    whole.rename(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    for program in folder.glob("bin/*"):
        program.chmod(0o755)
    mark_current(folder, archive)
