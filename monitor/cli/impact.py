"""impact: which outputs and flow variables a field of the vendor's response ends up in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.console import (
    ConfigOption,
    InteractionOption,
    ProgressDisplay,
    VendorOption,
    check_output,
    save,
    settings_of,
    wants_color,
    write,
)

FieldOption = Annotated[
    str,
    typer.Option("--field", help="The field, as a JSON path; without it every field that is read.", show_default=False),
]
FormatOption = Annotated[str, typer.Option("--format", "-f", help="text, json, mermaid or dot.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to this file instead.", show_default=False)
]


def impact(
    vendor: VendorOption,
    field: FieldOption = "",
    interaction: InteractionOption = None,
    form: FormatOption = "text",
    output: OutputOption = None,
    config: ConfigOption = None,
) -> int:
    """Tell which outputs and flow variables a field ends up in, and what becomes of them without it.

    What would happen is tried on the approved baselines: silent means that a default or nothing is handed on, loud
    that the translation fails. Nothing is called and nothing recorded is changed.

    Examples:

      monitor impact --vendor crm --field '$.customerId'

      monitor impact --vendor crm

      monitor impact --vendor crm --format dot | dot -Tsvg > crm.svg
    """
    from monitor.pipeline.impact import trace
    from monitor.reports import Options
    from monitor.reports.impact import find
    from monitor.wiring import tools_of

    format_ = find(form)
    check_output(output)
    settings = settings_of(config, offline=True)
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "impact", cache=False)
        lineage = trace(settings, tools, vendor, interaction, field)
    color = form == "text" and output is None and wants_color(sys.stdout)
    text = format_.render(lineage, Options(color=color))
    if output is None:
        write(text)
    else:
        save(output, text)
    return 0


def register(app: typer.Typer) -> None:
    app.command()(impact)
