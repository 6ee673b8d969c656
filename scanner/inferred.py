"""The nouns of what is inferred from names: categories of data, labels, signs of others.

Like those of `model`, what leaves the process are `msgspec` structs: they are the published format.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

#: What a mark of a campaign's name says that it is, and what every mark says to do first.
EXTORTION = "extortion"
ADVICE = "preserve the logs before closing the door"


class Category(StrEnum):
    """What a data set seems to hold, told from names only."""

    PERSON_NAME = "person_name"
    BIRTH_DATE = "birth_date"
    CONTACT = "contact"
    ADDRESS = "address"
    NATIONAL_ID = "national_id"
    TAX_ID = "tax_id"
    MEDICAL_RECORD_NO = "medical_record_no"
    PATIENT_ENTITY = "patient_entity"
    DIAGNOSIS = "diagnosis"
    TREATMENT = "treatment"
    PRESCRIPTION = "prescription"
    LAB_RESULT = "lab_result"
    INSURANCE = "insurance"
    PAYMENT = "payment"
    FAX_DOCUMENT = "fax_document"
    VOICE_RECORDING = "voice_recording"
    CREDENTIAL = "credential"
    STAFF_IDENTITY = "staff_identity"


class Label(StrEnum):
    """The one word for what the categories of a data set amount to, gravest first.

    `communications` are faxes and calls, which may hold health data. `unknown` is no promise:
    names that say nothing may stand for anything.
    """

    HEALTH = "health"
    COMMUNICATIONS = "communications"
    SENSITIVE = "sensitive"
    PERSONAL = "personal"
    POSSIBLE_HEALTH = "possible-health"
    POSSIBLE_PERSONAL = "possible-personal"
    UNKNOWN = "unknown"
    INTERNAL = "internal"


class DataCategory(msgspec.Struct, frozen=True, kw_only=True):
    """One category, inferred from names; `words` are the vocabulary's phrases that matched.

    `confidence` is 0.9 where a name is enough, 0.6 where it usually means it, 0.4 where several
    weak names support each other. Words are never pieces of what a server said.
    """

    name: Category
    confidence: float
    words: tuple[str, ...]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A sign that somebody else has been there before: what, on how many holdings, in our words.

    It is a sign and no proof: nothing of it was opened.
    """

    what: str
    holdings: int
    because: str
    advice: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """What names suggest: categories, surest first, the one word for them, and signs."""

    label: Label = Label.UNKNOWN
    categories: tuple[DataCategory, ...] = ()
    signs: tuple[Mark, ...] = ()
