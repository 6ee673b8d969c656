"""The probes in words, as data and for people."""

import json

from probes import PROBES
from probes.fhir import Fhir
from scanner.catalogue import as_json, as_text

ABOUTS = [probe.about for probe in PROBES]


def test_the_short_list_has_a_line_each() -> None:
    """Names are in a column, so that titles are too."""
    lines = as_text(ABOUTS, brief=True).splitlines()

    assert [line.split()[0] for line in lines] == [about.name for about in ABOUTS]
    assert len({len(line) - len(line.split(maxsplit=1)[1]) for line in lines}) == 1


def test_the_long_list_leaves_nothing_out() -> None:
    """Every ask, port and reference of every probe stands in it."""
    text = as_text(ABOUTS, brief=False)

    asks = {f"    {ask.name}" for about in ABOUTS for ask in about.asks}
    assert asks <= set(text.splitlines())
    assert all(reference in text for about in ABOUTS for reference in about.references)
    assert all(str(port) in text for about in ABOUTS for port in about.own_ports)


def test_the_data_holds_what_the_probes_say_of_themselves() -> None:
    """A program reads the same catalogue as a person."""
    entries = json.loads(as_json(ABOUTS))

    assert [(entry["name"], entry["cwe"], entry["remedy"]) for entry in entries] == [
        (about.name, about.cwe, about.remedy) for about in ABOUTS
    ]
    assert [entry["asks"] for entry in entries] == [
        [ask.name for ask in about.asks] for about in ABOUTS
    ]


def test_a_header_of_an_ask_stands_below_it() -> None:
    """Nothing is sent that the list does not show."""
    lines = as_text([Fhir.about], brief=False).splitlines()

    assert lines.count("      with Prefer: handling=strict") == 9
    control = lines.index("    GET /fhir/RondeNoSuchType?_summary=count")
    assert lines[control + 1] == "      with Prefer: handling=strict"
