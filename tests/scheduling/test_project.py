"""The daemon over a project on disk: which monitor.yaml counts when, and how it tells people through the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.errors import ConfigError, MonitorError, UsageError
from monitor.ledger.tables import alerts, incidents
from monitor.model import Settings
from monitor.scheduling.project import Project, _opened
from monitor.scheduling.stopping import Stop
from tests.road.scripted import interaction, pact_of

CONFIG = """\
version: 1
vendors:
  crm:
    base_url: http://127.0.0.1:9
    contracts: [contracts/*.json]
    headers: {X-API-Key: "${secret:file:key.txt}"}
    schedule: {cron: "17 5 * * 1"}
alerts:
  enabled: ${MONITOR_ALERTS:-false}
  channels:
    hook: {kind: webhook, url: "http://127.0.0.1:9/nobody"}
  routes: {breaking: hook}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "one.json").write_text(pact_of(interaction("a lookup", "/c", {"id": 1})))
    (tmp_path / "key.txt").write_text("first-canary-key")
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    return tmp_path


def cron_of(settings: Settings) -> str:
    schedule = settings.vendors["crm"].schedule
    return schedule.cron if schedule else ""


def test_secrets_and_contracts_count_at_once_and_monitor_yaml_from_the_next_reload_on(folder: Path) -> None:
    project = Project(folder / "monitor.yaml", {})
    project.load()
    (folder / "key.txt").write_text("second-canary-key")
    (folder / "contracts" / "two.json").write_text(pact_of(interaction("two", "/d", {"id": 1})))
    (folder / "monitor.yaml").write_text(CONFIG.replace("17 5", "30 6"))
    fresh = project.fresh()
    assert fresh.vendors["crm"].headers["X-API-Key"] == "second-canary-key"
    assert len(fresh.vendors["crm"].contracts) == 2
    assert cron_of(fresh) == "17 5 * * 1"
    assert cron_of(project.load()) == cron_of(project.fresh()) == "30 6 * * 1"


@pytest.mark.parametrize(
    ("written", "error"),
    [
        (CONFIG.replace("17 5", "99 5"), ConfigError),
        (CONFIG.replace('    schedule: {cron: "17 5 * * 1"}\n', ""), UsageError),
        (f"state_dir: elsewhere\n{CONFIG}", UsageError),
        ("\x00", ConfigError),
        (None, ConfigError),
    ],
)
def test_what_cannot_be_loaded_leaves_all_as_it_was(
    folder: Path, written: str | None, error: type[MonitorError]
) -> None:
    project = Project(folder / "monitor.yaml", {})
    project.load()
    if written is None:
        (folder / "monitor.yaml").unlink()
    else:
        (folder / "monitor.yaml").write_text(written)
    with pytest.raises(error):
        project.load()
    assert cron_of(project.fresh()) == "17 5 * * 1"


@pytest.mark.parametrize(
    ("environ", "enabled"), [({}, True), ({"MONITOR_ALERTS": "true"}, True), ({"MONITOR_ALERTS": "false"}, False)]
)
def test_people_are_told_unless_somebody_said_no(folder: Path, environ: dict[str, str], enabled: bool) -> None:
    assert Project(folder / "monitor.yaml", environ).load().alerts.enabled is enabled


def test_the_ledger_knows_since_when_and_what_is_wrong(folder: Path) -> None:
    project = Project(folder / "monitor.yaml", {})
    settings = project.load()
    long_ago = datetime.now(UTC) - timedelta(days=30)
    crm = settings.vendors["crm"]
    assert project.known_since(settings, crm, long_ago) == long_ago
    assert project.known_since(settings, crm, long_ago + timedelta(days=1)) == long_ago
    assert project.began(settings, "crm", long_ago) == ()
    assert [one.vendor for one in project.missed(settings, frozenset())] == ["crm"]
    assert project.missed(settings, {"crm"}) == ()  # it is being checked
    project.faulty(settings, "", UsageError("it is wrong"))
    project.faulty(settings, "", None)
    assert project.deliver(settings, Stop()) == {"again": 1}  # the first is refused, and the channel rests
    with _opened(settings) as ledger, ledger.database.read() as connection:
        known = connection.execute(select(incidents.c.subject, incidents.c.open).order_by(incidents.c.subject))
        assert [tuple(row) for row in known] == [("config", False), ("missed_run", True)]
        told = connection.scalars(select(alerts.c.vendor).order_by(alerts.c.id))
        assert list(told) == ["crm", "", ""]
