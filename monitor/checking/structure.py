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
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.checking.renames import Parent, Rename, renames
from monitor.checking.shape import Shape, learn, type_names
from monitor.errors import JsonError, NotJudgedError
from monitor.headers import is_json, is_noise, media_type
from monitor.jsonpaths import ANY, ROOT, Document, Json, JsonType, Path, format_path, read_json
from monitor.model import HEADER_ROOT, STATUS_ROOT, Change, ChangeKind, Response
from monitor.printable import printable

MEDIA_TYPE_ROOT: Final = f"{HEADER_ROOT}content-type"
_ROOT_TEXT: Final = format_path(ROOT)


def changes(baseline: Response, response: Response) -> tuple[Change, ...]:
    """What changed in structure from ``baseline`` to ``response``, by root.

    Raises JsonError where the response is not the JSON that it should be, NotJudgedError where the baseline is not.
    """
    if baseline.status != response.status:
        return (Change(STATUS_ROOT, ChangeKind.STATUS, str(baseline.status), str(response.status)),)
    found = [*_header_changes(baseline, response), *_media_changes(baseline, response)]
    if bodies := _bodies(baseline, response):
        before, after = bodies
        found.extend(_body_changes(before, after))
    return tuple(sorted(found, key=lambda change: (change.root, change.kind, change.to)))


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


_Body = Document | _Nothing


def _read(response: Response, *, must: bool) -> _Body | None:
    """The body; None where it is not JSON and need not be. Raises JsonError where it must be."""
    if not response.body.strip():
        return _Nothing()
    try:
        return read_json(response.body)
    except JsonError:
        if must:
            raise
        return None


def _bodies(baseline: Response, response: Response) -> tuple[_Body, _Body] | None:
    """Both bodies, or None where there is nothing to compare: equal bytes, or not JSON on both sides."""
    was, now = _media(baseline), _media(response)
    if baseline.body == response.body:
        _read(response, must=is_json(now))
        return None
    try:
        before = _read(baseline, must=is_json(was))
    except JsonError as error:
        raise NotJudgedError(f"the baseline's body cannot be read: {error}", fix="approve another baseline") from None
    follows = isinstance(before, Document) and now in (was, "")
    after = _read(response, must=is_json(now) or follows)
    return (before, after) if before and after else None


def _body_changes(before: _Body, after: _Body) -> Iterator[Change]:
    if isinstance(before, Document) and isinstance(after, Document):
        yield from _compared(before.value, after.value)
    elif isinstance(before, Document):
        yield _whole(_ROOT_TEXT, ChangeKind.REMOVED, learn(before.value))
    elif isinstance(after, Document):
        yield _whole(_ROOT_TEXT, ChangeKind.ADDED, learn(after.value))


@dataclass(frozen=True, slots=True)
class _Place:
    """One place on both sides; the paths differ below a renamed key."""

    before: Path
    after: Path
    was: Shape
    now: Shape


def _compared(before: Json, after: Json) -> Iterator[Change]:
    places = [_Place(ROOT, ROOT, learn(before), learn(after))]
    while places:  # once, and once more for each level of renames within renamed objects
        parents: list[Parent] = []
        while places:
            place = places.pop()
            yield from _at(place)
            places.extend(_below(place))
            if parent := _parent(place):
                parents.append(parent)
        for parent, pairs in zip(parents, renames(parents, before, after), strict=True):
            for rename in pairs:
                was, now = parent.lost[rename.old], parent.gained[rename.new]
                place = _Place((*parent.before, rename.old), (*parent.after, rename.new), was, now)
                yield _renamed(place, rename.evidence)
                places.append(place)
            yield from _lost_and_gained(parent, pairs)


def _at(place: _Place) -> Iterator[Change]:
    """Type and null at the place itself."""
    was, now = place.was, place.now
    if was.counts.keys() != now.counts.keys() and (kind := _turn(was, now)):
        yield Change(format_path(place.before), kind, type_names(was), type_names(now))
    elif was.items is not None and now.items is None and JsonType.ARRAY in now.counts:
        yield Change(format_path(place.before), ChangeKind.EMPTIED, type_names(was), type_names(now))


def _turn(was: Shape, now: Shape) -> ChangeKind | None:
    if was.kinds and now.kinds - was.kinds:
        return ChangeKind.RETYPED
    if was.kinds and now.nullable and not was.nullable:
        return ChangeKind.NULLABLE
    return ChangeKind.NOT_NULL if now.kinds and not was.kinds else None


def _below(place: _Place) -> Iterator[_Place]:
    others = place.now.keys
    for key, was in place.was.keys.items():
        now = others.get(key)
        if now is not None and now is not was:  # one and the same Shape has nothing below it that differs
            yield _Place((*place.before, key), (*place.after, key), was, now)
    if place.was.items and place.now.items:
        yield _Place((*place.before, ANY), (*place.after, ANY), place.was.items, place.now.items)


def _parent(place: _Place) -> Parent | None:
    was, now = place.was, place.now
    if not (was.objects and now.objects) or was.keys.keys() == now.keys.keys():
        return None
    lost = {key: shape for key, shape in was.keys.items() if key not in now.keys}
    gained = {key: shape for key, shape in now.keys.items() if key not in was.keys}
    return Parent(place.before, place.after, lost, gained)


def _lost_and_gained(parent: Parent, renamed: Sequence[Rename]) -> Iterator[Change]:
    old, new = {rename.old for rename in renamed}, {rename.new for rename in renamed}
    for key, shape in parent.lost.items():
        if key not in old:
            yield _whole(format_path((*parent.before, key)), ChangeKind.REMOVED, shape)
    for key, shape in parent.gained.items():
        if key not in new:
            yield _whole(format_path((*parent.after, key)), ChangeKind.ADDED, shape)


def _renamed(place: _Place, evidence: str) -> Change:
    return Change(
        format_path(place.before),
        ChangeKind.RENAMED,
        before=type_names(place.was),
        after=type_names(place.now),
        to=format_path(place.after),
        evidence=evidence,
        children=place.was.below,
    )


def _whole(root: str, kind: ChangeKind, shape: Shape) -> Change:
    names = type_names(shape)
    removed = kind is ChangeKind.REMOVED
    return Change(root, kind, names if removed else "", "" if removed else names, children=shape.below)
