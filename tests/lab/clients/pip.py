"""A family's PyPI packages, in an environment of its own: no two families need to agree."""

import sys
import venv

from tests.lab.clients.call import call, is_current, mark_current
from tests.lab.clients.listed import listed
from tests.lab.layout import Family


def install(family: Family) -> str:
    """Install requirements.lock: whole, as wheels, and each of them by its hash."""
    lock, notes = family.sources / "requirements.lock", family.sources / "packages.toml"
    if is_current(family.venv, lock, notes):
        return "ready"
    # Our own pip installs into it: an environment without one is made at once.
    venv.create(family.venv, clear=True)
    call(
        *(sys.executable, "-m", "pip", "--python", family.venv / "bin" / "python"),
        *("install", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", lock),
    )
    for pattern in listed(family).executable:
        for program in family.site.glob(pattern):
            program.chmod(0o755)
    mark_current(family.venv, lock, notes)
    return "new"
