"""Entries of accepted.yaml that do nothing any more: what people meant to live with alerts again, or is gone.

1. An entry whose ``until`` is over is told, and so is one about a vendor or interaction that there is not.
2. An entry that found nothing in the newest whole check of its vendor is told where that check gave a verdict on all
   that the entry is about: the vendor has mended it, or it never named what it was meant to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from monitor.checking.accepting import holds, is_about, matches
from monitor.contracts.lint import Remark
from monitor.contracts.load import shown
from monitor.errors import ConfigError, RecordingError
from monitor.model import Accepted, RunReport, Settings, Vendor
from monitor.model.moments import day
from monitor.pipeline.planning import nearest, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.printable import printable
from monitor.recordings.store import Store

FAR: Final = 20  # runs that are looked through for the newest whole check of a vendor


def of_accepted(settings: Settings, tools: Tools, vendors: Sequence[Vendor]) -> Iterator[Remark]:
    """What is to be said of the entries about ``vendors``, and about vendors that there are not."""
    names = {vendor.name for vendor in vendors}
    for entry in settings.accepted:
        if entry.vendor in settings.vendors and entry.vendor not in names:
            continue  # not asked for
        if (told := _told(entry, settings, tools)) is not None:
            rule, what, fix = told
            file = shown(settings.accepted_file, settings.root)
            yield Remark(rule, file, "", entry.vendor, what, fix, entry.interaction, entry.line, 1)


def _told(entry: Accepted, settings: Settings, tools: Tools) -> tuple[str, str, str] | None:
    """Rule, what is wrong and the fix; None: nothing is."""
    place = printable(entry.path)
    if entry.vendor not in settings.vendors:
        fix = nearest(entry.vendor, settings.vendors) or "delete the entry"
        return "accepted-unknown", f"monitor.yaml has no vendor '{printable(entry.vendor)}'", fix
    if entry.until is not None and not holds(entry, tools.clock()):
        what = f"what is accepted at {place} is so no longer since {day(entry.until)}: it alerts again if it is there"
        return "accepted-expired", what, "delete the entry, or give it another until"
    known = _known(entry.vendor, settings, tools) if entry.interaction else None
    if known is not None and entry.interaction not in known:
        fix = nearest(entry.interaction, known) or "see: monitor contracts list"
        return "accepted-unknown", f"no contract has an interaction '{printable(entry.interaction)}'", fix
    if not _is_found(entry, _newest(entry.vendor, tools.store)):
        what = f"the newest check of {entry.vendor} found nothing that this accepts at {place}"
        return "accepted-unused", what, "delete the entry, or write the path as monitor tells it"
    return None


def _known(vendor: str, settings: Settings, tools: Tools) -> frozenset[str] | None:
    """Ids and descriptions of the vendor's interactions; None where that cannot be told."""
    try:
        jobs = plan_jobs(settings, Selection((vendor,)), calls=False)
    except ConfigError:  # other remarks say so
        return None
    found = [name for job in jobs.jobs for name in (job.interaction.id, job.interaction.description)]
    found += [name for one in jobs.skipped for name in (one.interaction_id, one.description)]
    return frozenset([*found, *map(tools.masker.text, found)])


def _newest(vendor: str, store: Store) -> RunReport | None:
    """The newest check of the whole vendor."""
    for run_id in islice(reversed(store.runs()), FAR):
        try:
            report = store.read_report(run_id)
        except RecordingError:
            continue
        if report.command == "check" and not report.selection and vendor in report.vendors:
            return report
    return None


def _is_found(entry: Accepted, report: RunReport | None) -> bool:
    """Whether the report has what the entry names, or cannot tell."""
    about = [result for result in report.results if is_about(entry, result)] if report else []
    if not about or not all(result.outcome.judged for result in about):
        return True
    return any(matches(entry, finding) for result in about for finding in result.findings)
