"""The contracts that stand already: whose they are, and what lies in the folder that is written to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.contracts.building.files import SUFFIX, PactFile, opened, test_of
from monitor.contracts.faults import read_file
from monitor.contracts.load import MAX_PACT_BYTES
from monitor.errors import ContractError
from monitor.jsonpaths import Json, read_json
from monitor.model import Contract, Settings, Vendor
from monitor.pipeline.planning import Job
from monitor.printable import printable


def read(path: Path) -> bytes:
    """Raises ContractError, with the file."""
    try:
        return read_file(str(path), MAX_PACT_BYTES, "split the contract")
    except ContractError as error:
        raise ContractError(error.what, where=printable(str(path), 500), fix=error.fix) from None


@dataclass(frozen=True, slots=True)
class Existing:
    """The folder that is written to. ``doubles``: which interactions of its files stand in another one, too."""

    folder: Path
    doubles: Mapping[Path, Collection[int]] = field(default_factory=dict)

    def bytes_of(self, path: Path) -> bytes | None:
        return read(path) if path.is_file() else None

    def file_of(self, path: Path, data: bytes | None) -> PactFile | None:
        """What is in ``data``, the bytes of ``path``, but for doubles; None where it cannot be merged with."""
        file = opened(data) if data is not None else None
        gone = self.doubles.get(path, ())
        if file is None or not gone:
            return file
        return replace(file, interactions=tuple(one for n, one in enumerate(file.interactions) if n not in gone))

    def ours(self) -> Mapping[Path, PactFile]:
        """The files in it that were made, by their paths."""
        found = {path: opened(read(path)) for path in sorted(self.folder.glob(f"*{SUFFIX}")) if path.is_file()}
        return {path: file for path, file in found.items() if file is not None and file.made}


@dataclass(frozen=True, slots=True)
class Standing:
    """``made``: the contract files, as they are told, that were made. ``folders``: where the others lie."""

    made: frozenset[str]
    folders: frozenset[Path]

    def by(self, job: Job) -> str:
        """Why its contract is not ours to build, and where that stands; empty where there is none."""
        contract = job.interaction.contract
        if contract is None:
            return ""
        test = test_of(interaction_in(contract))
        if contract.file in self.made and not test:
            return ""
        place = f"{printable(contract.file, 500)} {contract.pointer}"
        return f"{said_by(test)} ({place})" if test else f"it has a contract already: {place}"

    def is_leftover(self, job: Job) -> bool:
        """Whether all that is left of it is what was built once."""
        interaction = job.interaction
        return interaction.contract is not None and not interaction.action and not self.by(job)


def said_by(test: str) -> str:
    return f"a test says it: {printable(test, 300)}"


def without_built(settings: Settings, vendor: Vendor) -> Settings:
    """``settings`` without the vendor's files in which all was built, so that what is built does not depend on them."""
    kept = tuple(path for path in vendor.contracts if not _is_all_built(Path(path)))
    return replace(settings, vendors={**settings.vendors, vendor.name: replace(vendor, contracts=kept)})


def _is_all_built(path: Path) -> bool:
    try:
        file = opened(read(path))
    except ContractError:  # told where contracts are loaded
        return False
    return file is not None and file.made and not file.tested()


def standing_of(settings: Settings, jobs: Sequence[Job]) -> Standing:
    files = dict.fromkeys(job.interaction.contract.file for job in jobs if job.interaction.contract is not None)
    read_back = {file: opened(read(Path(settings.root, file))) for file in files}
    made = frozenset(name for name, file in read_back.items() if file is not None and file.made)
    return Standing(made, frozenset(Path(settings.root, file).parent for file in files if file not in made))


def interaction_in(contract: Contract) -> Mapping[str, Json]:
    """The one interaction of a contract, as it stands in its file."""
    value = read_json(contract.pact, max_depth=250, exact=False).value
    listed = value.get("interactions") if isinstance(value, dict) else None
    one = listed[0] if isinstance(listed, list) and listed else None
    return one if isinstance(one, dict) else {}
