"""contracts lint: what is wrong with the contracts, before a vendor is called."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import (
    ConfigOption,
    ProgressDisplay,
    VendorsOption,
    settings_of,
    shown_path,
    wants_color,
    write,
)
from monitor.cli.groups import CONTRACTS

if TYPE_CHECKING:
    from monitor.model import Settings
    from monitor.pipeline.lint import Linted
    from monitor.reports.lint import LintReport

FormatOption = Annotated[str, typer.Option("--format", "-f", help="text, json or github.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit 1 for warnings too.")]
RulesOption = Annotated[bool, typer.Option("--rules", help="List the rules instead.")]


def _rules() -> str:
    from monitor.contracts.lint import RULES

    width = max(len(rule.id) for rule in RULES)
    return "".join(f"{rule.id:{width}}  {rule.level:7}  {rule.about}\n" for rule in RULES)


def _report(linted: Linted, settings: Settings, *, strict: bool) -> LintReport:
    from monitor.contracts.lint import Level
    from monitor.reports.lint import LintReport

    failing = linted.remarks if strict else [one for one in linted.remarks if one.level is Level.ERROR]
    # files are told relative to the folder of monitor.yaml; here they are wanted as one would type them
    typed = [replace(one, file=shown_path(os.path.join(settings.root, one.file))) for one in linted.remarks]  # noqa: PTH118
    return LintReport(typed, linted.files, linted.interactions, 1 if failing else 0)


def contracts_lint(
    vendor: VendorsOption = None,
    form: FormatOption = "text",
    strict: StrictOption = False,
    rules: RulesOption = False,
    config: ConfigOption = None,
) -> int:
    """Tell what is wrong with the contracts and translations, or seldom meant, before a vendor is called.

    Every remark has its file, line, JSON path and a fix. Nothing is called and nothing is written. Exits 1 if there is
    an error (with --strict, a warning).

    Examples:

      monitor contracts lint --vendor crm

      monitor contracts lint --strict --format github
    """
    from monitor.pipeline.lint import lint
    from monitor.reports import Options
    from monitor.reports.lint import find
    from monitor.wiring import tools_of

    if rules:
        write(_rules())
        return 0
    format_ = find(form)
    settings = settings_of(config, offline=True)
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "contracts lint", cache=False)
        linted = lint(settings, tools, tuple(vendor or ()))
    report = _report(linted, settings, strict=strict)
    write(format_.render(report, Options(color=form == "text" and wants_color(sys.stdout))))
    return report.exit_code


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the command belongs to a group
    CONTRACTS.command("lint")(contracts_lint)
