"""Is a captured request the one that an interaction makes? PURE.

1. Method: the same.
2. Path: base_url's path and the interaction's, or a path that ends in the interaction's, whole segments: what was
   captured may have gone through a proxy or to production. Segments are compared decoded.
3. Query: the parameters that the interaction sends are there with equal values, in any order; others may be there too.
   What holds a secret by its name is not compared: it is another one elsewhere.
4. Body: the same JSON value, the same form fields in any order, or else the same bytes. Where the interaction sends
   none, it is not compared.
5. Where a ``HOLE`` stands (a data action's input) anything fits, or nothing: an input may be left out.
Headers are not compared: they are another client's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.contracts.actions.request import HOLE
from monitor.contracts.actions.secrets import is_secret_parameter
from monitor.errors import JsonError
from monitor.headers import media_type
from monitor.jsonpaths import Json, Path, format_path, read_json
from monitor.model import Headers, Request
from monitor.printable import printable

Fields: TypeAlias = Mapping[str, tuple[str, ...]]

MOST_NAMED: Final = 3
UNDER_BASE, WHOLE_PATH, END_OF_PATH = range(3)  # where a path was found, the surest first
_FORM: Final = "application/x-www-form-urlencoded"


# -- requests taken apart ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Body:
    """A body by what it means: one of the three, or nothing."""

    value: Json = field(default=None, repr=False)
    is_json: bool = False
    fields: Fields = field(default_factory=dict, repr=False)
    raw: bytes = field(default=b"", repr=False)

    @property
    def empty(self) -> bool:
        return not (self.is_json or self.fields or self.raw)


@dataclass(frozen=True, slots=True)
class Parts:
    """A request taken apart, decoded. ``prefix``: how many segments of the path are base_url's."""

    method: str
    origin: str
    path: tuple[str, ...]
    query: Fields = field(repr=False)
    body: Body = Body()
    prefix: int = 0

    @property
    def own(self) -> tuple[str, ...]:
        return self.path[self.prefix :]

    @property
    def holes(self) -> int:
        """Segments of the path that are not known."""
        return sum(HOLE in segment for segment in self.own)


def segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(segment) for segment in (path or "/").removeprefix("/").split("/"))


def grouped(pairs: Iterable[tuple[str, str]]) -> Fields:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def body_of(body: bytes | None, headers: Headers) -> Body:
    if not body:
        return Body()
    try:
        return Body(value=read_json(body).value, is_json=True)
    except JsonError:
        pass
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    if media_type(content_type) == _FORM:
        return Body(fields=grouped(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))
    return Body(raw=body)


def parts_of(request: Request, prefix: int = 0) -> Parts:
    url = urlsplit(request.url)
    return Parts(
        method=request.method,
        origin=f"{url.scheme}://{url.netloc}".lower(),
        path=segments(url.path),
        query=grouped(parse_qsl(url.query, keep_blank_values=True)),
        body=body_of(request.body, request.headers),
        prefix=prefix,
    )


