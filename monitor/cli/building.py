"""contracts build: Pact contracts made of data actions, translations and approved recordings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, ProgressDisplay, VendorOption, note, report_error, settings_of, shown_path
from monitor.cli.console import write as say
from monitor.cli.groups import CONTRACTS
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.pipeline.building import Construction, Made
    from monitor.pipeline.building.writing import Change

_REFUSED: Final = 1
_WOULD: Final = {"new": "would write", "changed": "would change", "removed": "would remove"}
_DID: Final = {"new": "wrote", "changed": "changed", "removed": "removed"}


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _interaction(one: Made) -> Iterator[str]:
    name = printable(one.home.description, 120)
    if one.built is None:
        yield f"  left out: {name}: {printable(one.why, 600)}"
        if one.fix:
            yield f"    {printable(one.fix, 300)}"
        return
    what = _counted(one.built.demanded, "value") if one.built.demanded else "the status alone"
    yield f"  {name}: {what} demanded"
    for left in one.built.left_out:
        yield f"    not of it: {printable(left.path, 200)}: {left.why}"


def _change(change: Change, *, dry: bool) -> Iterator[str]:
    path, held = printable(shown_path(str(change.path)), 500), _counted(change.interactions, "interaction")
    word = (_WOULD if dry else _DID).get(change.action, "unchanged")
    yield f"{word} {path}" + (f": {held}" if change.data is not None else ": nothing belongs into it any more")
    if dry and change.action == "changed":
        yield from (f"  {line}" for line in change.difference)


def _refused(change: Change) -> str:
    path = printable(shown_path(str(change.path)), 500)
    fix = "keep your edit in a file of another name, or write over it with --force"
    return "\n".join([f"{path}: not written: {change.why}; {fix}", *(f"  {line}" for line in change.difference)])


def _tell(found: Construction, *, dry: bool) -> int:
    """What was made, and what becomes of the files; the exit code."""
    from monitor.pipeline.building.writing import Action

    lines: list[str] = []
    domains = dict.fromkeys(one.home.domain for one in found.made)
    for domain in domains:
        lines.append(f"{domain}")
        lines += [line for one in found.made if one.home.domain == domain for line in _interaction(one)]
    refused = [change for change in found.changes if change.action is Action.REFUSED]
    lines += [line for one in found.changes if one not in refused for line in _change(one, dry=dry)]
    say("\n".join([*lines, ""]) if lines else "nothing to build: the vendor has no interactions\n")
    for text in found.notes:
        note(f"note: {text}")
    for change in refused:
        report_error(_refused(change))
    return _REFUSED if refused else 0


def _not_picked_up(config: Path | None, vendor: str, found: Construction) -> None:
    """Says which of the files that are there now monitor.yaml does not name."""
    settings = settings_of(config, offline=True, unbuilt=True)
    known, root = frozenset(settings.vendors[vendor].contracts), settings.root
    missed = [one.path for one in found.changes if one.path.is_file() and str(one.path) not in known]
    if missed:
        names = ", ".join(printable(shown_path(str(path)), 500) for path in missed)
        patterns = dict.fromkeys(str(path.parent / "*.pact.json") for path in missed)
        listed = ", ".join(printable(os.path.relpath(pattern, root), 500) for pattern in patterns)
        note(f"note: monitor.yaml does not name {names}; add to the vendor: contracts: [{listed}]")


def contracts_build(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorOption,
    domain: Annotated[str, typer.Option("--domain", "-d", help="Only this domain.", show_default=False)] = "",
    everything: Annotated[bool, typer.Option("--all", help="All of the recording, not only what is read.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The folder; contracts/<vendor> by default.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written; write nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what has a contract already.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that were edited.")] = False,
    config: ConfigOption = None,
) -> int:
    """Make Pact contracts, one file a domain, of what the translations of data actions read in approved recordings.

    Nothing is called. What is written matches its own recording by Pact's engine. Exits 1 if a file that was edited
    is not written.

    Examples:

      monitor contracts build --vendor crm

      monitor contracts build --vendor crm --domain crm-read --all --dry-run
    """
    from monitor.pipeline.building import Wish, construct
    from monitor.pipeline.building.writing import write
    from monitor.recordings.locks import vendor_lock
    from monitor.wiring import tools_of

    settings = settings_of(config, offline=True, unbuilt=True)
    wish = Wish(vendor, domain, str(output.absolute()) if output else "", everything, again, force)
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "contracts build", cache=False)
        found = construct(settings, tools, wish)
    if not dry_run and found.changes:
        with vendor_lock(Path(settings.state_dir), f"{vendor}.contracts", "monitor contracts build", None):
            write(found.changes)
    code = _tell(found, dry=dry_run)
    if not dry_run:
        _not_picked_up(config, vendor, found)
    return code


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the command belongs to a group
    CONTRACTS.command("build")(contracts_build)
