"""What becomes of each action that was found: where its copy goes, and what of it is new.

1. An action is known by its name and integration. Where monitor.yaml lists it already, that file is its copy; else
   it is ``contracts/<vendor>/actions/<slug>.json``, with 8 hex digits where another action has that name.
2. A copy that says the same (as JSON) is left alone. One that differs is replaced only where that was asked for, or
   where the copy itself was named, to take a secret out: then its value must be set already, or it would be lost.
3. Literal secrets leave a placeholder. One variable stands for one value: a second value gets a name of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from monitor.config.files import shown_file
from monitor.config.reading import read_bounded
from monitor.contracts.actions.entries import Listing
from monitor.contracts.actions.export import MAX_BYTES, DataAction, read_export
from monitor.contracts.actions.load import action_id, consumer_of
from monitor.contracts.actions.redacting import with_secrets_replaced
from monitor.contracts.actions.secrets import (
    LiteralSecret,
    literal_secrets,
    taken_out,
    variable_of,
)
from monitor.errors import ConfigError, ConfigFault, ContractError
from monitor.pipeline.importing.finding import Export
from monitor.pipeline.importing.listed import Listed
from monitor.printable import printable

_HASH: Final = len("-12345678")


class State(StrEnum):
    """Of an action's copy."""

    NEW = "imported"
    SAME = "unchanged"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Settled:
    """``action`` is without secrets, ``file`` absolute; ``listed`` is how monitor.yaml lists it already."""

    export: Export
    action: DataAction
    file: Path
    state: State
    integration: str
    listing: Listing
    listed: Listed | None = None

    @property
    def place(self) -> str:
        return self.export.place


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there already. ``root`` is monitor.yaml's folder, ``text`` what it says."""

    root: Path
    vendor: str
    text: str
    listed: tuple[Listed, ...]
    environ: Mapping[str, str] = field(repr=False)
    integration: str = ""  # asked for
    force: bool = False


def settle(exports: Iterable[Export], ground: Ground) -> tuple[tuple[Settled, ...], tuple[str, ...]]:
    """Each action once, and notes. Raises ConfigError with every action that may not be written."""
    settler = _Settler(ground)
    settled = tuple(one for export in exports if (one := settler.settled(export)) is not None)
    if settler.faults:
        raise ConfigError(settler.faults)
    return settled, tuple(settler.notes)


def same_value(one: DataAction, other: DataAction) -> bool:
    """Whether both exports are the same JSON value (to Python 1 and true are equal)."""
    return json.dumps(one.value, sort_keys=True) == json.dumps(other.value, sort_keys=True)


def same_action(one: DataAction, other: DataAction, integrations: tuple[str, str]) -> bool:
    """Whether both are exports of one action. What one of them does not say, an integration or its kind, may be so."""
    told = (integrations, (one.integration_type, other.integration_type))
    return one.name == other.name and all(not first or not second or first == second for first, second in told)


def read_copy(file: Path) -> DataAction | None:
    """The action in a file; None where there is none that can be read."""
    data = read_bounded(file, MAX_BYTES)
    try:
        return read_export(data) if isinstance(data, bytes) else None
    except ContractError:
        return None


