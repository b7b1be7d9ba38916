"""The structure of a response against its approved baseline: never its values.

1. Another status is the one change told: the body of an error says nothing about the body of a success.
2. Another media type is told; bodies are compared where both are JSON. A response that claims to be JSON, or follows a
   baseline that was, and is not, is unreadable (JsonError). An empty body is no JSON but a body that is not there.
3. Bodies are compared as shapes: the members of a list are one place, so a list's length and order say nothing. An
   empty list says nothing of its members; one that had some and has none is told as emptied, for no more can be said.
4. A key is removed when the baseline has it and no object at that place in the response does; added the other way
   round. A key that went from all members of a list to some is no change here: one recording cannot tell an optional
   key from a rare one (many can; and the contract and translations judge what is read in every member).
5. A value is retyped when the response has a type there that the baseline has not; ``1`` and ``1.0`` are one type. A
   type that is no longer seen among a list's members is no change, as in rule 4.
6. Null is no type: a value that may newly be null is `nullable`, one that was always null and has a value `not_null`.
7. What is removed, added, retyped is told once, at its top, with the count of keys below. A removed and an added key
   may be one renamed; below a renamed key the comparison goes on, under the old path.
8. Headers are compared by name; those that come and go with proxies, caches and tracing are no news.

How it is quick, and small:

9. Two Shapes that differ are compared once for all places at which they stand (Learner makes equal Shapes one object).
   So a member of an object that is keyed by data costs only what is told of it.
10. Values are wanted for nothing but the evidence of renames. Those of a large body are let go once its Shape is known,
   and read again, one body at a time, if there may be a rename.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Final

from monitor.checking.renames import Parents, Renamed, renames
from monitor.checking.shape import Learner, Shape, below, is_deeper, type_names
from monitor.errors import JsonError, NotJudgedError
from monitor.headers import is_json, is_noise, media_type
from monitor.jsonpaths import (
    ANY,
    MAX_DEPTH,
    ROOT,
    Json,
    JsonType,
    Path,
    Step,
    format_path,
    read_json,
    read_value,
    too_deep,
)
from monitor.model import HEADER_ROOT, STATUS_ROOT, Change, ChangeKind, Response
from monitor.printable import printable

MEDIA_TYPE_ROOT: Final = f"{HEADER_ROOT}content-type"
_ROOT_TEXT: Final = format_path(ROOT)
HELD: Final = 16_000_000  # bytes of a body, at most, whose values (about six times as large) are not let go


def changes(baseline: Response, response: Response) -> tuple[Change, ...]:
    """What changed in structure from ``baseline`` to ``response``, by root.

    Raises JsonError where the response is not the JSON that it should be, NotJudgedError where the baseline is not.
    """
    if baseline.status != response.status:
        return (Change(STATUS_ROOT, ChangeKind.STATUS, str(baseline.status), str(response.status)),)
    found = [*_header_changes(baseline, response), *_media_changes(baseline, response)]
    found.extend(chain.from_iterable(_body_changes(baseline, response)))
    for order in ("to", "kind", "root"):  # one by one: there may be very many
        found.sort(key=attrgetter(order))
    return tuple(found)


# -- headers ----------------------------------------------------------------------------------------------


def _names(response: Response) -> set[str]:
    return {name.lower() for name, _ in response.headers}


def _header_changes(baseline: Response, response: Response) -> Iterator[Change]:
    before, after = _names(baseline), _names(response)
    for name in before ^ after:
        if not is_noise(name):
            kind = ChangeKind.HEADER_REMOVED if name in before else ChangeKind.HEADER_ADDED
            yield Change(HEADER_ROOT + printable(name), kind)


def _media(response: Response) -> str:
    return media_type(response.header("content-type"))


def _media_changes(baseline: Response, response: Response) -> Iterator[Change]:
    before, after = _media(baseline), _media(response)
    if before and after and before != after:
        yield Change(MEDIA_TYPE_ROOT, ChangeKind.MEDIA_TYPE, printable(before), printable(after))


# -- bodies -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Nothing:
    """There is no body."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A body by its Shape. Its values are held if it is small, and else read again where renames ask for them."""

    shape: Shape
    data: bytes
    held: Json | _Nothing

    def value(self) -> Json:
        return read_value(self.data) if isinstance(self.held, _Nothing) else self.held


