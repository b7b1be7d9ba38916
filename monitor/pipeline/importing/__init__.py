"""Exported data actions -> copies without secrets beside monitor.yaml, and entries in it.

1. Everything is planned before anything is written. What is wrong with a file that was named, or would overwrite
   another one, stops the whole import.
2. Copies are written first, monitor.yaml last: an import that is interrupted is done again.
3. monitor.yaml is written only where it is then as right as before: what it says is the old and the new entries, and
   loading it tells no fault that it had not. Else it stays, and the YAML to paste is handed out.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.config.expansion import AsWritten
from monitor.config.files import shown_file
from monitor.config.inserting import Addition, starter, with_actions
from monitor.config.load import SecretsMode, load_text
from monitor.config.names import vendor_name_problem
from monitor.config.reading import decode, read_bounded
from monitor.config.tree import Problem, Tree
from monitor.config.yamlfile import composed, parse
from monitor.contracts.actions.entries import calls_genesys
from monitor.contracts.actions.export import export_of
from monitor.contracts.actions.secrets import variable_of
from monitor.errors import ConfigError, ConfigFault, StorageError, UsageError
from monitor.model import Vendor
from monitor.pipeline.channel_kinds import channel_kinds
from monitor.pipeline.importing.finding import Export, find
from monitor.pipeline.importing.lacking import Lack, lacks, who_calls
from monitor.pipeline.importing.listed import below, listed_in, text_at
from monitor.pipeline.importing.settling import Ground, Settled, State, settle
from monitor.recordings.files import publish


@dataclass(frozen=True, slots=True)
class Wanted:
    """``config`` is the absolute path of monitor.yaml, which need not be there."""

    config: Path
    vendor: str
    names: tuple[Path, ...]
    environ: Mapping[str, str] = field(repr=False)
    kinds: Collection[str]  # the translation languages that there are
    integration: str = ""
    force: bool = False
    every: bool = False  # also those that call Genesys Cloud's own API


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be written. ``before`` is None where there is no monitor.yaml, ``after`` where it stays as it is.

    ``pasted`` is empty where nothing is to be added. Left out are ``own``, and what ``broken`` tells of.
    """

    wanted: Wanted
    settled: tuple[Settled, ...]
    notes: tuple[str, ...]
    passed: tuple[ConfigFault, ...]
    broken: tuple[ConfigFault, ...]
    own: tuple[Export, ...]
    before: str | None
    after: str | None
    pasted: str
    is_new_vendor: bool
    lacks: tuple[Lack, ...]

    @property
    def is_stuck(self) -> bool:
        """There is something to add and no place for it."""
        return bool(self.pasted) and self.after is None

    def added(self) -> tuple[Settled, ...]:
        return tuple(one for one in self.settled if one.listed is None)


@dataclass(frozen=True, slots=True)
class Imported:
    """``faults`` are what would be new of what is wrong with monitor.yaml: then it was not written.

    ``standing`` is wrong with it anyhow.
    """

    is_written: bool
    faults: tuple[ConfigFault, ...] = ()
    standing: tuple[ConfigFault, ...] = ()


# -- planning ---------------------------------------------------------------------------------------------


def plan(wanted: Wanted) -> Plan:
    """Raises UsageError, ConfigError (every fault at once); nothing is written."""
    if problem := vendor_name_problem(wanted.vendor):
        raise UsageError(problem.what, fix=problem.fix)
    before = _text(wanted.config)
    tree = _tree(before, wanted.config)
    found = find(wanted.names)
    own: list[Export] = []
    exports: list[Export] = []
    for one in found.exports:
        (own if calls_genesys(one.action) and not wanted.every else exports).append(one)
    if not exports and found.broken:
        raise ConfigError(found.broken)
    if not exports:
        raise _nothing(own, found.passed)
    ground = Ground(
        root=wanted.config.parent,
        vendor=wanted.vendor,
        text=before or "",
        listed=listed_in(tree, wanted.vendor, wanted.config.parent),
        environ=wanted.environ,
        integration=wanted.integration,
        force=wanted.force,
    )
    settled, notes = settle(exports, ground)
    vendors = (tree or {}).get("vendors")
    is_new = not (isinstance(vendors, dict) and wanted.vendor in vendors)
    known = _vendor(before, tree, wanted)
    who = who_calls(settled, known, ground.root)
    settled = tuple(
        dataclasses.replace(one, listing=dataclasses.replace(one.listing, who=who.line(one.file))) for one in settled
    )
    addition = _addition(wanted.vendor, settled, is_mixed=who.is_mixed)
    return Plan(
        wanted=wanted,
        settled=settled,
        notes=notes,
        passed=tuple(found.passed),
        broken=tuple(found.broken),
        own=tuple(own),
        before=before,
        after=_after(before, addition),
        pasted=addition.pasted() if addition.entries else "",
        is_new_vendor=is_new,
        lacks=lacks(settled, known, who),
    )


