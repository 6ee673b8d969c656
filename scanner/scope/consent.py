"""Who allows what on devices that a stray connection can disturb, and the hours of a permission."""

from collections.abc import Sequence
from datetime import datetime

from scanner.model import AssetClass
from scanner.scope import literals
from scanner.scope.file import ConsentTable, Mode, ScopeFile, WindowTable
from scanner.scope.permission import Consent
from scanner.scope.problems import Problems
from scanner.scope.windows import Window, meet


def read_consents(
    file: ScopeFile, windows: Sequence[Window], problems: Problems, now: datetime
) -> dict[AssetClass, Consent]:
    """Read for which classes of devices somebody answers; `windows` are those of the scope."""
    tables = {AssetClass.MEDICAL: file.medical, AssetClass.PRINTER: file.printer}
    consents = {}
    for asset_class, table in tables.items():
        if table is None or table.mode is Mode.SKIP:
            continue
        consent = _consent(asset_class.value, table, file.timezone, problems)
        if consent.windows and meet(windows, consent.windows, now) is None:
            why = "never open while the scope's `windows` are; choose hours that both have"
            problems.add(f"{asset_class}.windows", why)
        consents[asset_class] = consent
    return consents


def read_windows(
    field: str, tables: Sequence[WindowTable], timezone: str, problems: Problems
) -> tuple[Window, ...]:
    """Read hours, on the clocks of `timezone` where they name none."""
    windows = []
    for place, table in enumerate(tables):
        here = f"{field}[{place}]"
        opens = problems.reading(f"{here}.from", literals.read_clock, table.opens)
        closes = problems.reading(f"{here}.until", literals.read_clock, table.closes)
        zone = problems.reading(
            f"{here}.timezone", literals.read_timezone, table.timezone or timezone
        )
        names = literals.DAYS if table.days is None else table.days
        days = frozenset(problems.reading_all(f"{here}.days", literals.read_day, names))
        if days and opens is not None and closes is not None and zone is not None:
            windows.append(Window(days, opens, closes, zone))
    return tuple(windows)


def _consent(field: str, table: ConsentTable, timezone: str, problems: Problems) -> Consent:
    if table.mode is None:
        problems.add(f"{field}.mode", 'missing; write "handshake", or "skip"')
    problems.reading(f"{field}.approver", literals.read_signature, table.approver)
    if not table.windows:
        problems.add(
            f"{field}.windows", f"missing; write the hours of [[{field}.windows]], agreed with them"
        )
    windows = read_windows(f"{field}.windows", table.windows, timezone, problems)
    return Consent(table.approver, windows)
