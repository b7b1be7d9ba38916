"""Findings that people live with: what accepted.yaml names is told, and nothing else follows from it. PURE.

1. An entry is about the findings of a vendor at one path, in one interaction or any, of its kinds or any.
2. A path is the root of a finding, as it is told: ``$.customer.tags[*]`` (any member, whatever number is written),
   ``status``, ``header:x-total``, ``output:NAME``. ``$.meta..*`` is all that lies below ``$.meta``, and not itself.
3. An entry holds before its ``until``. After that it is as if it were not there; lint tells of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.errors import JsonError
from monitor.jsonpaths import general, parse_path, starts_with
from monitor.model import Accepted, Finding, Result, kind_of
from monitor.model.moments import day
from monitor.printable import printable

BELOW: Final = "..*"
_TEXT: Final = 300


def holds(entry: Accepted, now: datetime) -> bool:
    return entry.until is None or now < entry.until


def accepted_in(result: Result, entries: Sequence[Accepted], now: datetime) -> tuple[Finding, ...]:
    """The findings of ``result``, those marked that an entry names; the first that holds counts."""
    about = [entry for entry in entries if holds(entry, now) and is_about(entry, result)]
    return tuple(_marked(finding, about) for finding in result.findings)


def is_about(entry: Accepted, result: Result) -> bool:
    """Whether the entry is about the interaction."""
    names = ("", result.description, result.interaction_id)
    return entry.vendor == result.vendor and entry.interaction in names


def matches(entry: Accepted, finding: Finding) -> bool:
    """Whether the entry, if it is about the interaction, names the finding."""
    return (not entry.kinds or kind_of(finding.detail) in entry.kinds) and _is_at(entry.path, finding.root)


def words(entry: Accepted) -> str:
    """``accepted by ada until 2 Dec 2026: the vendor promised it back``."""
    until = f" until {day(entry.until)}" if entry.until else ""
    return f"accepted by {printable(entry.by)}{until}: {printable(entry.reason, _TEXT)}"


def _marked(finding: Finding, entries: Sequence[Accepted]) -> Finding:
    entry = next((one for one in entries if matches(one, finding)), None)
    return replace(finding, accepted=words(entry) if entry else "")


def _is_at(path: str, root: str) -> bool:
    if path == root or not (path.startswith("$") and root.startswith("$")):
        return path == root
    try:
        above, here = general(parse_path(path.removesuffix(BELOW))), general(parse_path(root))
    except JsonError:  # a root in which something was masked
        return False
    return starts_with(here, above) and here != above if path.endswith(BELOW) else here == above
