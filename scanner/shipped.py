"""Finds what ships with the program: `config/` of a checkout, `scanner/config/` of a wheel."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped(name: str) -> Traversable:
    """Give a file of `config/` by name.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    installed = files("scanner") / "config" / name
    if installed.is_file():
        return installed
    checkout = Path(__file__).parent.parent / "config" / name
    if checkout.is_file():
        return checkout
    raise FileNotFoundError(f"{name} is not where the program ships it")
