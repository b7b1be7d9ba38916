"""Which captured entry is an interaction's, and why none is. PURE.

1. An entry is an interaction's where its request is the one that the interaction makes (fitting.py). A data action has
   a second way: its templates with any inputs (``HOLE``), for a capture has other customers than its example.
2. An entry that fits several is of those that it fits best: with its own inputs, at the surest place, with the least
   beyond what is sought, with the status that is expected. A data action with any inputs is not given what is exactly
   another interaction's where its path has a hole: that would be another endpoint.
3. Of an interaction's entries those that fit best, and of these the newest, whatever its status. With any inputs an
   answer as it is expected comes first: a customer who is not there says nothing of the vendor.
4. An entry without a response to keep is nobody's, but it is told whose it would have been. So is a 304 that is not
   expected: the browser had the answer already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final, TypeAlias, TypeVar

from monitor.model import Interaction
from monitor.pipeline.capturing.fitting import Difference, Parts, alike, difference, place_of
from monitor.printable import printable
from monitor.recordings.captures import Entry

MOST_CLOSE: Final = 3
MOST_COMPARED: Final = 50
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_PREFLIGHT: Final = "access-control-request-method"
_NOT_MODIFIED: Final = "it is a 304: the browser had the answer already; capture again with its cache disabled"

Rank: TypeAlias = tuple[int, ...]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Want:
    """An interaction and the requests that would be its own: as it makes it, and with any inputs (both may be None)."""

    interaction: Interaction
    exact: Parts | None
    loose: Parts | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry with its request taken apart."""

    entry: Entry
    parts: Parts

    @property
    def is_preflight(self) -> bool:
        return self.parts.method == "OPTIONS" and any(n.lower() == _PREFLIGHT for n, _ in self.entry.request.headers)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an entry fits: the lower the rank the better; ``differs`` tells inputs other than the example's."""

    rank: Rank
    differs: str = ""
    loose: bool = False

    @property
    def surest(self) -> Rank:
        """By what an interaction's entries are told apart: of its very own request any answer is as good."""
        return self.rank if self.loose else self.rank[:-1]


@dataclass(frozen=True, slots=True)
class Choice:
    """The entry that an interaction gets, of ``count`` that fit as well; or ``reason``, why it gets none.

    ``worse``: how many more fit less well.
    """

    seen: Seen | None = None
    count: int = 0
    worse: int = 0
    differs: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stray:
    """An entry that is nobody's, with the interaction that is closest and what differs from its request."""

    seen: Seen
    closest: Interaction
    differs: str


@dataclass(frozen=True, slots=True)
class Strays:
    """The entries that are nobody's: those that are like somebody's, and how many are not."""

    close: tuple[Stray, ...] = ()
    others: int = 0


def choices(wants: Sequence[Want], seen: Sequence[Seen], file: str) -> tuple[tuple[Choice, ...], Strays]:
    """What each want gets, in order, and what is nobody's."""
    found: list[list[tuple[Seen, Fit]]] = [[] for _ in wants]
    strays: list[Stray | None] = []
    for one in seen:
        owners = _owners(wants, one)
        for number, fit in owners:
            found[number].append((one, fit))
        if not owners:
            strays.append(None if one.is_preflight else _stray(wants, one))
    made = tuple(_choice(want, fits, seen, file) for want, fits in zip(wants, found, strict=True))
    close = tuple(stray for stray in strays if stray)
    return made, Strays(close, len(strays) - len(close))


def fault_of(want: Want, entry: Entry) -> str:
    """Why the entry is not kept for the interaction; empty where it may be."""
    status = entry.response.status if entry.response else 0
    if status == 304 and want.interaction.expected_status != 304:
        return _NOT_MODIFIED
    return entry.fault


# -- whose it is ------------------------------------------------------------------------------------------


def _owners(wants: Sequence[Want], one: Seen) -> list[tuple[int, Fit]]:
    exact = list(_fits(wants, one, loose=False))
    loose = [
        (number, fit)
        for number, fit in _fits(wants, one, loose=True)
        if all(number != other for other, _ in exact) and not (exact and _has_hole(wants[number]))
    ]
    return [*_best(exact), *_best(loose)]


