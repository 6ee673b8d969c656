"""Words: templates say what leaves, in a sandbox, and no value gets out of its place."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Asset, Finding, Refused
from scanner.ticket import Grouping
from scanner.tickets.escape import Markup
from scanner.tickets.subjects import Subject, gathered
from scanner.tickets.wording import MAX_BODY, MAX_DOORS, MAX_TITLE, Unwordable, Wording
from tests.tickets.team import door


def subject(*findings: Finding, grouping: Grouping = Grouping.OWNER) -> Subject:
    """Gather findings into the one ticket that they make."""
    (made,) = gathered(findings, grouping).values()
    return made


def worded(folder: Path, body: str, markup: Markup = Markup.PLAIN) -> Wording:
    """Load a body of one's own."""
    path = folder / "body.txt"
    path.write_text(body, encoding="utf-8")
    return Wording.load(markup, None, str(path))


@pytest.mark.parametrize("markup", Markup)
def test_the_shipped_words_name_the_door_and_the_remedy(markup: Markup) -> None:
    """In every mark-up; and no name of a holding."""
    draft = Wording.load(markup, None, None)(subject(door(1)), overdue=False)

    assert draft.title == "Elasticsearch lists its indices to anyone: 198.18.0.2:9200"
    assert "198.18.0.2" in draft.body
    assert "Demand a password." in draft.body
    assert "https://example.org/es" in draft.body
    assert "faxes" not in draft.body


def test_a_ticket_of_many_says_how_many() -> None:
    """And lists the first of them."""
    doors = [door(number) for number in range(MAX_DOORS + 7)]
    draft = Wording.load(Markup.PLAIN, None, None)(subject(*doors), overdue=True)

    assert draft.title == f"Radiology: {MAX_DOORS + 7} open doors (overdue)"
    assert draft.body.count("Endpoint:") == MAX_DOORS
    assert "… and 7 more." in draft.body


def test_a_template_of_ones_own_decides_what_leaves(tmp_path: Path) -> None:
    """Nothing that it does not name is there."""
    wording = worded(tmp_path, "{% for one in findings %}{{ one.owner }}{% endfor %}")

    assert wording(subject(door(1)), overdue=False).body == "Radiology"


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ findings.append(1) }}",
        "{{ findings[0].update(owner=1) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% for x in range(10000000) %}{% endfor %}",
        "{{ nothing_of_that_name }}",
        "{{ findings[0].nothing }}",
        "{{ 1 // 0 }}",
    ],
)
def test_a_template_that_reaches_out_is_refused_at_once(tmp_path: Path, body: str) -> None:
    """It is tried out before a round begins; its file is named."""
    with pytest.raises(Unwordable, match=r"body.txt: cannot be filled in"):
        worded(tmp_path, body)


def test_what_is_no_template_is_refused_by_its_line(tmp_path: Path) -> None:
    """File and line."""
    with pytest.raises(Unwordable, match=r"body.txt:2: no template"):
        worded(tmp_path, "one\n{% if %}")


def test_a_template_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """It is not there, or no text."""
    with pytest.raises(Refused, match=r"none.txt: cannot be read: No such file"):
        Wording.load(Markup.PLAIN, str(tmp_path / "none.txt"), None)
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    with pytest.raises(Refused, match=r"latin.txt: not UTF-8"):
        Wording.load(Markup.PLAIN, None, str(tmp_path / "latin.txt"))


@pytest.mark.parametrize("filters", ["", "|safe", "|upper", "|string|safe", "|e|safe"])
def test_no_filter_lets_a_value_out_of_its_place(tmp_path: Path, filters: str) -> None:
    """Everything that is shown is made harmless last."""
    body = f"{{% for one in findings %}}{{{{ one.owner{filters} }}}}{{% endfor %}}"
    hostile = msgspec.structs.replace(door(1), asset=Asset(owner="<img src=x>"))
    draft = worded(tmp_path, body, Markup.HTML)(subject(hostile), overdue=False)

    assert "<" not in draft.body


@given(st.text(), st.text(), st.sampled_from(Markup))
def test_no_value_makes_a_line_of_its_own(owner: str, version: str, markup: Markup) -> None:
    """The same template has the same lines, whatever the values; and titles have one."""
    wording = Wording.load(markup, None, None)
    plain = msgspec.structs.replace(door(1), version="1", asset=Asset(owner="x"))
    strange = msgspec.structs.replace(
        plain, version=version or "1", asset=Asset(owner=owner or "x")
    )

    said = wording(subject(strange), overdue=False)
    assert len(said.body.splitlines()) == len(
        wording(subject(plain), overdue=False).body.splitlines()
    )
    assert said.title.isprintable()


def test_words_have_an_end(tmp_path: Path) -> None:
    """The least that a tracker takes."""
    (tmp_path / "title.txt").write_text("{% for x in range(999) %}long {% endfor %}")
    (tmp_path / "body.txt").write_text("{% for x in range(9999) %}long {% endfor %}")
    wording = Wording.load(Markup.PLAIN, str(tmp_path / "title.txt"), str(tmp_path / "body.txt"))
    draft = wording(subject(door(1)), overdue=False)

    assert len(draft.title) <= MAX_TITLE
    assert len(draft.body) <= MAX_BODY
