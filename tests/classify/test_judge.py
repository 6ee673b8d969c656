"""What a data set is called, from names only."""

import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.classify import Classification, Classifier, load_vocabulary
from scanner.classify.match import matches
from scanner.classify.vocabulary import Term
from scanner.classify.words import words_of
from scanner.inferred import Category, Label

CLASSIFIER = Classifier(load_vocabulary())

#: Every word that a result may hold.
PHRASES = {term.phrase for terms in CLASSIFIER.vocabulary.terms.values() for term in terms}


def classified(name: str, *fields: str) -> Classification:
    """Judge a data set as the program ships."""
    return CLASSIFIER.classify(name, fields)


def firm(said: Classification) -> set[str]:
    """Give the names of the categories that are at least probable."""
    return {one.name.value for one in said.categories if one.confidence >= 0.6}


class TestIncidents:
    """Schemas of the shape of what was lost, from the incidents that the program answers to."""

    def test_a_call_service_for_practices(self) -> None:
        """Names, telephones, birth dates, conditions, treatments, prescriptions, some numbers."""
        said = classified(
            "after_hours_messages",
            *("patient_first_name", "callback_number", "date_of_birth", "chief_complaint"),
            *("treatment_plan", "prescription", "ssn"),
        )

        assert said.label is Label.HEALTH
        assert firm(said) >= {
            *("person_name", "contact", "birth_date", "diagnosis", "treatment"),
            *("prescription", "national_id"),
        }

    def test_a_warehouse_of_a_population(self) -> None:
        """One store with records, diagnoses, prescriptions, insurance and two kinds of numbers."""
        said = classified(
            "member_fact",
            *("MedicalRecordNumber", "ICD10_CODE", "rx_number", "insurance_policy_number"),
            *("taxpayer_id", "SSN", "FullName", "HomeAddress"),
        )

        assert said.label is Label.HEALTH
        assert firm(said) >= {
            *("medical_record_no", "diagnosis", "prescription", "insurance", "tax_id"),
            *("national_id", "person_name", "address"),
        }

    def test_bank_details_beside_faxes(self) -> None:
        """A fax archive with bank data holds both."""
        said = classified("faxes_2018", "sender_fax", "pages", "iban", "routing_number")

        assert said.label is Label.COMMUNICATIONS
        assert firm(said) == {"fax_document", "payment"}

    def test_a_french_laboratory(self) -> None:
        """An export of a laboratory, as its software names the columns."""
        said = classified(
            "export_labo",
            *("NOM_PATRONYMIQUE", "PRENOM", "DDN", "NIR", "NUM_DOSSIER", "PRESCRIPTEUR"),
            *("MUTUELLE", "TEL_PORTABLE", "PATHOLOGIE", "TRAITEMENT_EN_COURS", "GROSSESSE"),
        )

        assert said.label is Label.HEALTH
        assert firm(said) >= {
            *("person_name", "birth_date", "national_id", "medical_record_no", "prescription"),
            *("insurance", "contact", "diagnosis", "treatment"),
        }

    def test_identities_without_health_data_are_still_personal(self) -> None:
        """Names, ages and telephones of a regional platform: no health data, and no "unknown"."""
        said = classified("usagers", "nom", "prenom", "age", "telephone", "courriel")

        assert said.label is Label.PERSONAL


