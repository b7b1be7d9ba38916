"""What accepted.yaml names, in the results of a run: it is told as accepted, and fails nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.checking.accepting import accepted_in
from monitor.checking.words import told
from monitor.model import Result, Settings


def with_accepted(results: Sequence[Result], settings: Settings, now: datetime) -> tuple[Result, ...]:
    """The results, with what is accepted at ``now`` marked and told so."""
    return tuple(_marked(result, settings, now) for result in results)


def _marked(result: Result, settings: Settings, now: datetime) -> Result:
    findings = accepted_in(result, settings.accepted, now) if settings.accepted else result.findings
    return result if findings == result.findings else replace(result, findings=findings, told=told(findings))
