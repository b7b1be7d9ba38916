"""A mended integration changes an action's id: what was approved under the old one is not passed over in silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config.load import SecretsMode, load
from monitor.errors import UsageError
from monitor.languages import kinds
from monitor.model import Approval, Exchange, Outcome, Recording, Request, Response, Result, Settings
from monitor.pipeline.approve import Consent, candidates
from monitor.pipeline.planning import Job, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.pipeline.unclaimed import adopted, told_of
from monitor.wiring import tools_of
from tests.contracts.actions.exports import text_of

CONFIG = """\
version: 1
vendors:
  crm:
    base_url: http://127.0.0.1:1
    data_actions:
      - {{file: action.json, integration: {}, inputs: {{phone: "5"}}}}
"""
AT = datetime(2026, 11, 20, tzinfo=UTC)


class _Silent:
    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


@dataclass(frozen=True)
class World:
    """A folder whose one action was approved under the integration ``Typpo``, which now is ``Typo``."""

    settings: Settings
    tools: Tools
    job: Job
    baseline: Recording

    def told(self, outcome: Outcome, command: str = "check", **more: str) -> Result:
        one = self.job.interaction
        result = replace(Result("crm", one.id, one.description, outcome), **more)  # type: ignore[arg-type]
        (found,) = told_of([result], self.settings, self.tools, command)
        return found


def _settings(folder: Path, integration: str) -> Settings:
    (folder / "monitor.yaml").write_text(CONFIG.format(integration), encoding="utf-8")
    return load(folder / "monitor.yaml", {}, secrets=SecretsMode.DEFER, kinds=kinds())


def _job(settings: Settings) -> Job:
    (job,) = plan_jobs(settings, Selection(("crm",))).jobs
    return job


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "action.json").write_text(text_of(), encoding="utf-8")
    before = _job(_settings(tmp_path, "Typpo")).interaction
    settings = _settings(tmp_path, "Typo")
    tools = tools_of(settings, _Silent(), "check")
    response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), b'{"fullName": "Ann"}')
    exchange = Exchange(Request("GET", "http://127.0.0.1:1/c"), response, None, AT, 0.1)
    recording = Recording("runs/r/crm/x.har", "20261120T000000Z-ab12cd", "crm", before.id, before.description, exchange)
    approval = Approval("ann", AT, recording.path, accepted_losses=("tier",))
    return World(settings, tools, _job(settings), tools.store.approve(recording, approval))


def test_what_was_approved_under_another_id_keeps_a_check_from_being_green(world: World) -> None:
    found = world.told(Outcome.NO_BASELINE)
    assert found.outcome is Outcome.NOT_JUDGED
    assert f"{world.baseline.path} has its name and no interaction any more" in found.reason
    command = f"monitor approve --vendor crm {world.job.interaction.id} {world.baseline.path}"
    assert found.fix.startswith(f"if it is this one: {command};")


def test_it_is_a_note_where_something_is_told_anyway(world: World) -> None:
    for outcome, command in ((Outcome.NO_BASELINE, "record"), (Outcome.DRIFTED, "check")):
        found = world.told(outcome, command)
        assert found.outcome is outcome
        assert world.baseline.path in found.notes[0]


def test_nothing_is_said_of_what_has_a_baseline_or_another_name(world: World) -> None:
    for found in (
        world.told(Outcome.DRIFTED, baseline="baseline/crm/x.har"),
        world.told(Outcome.NO_BASELINE, description="Get another"),
        world.told(Outcome.VENDOR_DOWN),
    ):
        assert (found.notes, found.fix) == ((), "")


def test_an_approved_one_is_no_longer_passed_over(world: World) -> None:
    kept = adopted(world.baseline, [world.job], world.settings, world.tools.masker)
    assert (kept.interaction_id, kept.exchange) == (world.job.interaction.id, world.baseline.exchange)
    (candidate,) = candidates(world.settings, world.tools, Selection(("crm",)), [world.baseline.path], Consent("bo"))
    assert (candidate.refusals, candidate.accepted, candidate.standing) == ((), ("tier",), False)


def test_the_baseline_of_a_living_interaction_is_nobody_elses(world: World) -> None:
    before = _settings(Path(world.settings.root), "Typpo")
    other = replace(world.job, interaction=replace(world.job.interaction, id="other-1"))
    assert adopted(world.baseline, [other], before, world.tools.masker) is world.baseline
    unapproved = replace(world.baseline, approval=None)
    assert adopted(unapproved, [world.job], world.settings, world.tools.masker) is unapproved
    of_nobody = replace(world.baseline, vendor="erp")
    assert adopted(of_nobody, [world.job], world.settings, world.tools.masker) is of_nobody
    with pytest.raises(UsageError, match="another interaction"):
        candidates(
            replace(world.settings, file="x"),
            world.tools,
            Selection(("crm",), "Get customer"),
            [_unplaced(world)],
            Consent("bo"),
        )


def _unplaced(world: World) -> str:
    """The recording of a third interaction, which was never a baseline."""
    one = replace(world.baseline, interaction_id="third-1", approval=None)
    return world.tools.store.append(one).path
