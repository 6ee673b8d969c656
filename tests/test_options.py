"""Options that several commands share, or that are checked as they are read."""

import pytest

from tests.ground import Ground, fresh_ground

ground = fresh_ground


@pytest.mark.parametrize("vantage", ["", " ", "dmz\n1", "dmz\0", "dmz\udcff"])
def test_a_vantage_is_a_name_that_every_output_can_show(ground: Ground, vantage: str) -> None:
    """A byte that is no text reaches us as half a surrogate, which no database keeps."""
    ground.permit({"redis": [1]})

    said = ground.scan("--vantage", vantage)

    assert (said.code, said.out) == (2, "")
    assert "'--vantage': write one line of plain text" in said.err
    assert not (ground.folder / "history.sqlite").exists()
