"""Where a field of a vendor's responses ends up, and what would happen without it. Nothing is called or written.

1. A field is read where checking says so of a change there: by a contract that names it or something below it, by an
   output that reads it, something below it, or the whole that it is part of. Indexes stand for any member; an
   output that reads another one than was asked for is told so.
2. What would happen is tried, not guessed: the approved response is judged against itself with the field taken out, in
   a judging process. Where there is no approved response, that is said.
3. Without a field, every path that an output reads is taken in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Final

from monitor.contracts.flows import unjoined, uses_of
from monitor.errors import ConfigError, JsonError, UsageError
from monitor.jsonpaths import DESCENT, Path, format_path, general, parse_path
from monitor.model import Settings
from monitor.pipeline.impact.lineage import lineage_of, reads_of
from monitor.pipeline.impact.predicting import baseline_of, predicted
from monitor.pipeline.planning import Job, nearest, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.printable import printable
from monitor.recordings.names import HAR
from monitor.recordings.store import Store
from monitor.reports.impact import Lineage, Traced

_FEW: Final = 5  # known fields that are named


def trace(settings: Settings, tools: Tools, vendor: str, interaction: str | None, field: str) -> Lineage:
    """The lineage of ``field`` (empty: of all that is read) through one vendor's interactions, or one of them.

    Raises UsageError where there is no such vendor, interaction or field; ConfigError with all faults of the
    contracts and flows.
    """
    jobs = plan_jobs(settings, Selection((vendor,), interaction), calls=False).jobs
    notes = _notes(settings, vendor, jobs)
    reads = [reads_of(job.interaction) for job in jobs]
    known = tuple(dict.fromkeys(path for one in reads for path in one.paths()))
    asked = _path(field, known) if field else None
    path = general(asked) if asked is not None else None
    if asked != path:
        notes = (*notes, f"{format_path(asked or ())} is answered for whichever member")
    traced = [(job, lineage_of(job.interaction, one, asked)) for job, one in zip(jobs, reads, strict=True)]
    found = [(job, one) for job, one in traced if one.fields]
    hint = _hint(path, known, jobs, tools.store) if path is not None and not found else ""
    said = format_path(path) if path is not None else ""
    return Lineage(vendor, said, _predicted(tools, found), len(jobs), hint, notes)


def _predicted(tools: Tools, found: Sequence[tuple[Job, Traced]]) -> tuple[Traced, ...]:
    """Each with what would happen. Processes are started only where there is a baseline to judge."""
    vendors = {job.vendor.name for job, _ in found}
    kept = {path.rsplit("/", 1)[-1].removesuffix(HAR) for name in vendors for path in tools.store.baselines(name)}
    tries = sum(len(one.fields) for job, one in found if job.interaction.id in kept)
    with tools.judges(tries) if tries else nullcontext() as judges:
        return tuple(predicted(one, job, tools, judges) for job, one in found)


def _notes(settings: Settings, vendor: str, jobs: Iterable[Job]) -> tuple[str, ...]:
    uses, faults = uses_of(settings.vendors[vendor].flows, settings.root)
    if faults:
        raise ConfigError(faults)
    return unjoined(uses, (use for job in jobs for use in job.interaction.uses))


# -- the field --------------------------------------------------------------------------------------------


def _path(field: str, known: Sequence[Path]) -> Path:
    try:
        path = parse_path(field)
    except JsonError as error:
        raise UsageError(error.what, where=error.where, fix=_near(f"$.{field}", known) or error.fix) from None
    if DESCENT in path:
        what = f"'{printable(field)}' names many fields"
        raise UsageError(what, fix=_near(field, known) or "name one, without ..")
    return path


def _near(field: str, known: Sequence[Path]) -> str:
    """What was probably meant, or else a few that are known."""
    names = [format_path(path) for path in known]
    if near := nearest(field, names):
        return near
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return f"fields that are read: {', '.join(names[:_FEW])}{more}" if names else ""


def _hint(path: Path, known: Sequence[Path], jobs: Sequence[Job], store: Store) -> str:
    """What else may have been meant by a field that nothing reads. Raises UsageError where no response has it."""
    field, near = format_path(path), _near(format_path(path), known)
    certain = bool(jobs)
    for baseline in (baseline_of(store, job) for job in jobs):
        if baseline.holds(path):
            return ""
        certain = certain and baseline.recording is not None
    if certain:
        raise UsageError(f"nothing reads {field}, and no baseline has it", fix=near or "see: monitor show RECORDING")
    return near
