"""Connect's door stands as its mode claims: judged by plain requests, without the scanner."""

import pytest

from tests.lab.servers.kafka import kafka
from tests.lab.servers.kafkaconnect import kafkaconnect
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_worker_shows_the_settings_of_its_connectors_to_anyone(lab: Lab) -> None:
    """Passwords included, where somebody wrote them there."""
    server = lab.start(kafkaconnect, lab.start(kafka))
    assert CANARY in ask(server.port, "/connectors/fax-files/config").body.decode()
