"""One interaction in two files that were made, as when its domain changed between two builds or tests: one stays.

It is the one that a test made; of several, or of none, the one in the file of its domain. What somebody wrote or
edited, and what lies in another folder than the one that is written to, stays in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from monitor.contracts.building.domains import domains_of
from monitor.contracts.building.files import Interaction, key_of, test_of
from monitor.model import Vendor
from monitor.pipeline.building.standing import Existing

Doubles: TypeAlias = Mapping[Path, frozenset[int]]  # by file: which of its interactions go


def doubles_in(folder: Path, vendor: Vendor) -> Doubles:
    """What is to go from the files in ``folder``."""
    found: dict[tuple[str, tuple[str, str]], list[tuple[Path, int, Interaction]]] = {}
    for path, file in Existing(folder).ours().items():
        for index, one in enumerate(file.interactions if not file.edited and file.provider == vendor.name else ()):
            found.setdefault((file.consumer, key_of(one)), []).append((path, index, one))
    gone: dict[Path, frozenset[int]] = {}
    for alike in found.values():
        first = min(alike, key=lambda one: (not test_of(one[2]), not _is_home(one[0], one[2], vendor), one[:2]))
        for path, index, _ in (one for one in alike if one is not first):
            gone[path] = gone.get(path, frozenset()) | {index}
    return gone


def _is_home(path: Path, interaction: Interaction, vendor: Vendor) -> bool:
    """Whether the file is of the domain to which the interaction's description belongs."""
    matched = domains_of((str(interaction.get("description", "")),), vendor.domains)
    return path.name.startswith(f"{matched[0].domain if matched else vendor.name}.")


def pointers_of(doubles: Doubles) -> frozenset[tuple[str, str]]:
    """As contracts are loaded: file and place in it."""
    return frozenset((str(path), f"$.interactions[{index}]") for path, gone in doubles.items() for index in gone)
