"""explain: which paths of the response each output reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import ConfigOption, settings_of, shown_path, write
from monitor.cli.looking import LookFormat, LookFormatOption
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.pipeline.explaining import Explained, ExplainedOutput

TargetArgument = Annotated[
    str, typer.Argument(metavar="VENDOR/INTERACTION", help="A vendor, perhaps with an interaction: id or description.")
]
_WIDEST = 40


def _output(output: ExplainedOutput, width: int) -> Iterator[str]:
    reads = ", ".join(output.paths or output.reads) or "nothing of the response"
    default = f"  default {printable(output.default, 80)}" if output.default else ""
    yield f"    {printable(output.name):<{width}} <- {printable(reads, 1000)}{default}"
    yield from (f"    {'':<{width}} -> {printable(variable)}" for variable in output.variables)


def _translation(explained: Explained) -> Iterator[str]:
    where = f" ({printable(shown_path(explained.file), 200)})" if explained.file else ""
    yield f"  {explained.kind} {printable(explained.translation)}{where}"
    width = min(_WIDEST, max((len(output.name) for output in explained.outputs), default=0))
    for output in explained.outputs:
        yield from _output(output, width)
    if explained.unseen:
        yield f"    read but in no output: {printable(', '.join(explained.unseen), 1000)}"


def explain(target: TargetArgument, format: LookFormatOption = LookFormat.TEXT, config: ConfigOption = None) -> int:  # noqa: A002
    """Show which paths of the response each output reads, with its default and the flow variables that hold it.

    Examples:

      monitor explain crm

      monitor explain "crm/Get customer"
    """
    from monitor.pipeline.explaining import explain as explained_of
    from monitor.pipeline.planning import plan_jobs
    from monitor.pipeline.tools import Selection

    vendor, _, interaction = target.partition("/")
    settings = settings_of(config, offline=True)
    jobs = plan_jobs(settings, Selection((vendor,), interaction or None), calls=False).jobs
    found = [(job.interaction, explained_of(job.interaction)) for job in jobs]
    if format is LookFormat.JSON:
        told = [
            {"id": one.id, "description": one.description, "translations": [asdict(each) for each in explained]}
            for one, explained in found
        ]
        write(json.dumps({"vendor": vendor, "interactions": told}, indent=2, ensure_ascii=False) + "\n")
        return 0
    for one, explained in found:
        lines = [f"{vendor}: {printable(one.description)}"]
        lines += [line for each in explained for line in _translation(each)]
        write("\n".join(lines if explained else [*lines, "  no translation"]) + "\n")
    return 0


def register(app: typer.Typer) -> None:
    app.command()(explain)
