"""Files of contracts read, and what is wrong with them told with file, line and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from monitor.contracts.places import UNKNOWN, spot_of, spots_in
from monitor.errors import ConfigFault, ContractError
from monitor.printable import printable


def shown(path: str, root: str) -> str:
    """A file as it is told: relative to ``root`` where it lies below."""
    try:
        return printable(Path(path).relative_to(root).as_posix(), 500)
    except ValueError:
        return printable(path, 500)


def read_file(path: str, most: int, fix: str) -> bytes:
    """The file's bytes. Raises ContractError where it cannot be read or has more than ``most`` bytes (then ``fix``)."""
    try:
        size = Path(path).stat().st_size
        if size > most:
            raise ContractError(f"it is {size:,} bytes; at most {most:,} are read", fix=fix)
        return Path(path).read_bytes()
    except OSError as error:
        raise ContractError(f"it cannot be read: {error.strerror}") from None


def fault_of(file: str, error: ContractError) -> ConfigFault:
    """``file`` is absolute until the fault is placed; a line that the error itself tells is kept."""
    line, column = spot_of(error.where) or UNKNOWN
    return ConfigFault(file, line, column, "" if line else error.where, error.what, error.fix)


def placed(faults: Iterable[ConfigFault], root: str) -> tuple[ConfigFault, ...]:
    """``faults`` with line and column, and their files as they are told. Each file is read once more."""
    listed = tuple(faults)
    paths: dict[str, list[str]] = {}
    for fault in listed:
        if not fault.line and fault.path.startswith("$"):
            paths.setdefault(fault.file, []).append(fault.path)
    spots = {(file, path): spot for file, found in paths.items() for path, spot in spots_in(file, found).items()}
    told = []
    for fault in listed:
        line, column = spots.get((fault.file, fault.path), (fault.line, fault.column))
        told.append(replace(fault, file=shown(fault.file, root), line=line, column=column))
    return tuple(told)
