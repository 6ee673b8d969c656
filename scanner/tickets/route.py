"""Which findings a tracker is told of: by severity, owner, zone and tag. Pure."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from scanner.model import Finding
from scanner.tickets.base import Settings


def route_of(settings: Settings) -> Callable[[Finding], bool]:
    """Say whether a finding takes the route of these settings."""

    def covers(finding: Finding) -> bool:
        asset = finding.asset
        return (
            finding.severity.reaches(settings.severity)
            and _among(settings.owners, [asset.owner or ""])
            and _among(settings.zones, [asset.zone or ""])
            and _among(settings.tags, asset.tags)
        )

    return covers


def _among(globs: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether a name matches; without globs, anything does. `""` matches who has none."""
    return not globs or any(fnmatchcase(name, glob) for glob in globs for name in names)
