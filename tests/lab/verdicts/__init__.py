"""Every server and mode of the lab, and the verdict that its door deserves: a file a family.

A file is found by being here; it holds `GROUPS`, by name.
"""

import importlib
import pkgutil
from collections.abc import Mapping

from tests.lab.verdict import Group, merged

FAMILIES: Mapping[str, Mapping[str, Group]] = {
    found.name: importlib.import_module(f"{__name__}.{found.name}").GROUPS
    for found in pkgutil.iter_modules(__path__)
}

GROUPS: Mapping[str, Group] = merged(FAMILIES)
