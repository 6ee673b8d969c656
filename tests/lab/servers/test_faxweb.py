"""Listed folders of faxes: each door stands as its mode claims."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.lab.servers.faxweb import apache, nginx
from tests.lab.servers.process import CANARY, Running
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = pytest.mark.real


@pytest.mark.parametrize("make", [nginx, apache])
def test_a_stranger_reads_a_fax_that_is_listed(
    lab: Lab, make: Callable[[str], AbstractContextManager[Running]]
) -> None:
    """The list names a folder, and what is in it is handed out."""
    server = lab.start(make, "avantfax")
    assert '<a href="2026-11-22/">' in fetch(server, "/faxes/recvd/").text
    assert CANARY in fetch(server, "/faxes/recvd/2026-11-22/fax.txt").text


def test_the_form_leads_to_the_log_in(lab: Lab) -> None:
    """As check_login.php does."""
    sent = fetch(lab.start(nginx, "avantfax"), "/sendfax.php")
    assert (sent.status_code, sent.headers["location"].rpartition("/")[2]) == (302, "index.php")


def test_a_folder_that_is_shut_is_not_listed(lab: Lab) -> None:
    """403 from nginx without autoindex."""
    assert fetch(lab.start(nginx, "freepbx", listed=False), "/monitor/").status_code == 403