@pytest.mark.parametrize(
    ("name", "fields", "label"),
    [
        ("patienten", ("vorname", "nachname", "geburtsdatum", "krankenkasse"), "health"),
        ("pacientes", ("apellidos", "fecha_nacimiento", "diagnostico"), "health"),
        ("v_fax_files", (), "communications"),
        ("asteriskcdrdb", (), "communications"),
        ("hfj_spidx_string", ("sp_value",), "health"),
        ("users", ("login", "password_hash"), "sensitive"),
        ("customers", ("first_name", "email"), "personal"),
        ("newsletter", ("email",), "possible-personal"),
        ("drugs", ("name", "ndc_code"), "possible-health"),
        ("diagnosis_type", ("name",), "possible-health"),
        ("prescriptions", (), "health"),
        ("prescriptions", ("title", "text", "position"), "possible-health"),
        ("prescriptions", ("refills", "text", "position"), "health"),
        ("prescriptions", ("person_id", "text", "position"), "health"),
        ("exposures", ("person_id", "drug", "days"), "health"),
        ("memory.dmp", ("size",), "possible-health"),
        ("libcurl3-nss", (), "unknown"),
        ("t", ("nss", "prenom"), "sensitive"),
        ("t", ("ipp", "iep"), "health"),
        ("t1", ("col1", "value"), "unknown"),
        (".kibana_8.1", ("patient_name",), "internal"),
    ],
)
def test_the_gravest_firm_category_gives_the_label(
    name: str, fields: tuple[str, ...], label: str
) -> None:
    """One word for a data set; what is only likely is called possible."""
    assert classified(name, *fields).label == label


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("eth0", ("rx_bytes", "rx_packets", "rx_errors", "tx_bytes")),
        ("jwt", ("iss", "aud", "sub", "claims")),
        ("solar", ("ghi", "dhi", "dni")),
        ("pods", ("namespace", "cni_plugin", "health_status")),
        ("tiles", ("red", "nir", "ndvi")),
        ("sparks", ("emr_cluster", "step")),
        ("levels", ("player", "enemy", "encounter")),
        ("gitlab", ("lab", "runner")),
        ("hosts", ("ip_address", "mac_address", "virtual_address")),
        ("smtp", ("email_template", "mail_queue")),
        ("ab_tests", ("treatment_variant", "conversion")),
        ("traitement_lots", ("date_traitement", "statut_traitement")),
        ("cups", ("printer", "ipp")),
        ("cookies", ("max_age", "cache_age")),
        ("classes", ("class_name", "file_name")),
        ("alerts", ("condition", "severity", "diagnostic_message")),
        ("mysql", ("stored_procedure",)),
        ("shapes", ("stroke", "fill", "opacity")),
        ("water_plant", ("dosing_pump", "chlorine_dosing")),
        ("audience", ("demographics", "segment", "campaign_id")),
        ("stations", ("point_of_care", "rooms", "bed_occupancy")),
        ("geology", ("fracture", "stress")),
        ("chemicals", ("ghs_code", "hazard")),
        ("videos", ("codec", "avc", "hevc")),
    ],
)
def test_homonyms_are_not_taken_for_what_they_are_not(name: str, fields: tuple[str, ...]) -> None:
    """Other words of the name, or of the data set, say what a word means."""
    assert classified(name, *fields).label is Label.UNKNOWN


def test_a_longer_phrase_speaks_for_the_words_in_it() -> None:
    """A fax number is a contact and no fax; a patient's name is a name and a patient."""
    assert firm(classified("t", "fax_number", "telephone")) == {"contact"}
    assert firm(classified("t", "patientName")) == {"person_name", "patient_entity"}


def test_an_internal_name_counts_for_its_own_product_only() -> None:
    """`config` is MongoDB's own there, and somebody's database elsewhere."""
    assert CLASSIFIER.classify("config", product="MongoDB").label is Label.INTERNAL
    assert CLASSIFIER.classify("config", ["ssn"], product="Redis").label is Label.SENSITIVE


def test_words_are_the_firmest_first_and_few() -> None:
    """Whoever reads a finding sees why, in the vocabulary's own words."""
    (category,) = classified("t", "email", "HOME-PHONE").categories

    assert category.name is Category.CONTACT
    assert category.words == ("home phone", "email", "phone")


names = st.text(max_size=40) | st.text(string.ascii_letters + string.digits + "_.- ", max_size=40)


@given(names, st.lists(names, max_size=8))
def test_nothing_of_a_name_is_ever_in_the_result(name: str, fields: list[str]) -> None:
    """Words are the vocabulary's, so what a name gives away is not given on."""
    words = {word for one in classified(name, *fields).categories for word in one.words}

    assert {word for word in words if not word.startswith("a table of ")} <= PHRASES


@given(st.sampled_from(sorted(PHRASES)), st.sampled_from(["_", "-", ".", " ", ""]))
def test_every_phrase_of_the_vocabulary_is_found_in_any_spelling(phrase: str, sign: str) -> None:
    """None is shadowed by another, unless its own switches keep it off."""
    spelled = sign.join(phrase.split())
    found = {term.phrase for term in _terms(spelled)}

    assert found & _same(phrase)


def test_a_million_names_are_read_one_by_one() -> None:
    """A data set of any width is streamed; only the vocabulary's words are kept."""

    def fields() -> Iterator[str]:
        yield from (f"field_{number}" for number in range(1_000_000))
        yield "date_of_birth"

    (category,) = CLASSIFIER.classify("wide", fields()).categories

    assert category.name is Category.BIRTH_DATE


def _terms(name: str) -> Iterator[Term]:
    return (term for term, _ in matches(words_of(name), CLASSIFIER.vocabulary))


def _same(phrase: str) -> set[str]:
    return {one for one in PHRASES if "".join(words_of(one)) == "".join(words_of(phrase))}
