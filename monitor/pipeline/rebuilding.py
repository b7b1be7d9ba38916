"""The ledger made anew from what lies in the recordings folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import RecordingError
from monitor.model import RunReport, Settings
from monitor.pipeline.notifying import policy_of
from monitor.recordings.store import Store

if TYPE_CHECKING:
    from monitor.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``runs``: how many reports the ledger rests on now; ``passed_over``: a line on each that cannot be read."""

    runs: int
    passed_over: tuple[str, ...]


@dataclass(slots=True)
class _Reports:
    store: Store
    passed_over: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[RunReport]:
        for run_id in self.store.runs():
            try:
                yield self.store.read_report(run_id)
            except RecordingError as error:
                if run_id not in self.store.orphaned():  # under way, or to be closed by the next run
                    self.passed_over.append(str(error))


def rebuild(settings: Settings, store: Store, ledger: Ledger, clock: Callable[[], datetime]) -> Rebuilt:
    """Replays every report, the oldest first, without telling anybody. What people decided and were told stays."""
    reports = _Reports(store)
    now = clock()
    policies = {vendor: policy_of(settings, ledger, vendor, now) for vendor in settings.vendors}
    fallback = next(iter(policies.values()))  # of a vendor that monitor.yaml does not have any more
    runs = ledger.replace_runs(reports, lambda vendor: policies.get(vendor, fallback), now)
    return Rebuilt(runs, tuple(reports.passed_over))
