"""What holds of every family's files before anything is installed or started."""

import json
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.clients.call import NotInstalled
from tests.lab.clients.listed import Listed, listed
from tests.lab.clients.maven import Artifact, artifacts
from tests.lab.layout import PACKAGES, Family, families
from tests.lab.page import section
from tests.lab.verdict import FOUND, QUIET, Group, merged
from tests.lab.verdicts import FAMILIES

HEADER = "| server | version | verdict | because | control |"
LOCKS = sorted(PACKAGES.glob("*/maven.lock"))
WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-", min_size=1)
ARTIFACTS = st.builds(
    Artifact,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.lists(WORD, min_size=4, max_size=5).map(tuple),
)


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_what_a_family_lists_is_there(family: Family) -> None:
    """Its own sources, and the sums of every Go module; a word that is not known is refused."""
    wanted = listed(family)
    pins = [family.sources / one.folder / "go.sum" for one in wanted.go]
    own = [family.sources / name for name in wanted.java]
    assert [path for path in (*pins, *own) if not path.exists()] == []


def test_every_folder_of_packages_is_a_family() -> None:
    """One without packages.toml would be passed over: it may be empty, but it is there."""
    folders = {path.parent.name for path in PACKAGES.glob("*/[!_.]*")}
    assert folders == {family.name for family in families()}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_every_maven_lock_can_be_read(lock: Path) -> None:
    """Each of its lines has a hash and coordinates, and there is one."""
    assert list(artifacts(lock.read_text()))


@given(st.lists(ARTIFACTS))
def test_a_maven_lock_says_what_was_written_into_it(written: list[Artifact]) -> None:
    """Hash, two spaces, coordinates: nothing is lost."""
    lines = [f"{one.sha256}  {':'.join(one.coordinates)}\n" for one in written]
    assert list(artifacts("".join(lines))) == written


@pytest.mark.parametrize("line", ["", "abc  g:a:1:jar", "0" * 64, "0" * 64 + "  g:a:1"])
def test_a_line_without_hash_and_coordinates_is_refused_by_its_number(line: str) -> None:
    """Nothing is taken without its hash."""
    good = "0" * 64 + "  g:a:1:jar\n"
    with pytest.raises(NotInstalled, match="line 2"):
        list(artifacts(good + line + "\n"))


def test_an_unknown_word_of_a_list_is_refused_by_name() -> None:
    """`npm` is no key: the lock is read where it stands."""
    with pytest.raises(msgspec.ValidationError, match="npm"):
        msgspec.toml.decode('npm = ["parse-server"]', type=Listed)


def test_npm_locks_name_no_registry() -> None:
    """They are installed from whatever registry the machine uses, and by their hashes."""
    locks = [json.loads(path.read_text()) for path in PACKAGES.glob("*/package-lock.json")]
    packages = [one for lock in locks for path, one in lock["packages"].items() if path]
    assert [one for one in packages if "resolved" in one or "integrity" not in one] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_servers_and_a_section_on_the_page(family: str) -> None:
    """docs/real-servers.md says what each of them answered."""
    assert FAMILIES[family]
    assert HEADER in section(family).splitlines()


def test_two_families_cannot_have_a_group_of_one_name() -> None:
    """One would silently take the place of the other."""
    one, other = ({"main": Group(code, ())} for code in (FOUND, QUIET))
    with pytest.raises(ValueError, match="b: another family has a group main"):
        merged(MappingProxyType({"a": one, "b": other}))
