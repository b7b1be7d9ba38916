"""Bodies made for a data action's paths: every path finds something, and the success schema is satisfied.

Only what real exports write is understood: names, indexes, ``[*]``, ``..``, comparisons joined by && or ||, functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.jsonpaths import ANY, Json, Path
from monitor.languages.data_action import DataActionTranslation

_TOKEN = re.compile(
    r"\.\.(?P<scan>[\w-]+)|\.?\[\?\((?P<filter>.*?)\)\](?=$|[.\[])|\.?\[(?:'(?P<single>[^']+)'|\"(?P<double>[^\"]+)\")\]"
    r"|\.?\[(?P<index>-?\d+:?|\*)\]|\.(?P<function>\w+)\(\)|\.?(?P<name>[\w-]+)"
)
_COMPARED = re.compile(r"@\.(?P<path>[\w.\[\]0-9]+)\s*(?P<sign>==|!=)\s*['\"](?P<value>[^'\"]*)['\"]")
_CONTAINED = re.compile(r"'(?P<value>\w+)' in @\.(?P<path>[\w.\[\]*]+)")


@dataclass(frozen=True)
class Member:
    """A member of a list that a filter takes: the values that it must have."""

    wanted: tuple[tuple[str, str], ...]


Step = str | int | Member


def steps_of(path: str) -> list[Step]:
    """The steps to the leaf, made concrete: ``[*]`` is the first member, ``..x`` is ``x`` at the top."""
    found: list[Step] = []
    text = path.removeprefix("$")
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "filter":
            found.append(Member(tuple(_wanted(match["filter"]))))
        elif kind == "index":
            found.append(0)
        elif kind != "function":
            found.append(match[kind])
    return found


def _wanted(condition: str) -> Iterator[tuple[str, str]]:
    first = condition.split("||", maxsplit=1)[0]
    for match in _COMPARED.finditer(first):
        yield match["path"], match["value"] if match["sign"] == "==" else "something else"
    for match in _CONTAINED.finditer(first):
        yield match["path"].replace("[*]", "[0]"), match["value"]


def body_for(action: DataActionTranslation) -> Json:
    """A body in which every path of the translation map finds a value that fits its output."""
    body: dict[str, Json] = {}
    for name, path in action.definition.paths.items():
        _put(body, steps_of(path), _leaf(action, name))
    if not action.definition.paths:
        for place in action.places.values():
            _put(body, [0 if step is ANY else step for step in place if not isinstance(step, int)], "text")  # type: ignore[misc]
    return body


def _leaf(action: DataActionTranslation, name: str) -> Json:
    """What the path of ``name`` finds: a list for ``size()``, else a value for every output that it fills."""
    if action.definition.paths[name].endswith("()"):
        return ["a member"]
    filled = [
        (rest, _schema_at(action.schema, action.places[output]))
        for output, filling in action.fillings.items()
        for source, rest in filling.sources
        if name in source.names
    ]
    if not filled or not filled[0][0]:
        return _value(filled[0][1] if filled else None)
    made: dict[str, Json] = {}
    for rest, schema in filled:
        _put(made, ["whole", *(0 if step is ANY else str(step) for step in rest)], _value(schema))
    return made["whole"]


def _value(schema: Json) -> Json:
    """A value that fits the schema."""
    kind = schema.get("type", "string") if isinstance(schema, dict) else "string"
    if kind == "array" and isinstance(schema, dict):
        return _value(schema.get("items"))
    values: dict[object, Json] = {"integer": 7, "number": 7.5, "boolean": True, "object": {"k": "v"}}
    return values.get(kind if isinstance(kind, str) else "", "text")


def _schema_at(schema: Json, place: Path) -> Json:
    for step in place:
        if not isinstance(schema, dict):
            return None
        inner = schema.get("items") if step is ANY else None
        properties = schema.get("properties")
        schema = inner if step is ANY else properties.get(str(step)) if isinstance(properties, dict) else None
    return schema


def _put(body: Json, steps: list[Step], value: Json) -> None:
    here: Json = body
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        following = steps[place + 1] if not last else None
        empty: Json = [] if isinstance(following, int | Member) else {}
        if isinstance(step, str):
            assert isinstance(here, dict)
            here = here.setdefault(step, value if last else empty)
            if not last and not isinstance(here, dict | list):
                return
            continue
        assert isinstance(here, list)
        here = _member(here, step, value if last else empty)


def _member(items: list[Json], step: int | Member, value: Json) -> Json:
    if isinstance(step, int):
        if not items:
            items.append(value)
        return items[0]
    for one in items:
        if isinstance(one, dict) and all(_at(one, path) in (wanted, None) for path, wanted in step.wanted):
            _fill(one, step)
            return one
    made: dict[str, Json] = {}
    _fill(made, step)
    items.append(made)
    return made


def _fill(member: dict[str, Json], step: Member) -> None:
    for path, wanted in step.wanted:
        _put(member, steps_of(path), wanted)


def _at(value: Json, path: str) -> Json:
    for step in steps_of(path):
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and value:
            value = value[0]
        else:
            return None
    return value


def renamed(body: Json, path: str) -> Json:
    """A copy of ``body`` in which the last name of ``path`` is another one, wherever the path's steps lead."""
    steps = steps_of(path)
    while steps and not isinstance(steps[-1], str):
        steps.pop()
    return _renamed(body, steps)


def _renamed(value: Json, steps: list[Step]) -> Json:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str) and isinstance(value, dict):
        if not rest:
            return {f"{key}New" if key == step else key: one for key, one in value.items()}
        return {key: _renamed(one, rest) if key == step else one for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, rest) for one in value]
    return value
