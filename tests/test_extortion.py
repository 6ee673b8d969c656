"""Names that extortion campaigns leave, and names that only look like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.extortion import MOST_IN_A_NOTE, Extortion
from scanner.model import Holding

EXTORTION = Extortion.load()

LEFT_BEHIND = (
    *(
        "READ__ME_TO_RECOVER_YOUR_DATA",
        "READ_ME_TO_RECOVER_YOUR_DATA",
        "read_me_to_recover_database",
    ),
    *("PLEASE_READ_ME_VVV", "PLEASE_READ_ME_XYZ", "PLEASE_READ", "PLEASEREAD", "PLEASEREADTHIS"),
    *("ReadmePlease", "READMEPLS", "README_MISSING_DATABASES", "README_YOU_DB_IS_INSECURE"),
    *("README_FOR_DECRYPT", "RECOVER_YOUR_DATA", "recover_your_database", "HOW_TO_RESTORE"),
    *("howtogetmydataback", "WARNING_ALERT", "PWNED_SECURE_YOUR_STUFF_SILLY", "DB_H4CK3D"),
    *("DB_DROPPED", "hacked_by_someone", "IHAVEYOURDATA", "REQUEST_YOUR_DATA", "LEIA_ME"),
    *("AVISO_LEIA_ME", "to_get_DB_back_send_1BTC_to_1A2b3C", "send_bitcoin_to_this_address"),
    "DELETED_BECAUSE_YOU_DIDNT_PASSWORD_PROTECT_YOUR_MONGODB",
    *("YOUR_DATA_IS_ENCRYPTED", "your-data-backed-up", "nightlionsecurity.com", "k3j9x2q1w-meow"),
    *("clinic.READ__ME_TO_RECOVER_YOUR_DATA", "READ_ME_TO_RECOVER_YOUR_DATA.README", "crack3d"),
)

LOOK_ALIKES = (
    *("readme_templates", "read_me_later", "please_wait_queue", "warnings", "warning_levels"),
    *("hello_world", "attention_scores", "encrypted_fields", "contact_messages", "bitcoin_prices"),
    *(
        "ransomware_iocs",
        "recovery_plans",
        "meowfacts",
        "cat-meow",
        "howto_articles",
        "data_backup",
    ),
    *("readme_tokens", "readme_tools", "readme_to_do"),
)

NOTES = (
    *("Warning", "README", "Attention", "hello", "ENCRYPTED", "contact-me", "aviso", "READ1"),
    *("btc_address", "bitcoin-address"),
)


def index(name: str, records: int | None = 50_000) -> Holding:
    """Give an index of many records."""
    return Holding(name=name, kind="index", records=records)


def test_as_many_names_are_tried_as_were_reported() -> None:
    """The two lists below are no samples of one."""
    assert (len(LEFT_BEHIND), len(LOOK_ALIKES)) == (36, 19)


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_campaigns_leave_is_a_sign(name: str) -> None:
    """However it is written, and whatever stands around it."""
    (mark,) = EXTORTION.signs([index("faxes"), index(name)])

    assert (mark.what, mark.holdings) == ("extortion", 1)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_it_is_none(name: str) -> None:
    """A false alarm of this kind starts an investigation."""
    assert EXTORTION.signs([index(name, 3)]) == ()


@pytest.mark.parametrize("name", NOTES)
def test_a_general_word_is_a_sign_only_on_a_note(name: str) -> None:
    """As the whole name of what holds next to nothing; what was not counted is not judged."""
    assert EXTORTION.signs([index(name, MOST_IN_A_NOTE)]) != ()
    assert EXTORTION.signs([index(f"db.{name}", 1)]) != ()
    assert EXTORTION.signs([index(name, MOST_IN_A_NOTE + 1)]) == ()
    assert EXTORTION.signs([index(name, None)]) == ()
    assert EXTORTION.signs([index(f"{name}_log", 1)]) == ()


def test_it_is_worded_as_a_sign_and_says_what_to_do_first() -> None:
    """Nobody has looked; and whoever closes the door first loses the traces."""
    (mark,) = EXTORTION.signs([index("PLEASE_READ"), index("RECOVER_YOUR_DATA")])

    assert mark.holdings == 2
    assert mark.because == (
        "a name used by known extortion campaigns is present; data may already have been copied "
        "or destroyed"
    )
    assert mark.advice == "preserve the logs before closing the door"


@given(st.lists(st.text(max_size=600), max_size=5))
def test_any_names_can_be_asked_and_none_is_repeated(names: list[str]) -> None:
    """A sign is in our own words, whatever a server calls its holdings."""
    for_all = EXTORTION.signs([index(name, 1) for name in names])

    assert {mark.what for mark in for_all} <= {"extortion"}
    assert sum(mark.holdings for mark in for_all) <= len(names)
