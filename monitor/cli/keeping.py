"""recordings prune, recordings verify: look after what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, ProgressDisplay, note, report_error, settings_of, shown_path, write
from monitor.cli.groups import RECORDINGS
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Retention, Settings
    from monitor.pipeline.keeping import Pruned, Verified
    from monitor.recordings.retention import Doomed

EXIT_DAMAGED: Final = 3
EXIT_NOT_DELETED: Final = 70


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


VendorOption = Annotated[str | None, typer.Option("--vendor", "-v", help="Only this vendor's.")]
FormatOption = Annotated[Form, typer.Option("--format", "-f", help="text or json.")]


def _size(written: str | None) -> int | None:
    from monitor.config.leaves import parse_size
    from monitor.errors import UsageError

    if written is None:
        return None
    size = parse_size(written.strip())
    if size is None:
        raise UsageError(f"--max-size '{printable(written, 40)}' is no size", fix="write for instance 5GB or 200MB")
    return size


def _retention(settings: Settings, days: int | None, last: int | None, size: int | None) -> Retention:
    """What monitor.yaml says, with what was given instead. Raises UsageError where nothing may go."""
    from monitor.errors import UsageError

    said = settings.retention
    wanted = replace(
        said,
        keep_days=said.keep_days if days is None else days,
        keep_last=said.keep_last if last is None else last,
        max_size=said.max_size if size is None else size,
    )
    if wanted.keep_days is None and wanted.max_size is None:
        fix = "add for instance recordings: {keep_days: 90, max_size: 5GB}, or give --keep-days or --max-size"
        raise UsageError("nothing says which runs may be deleted", where=shown_path(settings.file), fix=fix)
    return wanted


def _line(one: Doomed, done: str) -> str:
    from monitor.recordings.sizes import shown_size

    vendors = printable(", ".join(sorted(one.run.vendors)) or "no recordings", 60)
    return f"{done}  {one.run.run_id}  {vendors}  {shown_size(one.run.size)}  {one.reason}\n"


def _figures(pruned: Pruned, dry_run: bool) -> Iterator[str]:
    from monitor.pipeline.keeping import figure
    from monitor.recordings.sizes import shown_size

    would = "would be " if dry_run else ""
    if pruned.leftovers:
        yield f"{figure(pruned.leftovers, 'leftover')} of interrupted writes {would}removed\n"
    yield (
        f"{figure(len(pruned.deleted), 'run')} {would}deleted, {shown_size(pruned.freed)} {would}freed; "
        f"{figure(len(pruned.kept), 'run')} kept, {shown_size(pruned.kept_size)}\n"
    )


def _evidence(settings: Settings) -> frozenset[str]:
    """The runs that an open incident rests on. A ledger that cannot be read (the disk is full) keeps no prune from
    making room: what the newest verdicts rest on stays anyway.
    """
    from monitor.errors import LedgerError
    from monitor.ledger.database import open_existing
    from monitor.ledger.ledger import Ledger
    from monitor.pipeline.notifying import evidence_of
    from monitor.wiring import now

    try:
        database = open_existing(settings.ledger, now())
        if database is None:
            return frozenset()
        with database:
            return evidence_of(Ledger(database, "").incidents())
    except LedgerError as error:
        note(f"note: open incidents are not known: {error}")
        return frozenset()


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would go; delete nothing.")] = False,
    keep_days: Annotated[int | None, typer.Option("--keep-days", min=1, help="Runs older than this go.")] = None,
    keep_last: Annotated[int | None, typer.Option("--keep-last", min=0, help="Of each vendor these stay.")] = None,
    max_size: Annotated[str | None, typer.Option("--max-size", help="The oldest go while all take more.")] = None,
    config: ConfigOption = None,
) -> int:
    """Delete old runs, as monitor.yaml or the options say, and what interrupted writes left over.

    These always stay: baselines, the newest --keep-last runs of each vendor, the newest recording of each interaction
    and the evidence of its newest verdict, the evidence of open incidents, and runs without a report.

    Examples:

      monitor recordings prune --dry-run

      monitor recordings prune --keep-days 30 --max-size 2GB
    """
    from monitor.pipeline.keeping import prune as walk
    from monitor.recordings.sizes import shown_size
    from monitor.wiring import tools_of

    settings = settings_of(config, offline=True)
    retention = _retention(settings, keep_days, keep_last, _size(max_size))
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "recordings prune")
        pruned = walk(tools, retention, dry_run=dry_run, held=_evidence(settings))
    for line in pruned.busy:
        note(f"note: {line}")
    for line in pruned.failed:
        report_error(line)
    write("".join(_line(one, "would delete" if dry_run else "deleted") for one in pruned.deleted))
    write("".join(_figures(pruned, dry_run)))
    if retention.max_size is not None and pruned.kept_size > retention.max_size and not (pruned.busy or pruned.failed):
        note(f"note: what always stays takes more than {shown_size(retention.max_size)}; see --help")
    return EXIT_NOT_DELETED if pruned.failed else 0


def _text(verified: Verified) -> Iterator[str]:
    from monitor.pipeline.keeping import figure
    from monitor.recordings.inspecting import State

    for remark in verified.remarks:
        yield f"{remark.state.value:<8} {remark.path or 'contracts'}\n"
        yield f"    {printable(remark.what, 500)}" + (f"; {printable(remark.fix, 500)}\n" if remark.fix else "\n")
    read = [(verified.recordings, "recording"), (verified.runs, "run"), (verified.baselines, "baseline")]
    told = [(State.DAMAGED, "damaged"), (State.MENDED, "mended")]
    counts = [f"{verified.count(state)} {name}" for state, name in told if verified.count(state)]
    counts += [figure(verified.count(State.NOTE), "note")] if verified.count(State.NOTE) else []
    yield f"{', '.join(figure(*one) for one in read)}: {', '.join(counts) or 'all well'}\n"


def _json(verified: Verified) -> str:
    import json
    from dataclasses import asdict

    from monitor.recordings.inspecting import State

    document = {"version": 1, **asdict(verified), "damaged": verified.count(State.DAMAGED)}
    return json.dumps(document, indent=1) + "\n"


def verify(
    vendor: VendorOption = None,
    form: FormatOption = Form.TEXT,
    mend: Annotated[
        bool, typer.Option("--mend", help="Make pretty files anew and remove leftovers; else nothing is written.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Read every recording and baseline and tell what is damaged. Exits 3 if anything is.

    Examples:

      monitor recordings verify

      monitor recordings verify --vendor crm --format json
    """
    from monitor.pipeline.keeping import verify as walk
    from monitor.pipeline.planning import chosen_vendors
    from monitor.recordings.inspecting import State
    from monitor.wiring import tools_of

    settings = settings_of(config, offline=True)
    chosen_vendors(settings, (vendor,) if vendor else ())
    with ProgressDisplay() as progress:
        verified = walk(settings, tools_of(settings, progress, "recordings verify"), vendor, mend)
    write("".join(_text(verified)) if form is Form.TEXT else _json(verified))
    return EXIT_DAMAGED if verified.count(State.DAMAGED) else 0


def register(app: typer.Typer) -> None:  # noqa: ARG001 - every file of commands has the same door
    RECORDINGS.command("verify")(verify)
    RECORDINGS.command("prune")(prune)
