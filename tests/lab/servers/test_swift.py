"""The proxy stands as its mode claims, judged without the scanner."""

import pytest

from tests.lab.servers.swift import swift
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_stranger_is_asked_for_a_token(lab: Lab) -> None:
    """Whatever account he names."""
    refused = ask(lab.start(swift).port, "/v1/AUTH_lab")
    assert refused.status == 401
    assert refused.headers["www-authenticate"] == 'Swift realm="AUTH_lab"'
