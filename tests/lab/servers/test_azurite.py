"""Azurite stands as its modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.azurite import azurite
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_the_account_of_the_manual_is_there_unless_it_was_given_another(lab: Lab) -> None:
    """Without a key nobody is told more."""
    path = "/devstoreaccount1?comp=list"
    assert ask(lab.start(azurite).port, path).status == 403
    assert ask(lab.start(azurite, own_account=True).port, path).status == 404
