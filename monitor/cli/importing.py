"""import data-action, export data-action: from Genesys Cloud's exports to monitor.yaml, and back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli import completing
from monitor.cli.console import ConfigOption, check_output, note, save, settings_of, shown_path, write
from monitor.cli.groups import EXPORT, IMPORT
from monitor.cli.starting import keep_out_of_git
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.contracts.actions.secrets import LiteralSecret
    from monitor.errors import ConfigFault
    from monitor.pipeline.importing import Plan
    from monitor.pipeline.importing.lacking import Lack
    from monitor.pipeline.importing.settling import Settled

EXIT_NOT_WRITTEN: Final = 2  # or not all of it
_MOST: Final = 20  # lines of one kind
_LONGEST: Final = 1_000


def _config_path(config: Path | None) -> Path:
    """The monitor.yaml to add to; one that is not there yet is made."""
    from monitor.config.load import FILE_NAME, find

    cwd = Path.cwd()
    path = cwd / (config or FILE_NAME)
    if config is None and not os.path.lexists(path) and (cwd / "monitor.yml").exists():
        return find(None, cwd)  # which says to rename it
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps ..


# -- what is said -----------------------------------------------------------------------------------------


def _some(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield f"note: and {len(lines) - _MOST:,} more {what}"


def _without_fix(fault: ConfigFault) -> ConfigFault:
    """Of a file that is no export nothing is to be mended; a Terraform file that was looked at may be."""
    return fault if fault.file.endswith(".tf") else replace(fault, fix="")


def _notes(plan: Plan) -> Iterator[str]:
    passed = [f"note: passed over: {printable(str(fault), _LONGEST)}" for fault in map(_without_fix, plan.passed)]
    yield from _some(passed, "files were passed over")
    yield from (f"note: {printable(text, _LONGEST)}" for text in plan.notes)
    if plan.own:
        names = ", ".join(f"'{printable(one.action.name, 60)}'" for one in plan.own[:3])
        more = f" and {len(plan.own) - 3} more" if len(plan.own) > len(plan.own[:3]) else ""
        what = "they call Genesys Cloud's own API, which is no vendor's; to import them too: --all"
        yield f"note: left out: {names}{more}: {what}"
    for one in plan.settled:
        for text in one.export.notes:
            yield f"note: {one.place}: {printable(text, _LONGEST)}"
        if one.listed is not None and one.integration and one.listed.integration not in ("", one.integration):
            yield f"note: '{printable(one.action.name, 80)}' is listed already; its integration stays as it is"


def _copy(one: Settled, dry_run: bool) -> str:
    from monitor.pipeline.importing.settling import State

    state = f"would be {one.state.value}" if dry_run and one.state is not State.SAME else one.state.value
    return f"{state:<9}  {printable(one.action.name, 80)}  {printable(shown_path(str(one.file)), 300)}"


def _secrets(plan: Plan) -> Iterator[str]:
    """What has to be set. The values are never told: they stand in the exports that were imported."""
    for one in plan.settled:
        for secret in one.listing.secrets:
            label = f"{secret.label} of '{printable(one.action.name, 80)}'"
            yield f"secret     {label} is now ${{secret:env:{secret.variable}}}; {_to_set(secret)}"


def _to_set(secret: LiteralSecret) -> str:
    if os.environ.get(secret.variable):
        return "which is set"
    before = printable(secret.prefix.strip(), 40)
    if secret.kind.value == "user":
        what = "the Base64 of user:password, which stand in the export"
    elif secret.value:
        what = f"what stands in the export{f' after {before}' if before else ''}"
    else:
        what = f"what belongs there{f' after {before}' if before else ''}: the file does not hold it"
    return f"set {secret.variable} to {what}"


def _lacks(lacks: Sequence[Lack], vendor: str) -> Iterator[str]:
    if not lacks:
        return
    yield "\nNot called as it stands, and the line of monitor.yaml that mends it:"
    name = None
    for lack in lacks:
        if lack.name != name:
            yield printable(lack.name, 80) if lack.name else f"vendor {vendor}"
            name = lack.name
        yield f"  {printable(lack.what, _LONGEST)}"
        yield f"    {printable(lack.fix, _LONGEST)}"


def _config_line(plan: Plan, config: str, dry_run: bool) -> str:
    many = len(plan.added())
    what = f"{many} data action{'s'[: many != 1]} of {'the new vendor' if plan.is_new_vendor else 'vendor'} "
    what += f"{plan.wanted.vendor} {'would be ' if dry_run else ''}added"
    return f"{config}: {what}" if many else f"{config}: nothing to add"


def _told(plan: Plan, dry_run: bool) -> str:
    copies = (_copy(one, dry_run) for one in plan.settled)
    config = shown_path(str(plan.wanted.config))
    after = () if plan.is_stuck else (_config_line(plan, config, dry_run),)
    return "\n".join((*copies, *_secrets(plan), *after, *_lacks(plan.lacks, plan.wanted.vendor))) + "\n"


# -- commands ---------------------------------------------------------------------------------------------


def import_data_action(  # noqa: PLR0913, PLR0917 the command's options
    names: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Exports (JSON), Terraform files, or folders of them.")
    ],
    vendor: Annotated[
        str, typer.Option("--vendor", "-v", help="Whose API they call.", autocompletion=completing.vendors)
    ],
    integration: Annotated[
        str, typer.Option("--integration", help="Its name in Genesys Cloud (a flow's category).")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done; write nothing.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also those that call Genesys Cloud's own API.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace copies that differ.")] = False,
    config: ConfigOption = None,
) -> int:
    """Import data actions that Genesys Cloud exported, or that Terraform keeps, as interactions of a vendor.

    Each is copied to contracts/VENDOR/actions/ without the secrets that stand in it, and listed in monitor.yaml, which
    is made if need be and otherwise left as it is. Nothing is called.

    Examples:

      monitor import data-action get-customer.custom.json --vendor crm --integration "CRM web services"

      monitor import data-action exports/ terraform/actions.tf --vendor crm --dry-run
    """
    from monitor.languages import kinds
    from monitor.pipeline.importing import Wanted, carry_out, plan

    planned = plan(
        Wanted(_config_path(config), vendor, tuple(names), os.environ, kinds(), integration, force=force, every=every)
    )
    for line in _notes(planned):
        note(line)
    done = None if dry_run else carry_out(planned)
    for fault in done.standing if done else ():
        note(f"note: as before, monitor.yaml is wrong: {printable(str(fault), _LONGEST)}")
    faults = done.faults if done else ()
    if planned.is_stuck or faults:
        return _stuck(planned, [str(fault) for fault in faults], dry_run)
    if done is not None and done.is_written and planned.before is None:
        keep_out_of_git(Path(shown_path(str(planned.wanted.config.parent))))
    write(_told(planned, dry_run))
    if not dry_run:
        note("next: monitor config check; monitor contracts lint; monitor test-action NAME --body FILE")
    return _left_out(planned)


def _left_out(planned: Plan) -> int:
    """What does not compile is told last, where it is seen."""
    from monitor.cli.console import report_error

    for fault in planned.broken:
        report_error(f"{printable(str(fault), _LONGEST)} (left out: correct it, and import it again)")
    return EXIT_NOT_WRITTEN if planned.broken else 0


def _stuck(planned: Plan, faults: Sequence[str], dry_run: bool) -> int:
    from monitor.cli.console import report_error

    for fault in faults:
        report_error(fault)
    config = shown_path(str(planned.wanted.config))
    report_error(f"{config}: there is no place where the entries can be added without changing anything else; add this")
    write(_told(planned, dry_run) + "\n" + planned.pasted)
    return EXIT_NOT_WRITTEN


def export_data_action(
    name: Annotated[str, typer.Argument(help="The data action: its name, or its file.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it here instead of to stdout.")] = None,
    config: ConfigOption = None,
) -> int:
    """Print a data action as Genesys Cloud imports it: the same JSON value as was imported.

    Where a secret was taken out a placeholder stands: it is not put back.

    Examples:

      monitor export data-action "Get customer by phone" --output get-customer.custom.json
    """
    from monitor.contracts.actions.export import export_of
    from monitor.contracts.actions.secrets import taken_out
    from monitor.pipeline.trying import found_action

    check_output(output)
    action = found_action(settings_of(config, offline=True), name).action
    text = export_of(action).decode()
    for one in taken_out(action):
        note(
            f"note: a placeholder stands for the secret in its {one.label}: write it in before Genesys Cloud imports it"
        )
    if output is None:
        write(text)
    else:
        save(output, text)
    return 0


def register(app: typer.Typer) -> None:  # noqa: ARG001 - every file of commands has the same door
    IMPORT.command("data-action")(import_data_action)
    EXPORT.command("data-action")(export_data_action)
