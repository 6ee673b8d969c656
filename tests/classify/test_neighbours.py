"""What data sets of one place say of each other."""

from hypothesis import given
from hypothesis import strategies as st

from scanner.classify import Classifier, Named, load_vocabulary, together
from scanner.inferred import Label

CLASSIFIER = Classifier(load_vocabulary())

#: Enough registers of patients to say what kind of database it is.
CLINIC = (
    Named("patients", ("first_name", "birth_date")),
    Named("stays", ("patient_id", "started")),
    Named("prescriptions", ("patient_id", "drug")),
)

VAGUE = (
    Named("form_x", ("id", "pid", "note_text")),
    Named("summaries", ("id", "stay_id", "text")),
    Named("settings", ("key", "value")),
    Named("drugs", ("name", "ndc_code")),
    Named("stay_type", ("id", "stay_id", "name")),
)


def labels(*listed: Named) -> dict[str, str]:
    """Judge a listing, by name."""
    said = together(CLASSIFIER, listed)
    return {one.name: each.label.value for one, each in zip(listed, said, strict=True)}


def test_among_registers_of_patients_a_little_is_enough() -> None:
    """A patient's number, or a column that leads to a register, ties a table to patients."""
    assert labels(*CLINIC, *VAGUE) == {
        "patients": "health",
        "stays": "health",
        "prescriptions": "health",
        "form_x": "health",
        "summaries": "health",
        "settings": "unknown",
        "drugs": "possible-health",
        "stay_type": "unknown",
    }


def test_without_such_registers_nothing_changes() -> None:
    """A process id stays a process id: a shop is not made a clinic by one odd table."""
    listed = (CLINIC[0], *VAGUE)

    assert labels(*listed) == {
        "patients": "health",
        "form_x": "unknown",
        "summaries": "unknown",
        "settings": "unknown",
        "drugs": "possible-health",
        "stay_type": "unknown",
    }


def test_a_common_first_word_leads_nowhere() -> None:
    """`visit` in every name is the product's prefix; `app_visit` is reached by `visit_id`."""
    prefixed = [Named(f"app_{one.name}", one.fields) for one in CLINIC]
    listed = (*prefixed, Named("app_log", ("stay_id",)), Named("app_app", ("app_id",)))

    assert labels(*listed)["app_log"] == "health"
    assert labels(*listed)["app_app"] == "unknown"


def test_everybody_s_table_is_no_register() -> None:
    """A users' table with a patient's column does not make every table with a user_id health."""
    users = Named("users", ("patient_id", "login"))

    assert labels(*CLINIC, users, Named("sessions", ("user_id", "started")))["sessions"] == (
        "unknown"
    )


def test_internal_names_stay_internal() -> None:
    """What the server keeps for itself is nobody's, whatever stands beside it."""
    assert labels(*CLINIC, Named(".kibana_1", ("pid",)))[".kibana_1"] == "internal"


named = st.builds(
    Named,
    st.text("abpidtenr_", max_size=12),
    st.lists(st.sampled_from(["pid", "patient_id", "visit", "x", "ssn"]), max_size=3),
)


@given(st.lists(named, max_size=6))
def test_neighbours_only_ever_add_health(listed: list[Named]) -> None:
    """No data set is judged to hold less because of what stands beside it."""
    alone = [CLASSIFIER.classify(one.name, one.fields) for one in listed]
    said = together(CLASSIFIER, listed)

    changed = [two.label for one, two in zip(alone, said, strict=True) if one.label != two.label]
    assert set(changed) <= {Label.HEALTH}
