"""What is shipped is what was built: the wheel in an empty environment, far from the checkout.

The new environment gets the dependencies by a `.pth` file that names this environment's packages:
nothing is downloaded, so it works offline and in CI alike, and with the versions under test. A
`.pth` inside those packages, such as an editable install's, is not read from there: the program
itself can only come from the wheel, which a test makes sure of.
"""

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.ground import without_ronde

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def ran(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command that must end well, without the variables that would lead it back here."""
    environment = without_ronde(os.environ)
    environment.pop("PYTHONPATH", None)
    return subprocess.run(  # noqa: S603 - the interpreter, or what was just installed
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=True, timeout=100
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment in which nothing but the wheel is installed."""
    environment = tmp_path_factory.mktemp("environment")
    ran(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    ran(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def test_the_wheel_holds_the_program_and_every_file_of_config(built: Path) -> None:
    """What a run needs is shipped; tests are not."""
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    config = {f"scanner/config/{path.relative_to(ROOT / 'config')}" for path in _config()}
    assert config <= names
    assert {"scanner/cli.py", "scanner/demo/__main__.py", "probes/__init__.py"} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {
        *("probes", "scanner")
    }


def test_the_source_distribution_can_be_built_from(built: Path) -> None:
    """It holds the program, its tests and its documentation."""
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"pyproject.toml", "scanner/cli.py", "tests/test_package.py", "LICENSE"} <= names
    assert {f"config/{path.relative_to(ROOT / 'config')}" for path in _config()} <= names


def test_the_program_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Otherwise the tests below would try out the checkout."""
    said = ran(installed / "python", "-c", "import scanner; print(scanner.__file__)", cwd=tmp_path)

    assert said.stdout.startswith(str(installed.parent))


def test_the_demo_runs_from_anywhere(installed: Path, tmp_path: Path) -> None:
    """Servers, scope, probes and outputs work far from the checkout."""
    said = ran(installed / "ronde", "demo", "--keep", "left", cwd=tmp_path)

    assert said.stdout.count("(right)") == 10
    assert {path.name for path in (tmp_path / "left").iterdir()} >= {
        *("findings.jsonl", "coverage.json", "audit.jsonl")
    }


def test_init_and_probes_find_what_they_need(installed: Path, tmp_path: Path) -> None:
    """The templates are those of `config/`, to the byte."""
    ran(installed / "ronde", "init", cwd=tmp_path)
    said = ran(installed / "ronde", "probes", cwd=tmp_path)

    template = (ROOT / "config" / "scope.example.toml").read_bytes()
    assert (tmp_path / "scope.toml").read_bytes() == template
    assert "elasticsearch" in said.stdout


def _config() -> list[Path]:
    return [path for path in (ROOT / "config").rglob("*") if path.is_file()]
