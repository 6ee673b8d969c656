"""The page that says what real servers answered: docs/real-servers.md, a section a family."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "real-servers.md"


def section(family: str) -> str:
    """What stands under the family's heading; "" when it has none."""
    parts = f"\n{PAGE.read_text()}".split("\n## ")
    return next((part for part in parts if part.partition("\n")[0] == family), "")
