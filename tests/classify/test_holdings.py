"""Holdings of a finding, labelled one by one and together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.classify import Classifier, label_holdings, load_vocabulary
from scanner.demo.records import FAX_ARCHIVE
from scanner.masking import Masking, masked
from scanner.model import Access, Assessment, Holding, Service

CLASSIFIER = Classifier(load_vocabulary())


def listed(product: str, *holdings: Holding) -> Assessment:
    """Give what a stranger can list; labels do not ask why."""
    return Assessment(
        access=Access.LOCKED, service=Service(product), because="a test", holdings=holdings
    )


def named(*names: str) -> tuple[Holding, ...]:
    """Give tables of these names, without fields."""
    return tuple(Holding(name=name, kind="table") for name in names)


def labels(product: str, *names: str) -> tuple[list[str], str]:
    """Give the label of each holding, and of all together."""
    said, whole = label_holdings(listed(product, *named(*names)), CLASSIFIER)
    return [one.label.value for one in said.holdings], whole.label.value


def test_a_fax_archive_is_health_data_by_its_fields() -> None:
    """The shape of the archive of 2019: faxes by month, with patients' data in their fields."""
    archive = [Holding(name=one.name, kind="index", fields=one.fields) for one in FAX_ARCHIVE]

    said, whole = label_holdings(listed("elasticsearch", *archive), CLASSIFIER)

    assert {one.label.value for one in said.holdings} == {"health"}
    assert {one.name.value for one in whole.categories} >= {
        *("fax_document", "person_name", "birth_date", "diagnosis", "prescription"),
        *("insurance", "national_id", "payment"),
    }


def test_the_gravest_holding_labels_the_finding() -> None:
    """One table of patients among logs is what a team has to know."""
    assert labels("mysql", "logs", "patients", "newsletter_email") == (
        ["unknown", "health", "possible-personal"],
        "health",
    )


def test_a_database_s_name_does_not_label_every_table() -> None:
    """`ictfax` counts once, for the whole."""
    assert labels("mysql", "ictfax.logs", "ictfax.settings") == (
        ["unknown", "unknown"],
        "communications",
    )


def test_a_container_of_one_counts_for_its_only_holding() -> None:
    """What is listed alone has no neighbours to be taken for."""
    assert labels("mysql", "patients.archive") == (["health"], "health")


def test_a_date_is_no_name_of_its_own() -> None:
    """Indices by month are called by what stands before the month."""
    assert labels("elasticsearch", "faxes.2019.04", "faxes.2019.05")[0] == (
        ["communications", "communications"]
    )


def test_folders_are_called_by_their_last_part() -> None:
    """Exports and shares are paths."""
    assert labels("nfs", "/srv/patients/scans", "/srv/patients/logs") == (
        ["unknown", "unknown"],
        "health",
    )


def test_what_a_server_keeps_for_itself_is_internal() -> None:
    """A new and empty MongoDB holds nothing of anybody."""
    assert labels("mongodb", "admin", "local") == (["internal", "internal"], "internal")
    assert labels("mongodb", "admin", "clinic.patients")[1] == "health"


def test_a_name_of_the_server_s_own_is_one_only_where_it_stands_by_itself() -> None:
    """MongoDB keeps `config`; `clinic.config` is a clinic's."""
    tables = (
        Holding(name="clinic.config", kind="collection", fields=("patient_id", "ssn")),
        Holding(name="clinic.admin", kind="collection", fields=("first_name", "birth_date")),
        Holding(name="admin", kind="database"),
    )

    said, whole = label_holdings(listed("mongodb", *tables), CLASSIFIER)

    assert [one.label.value for one in said.holdings] == ["health", "personal", "internal"]
    assert whole.label.value == "health"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("heartbeat-7.17.0-2024.05.01-000001", "internal"),
        ("metricbeat-8.13.4", "internal"),
        ("heartbeat-icu", "health"),
    ],
)
def test_a_shipper_s_index_has_a_version(name: str, label: str) -> None:
    """A heart beats elsewhere, too."""
    index = Holding(name=name, kind="index", fields=("patient_id", "diagnosis"))

    assert label_holdings(listed("elasticsearch", index), CLASSIFIER)[1].label.value == label


@pytest.mark.parametrize(("total", "label"), [(1, "internal"), (5_000, "unknown")])
def test_what_was_not_listed_may_be_anybody_s(total: int, label: str) -> None:
    """One name of the server's own says nothing of thousands that nobody saw."""
    said = replace(listed("elasticsearch", *named(".kibana_1")), holdings_total=total)

    assert label_holdings(said, CLASSIFIER)[1].label.value == label


@pytest.mark.parametrize(
    ("product", "label"),
    [
        ("dicom", "health"),
        ("hapi-fhir", "health"),
        ("hylafax", "communications"),
        ("asterisk", "communications"),
        ("redis", "unknown"),
    ],
)
def test_a_product_that_holds_nothing_else_labels_what_it_serves(product: str, label: str) -> None:
    """An archive of images names nothing that a stranger could list, and holds patients."""
    assert labels(product)[1] == label


def test_words_give_nothing_away_that_masking_hides() -> None:
    """A patient's name that became a table's is in no word, under any policy."""
    holdings = named("patient-jane.doe@clinic.example", "patient-0612345678")

    said, whole = label_holdings(listed("couchdb", *holdings), CLASSIFIER)
    written = masked(said, Masking.ALL)

    words = {word for one in whole.categories for word in one.words}
    assert words == {"patient"}
    assert [(one.name, one.label.value) for one in written.holdings] == [
        ("[table 1]", "health"),
        ("[table 2]", "health"),
    ]


@given(st.lists(st.text(max_size=30), max_size=8), st.text(max_size=12))
def test_any_names_can_be_labelled_and_stay_as_they_are(names: list[str], product: str) -> None:
    """Labels are added; nothing that a probe stated is changed."""
    before = listed(product, *named(*names))
    after, _ = label_holdings(before, CLASSIFIER)

    assert [one.name for one in after.holdings] == names
    assert (after.access, after.because) == (before.access, before.because)
