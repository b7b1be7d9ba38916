"""One run: its plan, the result of every interaction, its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from monitor.model.exchanges import Outcome
from monitor.model.interactions import Skipped
from monitor.model.judging import Finding, Severity, Told


@dataclass(frozen=True, slots=True)
class Planned:
    vendor: str
    interaction_id: str
    description: str
    method: str
    path: str
    contract_digest: str = ""
    refusal: str = ""  # why it will not be sent


@dataclass(frozen=True, slots=True)
class Plan:
    """Written before the first call. ``command`` is check or record.

    ``selection``: the one interaction that was asked for; empty: whole vendors. ``notify``: what is found is told.
    """

    run_id: str
    created: datetime
    command: str
    vendors: tuple[str, ...]
    interactions: tuple[Planned, ...]
    selection: str = ""
    notify: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Basis:
    """What a verdict rests on besides the response: where it changed, that may be why a finding is no more.

    ``terms`` is the digest of contract, translations and severities, ``baseline`` the baseline's own.
    """

    terms: str = ""
    baseline: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None


NO_BASIS: Final = Basis()


INTERRUPTED: Final = "interrupted: nothing was recorded of it; it may have been called"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one planned interaction. ``evidence`` and ``baseline`` are paths below the recordings folder."""

    vendor: str
    interaction_id: str
    description: str
    outcome: Outcome
    reason: str = ""
    fix: str = ""
    findings: tuple[Finding, ...] = ()
    told: tuple[Told, ...] = ()  # the findings in words, by root, worst first
    notes: tuple[str, ...] = ()
    evidence: str = ""
    baseline: str = ""
    elapsed: float = 0.0
    basis: Basis = NO_BASIS

    @property
    def worst(self) -> Severity | None:
        """Of what is not accepted."""
        return min((f.severity for f in self.findings if not f.accepted), key=lambda s: s.rank, default=None)

    @property
    def interrupted(self) -> bool:
        """Its run was killed before it was recorded: that says nothing of the vendor."""
        return self.outcome is Outcome.NOT_RUN and self.reason == INTERRUPTED

    @property
    def degree(self) -> str:
        """How bad it is, in a word: a severity; accepted, where all that was found is; empty without findings."""
        return self.worst.value if self.worst else "accepted" if self.findings else ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run, whole. ``command`` is check, record or recheck; ``exit_reasons`` lists every reason, worst first."""

    run_id: str
    command: str
    started: datetime
    finished: datetime
    vendors: tuple[str, ...]
    results: tuple[Result, ...]
    skipped: tuple[Skipped, ...] = ()
    closed_runs: tuple[str, ...] = ()  # orphaned plans that this run closed
    notes: tuple[str, ...] = ()  # what else a person should know of this run
    fail_on: Severity = Severity.BREAKING  # from which severity on the exit code is 1
    exit_code: int = 0
    exit_reasons: tuple[str, ...] = ()
    selection: str = ""  # as in its plan
    notify: bool = False  # as in its plan
    rules: int = 0  # the version of the rules that judged; 0: from before they had one
    version: int = 1


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest check of a vendor. ``whole``: all was asked (not one interaction only, nor was it killed before).

    ``judged`` counts verdicts, ``outcomes`` its interactions by outcome; ``exit_code`` is that of the run, all its
    vendors included.
    """

    run_id: str
    started: datetime
    finished: datetime
    whole: bool
    judged: int
    unjudged: int
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    exit_code: int = 0
