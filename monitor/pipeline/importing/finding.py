"""Exported data actions in files and folders.

1. A file that is named itself must hold an action. In a folder what holds none is told and passed over, and so is a
   broken resource of a Terraform file that holds a whole one.
2. Folders are searched for ``*.json`` and ``*.tf``, but for hidden ones and node_modules. A link to a folder is not
   followed, so that no loop of links has no end; it is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from monitor.config.files import shown_file
from monitor.config.reading import read_bounded
from monitor.config.tree import Problem
from monitor.contracts.actions.export import MAX_BYTES, DataAction, read_export
from monitor.contracts.actions.terraform import read_terraform
from monitor.contracts.faults import fault_of, placed
from monitor.errors import ConfigError, ConfigFault, ContractError, UsageError
from monitor.printable import printable

MAX_FILES: Final = 10_000
_SUFFIXES: Final = (".json", ".tf")
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
    """``passed`` says what holds no action, and why."""

    exports: list[Export] = field(default_factory=list)
    passed: list[ConfigFault] = field(default_factory=list)
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
    found.passed = list(_told(found.passed))
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
            found.exports.append(Export(shown_file(file), file, read_export(data)))
    except ContractError as error:
        faults.append(fault_of(str(file), error))


def _read_terraform(file: Path, data: bytes, found: Found, faults: list[ConfigFault]) -> None:
    """A broken resource is a fault only where no other is whole."""
    resources = read_terraform(data)
    broken: list[ConfigFault] = []
    for one in resources:
        if one.fault is not None:
            fault = ContractError(f"{printable(one.label)}: {one.fault.what}", where=one.fault.where, fix=one.fault.fix)
            broken.append(fault_of(str(file), fault))
        elif one.action is not None:
            found.exports.append(Export(f"{shown_file(file)}:{one.line}", file, one.action, one.notes))
    (found.passed if len(broken) < len(resources) else faults).extend(broken)
    if not resources and faults is found.faults:
        faults.append(ConfigFault(str(file), 0, 0, "", "it holds no data action", _NAME_ONE))
