"""Which interaction belongs to which domain: monitor.yaml's patterns on descriptions and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Patterns: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that names an interaction: its domain, and its place in the list."""

    domain: str
    index: int


def matches(pattern: str, name: str) -> bool:
    """Whether ``pattern`` names ``name`` whole: ``*`` stands for anything, all else for itself."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def domains_of(names: Iterable[str], domains: Patterns) -> tuple[Match, ...]:
    """The first pattern of each domain that names one of ``names``; more than one is a contradiction."""
    listed = tuple(names)
    return tuple(_of(listed, domains))


def _of(names: Sequence[str], domains: Patterns) -> Iterator[Match]:
    for domain, patterns in domains.items():
        for index, pattern in enumerate(patterns):
            if any(matches(pattern, name) for name in names):
                yield Match(domain, index)
                break


def idle(domains: Patterns, names: Iterable[str]) -> Iterator[tuple[Match, str]]:
    """The patterns that name nothing, each with its text."""
    listed = tuple(names)
    for domain, patterns in domains.items():
        for index, pattern in enumerate(patterns):
            if not any(matches(pattern, name) for name in listed):
                yield Match(domain, index), pattern
