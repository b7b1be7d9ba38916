"""monitor.yaml, its contracts, and the secrets that it names.

The file is read twice: as offline commands do, where what is not set stays as it is written, and as `check` does. What
only the second reading finds wrong is what is not set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from monitor.config.files import shown_file
from monitor.config.load import SecretsMode, find, load
from monitor.errors import ConfigError, ConfigFault, MonitorError, UsageError
from monitor.languages import kinds
from monitor.model import Settings, Vendor
from monitor.pipeline.channel_kinds import channel_kinds
from monitor.pipeline.doctor.checks import Check, World, of_error, of_fault, ok, skipped, warning
from monitor.pipeline.planning import Job, chosen_vendors, plan_jobs
from monitor.pipeline.tools import Selection
from monitor.printable import printable

NOTHING_NAMED: Final = "name a Pact file under contracts:, or an export under data_actions:, in monitor.yaml"
SHORT: Final = 6  # characters; shorter values are masked only where they stand alone


@dataclass(frozen=True, slots=True)
class Configuration:
    """What could be read. ``settings`` None: nothing; ``unset`` are the faults of secrets that are not set."""

    settings: Settings | None = None
    faults: tuple[ConfigFault, ...] = ()
    unset: tuple[ConfigFault, ...] = ()
    missing: UsageError | None = field(default=None, compare=False)


def _load(world: World, mode: SecretsMode) -> Settings | tuple[ConfigFault, ...]:
    try:
        file = find(world.config, world.folder)
        return load(file, world.environ, secrets=mode, kinds=kinds(), channels=channel_kinds())
    except ConfigError as error:
        return error.faults


def read(world: World) -> Configuration:
    try:
        offline, whole = _load(world, SecretsMode.DEFER), _load(world, SecretsMode.REQUIRE)
    except UsageError as error:
        return Configuration(missing=error)
    faults = () if isinstance(offline, Settings) else offline
    unset = () if isinstance(whole, Settings) else tuple(fault for fault in whole if fault not in faults)
    settings = next((found for found in (whole, offline) if isinstance(found, Settings)), None)
    return Configuration(settings, faults, unset)


def config(found: Configuration) -> Iterator[Check]:
    if found.missing is not None:
        yield from of_error("config", found.missing)
    yield from (of_fault("config", fault) for fault in found.faults)
    if found.settings is not None:
        count = len(found.settings.vendors)
        yield ok("config", f"{shown_file(Path(found.settings.file))}: {count} vendor{'s'[: count != 1]}")


def selected(settings: Settings, names: tuple[str, ...]) -> tuple[tuple[Vendor, ...], tuple[Check, ...]]:
    """The vendors to look at, and what is wrong with the names."""
    try:
        return chosen_vendors(settings, names), ()
    except UsageError as error:
        return (), tuple(of_error("config", error))


# -- contracts --------------------------------------------------------------------------------------------


def jobs_of(settings: Settings, vendor: Vendor) -> tuple[Job, ...] | MonitorError:
    try:
        return plan_jobs(settings, Selection((vendor.name,))).jobs
    except MonitorError as error:
        return error


def contracts(vendor: Vendor, jobs: tuple[Job, ...] | MonitorError) -> Iterator[Check]:
    name = f"contracts {vendor.name}"
    if isinstance(jobs, MonitorError):
        yield from of_error(name, jobs)
        return
    count, refused = len(jobs), [job for job in jobs if job.refusal]
    if not jobs:
        yield warning(name, "there is no interaction to judge", NOTHING_NAMED)
    elif refused:
        first = f"{printable(refused[0].interaction.description)}: {refused[0].refusal}"
        yield warning(
            name, f"{len(refused)} of {count} interactions will not run, first {first}", "see: monitor config check"
        )
    else:
        yield ok(name, f"{count} interaction{'s'[: count != 1]} to call")


# -- secrets ----------------------------------------------------------------------------------------------


def _names(values: Mapping[str, str]) -> str:
    return ", ".join(printable(name) for name in values)


def secrets(found: Configuration) -> Iterator[Check]:
    """Every ``${...}`` by its name, never by its value."""
    yield from (of_fault("secrets", fault) for fault in found.unset)
    if found.settings is None:
        yield skipped("secrets", "monitor.yaml cannot be read")
        return
    values = {secret.name: secret.value for secret in found.settings.secrets}
    short = {name: value for name, value in values.items() if len(value) < SHORT}
    if short:
        what = f"shorter than {SHORT} characters: {_names(short)}; masked only where they stand alone"
        yield warning("secrets", what, "use longer ones where they are secret")
    if values:
        yield ok("secrets", f"set: {_names(values)}")
    elif not found.unset:
        yield ok("secrets", "none is named")


def needs_unset(vendor: Vendor) -> bool:
    """Whether something that is sent to ``vendor`` may still stand unexpanded: then it must not be sent."""
    actions = vendor.data_actions
    overrides = (*vendor.requests.values(), *(action.override for action in actions))
    texts = [vendor.base_url, *vendor.headers.values(), *(repr(state.params) for state in vendor.states.values())]
    texts += [text for action in actions for text in (*action.credentials.values(), *action.auth_response.values())]
    texts += [repr(example.inputs) for action in actions for example in action.examples]
    texts += [text for o in overrides for values in o.query.values() for text in values]
    texts += [text for o in overrides for text in (o.path or "", *o.headers.values())]
    return any("${" in text for text in texts) or any(b"${" in (o.body or b"") for o in overrides)
