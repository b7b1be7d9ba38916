"""Secret sources: ``${secret:KIND:REF}``. The file ``env.py`` here is the kind ``env``, and so on.

A source is a module (or an object of the entry-point group ``drift_monitor.secrets``) with one function
``read(reference, place) -> str | NoSecret``. It is looked up by name among those discovered; nothing that a
user writes is ever imported.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

ENTRY_POINTS = "drift_monitor.secrets"


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where sources look: the environment, and the folder that relative paths start from."""

    environ: Mapping[str, str] = field(repr=False)
    root: Path


@dataclass(frozen=True, slots=True)
class NoSecret:
    """Why there is no value. ``malformed``: the reference itself is wrong, so that it is a fault offline too."""

    what: str
    fix: str
    malformed: bool = False


@runtime_checkable
class SecretSource(Protocol):
    def read(self, reference: str, place: SecretPlace) -> str | NoSecret: ...


def _own_kinds() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def kinds() -> tuple[str, ...]:
    """The names of all sources that there are; ours win over others' of the same name."""
    return tuple(sorted({*_own_kinds(), *(entry.name for entry in entry_points(group=ENTRY_POINTS))}))


def _source(kind: str) -> SecretSource | NoSecret:
    try:
        if kind in _own_kinds():
            found: object = importlib.import_module(f"{__name__}.{kind}")
        else:
            found = next(iter(entry_points(group=ENTRY_POINTS, name=kind))).load()
    except Exception as error:  # noqa: BLE001 - a foreign plug-in may fail in any way
        return NoSecret(
            f"the secret source {kind} does not load ({type(error).__name__})", "mend or remove the plug-in"
        )
    if not isinstance(found, SecretSource):
        return NoSecret(f"the secret source {kind} has no function read", "mend or remove the plug-in")
    return found


def read(kind: str, reference: str, place: SecretPlace) -> str | NoSecret:
    """The secret that ``${secret:kind:reference}`` names, or why there is none."""
    if kind not in _own_kinds() and kind not in kinds():
        known = kinds()
        return NoSecret(
            f"there is no secret source of this kind; the kinds are {', '.join(known)}",
            f"write for instance ${{secret:{known[0]}:NAME}}",
            malformed=True,
        )
    source = _source(kind)
    if isinstance(source, NoSecret):
        return source
    try:
        value: object = source.read(reference, place)
    except Exception as error:  # noqa: BLE001 - its text may hold the secret, so only the class is told
        return NoSecret(f"the secret source {kind} failed ({type(error).__name__})", "")
    if isinstance(value, str | NoSecret):
        return value
    return NoSecret(f"the secret source {kind} gave no text", "mend or remove the plug-in")
