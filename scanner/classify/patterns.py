"""Whole names that are known: tables of a product, and what a server keeps for itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate

import msgspec

from scanner.inferred import Category

#: Longer names are nobody's internal ones, and a pattern need not walk them.
MAX_KNOWN = 255


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One product of `products.toml`: the category of what tables of these names hold.

    `services` are what probes call a service that holds nothing else.
    """

    name: str
    category: Category
    names: list[str] = []
    services: list[str] = []


class ProductsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `products.toml` lists."""

    product: list[Product]


class Internal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `internal.toml` lists."""

    anywhere: list[str]
    product: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Known names, compiled."""

    products: Sequence[tuple[re.Pattern[str], Product]]
    anywhere: re.Pattern[str]
    by_product: Mapping[str, re.Pattern[str]]
    by_service: Mapping[str, Product]

    @classmethod
    def of(cls, products: Iterable[Product], internal: Internal) -> "Patterns":
        """Compile what the files list."""
        listed = tuple(products)
        return cls(
            products=tuple((_any(one.names, re.IGNORECASE), one) for one in listed if one.names),
            anywhere=_any(internal.anywhere),
            by_product={name: _any(names) for name, names in internal.product.items()},
            by_service={service: one for one in listed for service in one.services},
        )

    def product_of(self, name: str) -> Product | None:
        """Tell whose table this is, by its own name: what stands before the last dot is not it."""
        own = name[:MAX_KNOWN].rpartition(".")[2]
        return next((product for known, product in self.products if known.match(own)), None)

    def is_internal(self, name: str, product: str | None = None) -> bool:
        """Tell whether a server keeps this for itself; `product` is what it calls itself."""
        if len(name) > MAX_KNOWN:
            return False
        own = self.by_product.get(product.lower()) if product else None
        return bool(self.anywhere.match(name) or (own and own.match(name)))


def _any(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)), flags)
