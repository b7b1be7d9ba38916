"""Bodies made for a data action: every path of its map finds something, and the success schema is satisfied.

Only what real exports write is understood: names, indexes, ``[*]``, ``..``, comparisons joined by && or ||, functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.jsonpaths import ANY, Json, Path
from monitor.languages.data_action import DataActionTranslation
from monitor.languages.data_action.definition import RAW_RESULT

NOWHERE = "$.NULL"  # what authors write for a path that is never found: its default is a constant

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
    """The steps to the leaf, made concrete: ``[*]`` is the first member, ``..x`` is ``x`` at once."""
    found: list[Step] = []
    for match in _TOKEN.finditer(path.removeprefix("$")):
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


# -- bodies -----------------------------------------------------------------------------------------------


def body_for(action: DataActionTranslation, turn: int = 0) -> Json:
    """A body that the action makes all its outputs of. Another ``turn`` has other values, of the same types."""
    body: dict[str, Json] = {}
    for name, path in action.definition.paths.items():
        if path != NOWHERE:
            _put(body, ["body", *steps_of(path)], _leaf(action, name, turn))
    if any(RAW_RESULT in filling.names for filling in action.fillings.values()):
        body["body"] = _leaf(action, RAW_RESULT, turn)
    return body.get("body", {})


def _leaf(action: DataActionTranslation, name: str, turn: int) -> Json:
    """What ``name`` finds: a list for ``size()``, else a value for every output that it fills."""
    if action.definition.paths.get(name, "").endswith("()"):
        return ["a member"] * (1 + turn)
    made: dict[str, Json] = {}
    for output, filling in action.fillings.items():
        for source, rest in filling.sources:
            if name in source.names:
                schema = _schema_at(action.schema, action.places[output])
                # the list of an indefinite path is made by its steps
                several = name in action.paths and not action.paths[name].definite and not source.first
                steps = [0 if step is ANY else str(step) for step in rest]
                _put(made, ["leaf", *steps], _value(schema, turn, in_list=several))
    return made.get("leaf", _value(None, turn))


def _value(schema: Json, turn: int, *, in_list: bool = False) -> Json:
    """A value that fits the schema; where it is ``in_list``, one that fits its items."""
    kind = schema.get("type", "string") if isinstance(schema, dict) else "string"
    if kind == "array" and isinstance(schema, dict):
        member = _value(schema.get("items"), turn)
        return member if in_list else [member] * (1 + turn)
    closed = isinstance(schema, dict) and schema.get("additionalProperties") is False
    values: dict[object, Json] = {
        "integer": 7 + turn,
        "number": 7.5 + turn,
        "boolean": turn % 2 == 0,
        "object": {} if closed else {"k": f"v{turn}"},
    }
    return values.get(kind if isinstance(kind, str) else "", f"text {turn}")


def _schema_at(schema: Json, place: Path) -> Json:
    for step in place:
        if not isinstance(schema, dict):
            return None
        properties = schema.get("properties")
        inner = properties.get(str(step)) if isinstance(properties, dict) else None
        schema = schema.get("items") if step is ANY else inner
    return schema


def _put(body: Json, steps: Sequence[Step], value: Json) -> None:
    """Puts ``value`` there, making what is not there on the way. What is there stays."""
    here = body
    for place, step in enumerate(steps):
        following = steps[place + 1 : place + 2]
        made: Json = value if not following else {} if isinstance(following[0], str) else []
        if isinstance(step, str):
            if not isinstance(here, dict):
                return
            here = here.setdefault(step, made)
        elif isinstance(here, list):
            here = _member(here, step, made)


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


# -- drift ------------------------------------------------------------------------------------------------


def renamed(value: Json, path: Path) -> Json:
    """A copy of ``value`` in which the last name of ``path`` is another one, wherever the path leads."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        return [renamed(one, rest if step is ANY or isinstance(step, int) else path) for one in value]
    if not isinstance(value, dict):
        return value
    if not isinstance(step, str):  # at any depth
        below = {key: renamed(one, path) for key, one in value.items()}
        return renamed(below, rest)
    if not any(isinstance(one, str) for one in rest):
        return {f"{key}Of2" if key == step else key: one for key, one in value.items()}
    return {key: renamed(one, rest) if key == step else one for key, one in value.items()}
