"""The headers that a GET may add, whole and fixed, where a product is not read without one."""

from enum import StrEnum


class Header(StrEnum):
    """A closed set: none of them says who asks, or offers a credential."""

    #: A FHIR server must refuse what it does not know of a search, rather than search for all
    #: [FHIR R4, section 3.1.1.3].
    STRICT = "Prefer: handling=strict"
    #: Mirth Connect refuses every request that does not show that no browser was made to send it.
    REQUESTED_WITH = "X-Requested-With: ronde"