_Body = _Known | _Nothing


def _learned(data: bytes, learner: Learner) -> _Known:
    """Raises JsonError."""
    try:
        value = read_value(data)
        shape = learner.learn(value)
    except RecursionError:
        raise too_deep(MAX_DEPTH) from None
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH and is_deeper(shape, MAX_DEPTH):
        raise too_deep(MAX_DEPTH)
    return _Known(shape, data, value if len(data) <= HELD else _Nothing())


def _read(response: Response, learner: Learner, *, must: bool) -> _Body | None:
    """The body; None where it is not JSON and need not be. Raises JsonError where it must be."""
    if not response.body.strip():
        return _Nothing()
    try:
        return _learned(response.body, learner)
    except JsonError:
        if must:
            raise
        return None


def _bodies(baseline: Response, response: Response) -> tuple[_Body, _Body] | None:
    """Both bodies, or None where there is nothing to compare: equal bytes, or not JSON on both sides."""
    was, now = _media(baseline), _media(response)
    learner = Learner()
    if baseline.body == response.body:
        if is_json(now) and response.body.strip():
            read_json(response.body)
        return None
    try:
        before = _read(baseline, learner, must=is_json(was))
    except JsonError as error:
        raise NotJudgedError(f"the baseline's body cannot be read: {error}", fix="approve another baseline") from None
    follows = isinstance(before, _Known) and now in (was, "")
    after = _read(response, learner, must=is_json(now) or follows)
    return (before, after) if before and after else None


def _body_changes(baseline: Response, response: Response) -> Sequence[Iterator[Change]]:
    """Changes yet to be told: what there are many of is made when the bodies have been let go."""
    before, after = _bodies(baseline, response) or (_Nothing(), _Nothing())
    if isinstance(before, _Known) and isinstance(after, _Known):
        return _compared(before, after)
    if isinstance(before, _Known):
        return (_whole([ROOT], ChangeKind.REMOVED, before.shape, {}),)
    return (_whole([ROOT], ChangeKind.ADDED, after.shape, {}),) if isinstance(after, _Known) else ()


# -- shapes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two Shapes, and all places at which the one became the other. The paths differ below a renamed key."""

    was: Shape
    now: Shape
    befores: list[Path] = field(default_factory=list)
    afters: list[Path] = field(default_factory=list)

    def put(self, above: _Pair, steps: Sequence[Step]) -> None:
        """The places that lie these steps below those of another pair."""
        for before, after in zip(above.befores, above.afters, strict=True):
            paths = [(*before, step) for step in steps]
            self.befores.extend(paths)
            self.afters.extend(paths if after is before else [(*after, step) for step in steps])


class _Pairs:
    """Pairs to look at, each once for all of its places."""

    __slots__ = ("_pairs",)

    def __init__(self, root: _Pair) -> None:
        self._pairs: dict[tuple[int, int], _Pair] = {(id(root.was), id(root.now)): root}

    def of(self, was: Shape, now: Shape) -> _Pair:
        key = id(was), id(now)
        return self._pairs.get(key) or self._pairs.setdefault(key, _Pair(was, now))

    def put(self, was: Shape, now: Shape, above: _Pair, steps: Sequence[Step]) -> None:
        if was is not now and not _are_alike(was, now):
            self.of(was, now).put(above, steps)

    def taken(self) -> list[_Pair]:
        pairs, self._pairs = list(self._pairs.values()), {}
        return pairs


def _compared(before: _Known, after: _Known) -> Sequence[Iterator[Change]]:
    found: list[Iterator[Change]] = []
    counted: dict[int, int] = {}
    todo = _Pairs(_Pair(before.shape, after.shape, [ROOT], [ROOT]))
    while pairs := todo.taken():  # once, and once more for each level of renames within renamed objects
        parents: list[Parents] = []
        while pairs:
            for pair in pairs:
                found.append(_at(pair))
                parents.extend(_parents(pair))
                _descend(pair, todo)
            pairs = todo.taken()
        for one, groups in zip(parents, renames(parents, before.value, after.value), strict=True):
            for group in groups:
                found += (_renamed(one, group, counted), *_lost_and_gained(one, group, counted))
                _descend_renamed(one, group, todo)
    return found


