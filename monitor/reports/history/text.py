"""History for a terminal of 80 to 120 columns, the newest first. Reports lie on disk, so nothing of them is trusted.

2026-11-22 08:58:00  20261122T085800Z-ab12cd  check   1 drifted (breaking), 3 same
    a GET request to look up customer by phone
      + breaking  $.customerId renamed to $.customer_id; output customerId: String -> missing
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from monitor.model import Finding, Outcome, Result
from monitor.printable import printable
from monitor.reports._brief import brief, by_root, worst
from monitor.reports.history import Run, Turn
from monitor.reports.history.folding import Stretch, stretches

_ORDER: Final = (Outcome.DRIFTED, *(o for o in Outcome if not o.judged), Outcome.NO_BASELINE, Outcome.SAME)
_MOST: Final = 5  # roots of one interaction in the list of runs
_MOST_INTERACTIONS: Final = 10  # of one run there
_MOST_ROOTS: Final = 50
_NAME: Final = 100  # characters
_REASON: Final = 400
_LINE: Final = 1_000
UNFINISHED: Final = "interrupted, or under way"
_GONE: Final = "gone"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _command(run: Run) -> str:
    return f"{printable(run.command, 20):<6}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# -- runs -------------------------------------------------------------------------------------------------


def _figures(run: Run) -> str:
    if not run.finished:
        return UNFINISHED
    results = [turn.result for turn in run.turns]
    counts = Counter(result.outcome for result in results)
    most = worst(finding for result in results for finding in result.findings)
    parts = (
        f"{counts[outcome]} {outcome.value}" + (f" ({most})" if outcome is Outcome.DRIFTED and most else "")
        for outcome in _ORDER
        if counts[outcome]
    )
    return ", ".join(parts) or "nothing"


def _told(sign: str, findings: Sequence[Finding], most: int) -> Iterator[str]:
    groups = by_root(findings)
    for root in list(groups)[:most]:
        group = groups[root]
        label = _GONE if sign == "-" else str(worst(group))
        yield f"{sign} {label:<8}  {brief(group)}"
    if len(groups) > most:
        yield f"{sign} and {len(groups) - most:,} more"


def _changed(run: Run) -> Iterator[str]:
    turns = [turn for turn in run.turns if turn.new or turn.gone]
    for turn in turns[:_MOST_INTERACTIONS]:
        yield f"    {printable(turn.result.description, _NAME)}"
        yield from (f"      {line}" for line in _told("+", turn.new, _MOST))
        yield from (f"      {line}" for line in _told("-", turn.gone, _MOST))
    if len(turns) > _MOST_INTERACTIONS:
        yield f"    and {_count(len(turns) - _MOST_INTERACTIONS, 'more interaction')}"


def overview(vendor: str, runs: Sequence[Run]) -> str:
    """A line for each run, and below it what changed since the run before."""
    lines = [f"{printable(vendor)}: {_count(len(runs), 'run')}, the newest first (times in UTC)"]
    for run in runs:
        lines.append(f"{_when(run.started)}  {printable(run.run_id, 40)}  {_command(run)}  {_figures(run)}")
        lines += _changed(run)
    return "\n".join(lines) + "\n"


# -- one interaction --------------------------------------------------------------------------------------


def _label(result: Result) -> str:
    severity = f" ({result.degree})" if result.outcome is Outcome.DRIFTED and result.degree else ""
    return result.outcome.value.replace("_", " ").upper() + severity


def _new(turn: Turn) -> Iterator[str]:
    """The new findings in the words that the run told them in; by name where it told none."""
    roots = {root: worst(group) for root, group in by_root(turn.new).items()}
    told = {one.root: one for one in turn.result.told}
    for root, severity in list(roots.items())[:_MOST_ROOTS]:
        yield f"+ {severity}  {printable(root, _NAME)}"
        yield from (f"    {printable(line, _LINE)}" for line in (told[root].lines if root in told else ()))
    if len(roots) > _MOST_ROOTS:
        yield f"+ and {len(roots) - _MOST_ROOTS:,} more"


def _span(stretch: Stretch) -> str:
    if len(stretch.runs) == 1:
        return ""
    return f"  x {len(stretch.runs):,} runs since {_when(stretch.runs[-1].started)}"


def _stretch(stretch: Stretch, recordings: str) -> Iterator[str]:
    newest = stretch.runs[0]
    label = _label(stretch.turns[0].result) if stretch.turns else UNFINISHED
    yield f"{_when(newest.started)}  {_command(newest)}  {label}{_span(stretch)}"
    if not stretch.turns:
        return
    result, oldest = stretch.turns[0].result, stretch.turns[-1]
    if result.reason:
        yield f"    {printable(result.reason, _REASON)}"
    yield from (f"    {line}" for line in _new(oldest))
    yield from (f"    {line}" for line in _told("-", oldest.gone, _MOST_ROOTS))
    if not (oldest.new or oldest.gone) and result.findings and oldest.compared:
        yield "    as before"
    if result.evidence:
        yield f"    evidence: {recordings}/{printable(result.evidence, _REASON)}"


def of_interaction(vendor: str, runs: Sequence[Run], recordings: str) -> str:
    """Each interaction that ``runs`` are about: when it came out how, and what changed. Runs alike stand as one."""
    names = {turn.result.interaction_id: turn.result.description for run in runs for turn in run.turns}
    planned = {name: description for run in runs for name, description in run.planned}
    lines: list[str] = []
    for name, description in {**planned, **names}.items():
        lines.append(f"{printable(vendor)}: {printable(description, _NAME)}")
        lines.append(f"  id {printable(name, _NAME)}; the newest first (times in UTC)")
        for stretch in stretches(runs, name):
            lines += _stretch(stretch, recordings)
    return "\n".join(lines) + "\n"
