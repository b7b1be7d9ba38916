"""Where a data action puts what its integration holds: there secrets stand, whatever their names are. PURE.

1. The action's request is made twice, with other credentials: where both differ, it was filled from them, however they
   are encoded or combined on the way.
2. A header whose template reads them counts in any case: an ``#if`` may have left it out.
3. A URL that begins with one, ``${credentials.url}/c``, begins with a host: that is no secret of the path.
4. Not found: what stands in a body that is neither JSON nor a form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.rendering import AUTH_RESPONSE, CREDENTIALS, pieces_of
from monitor.contracts.actions.request import with_credentials
from monitor.errors import MonitorError
from monitor.jsonpaths import Path, parse_path
from monitor.model import RequestTemplate
from monitor.pipeline.capturing.fitting import Body, Parts, body_of, difference, grouped, segments

_ONE: Final = "Zq1x7"  # two values that differ and that nothing in a template is equal to
_OTHER: Final = "Kw9v3"


@dataclass(frozen=True, slots=True)
class Filled:
    """``headers`` in lower case; ``segments`` of the path, counted from its end; ``fields`` of a form."""

    headers: frozenset[str] = frozenset()
    query: frozenset[str] = frozenset()
    segments: frozenset[int] = frozenset()
    fields: frozenset[str] = frozenset()
    members: tuple[Path, ...] = ()


def filled_by(action: DataAction | None) -> Filled:
    """What of ``action``'s request comes of ``${credentials.x}`` or ``${authResponse.x}``."""
    one = with_credentials(action, _ONE) if action else None
    other = with_credentials(action, _OTHER) if action else None
    if action is None or one is None or other is None:
        return Filled(headers=frozenset(_reading(action)) if action else frozenset())
    mine, theirs = _parts(one), _parts(other)
    found = difference(mine, theirs)
    is_json = mine.body.is_json and theirs.body.is_json
    return Filled(
        headers=frozenset((*_reading(action), *(name.lower() for name, _ in set(one.headers) ^ set(other.headers)))),
        query=frozenset(found.query),
        segments=frozenset(() if action.url.startswith("$") else _segments(mine, theirs)),
        fields=frozenset(found.body) if _is_form(mine.body) else frozenset(),
        members=tuple(map(parse_path, found.body)) if is_json else (),
    )


def _reading(action: DataAction) -> Iterator[str]:
    """The headers whose templates read them."""
    try:
        headers = pieces_of(action).headers
    except MonitorError:
        return
    for piece in headers:
        if any(root in (CREDENTIALS, AUTH_RESPONSE) for root, _ in piece.names()):
            yield piece.header.lower()


def _parts(request: RequestTemplate) -> Parts:
    return Parts(
        method=request.method,
        origin="",
        path=segments(request.path),
        query=grouped(request.query),
        body=body_of(request.body, request.headers),
    )


def _segments(mine: Parts, theirs: Parts) -> Iterator[int]:
    pairs = zip(mine.path[::-1], theirs.path[::-1], strict=False)
    yield from (-place for place, (one, two) in enumerate(pairs, 1) if one != two)


def _is_form(body: Body) -> bool:
    return bool(body.fields)