def _descend(pair: _Pair, todo: _Pairs) -> None:
    olds, news = pair.was.keys, pair.now.keys
    steps: dict[tuple[int, int], list[str]] = {}
    for key, was in olds.items():
        now = news.get(key)
        if now is not None and now is not was:  # one and the same Shape has nothing below it that differs
            steps.setdefault((id(was), id(now)), []).append(key)
    for keys in steps.values():
        todo.put(olds[keys[0]], news[keys[0]], pair, keys)
    if pair.was.items and pair.now.items:
        todo.put(pair.was.items, pair.now.items, pair, (ANY,))


def _are_alike(was: Shape, now: Shape) -> bool:
    """Whether they are scalars of the same types, however many: most pairs are."""
    return not (was.keys or now.keys or was.items or now.items) and was.counts.keys() == now.counts.keys()


def _parents(pair: _Pair) -> Iterator[Parents]:
    was, now = pair.was, pair.now
    if was.objects and now.objects and was.keys.keys() != now.keys.keys():
        lost = {key: shape for key, shape in was.keys.items() if key not in now.keys}
        gained = {key: shape for key, shape in now.keys.items() if key not in was.keys}
        yield Parents(lost, gained, pair.befores, pair.afters, single=was.seen == now.seen == 1)


def _descend_renamed(parents: Parents, group: Renamed, todo: _Pairs) -> None:
    for rename in group.renames:
        was, now = parents.lost[rename.old], parents.gained[rename.new]
        if now is not was:
            pair = todo.of(was, now)
            pair.befores.extend([(*path, rename.old) for path in group.befores])
            pair.afters.extend([(*path, rename.new) for path in group.afters])


# -- telling ----------------------------------------------------------------------------------------------


def _at(pair: _Pair) -> Iterator[Change]:
    """Type and null at the places themselves."""
    was, now = pair.was, pair.now
    kind = _turn(was, now) if was.counts.keys() != now.counts.keys() else None
    if kind is None and was.items is not None and now.items is None and JsonType.ARRAY in now.counts:
        kind = ChangeKind.EMPTIED
    if kind is not None:
        names = type_names(was), type_names(now)
        yield from (Change(format_path(path), kind, *names) for path in pair.befores)


def _turn(was: Shape, now: Shape) -> ChangeKind | None:
    if was.kinds and now.kinds - was.kinds:
        return ChangeKind.RETYPED
    if was.kinds and now.nullable and not was.nullable:
        return ChangeKind.NULLABLE
    return ChangeKind.NOT_NULL if now.kinds and not was.kinds else None


def _renamed(parents: Parents, group: Renamed, counted: dict[int, int]) -> Iterator[Change]:
    for rename in group.renames:
        was, now = parents.lost[rename.old], parents.gained[rename.new]
        before, after, evidence, children = type_names(was), type_names(now), rename.evidence, below(was, counted)
        old, new = _step(rename.old), _step(rename.new)
        for path, other in zip(group.befores, group.afters, strict=True):
            root = format_path(path)
            to = (root if other is path else format_path(other)) + new
            yield Change(root + old, ChangeKind.RENAMED, before, after, to, evidence, children)


def _lost_and_gained(parents: Parents, group: Renamed, counted: dict[int, int]) -> Iterator[Iterator[Change]]:
    old, new = {rename.old for rename in group.renames}, {rename.new for rename in group.renames}
    for key, shape in parents.lost.items():
        if key not in old:
            yield _whole([(*path, key) for path in group.befores], ChangeKind.REMOVED, shape, counted)
    for key, shape in parents.gained.items():
        if key not in new:
            yield _whole([(*path, key) for path in group.afters], ChangeKind.ADDED, shape, counted)


def _whole(paths: Sequence[Path], kind: ChangeKind, shape: Shape, counted: dict[int, int]) -> Iterator[Change]:
    names, children = type_names(shape), below(shape, counted)
    before, after = (names, "") if kind is ChangeKind.REMOVED else ("", names)
    yield from (Change(format_path(path), kind, before, after, children=children) for path in paths)


def _step(key: str) -> str:
    return format_path((key,)).removeprefix(_ROOT_TEXT)
