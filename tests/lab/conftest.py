"""What every test against real servers may ask for."""

from collections.abc import Iterator

import pytest

from tests.lab.proof import PAGE, ROWS, renewed
from tests.lab.session import Lab
from tests.lab.times import TOOK, table


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The session's servers; all of them are ended when it ends."""
    servers = Lab()
    yield servers
    servers.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run renew the page of proofs."""
    parser.addoption("--proof", action="store_true", help="write what was seen to docs/proof.md")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the rows of this run's groups, if that was asked for."""
    if session.config.getoption("--proof"):
        fresh = session.config.stash.get(ROWS, {}).values()
        PAGE.write_text(renewed(PAGE.read_text(), fresh))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what each group cost: its servers' start, and the round over them."""
    if took := config.stash.get(TOOK, None):
        terminalreporter.section("groups of real servers")
        for line in table(took):
            terminalreporter.write_line(line)
    for row in config.stash.get(ROWS, {}).values():
        told = [f"no canary: {row.empty}", f"no state: {row.untold}"]
        terminalreporter.write_line(" ".join([str(row), *told]))
