"""Makers of printers: a slug for each, by what their models are called."""

import re
from collections.abc import Mapping
from types import MappingProxyType

#: How a model's name begins, in lower case → the maker. The longer of two beginnings goes first.
MAKERS: Mapping[str, str] = MappingProxyType(
    {
        "brother": "brother",
        "canon": "canon",
        "dell": "dell",
        "epson": "epson",
        "seiko epson": "epson",
        "fuji xerox": "fujifilm",
        "fujifilm": "fujifilm",
        "hewlett-packard": "hp",
        "hewlett packard": "hp",
        "hp": "hp",
        "konica minolta": "konica-minolta",
        "kyocera": "kyocera",
        "lexmark": "lexmark",
        "oki": "oki",
        "pantum": "pantum",
        "ricoh": "ricoh",
        "lanier": "ricoh",
        "savin": "ricoh",
        "samsung": "samsung",
        "sharp": "sharp",
        "toshiba": "toshiba",
        "xerox": "xerox",
        "zebra": "zebra",
    }
)

_MAKER = re.compile(rf"(?:{'|'.join(map(re.escape, MAKERS))})(?![a-z])")


def of(model: str) -> str | None:
    """Give the maker that a model's name begins with, or None where it is nobody known."""
    found = _MAKER.match(model.strip().lower())
    return MAKERS[found[0]] if found else None
