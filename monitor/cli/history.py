"""history: when an interaction came out how, and what changed from run to run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completing
from monitor.cli.checking import selection_of
from monitor.cli.console import ConfigOption, VendorOption, note, settings_of, shown_path, write
from monitor.cli.looking import LookFormat, LookFormatOption
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.ledger.ledger import Ledger
    from monitor.model import Settings
    from monitor.pipeline.history import Record


@contextmanager
def _known(settings: Settings) -> Iterator[Ledger | None]:
    """The ledger; None where there is none, or where it cannot be opened: the folders of runs tell it too."""
    from monitor.errors import LedgerError
    from monitor.ledger.database import open_existing
    from monitor.ledger.ledger import Ledger
    from monitor.wiring import now

    with ExitStack() as closing:
        ledger = None
        try:
            database = open_existing(settings.ledger, now())
            ledger = Ledger(closing.enter_context(database), host="") if database else None
        except LedgerError as error:
            note(f"only runs whose folders are there are told: {error}")
        yield ledger


def _remembering(runs: Iterable[Record], vendor: str, names: dict[str, None]) -> Iterator[Record]:
    """``runs``; ids and descriptions of the vendor's interactions are kept in ``names``."""
    from monitor.model import RunReport

    for run in runs:
        ran = run.results if isinstance(run, RunReport) else run.interactions
        names |= {name: None for one in ran if one.vendor == vendor for name in (one.description, one.interaction_id)}
        yield run


def _check_known(settings: Settings, vendor: str, interaction: str | None, names: Iterable[str]) -> None:
    """Raises UsageError where what was asked for is known neither to monitor.yaml nor to the runs (``names``)."""
    from monitor.errors import ConfigError, UsageError
    from monitor.pipeline.planning import chosen_vendors, nearest, plan_jobs

    if vendor not in settings.vendors:
        chosen_vendors(settings, (vendor,))  # tells what was meant
    if interaction is not None:
        try:
            jobs = plan_jobs(settings, selection_of([vendor], None)).jobs if vendor in settings.vendors else ()
        except ConfigError:  # a broken contract is no reason to know less of the past
            jobs = ()
        known = {name: None for job in jobs for name in (job.interaction.description, job.interaction.id)}
        if interaction not in known:
            what = f"no run has an interaction '{printable(interaction)}' of {vendor}, and no contract"
            raise UsageError(what, fix=nearest(interaction, [*names, *known]) or "see: monitor contracts list")


def history(
    vendor: VendorOption,
    interaction: Annotated[
        str | None,
        typer.Argument(help="One interaction: id or description.", autocompletion=completing.interactions),
    ] = None,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many runs.")] = 20,
    form: LookFormatOption = LookFormat.TEXT,
    config: ConfigOption = None,
) -> int:
    """Tell what came out of past runs, and what changed from each to the next.

    Examples:

      monitor history --vendor crm

      monitor history --vendor crm "a GET request to look up customer by phone" --last 100
    """
    from monitor.pipeline.history import BEHIND, source
    from monitor.pipeline.history import history as told
    from monitor.recordings.store import Store
    from monitor.reports.history import json, text

    settings = settings_of(config, offline=True)
    names: dict[str, None] = {}
    with _known(settings) as ledger:
        past = source(Store(Path(settings.recordings_dir)), note, vendor, ledger)
        runs = told(_remembering(past.records(interaction), vendor, names), vendor, interaction, last, past.search)
        if not runs and ledger is not None:  # it was asked for that interaction alone
            deque(islice(_remembering(past.records(None), vendor, names), BEHIND), maxlen=0)
    if not runs:
        _check_known(settings, vendor, interaction, names)
    if form is LookFormat.JSON:
        write(json.render(vendor, interaction, runs))
    elif not runs:
        note(f"no run yet; make one: monitor check --vendor {vendor}")
    elif interaction is None:
        write(text.overview(vendor, runs))
    else:
        write(text.of_interaction(vendor, runs, shown_path(settings.recordings_dir)))
    return 0


def register(app: typer.Typer) -> None:
    app.command()(history)