def _has_hole(want: Want) -> bool:
    return want.loose is not None and want.loose.holes > 0


def _best(fits: list[tuple[int, Fit]]) -> Iterator[tuple[int, Fit]]:
    least = min((fit.rank for _, fit in fits), default=())
    return ((number, fit) for number, fit in fits if fit.rank == least)


def _fits(wants: Sequence[Want], one: Seen, *, loose: bool) -> Iterator[tuple[int, Fit]]:
    for number, want in enumerate(wants):
        sought = want.loose if loose else want.exact
        if sought is None or sought.method != one.parts.method or place_of(sought, one.parts) is None:
            continue
        found = difference(sought, one.parts)
        if found.fits:
            rank = (int(loose), sought.holes, found.place or 0, found.more, int(_unexpected(want, one)))
            yield number, Fit(rank, _inputs_differing(want, one) if loose else "", loose)


def _unexpected(want: Want, one: Seen) -> bool:
    expected, response = want.interaction.expected_status, one.entry.response
    return response is not None and (response.status >= 400 if expected is None else response.status != expected)


def _inputs_differing(want: Want, one: Seen) -> str:
    """In what the entry's inputs are not those of the example."""
    if want.exact is None:
        return ""
    return difference(want.exact, one.parts).told()


# -- which of them ----------------------------------------------------------------------------------------


def _choice(want: Want, fits: Sequence[tuple[Seen, Fit]], seen: Sequence[Seen], file: str) -> Choice:
    usable = [(one, fit) for one, fit in fits if not fault_of(want, one.entry)]
    if not usable:
        return Choice(reason=_reason(want, [one for one, _ in fits], seen, file))
    surest = min(fit.surest for _, fit in usable)
    best = [(one, fit) for one, fit in usable if fit.surest == surest]
    one, fit = max(best, key=lambda pair: (pair[0].entry.started or _LONG_AGO, pair[0].entry.index))
    return Choice(one, len(best), len(usable) - len(best), fit.differs)


def _reason(want: Want, lost: Sequence[Seen], seen: Sequence[Seen], file: str) -> str:
    nothing = f"nothing was captured of it in {printable(file)}"
    if lost:
        entry = max((one.entry for one in lost), key=lambda entry: entry.index)
        return f"{nothing}: entry {entry.index} is its own, but {fault_of(want, entry)}"
    close = sorted(_close(want, seen), key=lambda pair: pair[0])[:MOST_CLOSE]
    if not close:
        return f"{nothing}, nor anything like it"
    told = ", ".join(f"entry {one.entry.index} ({differs})" for _, one, differs in close)
    take = f"--interaction {want.interaction.id} --entry {close[0][1].entry.index}"
    return f"{nothing}; closest: {told}; to take one all the same: {take}"


def _close(want: Want, seen: Sequence[Seen]) -> Iterator[tuple[Rank, Seen, str]]:
    sought = want.exact or want.loose
    if sought is None:
        return
    for one in _near(
        [(sought, one.parts, one) for one in seen if not one.is_preflight and not fault_of(want, one.entry)]
    ):
        found = difference(sought, one.parts)
        yield (*_distance(found), -one.entry.index), one, found.told() or "it is another interaction's"


def _near(pairs: Iterable[tuple[Parts, Parts, _T]]) -> Sequence[_T]:
    """What belongs to the pairs that have the same path, or else to those with a like one; bounded."""
    kept = tuple(pairs)
    same = [one for sought, seen, one in kept if place_of(sought, seen) is not None]
    like = (one for sought, seen, one in kept if sought.method == seen.method and alike(sought, seen))
    return same[-MOST_COMPARED:] or list(islice(like, MOST_COMPARED))


def _distance(found: Difference) -> Rank:
    return int(found.place is None), int(bool(found.method)), len(found.query) + len(found.body)


def _stray(wants: Sequence[Want], one: Seen) -> Stray | None:
    sought = [(parts, one.parts, (want, parts)) for want in wants if (parts := want.exact or want.loose)]
    found = [(difference(parts, one.parts), want) for want, parts in _near(sought)]
    if not found:
        return None
    closest, want = min(found, key=lambda pair: _distance(pair[0]))
    return Stray(one, want.interaction, closest.told())
