"""A scope file as it is written: names, types and bounds of its fields, nothing more."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from scanner.masking import Masking
from scanner.model import AssetClass
from scanner.scope.permission import MAX_OPEN_PORTS

#: Every private IPv4 address (RFC 1918) is 17.9 million; more in one permission is a slip.
MOST_ADDRESSES = 1 << 25

#: More single entries than a person can sign off.
MOST_ENTRIES = 10_000

#: The raw sweep peaks near 100,000 packets a second; no network owner wants more.
MOST_PER_SECOND = 100_000

Text = Annotated[str, Meta(max_length=200)]
Entries = Annotated[list[Text], Meta(max_length=MOST_ENTRIES)]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Ports = Annotated[list[Port], Meta(max_length=1_000)]


class Mode(StrEnum):
    """How the devices of a class are treated."""

    SKIP = "skip"
    HANDSHAKE = "handshake"


class RatesTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[rates]`: polite unless the owner of the network says otherwise; times in seconds."""

    connections_per_second: Annotated[float, Meta(ge=1, le=MOST_PER_SECOND)] = 500
    per_subnet_per_second: Annotated[float, Meta(ge=1, le=MOST_PER_SECOND)] = 500
    per_host_per_second: Annotated[float, Meta(ge=0.1, le=1_000)] = 5
    timeout: Annotated[float, Meta(ge=0.1, le=30)] = 3
    attempts: Annotated[int, Meta(ge=1, le=5)] = 2


class WindowTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[windows]]`: hours in which a round may touch the network."""

    days: Annotated[list[str], Meta(min_length=1, max_length=7)] | None = None
    opens: str = field(name="from")
    closes: str = field(name="until")
    timezone: str | None = None


class ZoneTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[zones]]`: a named part of the scope."""

    name: Text
    ranges: Entries
    asset_class: AssetClass | None = field(name="class", default=None)


class ConsentTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[medical]`, `[printer]`: whether the devices of a class may be called on, with care."""

    mode: Mode | None = None
    approver: Text = ""
    windows: Annotated[list[WindowTable], Meta(max_length=100)] = []


class OptInTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[opt_in]]`: ports that are otherwise denied, allowed on one address."""

    address: Text
    ports: Annotated[Ports, Meta(min_length=1)]
    reason: Text


class ScopeFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. What must be there has a default, so that all of it is missed at once."""

    name: Text = ""
    owner: Text = ""
    approver: Text = ""
    reference: Text = ""
    contact: Text = ""
    valid_from: date | None = None
    valid_until: date | None = None
    timezone: Text = "UTC"
    max_addresses: Annotated[int, Meta(ge=1, le=MOST_ADDRESSES)] = 65_536
    ranges: Entries = []
    hosts: Entries = []
    exclude: Entries = []
    rates: RatesTable = RatesTable()
    windows: Annotated[list[WindowTable], Meta(max_length=100)] = []
    zones: Annotated[list[ZoneTable], Meta(max_length=1_000)] = []
    medical: ConsentTable | None = None
    printer: ConsentTable | None = None
    extra_ports: dict[Text, Ports] = {}
    opt_in: Annotated[list[OptInTable], Meta(max_length=1_000)] = []
    udp: bool = False
    max_open_ports: Annotated[int, Meta(ge=3, le=65_535)] = MAX_OPEN_PORTS
    mask_names: Masking = Masking.PERSONAL
    ftp_anonymous: bool = False
    dicom_find: bool = False
    min_coverage: Annotated[float, Meta(ge=0, le=1)] = 0
