"""The team's own lists: who owns an address, and which devices must be left alone."""

from scanner.inventory.assets import Inventory, with_inventory
from scanner.inventory.read import Format, Source
from scanner.inventory.rows import InventoryRefused

__all__ = ["Format", "Inventory", "InventoryRefused", "Source", "with_inventory"]
