"""Exported data actions in files and folders.

1. A file that is named itself must hold an action. In a folder what holds none is told and passed over, and so is a
   broken resource of a Terraform file that holds a whole one.
2. An action that does not compile (a JSONPath, a template) would stop every command that reads monitor.yaml. Named
   itself it is a fault; else it is left out, and told apart from what is passed over: somebody has to mend it.
3. Folders are searched for ``*.json`` and ``*.tf``, but for hidden ones and node_modules. A link to a folder is not
   followed, so that no loop of links has no end; it is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from monitor.config.files import shown_file
from monitor.config.reading import read_bounded
from monitor.config.tree import Problem
from monitor.contracts.actions.export import MAX_BYTES, DataAction, read_export
from monitor.contracts.actions.load import broken
from monitor.contracts.actions.terraform import read_terraform
from monitor.contracts.faults import fault_of, placed
from monitor.contracts.flows import looks_like_flow
from monitor.errors import ConfigError, ConfigFault, ContractError, UsageError
from monitor.printable import printable

MAX_FILES: Final = 10_000
_SUFFIXES: Final = (".json", ".tf")
_YAML: Final = (".yaml", ".yml")
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__"})
_NAME_ONE: Final = "name an exported data action (JSON), or a Terraform file that holds one"


@dataclass(frozen=True, slots=True)
class Export:
    """An action that was found. ``file`` is absolute, ``place`` where it stands as it is told."""

    place: str
    file: Path
    action: DataAction
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """``passed`` says what holds no action, ``broken`` which actions do not compile, and why."""

    exports: list[Export] = field(default_factory=list)
    passed: list[ConfigFault] = field(default_factory=list)
    broken: list[ConfigFault] = field(default_factory=list)
    faults: list[ConfigFault] = field(default_factory=list)


def find(names: Sequence[Path]) -> Found:
    """Every action below ``names``, each file once. Raises ConfigError for what is named itself and holds none."""
    found = Found()
    seen: set[Path] = set()
    for name in names:
        top = Path(os.path.abspath(name))  # noqa: PTH100 - Path.absolute() keeps ..
        is_folder = _is_folder(top)
        for file in _files(top, found) if is_folder else (top,):
            if file not in seen:
                seen.add(file)
                _read(file, found, found.passed if is_folder else found.faults)
            if len(seen) > MAX_FILES:
                raise UsageError(f"more than {MAX_FILES:,} files", where=shown_file(top), fix="name a smaller folder")
    if found.faults:
        raise ConfigError(_told(found.faults))
    found.passed, found.broken = list(_told(found.passed)), list(_told(found.broken))
    return found


def _told(faults: Sequence[ConfigFault]) -> tuple[ConfigFault, ...]:
    return placed(faults, str(Path.cwd()))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no permission, a name that is none
        return False


# -- folders ----------------------------------------------------------------------------------------------


def _files(top: Path, found: Found) -> Iterator[Path]:
    def told(error: OSError) -> None:
        path = str(error.filename or top)
        found.passed.append(ConfigFault(path, 0, 0, "", f"this folder cannot be read: {error.strerror}", ""))

    for parent, folders, files in os.walk(top, onerror=told):
        for name in [name for name in folders if _is_left(name)]:
            folders.remove(name)
        folders.sort()
        for name in [name for name in folders if (Path(parent) / name).is_symlink()]:
            what = "this link to a folder is not followed"
            found.passed.append(ConfigFault(str(Path(parent) / name), 0, 0, "", what, "name the folder itself"))
        yield from (Path(parent) / name for name in sorted(files) if name.lower().endswith(_SUFFIXES))


def _is_left(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_OVER


# -- files ------------------------------------------------------------------------------------------------


def _read(file: Path, found: Found, faults: list[ConfigFault]) -> None:
    data = read_bounded(file, MAX_BYTES)
    if isinstance(data, Problem):
        faults.append(ConfigFault(str(file), 0, 0, "", data.what, data.fix or _NAME_ONE))
        return
    try:
        if file.suffix.lower() == ".tf":
            _read_terraform(file, data, found, faults)
        else:
            action = read_export(data)
            wrong = broken(str(file), action)
            (found.broken if faults is found.passed else faults).extend(wrong)
            if not wrong:
                found.exports.append(Export(shown_file(file), file, action))
    except ContractError as error:
        is_yaml = file.suffix.lower() in _YAML
        faults.append(_of_yaml(file, data) if is_yaml else fault_of(str(file), error))


def _of_yaml(file: Path, data: bytes) -> ConfigFault:
    try:
        is_flow = looks_like_flow(data)
    except ContractError:
        is_flow = False
    if not is_flow:
        return ConfigFault(str(file), 0, 0, "", "it is YAML, and an exported data action is JSON", _NAME_ONE)
    what = "it is an Architect flow, and no data action"
    fix = f"add it to the vendor: flows: [{printable(shown_file(file), 500)}]"
    return ConfigFault(str(file), 0, 0, "", what, fix)


def _read_terraform(file: Path, data: bytes, found: Found, faults: list[ConfigFault]) -> None:
    """A resource that cannot be read is a fault only where no other is whole."""
    resources = read_terraform(data)
    unread: list[ConfigFault] = []
    for one in resources:
        if one.fault is not None:
            fault = ContractError(f"{printable(one.label)}: {one.fault.what}", where=one.fault.where, fix=one.fault.fix)
            unread.append(fault_of(str(file), fault))
        elif one.action is not None and (wrong := broken(str(file), one.action)):
            found.broken += (replace(fault, line=one.line, column=1) for fault in wrong)
        elif one.action is not None:
            found.exports.append(Export(f"{shown_file(file)}:{one.line}", file, one.action, one.notes))
    (found.passed if len(unread) < len(resources) else faults).extend(unread)
    if not resources and faults is found.faults:
        faults.append(ConfigFault(str(file), 0, 0, "", "it holds no data action", _NAME_ONE))
