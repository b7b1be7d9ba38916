"""accepted.yaml, beside monitor.yaml: the findings that people live with. It is committed, and reviewed like code.

1. There need be no such file, and it may hold nothing. Nothing in it is expanded: it holds no secret.
2. Every fault of it is told at once, with line and column, and stops what monitor.yaml's own would: an entry that is
   misread would silence another finding.
3. A moment in it without a time zone is one of alerts.timezone; a date is its beginning.
4. What is added to it is inserted at its end; all that it held stays as it is, comments included.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Final, TypeVar

from pydantic_core import PydanticCustomError

from monitor.config.expansion import AsWritten
from monitor.config.files import shown_file
from monitor.config.inserting import appended
from monitor.config.leaves import kind_of, must_be, nearest, text
from monitor.config.names import severity_kinds, vendor_name, version
from monitor.config.reading import decode, read_bounded
from monitor.config.template import quoted
from monitor.config.tree import Kind, Problem, Scalar, Tree, fault_at
from monitor.config.yamlfile import Document, composed, parse
from monitor.errors import ConfigError, ConfigFault, JsonError
from monitor.jsonpaths import Path as Steps
from monitor.jsonpaths import parse_path
from monitor.model import HEADER_ROOT, STATUS_ROOT, Accepted
from monitor.printable import printable

FILE_NAME: Final = "accepted.yaml"
HEAD: Final = """\
# Findings that people live with: they alert nobody and fail no run. Each entry is reviewed like code.
# vendor, path (as monitor tells it; $.meta..* is all below $.meta), reason and by; and, if wanted, interaction
# (description or id), kinds (removed, added, renamed, mismatch, loss ...) and until (it holds before that day).
version: 1
"""
_ENTRIES: Final = "accepted"
_BELOW: Final = "..*"
_TOP: Final = ("version", _ENTRIES)
_REQUIRED: Final = ("vendor", "path", "reason", "by")
_KEYS: Final = ("vendor", "interaction", "path", "kinds", "reason", "by", "until")
_EXAMPLES: Final = {
    "vendor": "crm",
    "path": "$.customerId",
    "reason": "the vendor brings it back in May",
    "by": "ada@example.com",
}
_WHERE: Final = "a path begins with $, header: or output:, or is status"
T = TypeVar("T")


def load_accepted(file: Path, zone: tzinfo) -> tuple[Accepted, ...]:
    """The entries of the file, none where there is no such file. Raises ConfigError with every fault of it."""
    if not os.path.lexists(file):
        return ()
    shown = shown_file(file)
    data = read_bounded(file)
    if isinstance(data, Problem):
        raise ConfigError([fault_at(shown, None, (), data)])
    found = decode(data)
    if isinstance(found, tuple):
        raise ConfigError([fault_at(shown, found[1], (), found[0])])
    return accepted_in(found, shown, zone)


def accepted_in(content: str, shown: str, zone: tzinfo) -> tuple[Accepted, ...]:
    """The entries of the file's text; ``shown`` is its name in faults. Raises ConfigError with every fault."""
    if composed(content) is None:
        return ()
    document = parse(content, shown, AsWritten(), f"version:, {_ENTRIES}:")
    reader = _Reader(document, shown, zone)
    entries = tuple(reader.entries())
    if faults := (*document.faults, *reader.faults):
        raise ConfigError(faults)
    return entries


