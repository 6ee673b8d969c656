"""A family's npm packages, by its package-lock.json."""

import shutil

from tests.lab.clients.call import call, is_current, mark_current
from tests.lab.layout import Family


def install(family: Family) -> str:
    """Install what the lock says, each by its hash; no script of a package is run."""
    lists = [family.sources / name for name in ("package.json", "package-lock.json")]
    home = family.modules.parent
    if is_current(home, *lists):
        return "ready"
    home.mkdir(parents=True, exist_ok=True)
    for one in lists:
        shutil.copy(one, home)
    call("npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", cwd=home)
    mark_current(home, *lists)
    return "new"
