"""Settings and a selection -> the jobs of a run, before anything is called."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.calling.request import build, refusal
from monitor.contracts.load import Loaded, load
from monitor.errors import ConfigError, ConfigFault, ContractError, UsageError
from monitor.model import Interaction, Planned, Request, Settings, Skipped, Vendor
from monitor.pipeline.joining import Joined, joined
from monitor.pipeline.tools import Selection
from monitor.printable import printable
from monitor.recordings.masking import Masker

if TYPE_CHECKING:
    from monitor.contracts.actions.export import DataAction


@dataclass(frozen=True, slots=True)
class Job:
    """One interaction and the request that will be sent; None where it is refused."""

    vendor: Vendor
    interaction: Interaction
    request: Request | None
    refusal: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.vendor.name, self.interaction.id

    def planned(self) -> Planned:
        contract = self.interaction.contract
        return Planned(
            vendor=self.vendor.name,
            interaction_id=self.interaction.id,
            description=self.interaction.description,
            method=self.interaction.request.method,
            path=self.interaction.request.path,
            contract_digest=contract.digest if contract else "",
            refusal=self.refusal,
        )


def masked_skips(skipped: Iterable[Skipped], masker: Masker) -> tuple[Skipped, ...]:
    """What may be shown: a reason in monitor.yaml may hold what was expanded."""
    return tuple(
        replace(one, description=masker.text(one.description), reason=masker.text(one.reason)) for one in skipped
    )


@dataclass(frozen=True, slots=True)
class Jobs:
    vendors: tuple[Vendor, ...]
    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...]
    joined: tuple[Joined, ...] = ()  # data actions that are judged on a contract's call
    actions: Mapping[tuple[str, str], DataAction] = field(default_factory=dict)  # by the job that judges them

    def by_key(self) -> Mapping[tuple[str, str], Job]:
        return {job.key: job for job in self.jobs}


def nearest(name: str, known: Iterable[str]) -> str:
    """A fix for a name that nobody knows: what was probably meant; empty where nothing is like it."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"did you mean '{printable(near[0])}'?" if near else ""


def chosen_vendors(settings: Settings, names: tuple[str, ...]) -> tuple[Vendor, ...]:
    """The named vendors, all when none is named. Raises UsageError for an unknown name."""
    for name in names:
        if name not in settings.vendors:
            known = ", ".join(settings.vendors) or "none"
            fix = nearest(name, settings.vendors) or f"known: {known}"
            raise UsageError(f"no vendor '{printable(name)}' in {settings.file}", fix=fix)
    wanted = names or tuple(settings.vendors)
    return tuple(vendor for name, vendor in settings.vendors.items() if name in wanted)


def _job(vendor: Vendor, interaction: Interaction) -> Job:
    reason = interaction.refusal or refusal(vendor, interaction)
    if reason:
        return Job(vendor, interaction, None, reason)
    try:
        return Job(vendor, interaction, build(vendor, interaction))
    except ContractError as error:
        return Job(vendor, interaction, None, str(error))


def _job_of_recordings(vendor: Vendor, interaction: Interaction) -> Job:
    return Job(vendor, interaction, None)


def _actions(vendor: Vendor, loaded: Loaded, more: Iterable[Joined]) -> Iterator[tuple[tuple[str, str], DataAction]]:
    elsewhere = {one.id: one.interaction_id for one in more}
    for one in loaded.actions:
        for interaction in one.interactions:
            yield (vendor.name, elsewhere.get(interaction.id, interaction.id)), one.action


def plan_jobs(
    settings: Settings, selection: Selection, *, calls: bool = True, without: Collection[tuple[str, str]] = ()
) -> Jobs:
    """Every job of the selection; without requests where nothing will be called, and ``without`` some (see `load`).

    A data action that makes a contract's call has no job of its own (see `joining`).
    Raises ConfigError with all faults of all contracts, UsageError for unknown names.
    """
    vendors = chosen_vendors(settings, selection.vendors)
    jobs: list[Job] = []
    skipped: list[Skipped] = []
    together: list[Joined] = []
    actions: dict[tuple[str, str], DataAction] = {}
    faults: list[ConfigFault] = []
    for vendor in vendors:
        loaded = load(vendor, settings.root, settings.file, without)
        faults += loaded.faults
        skipped += loaded.skipped
        make = _job if calls else _job_of_recordings
        interactions, more = joined(vendor, loaded.interactions)
        together += more
        actions.update(_actions(vendor, loaded, more))
        jobs += [make(vendor, interaction) for interaction in interactions]
    if faults:
        raise ConfigError(faults)
    planned = Jobs(vendors, tuple(jobs), tuple(skipped), tuple(together), actions)
    return planned if selection.interaction is None else _selected(planned, selection.interaction)


def _selected(planned: Jobs, wanted: str) -> Jobs:
    """The jobs of that id or description, also of an action that another job judges. Raises UsageError for none."""
    elsewhere = {(one.vendor, one.interaction_id) for one in planned.joined if wanted in (one.id, one.description)}
    jobs = tuple(
        job
        for job in planned.jobs
        if wanted in (job.interaction.id, job.interaction.description) or job.key in elsewhere
    )
    if not jobs:
        names = [name for job in planned.jobs for name in (job.interaction.id, job.interaction.description)]
        names += [one.description for one in planned.joined]
        fix = nearest(wanted, names) or "see: monitor contracts list"
        raise UsageError(f"no interaction '{printable(wanted)}'", fix=fix)
    return replace(planned, jobs=jobs, skipped=())