# -- reading ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    document: Document
    shown: str
    zone: tzinfo
    faults: list[ConfigFault] = field(default_factory=list)

    def entries(self) -> Iterator[Accepted]:
        tree = self.document.tree
        if tree is None:
            return
        self._check_keys(tree, _TOP, ("version",), ())
        if "version" in tree:
            self._read(tree, "version", (), version)
        listed = tree.get(_ENTRIES, [])
        if isinstance(listed, Scalar) and listed.kind is Kind.EMPTY:
            return
        if not isinstance(listed, list):
            self._tell((_ENTRIES,), must_be("a list", kind_of(listed), "write - vendor: NAME"))
            return
        for number, entry in enumerate(listed):
            at: Steps = (_ENTRIES, number)
            if isinstance(entry, dict):
                yield self._entry(entry, at)
            else:
                self._tell(at, must_be("a mapping", kind_of(entry), f"its keys are {', '.join(_KEYS)}"))

    def _entry(self, entry: Mapping[str, Tree], at: Steps) -> Accepted:
        self._check_keys(entry, _KEYS, _REQUIRED, at)
        return Accepted(
            vendor=self._read(entry, "vendor", at, lambda tree: vendor_name(text(tree))) or "",
            path=self._read(entry, "path", at, _path) or "",
            reason=self._read(entry, "reason", at, text) or "",
            by=self._read(entry, "by", at, text) or "",
            interaction=self._read(entry, "interaction", at, text) or "",
            kinds=self._kinds(entry, at),
            until=self._read(entry, "until", at, lambda tree: _until(tree, self.zone)),
            line=self.document.spots[at].value.line,
        )

    def _kinds(self, entry: Mapping[str, Tree], at: Steps) -> tuple[str, ...]:
        listed = entry.get("kinds", [])
        if not isinstance(listed, list):
            self._tell((*at, "kinds"), must_be("a list", kind_of(listed), "write kinds: [removed]"))
            return ()
        members = {str(number): member for number, member in enumerate(listed)}
        read = (self._read(members, number, (*at, "kinds"), _kind, int(number)) for number in members)
        return tuple(kind for kind in read if kind)

    def _read(
        self, mapping: Mapping[str, Tree], key: str, at: Steps, leaf: Callable[[Tree], T], index: int | None = None
    ) -> T | None:
        """What stands at a key, if anything; None where it is at fault, which is told."""
        here: Steps = (*at, key if index is None else index)
        if key not in mapping or here in self.document.told:
            return None
        try:
            return leaf(mapping[key])
        except PydanticCustomError as error:
            problems: Sequence[Problem] = (error.context or {})["problems"]
            for problem in problems:
                self._tell(here, problem)
            return None

    def _check_keys(self, mapping: Mapping[str, Tree], known: Sequence[str], wanted: Sequence[str], at: Steps) -> None:
        for key in mapping:
            if key not in known and (*at, key) not in self.document.told:
                self._tell((*at, key), Problem(f"unknown key '{printable(key, 60)}'", nearest(key, known)), of_key=True)
        for key in wanted:
            if key not in mapping:
                fix = f"add for instance {key}: {_EXAMPLES.get(key, 1)}"
                self._tell(at, Problem(f"the key '{key}' is missing", fix))

    def _tell(self, path: Steps, problem: Problem, *, of_key: bool = False) -> None:
        spot = self.document.spots[path]
        self.faults.append(fault_at(self.shown, spot.key if of_key else spot.value, path, problem))


def _wrong(problem: Problem) -> PydanticCustomError:
    return PydanticCustomError("monitor_fault", "fault", {"problems": (problem,)})


def _path(tree: Tree) -> str:
    found = text(tree)
    if found == STATUS_ROOT or found.startswith("output:"):
        return found
    if found.startswith(HEADER_ROOT):
        return found.lower()
    if not found.startswith("$"):
        raise _wrong(Problem("is no place in a response", _WHERE))
    try:
        parse_path(found.removesuffix(_BELOW))
    except JsonError as error:
        raise _wrong(
            Problem(error.what, error.fix or "write it as monitor tells it, or PATH..* for all below it")
        ) from None
    return found


def _kind(tree: Tree) -> str:
    found = text(tree)
    if found not in severity_kinds():
        raise _wrong(Problem("is no kind of finding", nearest(found, severity_kinds())))
    return found


def _until(tree: Tree, zone: tzinfo) -> datetime:
    fix = "write for instance until: 2027-05-31, or 2027-05-31T18:00:00+02:00"
    if not isinstance(tree, Scalar) or tree.kind not in (Kind.DATE, Kind.STRING):
        raise _wrong(must_be("a date", kind_of(tree), fix))
    moment = moment_of(str(tree.value), zone)
    if moment is None:
        raise _wrong(Problem("is no date", fix))
    return moment


def moment_of(written: str, zone: tzinfo) -> datetime | None:
    """A date, its beginning in ``zone``, or a moment of ISO 8601, in ``zone`` where it names none; None: neither."""
    try:
        if len(written) <= len("2027-05-31"):
            day = date.fromisoformat(written)
            return datetime(day.year, day.month, day.day, tzinfo=zone)
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


# -- writing ----------------------------------------------------------------------------------------------


def with_entry(content: str | None, entry: Accepted, until: str = "") -> str | None:
    """The file's text with one entry more; None where no place was found at which nothing else changes.

    ``content`` None: there is no file yet. It must be without faults. ``until`` is written as it is.
    """
    lines = [
        f"vendor: {quoted(entry.vendor)}",
        *([f"interaction: {quoted(entry.interaction)}"] if entry.interaction else []),
        f"path: {quoted(entry.path)}",
        *([f"kinds: [{', '.join(entry.kinds)}]"] if entry.kinds else []),
        f"reason: {quoted(entry.reason)}",
        f"by: {quoted(entry.by)}",
        *([f"until: {until}"] if until else []),
    ]
    if content is None or composed(content) is None:
        before = HEAD if content is None else content
        gap = "" if not before or before.endswith("\n") else "\n"
        content = f"{before}{gap}" if content is None else f"{before}{gap}version: 1\n"
    return appended(content, _ENTRIES, lines)
