"""`monitor drill` on the example's own baseline, with receivers on loopback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import IntentState, MessageKind
from tests.cli.test_alerting import NOW, WHEN
from tests.road.scripted import ScriptedVendor, serving

PROJECT = Path(__file__).resolve().parents[2]
CHANNELS = """
  channels:
    hook: {kind: webhook, url: "HERE/hook", secret: "a-secret-of-the-hook"}
    spare: {kind: webhook, url: "HERE/spare"}
"""


@dataclass
class Desk:
    receiver: ScriptedVendor
    out: pytest.CaptureFixture[str]

    def drill(self, *words: str) -> tuple[int, str, str]:
        code = main(("drill", *words))
        told = self.out.readouterr()
        return code, WHEN.sub("<when>", told.out), WHEN.sub("<when>", told.err)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    shutil.copytree(PROJECT / "contracts", tmp_path / "contracts")
    shutil.copytree(PROJECT / "recordings" / "baseline", tmp_path / "recordings" / "baseline")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_API_KEY", "any-key")
    with serving() as receiver:
        config = (PROJECT / "monitor.yaml").read_text().replace("\nalerts:", "\nalerts:" + CHANNELS, 1)
        (tmp_path / "monitor.yaml").write_text(config.replace("HERE", receiver.url))
        receiver.answers = {"/hook": (204, {}, b""), "/spare": (410, {}, b"gone")}
        yield Desk(receiver, capsys)


def test_it_reaches_the_real_channels(desk: Desk) -> None:
    code, out, err = desk.drill("--vendor", "crm", "--down")  # the judges are not needed for it
    assert code == 4, out + err
    assert "  | DRILL (nothing is wrong): crm is down\n" in out
    assert out.endswith("alert 1 to hook sent: DRILL (nothing is wrong): crm is down\n")
    assert "alert 2 to spare FAILED: the receiver answered HTTP 410; the receiver is gone for good" in err
    assert set(desk.receiver.seen) == {"/hook", "/spare"}
    with open_database(f"sqlite:///{Path.cwd()}/.monitor/ledger.db", NOW) as database:
        ledger = Ledger(database, "here")
        drills = [one for one in ledger.intents() if one.message.kind is MessageKind.DRILL]
        assert {one.channel: one.state for one in drills} == {"hook": IntentState.SENT, "spare": IntentState.FAILED}
        assert not ledger.incidents(open_only=False)
        assert ledger.is_new()
    assert not Path("recordings/runs").exists()


def test_a_dry_run_sends_nothing(desk: Desk) -> None:
    code, out, err = desk.drill("--vendor", "crm", "--down", "--dry-run")
    assert (code, err) == (0, "")
    assert out.startswith("would be sent to hook (breaking -> every channel, as no route is given), spare (")
    assert not desk.receiver.seen
    assert not Path(".monitor").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "say what is to happen to the vendor's responses; for instance --rename $.customerId, or --down"),
        (("--down", "--null", "$.a"), "a vendor that is down answers nothing that could be changed; give --down alone"),
        (("--drop", "$.a", "--to", "b"), "--to is the new name of one --rename; give one --rename beside it"),
        (("--rename", "a"), "--rename a: 'a' is not a JSON path; begin it with $, for instance $.customerId"),
    ],
)
def test_what_cannot_be_is_told(words: tuple[str, ...], told: str, desk: Desk) -> None:
    assert desk.drill("--vendor", "crm", *words) == (2, "", f"monitor: {told}\n")


def test_without_a_channel(desk: Desk) -> None:
    shutil.copy(PROJECT / "monitor.yaml", "monitor.yaml")
    code, out, err = desk.drill("--vendor", "crm", "--down", "--dry-run")
    assert (code, out) == (2, "")
    assert "no channel is configured" in err


def test_the_schema_of_what_a_webhook_sends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("channels", "schema")) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["version"] == {"const": 1}
