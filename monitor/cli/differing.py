"""diff: what differs in structure between recordings, runs and the baselines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completing
from monitor.cli.console import ConfigOption, InteractionOption, VendorsOption, recording_path, shown_path, write
from monitor.cli.looking import LookFormat, LookFormatOption, settings_or_none, store_of
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.pipeline.comparing import Side, Viewer
    from monitor.pipeline.tools import Selection
    from monitor.recordings.store import Store
    from monitor.reports.differences import Difference

SideArgument = Annotated[
    str,
    typer.Argument(
        help="A recording (.har file), a run (its id or folder), or the word baseline.",
        autocompletion=completing.recordings,
    ),
]


def _run_folder(name: str, store: Store) -> tuple[Store, str] | None:
    """The run that ``name`` means, as an id or as a folder, and the recordings that it is one of."""
    from monitor.errors import UsageError
    from monitor.recordings.names import RUNS, is_run_id
    from monitor.recordings.store import Store

    run_id = name.rstrip("/").rsplit("/", 1)[-1]
    if not is_run_id(run_id):
        return None
    folder = Path(name)
    if not ("/" in name and folder.is_dir()):
        return store, run_id
    if folder.resolve().parent.name != RUNS:
        raise UsageError("it is not in a folder of runs", where=printable(name, 300), fix=f"move it to {RUNS}/{run_id}")
    return Store(folder.resolve().parent.parent), run_id


def _recording(name: str, store: Store) -> str:
    from monitor.errors import UsageError

    try:
        return recording_path(name, str(store.root))
    except UsageError as error:
        raise UsageError(error.what, where=error.where, fix=f"{error.fix}, a run's id, or baseline") from None


def _side(name: str, store: Store) -> Side:
    """What a person means by ``name``. Raises UsageError where there is no such thing."""
    from monitor.errors import RecordingError, UsageError
    from monitor.pipeline.comparing import BASELINE, side_of_baselines, side_of_recording, side_of_run

    if name == BASELINE:
        return side_of_baselines(store)
    if run := _run_folder(name, store):
        try:
            return side_of_run(*run)
        except RecordingError as error:
            raise UsageError(error.what, where=error.where, fix="see: monitor history --vendor VENDOR") from None
    return side_of_recording(store, _recording(name, store), name)


def _placed(side: Side) -> Side:
    """With paths that can be typed here."""
    return replace(side, folder=shown_path(str(side.store.root)))


def _selected(vendors: list[str] | None, interaction: str | None) -> Selection:
    from monitor.pipeline.tools import Selection

    return Selection(tuple(vendors or ()), interaction)


def _viewer() -> Viewer:
    from monitor.pipeline.valueview import values  # loads what a diff without values can do without

    return values


def _told_each(found: Iterable[Difference], tell: Callable[[Difference], str], heading: str = "") -> list[Difference]:
    """Tells each difference as it comes, the first below ``heading``."""
    seen: list[Difference] = []
    for difference in found:
        told = tell(difference) if seen else heading + tell(difference)
        seen.append(difference)
        if told:
            write(told)
    return seen


def diff(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    a: SideArgument,
    b: SideArgument,
    values: Annotated[bool, typer.Option("--values", help="Tell the values that differ too (small bodies).")] = False,
    vendor: VendorsOption = None,
    interaction: InteractionOption = None,
    form: LookFormatOption = LookFormat.TEXT,
    config: ConfigOption = None,
) -> int:
    """Tell the structural difference from A to B: recordings, runs, or the baselines.

    Exits 1 if there is one, or if one side has an interaction that the other has not; 3 if there is none, but
    something could not be compared.

    Examples:

      monitor diff recordings/baseline/crm/lookup-1a2b3c4d.har recordings/runs/RUN/crm/lookup-1a2b3c4d.har

      monitor diff baseline 20261122T085800Z-ab12cd --vendor crm

      monitor diff 20261122T085800Z-ab12cd 20261123T085800Z-34ef56 --values
    """
    from monitor.errors import UsageError
    from monitor.pipeline.comparing import compare, exit_of_difference
    from monitor.reports.differences import json, text

    settings = settings_or_none(config)
    left, right = (_placed(_side(name, store_of(settings))) for name in (a, b))
    if left.baseline and right.baseline:
        raise UsageError("both sides are the baselines", fix="name a run or a recording")
    found = compare(left, right, _selected(vendor, interaction), _viewer() if values else None)
    if form is LookFormat.JSON:
        seen = list(found)
        write(json.render(left.name, right.name, seen))
    elif left.one and right.one:
        seen = _told_each(found, text.of_pair)
    else:
        seen = _told_each(found, text.of_one, text.heading(left.name, right.name))
        write(text.summary([one.state for one in seen]))
    return exit_of_difference([one.state for one in seen])


def register(app: typer.Typer) -> None:
    app.command()(diff)
