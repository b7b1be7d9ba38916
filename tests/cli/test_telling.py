"""What check --dry-run tells: what would be sent, and what of the open incidents would not, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.cli.telling import dry_run
from monitor.model import Decision, Mute, Person, Reason, RunReport
from monitor.pipeline.notifying import Checked
from tests.alerts.decisions import EARLIER, NOW, RUN, incident

ADA = Person("ada", "laptop", EARLIER, "they roll it back")
UNTIL = NOW + timedelta(days=3)


def told(*decisions: Decision) -> list[str]:
    report = RunReport(RUN, "check", NOW, NOW, ("crm",), ())
    return dry_run(Checked(report, decisions), lambda moment: f"{moment:%d %b}").splitlines()


def test_what_is_over_and_silent_is_left_out() -> None:
    over = replace(incident(), open=False)
    decided = (Decision(Reason.NOTHING_NEW, over, incident()), Decision(Reason.ACCEPTED, over))
    assert told(*decided) == ["", "nothing would be sent"]


def test_who_keeps_alerts_back_is_told_though_nothing_was_due() -> None:
    kept = replace(incident(), acknowledged=ADA, mute=Mute(ADA, UNTIL))
    words = ("; acknowledged by ada: they roll it back", "; muted until 02 Dec by ada: they roll it back")

    def end(reason: Reason, detail: str = "") -> str:
        return told(Decision(reason, kept, kept, detail))[-1].partition(": ")[2]

    assert end(Reason.NOTHING_NEW) == f"{Reason.NOTHING_NEW}{words[0]}{words[1]}"
    assert end(Reason.ACKNOWLEDGED, "as decided") == f"acknowledged: as decided{words[1]}"
    assert end(Reason.MUTED, "as decided") == f"muted: as decided{words[0]}"
    kept = replace(incident(), mute=Mute(ADA, NOW))  # it is over
    assert end(Reason.NOTHING_NEW) == "nothing new"