class _Settler:
    """Settles one action after the other."""

    def __init__(self, ground: Ground) -> None:
        self.faults: list[ConfigFault] = []
        self.notes: list[str] = []
        self._ground = ground
        self._claimed: dict[Path, Settled] = {}
        self._variables: dict[str, str] = {}
        lines = ground.text.splitlines()
        self._said = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        copies = ((one, read_copy(one.file)) for one in ground.listed)
        self._known = [(one, action) for one, action in copies if action is not None]

    def settled(self, export: Export) -> Settled | None:
        """None where the same was found before, or where it may not be written."""
        secrets = literal_secrets(export.action, self._ground.vendor)
        action = with_secrets_replaced(export.action, secrets)
        integration = self._ground.integration or action.category
        file = self._file(action, integration)
        if (before := self._claimed.get(file)) is not None:
            self._twice(export, action, before)
            return None
        state = self._state(action, file)
        if state is State.REPLACED and not self._ground.force and self._is_kept(export, file, secrets):
            return None
        listed = self._listed(file)
        named = () if listed else self._named(action, secrets)
        name = file.relative_to(self._ground.root).as_posix() if file.is_relative_to(self._ground.root) else str(file)
        listing = Listing(action, name, self._ground.vendor, integration, named)
        self._claimed[file] = Settled(export, action, file, state, integration, listing, listed)
        return self._claimed[file]

    # -- where it goes -------------------------------------------------------------------------------------

    def _file(self, action: DataAction, integration: str) -> Path:
        for one, known in self._known:
            if same_action(action, known, (integration, one.integration)):
                return one.file
        folder = self._ground.root / "contracts" / self._ground.vendor / "actions"
        name = action_id(consumer_of(integration, action), action.name, "")
        plain = folder / f"{name[:-_HASH]}.json"
        return folder / f"{name}.json" if self._is_others(plain, action, integration) else plain

    def _is_others(self, file: Path, action: DataAction, integration: str) -> bool:
        """Whether the file is another action's copy."""
        if (claimed := self._claimed.get(file)) is not None:
            return not same_action(action, claimed.action, (integration, claimed.integration))
        if any(one.file == file for one, _ in self._known):
            return True  # or it would be known
        other = read_copy(file)
        return other is not None and not same_action(action, other, (integration, other.category))

    def _state(self, action: DataAction, file: Path) -> State:
        if not file.exists() and not file.is_symlink():
            return State.NEW
        other = read_copy(file)
        return State.SAME if other is not None and same_value(other, action) else State.REPLACED

    def _is_kept(self, export: Export, file: Path, secrets: Iterable[LiteralSecret]) -> bool:
        """Whether a file that differs must not be replaced unasked; why is told."""
        if not (file.exists() and export.file.exists() and file.samefile(export.file)):
            what = f"it differs from {shown_file(file)}, which was imported before"
            self._refuse(export, what, "to replace that file: --force")
            return True
        for one in secrets:
            if self._ground.environ.get(one.variable) != one.value:
                what = f"a placeholder would overwrite the secret in its {one.label}"
                self._refuse(export, what, f"keep it first: set {one.variable} to it; or, where it is kept: --force")
                return True
        return False

    def _listed(self, file: Path) -> Listed | None:
        return next((one for one in self._ground.listed if one.covers(file)), None)

    def _twice(self, export: Export, action: DataAction, before: Settled) -> None:
        if same_value(action, before.action):
            self.notes.append(f"{export.place}: the same as {before.place}")
            return
        what = f"another export of the action '{printable(action.name, 80)}' is {before.place}, and they differ"
        self._refuse(export, what, "leave one of them out, or rename one")

    def _refuse(self, export: Export, what: str, fix: str) -> None:
        self.faults.append(ConfigFault(export.place, 0, 0, "", what, fix))

    # -- secrets -------------------------------------------------------------------------------------------

    def _named(self, action: DataAction, secrets: Iterable[LiteralSecret]) -> tuple[LiteralSecret, ...]:
        """The secrets that are to be given, each with a variable of its own value."""
        found = {(one.kind, one.name.lower()): one for one in secrets}
        for one in taken_out(action, self._ground.vendor):  # somebody else took it out: its value is not known
            found.setdefault((one.kind, one.name.lower()), one)
        return tuple(replace(one, variable=self._variable(action, one)) for one in found.values())

    def _variable(self, action: DataAction, secret: LiteralSecret) -> str:
        for variable in _variables(self._ground.vendor, action, secret):
            is_free = variable not in self._variables and f":{variable}}}" not in self._said
            if is_free or (secret.value and self._value(variable) == secret.value):
                self._variables[variable] = secret.value
                return variable
        return secret.variable

    def _value(self, variable: str) -> str:
        return self._variables.get(variable) or self._ground.environ.get(variable, "")


def _variables(vendor: str, action: DataAction, secret: LiteralSecret) -> Iterator[str]:
    yield secret.variable
    yield variable_of(vendor, action.name, secret.name)
    yield from (variable_of(vendor, action.name, secret.name, str(number)) for number in range(2, 100))