# -- what differs -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """What keeps a captured request from being the one that is sought; names and paths only, no values.

    ``place`` is None where the path is another one, ``more`` counts what was captured beyond what is sought.
    """

    method: str = ""
    place: int | None = None
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    more: int = 0

    @property
    def fits(self) -> bool:
        return not self.method and self.place is not None and not self.query and not self.body

    def told(self) -> str:
        """What differs, in words."""
        words = [f"its method is {self.method}"] if self.method else []
        words += ["its path is another"] if self.place is None else []
        words += [f"{kind}: {_named(names)}" for kind, names in (("query", self.query), ("body", self.body)) if names]
        return "; ".join(words)


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(printable(name, 80) for name in names[:MOST_NAMED]) + more


def difference(sought: Parts, seen: Parts) -> Difference:
    return Difference(
        method="" if sought.method == seen.method else printable(seen.method, 20),
        place=place_of(sought, seen),
        query=tuple(_fields_differing(sought.query, seen.query)),
        body=tuple(_bodies_differing(sought.body, seen.body)),
        more=len(seen.query.keys() - sought.query.keys()) + (sought.body.empty and not seen.body.empty),
    )


def place_of(sought: Parts, seen: Parts) -> int | None:
    """Where the sought path was found in the one seen; None where it was not."""
    if _segments_fit(sought.path, seen.path):
        return UNDER_BASE if sought.origin == seen.origin else WHOLE_PATH
    own = sought.own
    if any(own) and len(own) <= len(seen.path) and _segments_fit(own, seen.path[len(seen.path) - len(own) :]):
        return END_OF_PATH
    return None


def alike(sought: Parts, seen: Parts) -> bool:
    """Whether at least half of the longer path stands at the end of both, place by place."""
    own, other = sought.own[::-1], seen.path[::-1]
    same = sum(_text_fits(one, two) for one, two in zip(own, other, strict=False) if one)
    return same * 2 >= max(len(own), 2)


def _segments_fit(sought: tuple[str, ...], seen: tuple[str, ...]) -> bool:
    return len(sought) == len(seen) and all(map(_text_fits, sought, seen))


def _text_fits(sought: str, seen: str) -> bool:
    """Equal; with holes, what stands before the first and after the last of them is the same."""
    if HOLE not in sought:
        return sought == seen
    head, tail = sought[: sought.index(HOLE)], sought[sought.rindex(HOLE) + 1 :]
    return len(seen) > len(head) + len(tail) and seen.startswith(head) and seen.endswith(tail)


def _fields_differing(sought: Fields, seen: Fields) -> Iterator[str]:
    """The names of those that are sought and are not there, or with other values."""
    for name, values in sought.items():
        if values == seen.get(name) or HOLE in name or any(is_secret_parameter(name, value) for value in values):
            continue
        if not any(HOLE in value for value in values) or (name in seen and not all(map(_filled, values, seen[name]))):
            yield name


def _filled(sought: str, seen: str) -> bool:
    return sought == HOLE or _text_fits(sought, seen)


def _bodies_differing(sought: Body, seen: Body) -> Iterator[str]:
    if sought.empty:
        return
    if sought.is_json and seen.is_json:
        yield from _values_differing(sought.value, seen.value, ())
    elif sought.fields and seen.fields:
        yield from _fields_differing(sought.fields, seen.fields)
        yield from (name for name in seen.fields if name not in sought.fields)
    elif HOLE.encode() not in sought.raw and (not sought.raw or sought.raw != seen.raw):
        yield "it is not in the capture" if seen.empty else "it is another"


def _values_differing(sought: Json, seen: Json, path: Path) -> Iterator[str]:
    if isinstance(sought, dict) and isinstance(seen, dict):
        yield from _members_differing(sought, seen, path)
    elif isinstance(sought, list) and isinstance(seen, list) and len(sought) == len(seen):
        for index, (one, two) in enumerate(zip(sought, seen, strict=True)):
            yield from _values_differing(one, two, (*path, index))
    elif not _scalars_fit(sought, seen):
        yield format_path(path)


def _members_differing(sought: dict[str, Json], seen: dict[str, Json], path: Path) -> Iterator[str]:
    named = {key: value for key, value in sought.items() if HOLE not in key}
    for key, value in named.items():
        if key in seen:
            yield from _values_differing(value, seen[key], (*path, key))
        elif value != HOLE:
            yield format_path((*path, key))
    if len(named) == len(sought):  # else any name may be there
        yield from (format_path((*path, key)) for key in seen if key not in sought)


def _scalars_fit(sought: Json, seen: Json) -> bool:
    if isinstance(sought, str) and HOLE in sought:
        return sought == HOLE or (isinstance(seen, str) and _text_fits(sought, seen))
    numbers = (int, float, Decimal)
    if isinstance(sought, bool) or isinstance(seen, bool):
        return sought is seen
    if isinstance(sought, numbers) and isinstance(seen, numbers):
        return sought == seen
    return type(sought) is type(seen) and sought == seen
