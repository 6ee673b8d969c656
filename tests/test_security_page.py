"""What the threat model says of locks, audits, linters and signatures is so."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_docs import ROOT, SECURITY, fences

LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]

#: A package of a lock, and the lines that belong to it.
LOCKED = re.compile(r"^([a-z0-9._-]+)==.*(?:\n    .*)*", re.MULTILINE)

#: An ignored rule of the security linter; the reason stands behind it, or behind a type's.
IGNORED = re.compile(r"# noqa: [A-Z0-9, ]*\bS\d+[A-Z0-9, ]*(.*)$", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_everything_that_is_locked_has_its_hashes(lock: Path) -> None:
    """Whoever serves another file than the one that was locked is refused by pip."""
    packages = {found[1]: found[0] for found in LOCKED.finditer(lock.read_text(encoding="utf-8"))}

    assert len(packages) > 20
    assert [name for name, text in packages.items() if "--hash=sha256:" not in text] == []


def test_packages_are_installed_by_hash_only() -> None:
    """The one command that installs from a lock."""
    assert '--require-hashes -r "$lock"' in (ROOT / ".ci" / "venv").read_text(encoding="utf-8")


def test_an_audit_that_could_not_be_made_says_so(tmp_path: Path) -> None:
    """Where no database is reached, nobody reads that nothing was found."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(shutil.which("false") or "/bin/false")  # reaches nothing
    audited = subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", ROOT / ".ci" / "audit"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "the dependencies were NOT audited" in audited.stderr


def test_every_security_rule_that_is_ignored_has_its_reason() -> None:
    """On the same line, in words."""
    sources = [
        path for folder in ("scanner", "probes", "tests") for path in (ROOT / folder).rglob("*.py")
    ]
    ignored = [
        (str(path.relative_to(ROOT)), found[0])
        for path in sources
        for found in IGNORED.finditer(path.read_text(encoding="utf-8"))
        if len(found[1].strip(" -#:")) < len("ours")
    ]

    assert ignored == []


@pytest.fixture
def signer(tmp_path: Path) -> Path:
    """A folder with a report, a key that signs, and who may."""
    command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "signing_key"))
    subprocess.run(command, check=True)  # noqa: S603 - a key of this test's own
    public = (tmp_path / "signing_key.pub").read_text()
    allowed = f'ronde@clinic.example namespaces="ronde" {public}'
    (tmp_path / "allowed_signers").write_text(allowed)
    (tmp_path / "report.html").write_text("<h1>Open doors</h1>")
    return tmp_path


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")
def test_a_report_that_was_signed_is_verified_and_a_changed_one_is_not(signer: Path) -> None:
    """By the very commands of the page."""
    ((_, text),) = fences(SECURITY)
    sign, verify = text.replace("/etc/ronde/", f"{shlex.quote(str(signer))}/").splitlines()

    def done(command: str) -> int:
        said = subprocess.run(command, shell=True, cwd=signer, capture_output=True, check=False)  # noqa: S602 - the page's own lines
        return said.returncode

    assert (done(sign), done(verify)) == (0, 0)
    (signer / "report.html").write_text("<h1>No open doors</h1>")
    assert done(verify) != 0
