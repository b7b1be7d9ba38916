"""Contracts built of data actions, their translations and approved recordings: one Pact V4 file a domain.

1. Built is what has no contract: one that somebody wrote, or a test made, stands.
2. Nothing is called. What an interaction answers is what its approved recording holds; without one it is left out.
3. Nothing is written before everything was read back, linted, and held against its own recording by Pact's engine: a
   contract that does not match it is our fault.
4. The same recordings give the same bytes. A file that somebody edited is not written over unless that is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from monitor.contracts.building.files import PactFile, file_name, key_of, test_of
from monitor.contracts.building.interactions import Built
from monitor.errors import UsageError
from monitor.model import Response, Settings
from monitor.pipeline.building.doubles import doubles_in, pointers_of
from monitor.pipeline.building.homes import Home, homes_of
from monitor.pipeline.building.proving import Claim, prove
from monitor.pipeline.building.recorded import Refused, built_of
from monitor.pipeline.building.standing import Existing, Standing, said_by, standing_of, without_built
from monitor.pipeline.building.writing import Change, changes_of
from monitor.pipeline.planning import chosen_vendors, nearest, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.printable import printable

FOLDER: Final = "contracts"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be built. ``folder`` is absolute; empty: ``contracts/<vendor>`` beside monitor.yaml.

    ``everything``: all of the recording, not only what is read. ``again``: also what has a contract already.
    """

    vendor: str
    domain: str = ""
    folder: str = ""
    everything: bool = False
    again: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """One interaction, built or not: ``why`` says why not, ``fix`` what to do about it."""

    home: Home
    built: Built | None = None
    response: Response | None = None
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Construction:
    """``changes`` are to be written by `writing.write`; ``notes`` is what else a person should know."""

    made: tuple[Made, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def construct(settings: Settings, tools: Tools, wish: Wish) -> Construction:
    """Everything that would be written, proven. Raises ConfigError for contradicting domains, UsageError for names
    that are not there, MonitorError where what was built does not hold."""
    (vendor,) = chosen_vendors(settings, (wish.vendor,))
    folder = Path(wish.folder or Path(settings.root, FOLDER, vendor.name))
    doubles = doubles_in(folder, vendor)
    known = without_built(settings, vendor)
    planned = plan_jobs(known, Selection((vendor.name,)), calls=False, without=pointers_of(doubles)).jobs
    standing = standing_of(settings, planned)
    homes, notes = homes_of(settings, vendor, [job for job in planned if not standing.is_leftover(job)])
    _check_domain(wish.domain, homes, vendor.domains)
    wanted = [home for home in homes if wish.domain in ("", home.domain)]
    targets, existing = _targets(folder, homes), Existing(folder, doubles)
    made = [_or_tested(_made(tools, home, standing, wish), targets, existing) for home in wanted]
    files = _files(vendor.name, made, targets)
    if wish.again:
        _check_apart(files, standing)
    changes = changes_of(files, existing, whole=not wish.domain, force=wish.force)
    prove(tools, vendor, [_claim(change, made, targets) for change in changes if change.data is not None])
    return Construction(tuple(made), changes, notes)


def _check_domain(domain: str, homes: Sequence[Home], domains: Mapping[str, object]) -> None:
    known = dict.fromkeys([*domains, *(home.domain for home in homes)])
    if domain and domain not in known:
        fix = nearest(domain, known) or f"known: {', '.join(known) or 'none'}"
        raise UsageError(f"there is no domain '{printable(domain)}'", fix=fix)


_Targets: TypeAlias = Mapping[tuple[str, str], Path]  # by domain and consumer


def _made(tools: Tools, home: Home, standing: Standing, wish: Wish) -> Made:
    already = standing.by(home.job)
    if already and not wish.again:
        return Made(home, why=already)
    found = built_of(tools, home.job, everything=wish.everything, again=bool(already))
    if isinstance(found, Refused):
        return Made(home, why=found.why, fix=found.fix)
    return Made(home, found.built, found.response)


def _or_tested(one: Made, targets: _Targets, existing: Existing) -> Made:
    """``one``, or what a test says in its place, also where monitor.yaml does not name the file."""
    if one.built is None:
        return one
    path, key = targets[one.home.domain, one.home.consumer], key_of(one.built.interaction)
    there = existing.file_of(path, existing.bytes_of(path))
    tested = there.tested() if there is not None and there.made else ()
    test = next((test_of(other) for other in tested if key_of(other) == key), "")
    return Made(one.home, why=said_by(test)) if test else one


def _targets(folder: Path, homes: Sequence[Home]) -> _Targets:
    consumers: dict[str, list[str]] = {}
    for home in homes:
        consumers.setdefault(home.domain, []).append(home.consumer)
    return {
        (domain, consumer): folder / file_name(domain, consumer, names)
        for domain, names in consumers.items()
        for consumer in names
    }


def _files(vendor: str, made: Sequence[Made], targets: _Targets) -> Mapping[Path, PactFile]:
    """What the files are to hold, but for what tests made."""
    files: dict[Path, PactFile] = {}
    for one in made:
        path = targets[one.home.domain, one.home.consumer]
        before = files.get(path, PactFile(one.home.consumer, vendor, ()))
        more = (one.built.interaction,) if one.built else ()
        files[path] = replace(before, interactions=(*before.interactions, *more))
    return files


def _check_apart(files: Mapping[Path, PactFile], standing: Standing) -> None:
    """What has a contract cannot have another one beside it: monitor.yaml would find one interaction twice."""
    for path, file in files.items():
        if file.interactions and path.parent in standing.folders:
            what = "what has a contract already would stand in two files of this folder"
            fix = "choose another folder with --output, and put the new file into the place of the old one"
            raise UsageError(what, where=printable(str(path.parent), 500), fix=fix)


def _claim(change: Change, made: Sequence[Made], targets: _Targets) -> Claim:
    recorded = {
        key_of(one.built.interaction): one.response
        for one in made
        if one.built and one.response and targets[one.home.domain, one.home.consumer] == change.path
    }
    return Claim(change.path.name, change.data or b"", recorded)