def _nothing(own: Sequence[Export], passed: Sequence[ConfigFault]) -> UsageError:
    if own:
        many = "1 action calls" if len(own) == 1 else f"{len(own)} actions call"
        what = f"nothing to import: {many} Genesys Cloud's own API, which is no vendor's"
        return UsageError(what, fix="to import them all the same: --all")
    told = "".join(f"\n{fault}" for fault in passed[:20])
    return UsageError(f"there is no exported data action in what was named{told}", fix="")


def _text(config: Path) -> str | None:
    if not os.path.lexists(config):
        return None
    data = read_bounded(config)
    if isinstance(data, Problem):
        raise ConfigError((ConfigFault(shown_file(config), 0, 0, "", data.what, data.fix),))
    text = decode(data)
    if isinstance(text, str):
        return text
    problem, mark = text
    raise ConfigError((ConfigFault(shown_file(config), mark.line, mark.column, "", problem.what, problem.fix),))


def _tree(text: str | None, config: Path) -> dict[str, Tree] | None:
    """None where nothing is written yet. Raises ConfigError for what is no YAML."""
    if text is None or composed(text) is None:
        return None
    document = parse(text, shown_file(config), AsWritten())
    if document.faults:
        raise ConfigError(document.faults)
    return document.tree


def _vendor(text: str | None, tree: Tree | None, wanted: Wanted) -> Vendor:
    """As far as it is known: monitor.yaml may have faults."""
    try:
        known = load_text(
            text or "",
            wanted.config,
            wanted.environ,
            secrets=SecretsMode.DEFER,
            kinds=wanted.kinds,
            channels=channel_kinds(),
        )
        return known.vendors[wanted.vendor]
    except (ConfigError, KeyError):
        section = below(below(tree, "vendors"), wanted.vendor)
        headers = below(section, "headers")
        names = headers if isinstance(headers, dict) else {}
        return Vendor(wanted.vendor, text_at(below(section, "base_url")), headers=dict.fromkeys(names, ""))


def _addition(vendor: str, settled: tuple[Settled, ...], *, is_mixed: bool) -> Addition:
    staging = f"https://staging.{vendor}.example"
    everywhere = (
        "# Sent with every request; an export does not hold what the integration adds to say who is calling.",
        f'# headers: {{Authorization: "${{secret:env:{variable_of(vendor, "AUTHORIZATION")}}}"}}',
    )
    about = (
        "# Nothing is called until this says where the vendor is to be called: its staging. The host in an export is",
        "# not used: it may be production's, and often only the integration in Genesys Cloud knows it.",
        f"# base_url: {staging}",
        *(() if is_mixed else everywhere),
    )
    return Addition(vendor, [one.listing.lines() for one in settled if one.listed is None], about)


def _after(before: str | None, addition: Addition) -> str | None:
    if not addition.entries:
        return None
    if before is None:
        return starter(addition)
    if composed(before) is None:  # comments alone, if anything
        return f"{before}{'' if before.endswith(chr(10)) or not before else chr(10)}{starter(addition)}"
    return with_actions(before, addition)


# -- writing ----------------------------------------------------------------------------------------------


def carry_out(planned: Plan) -> Imported:
    """Raises StorageError. The same plan carried out again changes nothing."""
    for one in planned.settled:
        if one.state is not State.SAME:
            publish(one.file, export_of(one.action))
    wanted = planned.wanted
    standing = _faults(planned.before, wanted) if planned.before is not None else ()
    if planned.after is None:
        return Imported(is_written=False, standing=standing)
    known = {(fault.path, fault.what) for fault in standing}
    if faults := [fault for fault in _faults(planned.after, wanted) if (fault.path, fault.what) not in known]:
        return Imported(is_written=False, faults=tuple(faults), standing=standing)
    if _text(wanted.config) != planned.before:
        what = "it was changed while actions were imported"
        raise StorageError(what, where=shown_file(wanted.config), fix="import again")
    publish(wanted.config, planned.after.encode())
    return Imported(is_written=True, standing=standing)


def _faults(text: str | None, wanted: Wanted) -> tuple[ConfigFault, ...]:
    try:
        load_text(
            text or "",
            wanted.config,
            wanted.environ,
            secrets=SecretsMode.DEFER,
            kinds=wanted.kinds,
            channels=channel_kinds(),
        )
    except ConfigError as error:
        return error.faults
    return ()
