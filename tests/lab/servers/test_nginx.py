"""nginx before another server, and alone: each door stands as its mode claims."""

import httpx
import pytest

from tests.lab.servers.elasticsearch import osmem
from tests.lab.servers.nginx import Front, decoy, nginx
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = pytest.mark.real


def test_nginx_with_basic_auth_refuses_in_html(lab: Lab) -> None:
    """The 401 is nginx's page, not Elasticsearch's JSON; the password opens both doors."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(osmem))
    refused = fetch(server, "/")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "text/html"
    assert CANARY in fetch(server, "/faxes-2018/_search", login=True).text


def test_nginx_can_hide_the_front_page_alone(lab: Lab) -> None:
    """`/` is refused and the documents can be read all the same."""
    server = lab.start(nginx, Front.NO_FRONT_PAGE, lab.start(osmem))
    assert fetch(server, "/").status_code == 403
    assert CANARY in fetch(server, "/faxes-2018/_search").text


def test_nginx_can_show_the_front_page_alone(lab: Lab) -> None:
    """`/` says what runs here; everything else is refused."""
    server = lab.start(nginx, Front.ONLY_FRONT_PAGE, lab.start(osmem))
    assert fetch(server, "/").json()["version"]["number"] == server.version
    assert fetch(server, "/faxes-2018/_search").status_code == 403


def test_nginx_can_put_tls_before_an_open_server(lab: Lab) -> None:
    """TLS is no lock: anyone may ask, if in TLS."""
    server = lab.start(nginx, Front.TLS, lab.start(osmem))
    assert CANARY in fetch(server, "/faxes-2018/_search").text
    plain = httpx.get(f"http://{server.address}:{server.port}/", trust_env=False)
    assert plain.status_code == 400


def test_the_decoy_says_yes_to_everything(lab: Lab) -> None:
    """200 and the same page, whatever was asked."""
    server = lab.start(decoy)
    for path in ("/", "/_cat/indices?format=json", "/no-such-path"):
        answer = fetch(server, path)
        assert (answer.status_code, answer.text) == (200, "welcome")
