"""What the estate pretends to hold: names and counts to be found, canaries to stay unread."""

from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.demo.canary import CANARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One search index: `records` and `bytes` are what its server counts."""

    name: str
    records: int
    bytes: int
    created: datetime
    fields: tuple[str, ...]

    def document(self) -> dict[str, str]:
        """Give one record; each of its values is a canary."""
        return dict.fromkeys(self.fields, CANARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One collection of a document database."""

    name: str
    records: int
    bytes: int
    indexes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("name",)

    def document(self) -> dict[str, str]:
        """Give one record; each of its values is a canary."""
        return dict.fromkeys(self.fields, CANARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database of a document server."""

    name: str
    collections: tuple[Collection, ...]

    @property
    def bytes(self) -> int:
        """Sum what its collections take."""
        return sum(collection.bytes for collection in self.collections)


_FAX_FIELDS = (
    "patient_name",
    "date_of_birth",
    "phone",
    "diagnosis",
    "prescription",
    "prescriber",
    "insurance_id",
    "ssn",
    "card_number",
    "fax_number",
    "received_at",
    "body",
)

#: A scanned page's recognised text and fields, on average.
_BYTES_A_FAX = 3_200


def _faxes(year: int, month: int, records: int) -> Index:
    return Index(
        name=f"faxes-{year}-{month:02}",
        records=records,
        bytes=records * _BYTES_A_FAX,
        created=datetime(year, month, 1, 4, 12, tzinfo=UTC),
        fields=_FAX_FIELDS,
    )


#: Six million records since March 2018: the shape of the fax archive found open in 2019.
FAX_ARCHIVE = (
    *(_faxes(2018, month, 480_000 + 3_100 * month) for month in range(3, 13)),
    _faxes(2019, 1, 521_400),
    _faxes(2019, 2, 497_316),
)

CLINIC = Database(
    name="clinic",
    collections=(
        Collection(
            name="patients",
            records=18_240,
            bytes=9_412_608,
            indexes=("last_name_1_birth_date_1", "nir_1"),
            fields=("last_name", "birth_date", "nir"),
        ),
        Collection(name="prescriptions", records=96_113, bytes=41_328_640, indexes=("patient_1",)),
        Collection(name="appointments", records=44_870, bytes=7_179_264),
    ),
)

#: The name that a campaign of extortion leaves where it has been; one note, itself a record.
EXTORTION_NOTE = Database(
    name="READ__ME_TO_RECOVER_YOUR_DATA",
    collections=(Collection(name="README", records=1, bytes=4_096, fields=("content",)),),
)
