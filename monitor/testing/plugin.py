"""What pytest loads: the fixture ``data_action``, its settings, and the contracts kept once a test has passed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from monitor.testing.actions import DataActions

FOLDER: Final = "drift_monitor_contracts"
_PASSED: Final = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(FOLDER, "Where tests of data actions write contracts, a folder for each vendor.", default="contracts")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture
def data_action(request: pytest.FixtureRequest) -> Iterator[DataActions]:
    """Calls data actions against Pact's mock server: ``data_action(file, inputs=...).answers(body)``.

    What the vendor was said to answer becomes a contract once the test has passed.
    """
    from monitor.errors import MonitorError  # noqa: PLC0415 - most sessions have no such test
    from monitor.testing.actions import DataActions  # noqa: PLC0415
    from monitor.testing.failing import failed  # noqa: PLC0415
    from monitor.testing.keeping import keep  # noqa: PLC0415

    config = request.config
    folder = config.rootpath / str(config.getini(FOLDER))
    actions = DataActions(config.rootpath, folder, request.node.nodeid)
    yield actions
    if request.node.stash.get(_PASSED, False):
        try:
            keep(actions.kept(), actions.state_dir)
        except MonitorError as error:
            raise failed(str(error)) from None
