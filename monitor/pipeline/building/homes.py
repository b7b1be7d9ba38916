"""The domain of every interaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.config.load import place_of
from monitor.contracts.building.domains import Match, domains_of, idle
from monitor.contracts.faults import shown
from monitor.errors import ConfigError, ConfigFault
from monitor.jsonpaths import format_path
from monitor.model import Interaction, Settings, Vendor
from monitor.pipeline.planning import Job, nearest
from monitor.printable import printable


@dataclass(frozen=True, slots=True)
class Home:
    """A job and the domain that it belongs to."""

    job: Job
    domain: str

    @property
    def consumer(self) -> str:
        return self.job.interaction.consumer or self.job.vendor.name

    @property
    def description(self) -> str:
        return self.job.interaction.description


def names_of(interaction: Interaction) -> tuple[str, ...]:
    """By what a domain may name it."""
    return tuple(filter(None, (interaction.description, interaction.id, interaction.action)))


def homes_of(settings: Settings, vendor: Vendor, jobs: Sequence[Job]) -> tuple[tuple[Home, ...], tuple[str, ...]]:
    """Every job's home, and what is to be said of it: what is in no domain is in one named after the vendor.

    Raises ConfigError for what is in two.
    """
    found: list[Home] = []
    homeless: list[str] = []
    faults: list[ConfigFault] = []
    for job in jobs:
        matched = domains_of(names_of(job.interaction), vendor.domains)
        if len(matched) > 1:
            faults.append(_in_two(settings, vendor, job, matched))
        elif not matched:
            homeless.append(job.interaction.description)
        found.append(Home(job, matched[0].domain if matched else vendor.name))
    if faults:
        raise ConfigError(faults)
    known = [name for job in jobs for name in names_of(job.interaction)]
    return tuple(found), (*_homeless(vendor, homeless), *map(str, idle_patterns(settings, vendor, known)))


def _place(settings: Settings, vendor: Vendor, match: Match) -> tuple[str, int, int, str]:
    path = ("vendors", vendor.name, "domains", match.domain, match.index)
    return shown(settings.file, settings.root), *place_of(settings.file, path), format_path(path)[2:]


def _in_two(settings: Settings, vendor: Vendor, job: Job, matched: Sequence[Match]) -> ConfigFault:
    first, second = matched[0], matched[1]
    what = f"'{printable(job.interaction.description)}' is in the domains {first.domain} and {second.domain}"
    fix = "an interaction is in one: name it, or the others, more closely"
    return ConfigFault(*_place(settings, vendor, second), what, fix)


def _homeless(vendor: Vendor, descriptions: Sequence[str]) -> Iterator[str]:
    if not descriptions:
        return
    if not vendor.domains:
        yield f"monitor.yaml has no domains: for {vendor.name}, so all is in one, {vendor.name}"
        return
    named = ", ".join(f"'{printable(one, 80)}'" for one in descriptions[:5])
    more = f" and {len(descriptions) - 5} more" if len(descriptions) > 5 else ""
    yield f"in no domain of monitor.yaml, and so in {vendor.name}: {named}{more}"


def idle_patterns(settings: Settings, vendor: Vendor, names: Iterable[str]) -> Iterator[ConfigFault]:
    """The patterns of the vendor's domains that match none of ``names``."""
    known = tuple(names)
    for match, pattern in idle(vendor.domains, known):
        fix = nearest(pattern, known) or "correct it, or delete it"
        yield ConfigFault(*_place(settings, vendor, match), f"'{printable(pattern)}' names no interaction", fix)
