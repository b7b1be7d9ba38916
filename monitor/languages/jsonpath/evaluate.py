"""A path on a document, as Jayway JsonPath 2.9 evaluates it.

1. A definite path has one value or is not found: a missing leaf or parent, a null parent, an index past the end.
2. From the first indefinite step on what is missing is passed over; the result is a list, in document order. A
   function may still fail to find; behind ``*`` on a list that is passed over too, behind an index only its bounds.
3. ``..`` hands every object and list to the next step, the outer ones first. A list that the next step takes (an
   index, a slice, ``*``) and that has further steps behind it hands each of its members to those.
4. But where the last step is a name or ``*`` and the member an object, only the member is taken whose index the step
   before the last names (``..[0].id``); so nothing is where that is a slice or ``*``. So Jayway 2.9 does it, and
   where several scans pass the step, the index of the last one stays.
5. A filter on an object tests the object itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeGuard

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.conditions import accepts
from monitor.languages.jsonpath.errors import INVALID, OUT_OF_BOUNDS, EngineError, NotFoundError
from monitor.languages.jsonpath.functions import COUNTS, FUNCTIONS, Keys, count, plain
from monitor.languages.jsonpath.nodes import (
    Filter,
    Function,
    Index,
    JsonText,
    PathNode,
    Property,
    Scan,
    Slice,
    Token,
    Value,
    Wildcard,
    path_node,
)


def evaluate(path: PathNode, document: Json) -> Json:
    """Raises NotFoundError and EngineError."""
    found = _Evaluation(document).of(path, document)
    if isinstance(found, list) and not path.definite:
        return [plain(one) for one in found]
    return plain(found)


@dataclass(slots=True)
class _Evaluation:
    """What the paths of one evaluation share. ``strict``: every key must be there."""

    root: Json
    strict: bool = False
    known: dict[int, Value] = field(default_factory=dict)
    handed: dict[tuple[int, int], int] = field(default_factory=dict)  # by path and step: the last index of rule 4

    def __post_init__(self) -> None:
        if self.root is None:
            raise EngineError("IllegalArgumentException", "the document is null")

    def of(self, path: PathNode, document: Json) -> Json:
        return _Walk(self, path).value(document) if path.straight is None else _straight(path, path.straight, document)

    def of_operand(self, path: PathNode, member: Json) -> Json:
        return self.of(path, self.root if path.from_root else member)

    def of_question(self, path: PathNode, member: Json) -> Json:
        return (self if self.strict else _Evaluation(self.root, True, handed=self.handed)).of(path, member)


def _straight(path: PathNode, steps: tuple[str | int, ...], value: Json) -> Json:
    """The only value of a path that names one place."""
    for depth, step in enumerate(steps):
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                raise NotFoundError(path, depth)
            value = value[step]
        else:
            if not isinstance(value, list) or not -len(value) <= step < len(value):
                raise NotFoundError(path, depth)
            value = value[step]
    return value


class _Walk:
    """One path on one document."""

    def __init__(self, evaluation: _Evaluation, path: PathNode) -> None:
        self.evaluation = evaluation
        self.path = path
        self.tokens: Final = path.tokens
        self.last = len(path.tokens) - 1
        self.before = path.tokens[-2] if self.last > 0 else None
        self.found: list[Json] = []

    def value(self, document: Json) -> Json:
        self.step(0, document)
        if not self.path.definite:
            return self.found
        if not self.found:
            raise NotFoundError(self.path, self.last)
        return self.found[-1]

    def step(self, place: int, model: Json) -> None:
        """Hands ``model`` to the step at ``place``; behind the last one it is found."""
        if place > self.last:
            self.found.append(model)
            return
        match token := self.tokens[place]:
            case Property():
                self.property(token, place, model)
            case Index() | Slice():
                if self.is_list(model, place):
                    self.members(token, place, model)
            case Wildcard():
                self.wildcard(place, model)
            case Scan():
                self.scan(place + 1, model)
            case Filter():
                self.filter(token, place, model)
            case Function():
                self.function(token, place, model)

    def property(self, token: Property, place: int, model: Json) -> None:
        upstream = self.path.upstream[place]
        if not isinstance(model, dict):
            if upstream:
                raise NotFoundError(self.path, place)
            return
        strict, names = self.evaluation.strict, token.names
        if place == self.last and len(names) > 1:
            if strict and any(name not in model for name in names):
                raise NotFoundError(self.path, place)
            self.found.append({name: model[name] for name in names if name in model})
            return
        for name in names:
            if name in model:
                self.member(place, model[name])
            elif strict or (place != self.last and upstream and len(names) == 1):
                raise NotFoundError(self.path, place)

    def member(self, place: int, member: Json) -> None:
        """A member of an object, of which the last step takes it only by rule 4."""
        if place != self.last or self.is_kept(place):
            self.step(place + 1, member)

    def is_kept(self, place: int) -> bool:
        index = self.evaluation.handed.get((id(self.path), place))
        if index is None:
            return True
        return isinstance(self.before, Index) and self.before.indexes == (index,)

    def is_list(self, model: Json, place: int) -> TypeGuard[list[Json]]:
        if isinstance(model, list) and not isinstance(model, Keys):
            return True
        if self.path.upstream[place]:
            raise NotFoundError(self.path, place)
        return False

    def members(self, token: Index | Slice, place: int, model: list[Json]) -> None:
        for index in token.indexes if isinstance(token, Index) else _indexes(token, len(model)):
            if -len(model) <= index < len(model):
                self.element(place, model[index])

    def element(self, place: int, element: Json) -> None:
        try:
            self.step(place + 1, element)
        except EngineError as error:  # to Jayway the index itself, then, is out of bounds
            if error.kind != OUT_OF_BOUNDS:
                raise

    def wildcard(self, place: int, model: Json) -> None:
        if isinstance(model, dict):
            for member in model.values():
                self.member(place, member)
        elif isinstance(model, list) and not isinstance(model, Keys):
            for element in model:
                try:
                    self.element(place, element)
                except NotFoundError:
                    if self.evaluation.strict:
                        raise

    def filter(self, token: Filter, place: int, model: Json) -> None:
        if isinstance(model, dict):
            if accepts(token.condition, model, self.evaluation):
                self.step(place + 1, model)
        elif isinstance(model, list) and not isinstance(model, Keys):
            for element in model:
                if accepts(token.condition, element, self.evaluation):
                    self.element(place, element)
        elif self.path.upstream[place]:
            raise EngineError(INVALID, "a filter is applied to a value that is neither object nor list")

    # -- at every depth -----------------------------------------------------------------------------------

    def scan(self, place: int, model: Json) -> None:
        """Hands ``model``, and all that is within it, to the step at ``place``."""
        if place > self.last:
            raise EngineError("IllegalStateException", "nothing stands after '..'")
        token = self.tokens[place]
        name = token.names[0] if isinstance(token, Property) and len(token.names) == 1 else None
        stack = [model]
        while stack:
            here = stack.pop()
            if isinstance(here, dict):
                if name is not None:
                    if name in here:
                        self.member(place, here[name])
                elif self.takes(token, place, here):
                    self.step(place, here)
                stack.extend([one for one in reversed(here.values()) if isinstance(one, dict | list)])
            elif isinstance(here, list):
                if name is None and self.takes(token, place, here):
                    self.scanned(place, here)
                stack.extend([one for one in reversed(here) if isinstance(one, dict | list)])

    def takes(self, token: Token, place: int, model: Json) -> bool:
        match token:
            case Property():
                if not isinstance(model, dict):
                    return False
                return place != self.last or all(name in model for name in token.names)
            case Index() | Slice():
                return isinstance(model, list)
            case Filter():
                return accepts(token.condition, model, self.evaluation)
        return isinstance(token, Wildcard)

    def scanned(self, place: int, model: list[Json]) -> None:
        """Rule 3."""
        if place == self.last:
            self.step(place, model)
            return
        for index, element in enumerate(model):
            self.evaluation.handed[id(self.path), place + 1] = index
            self.step(place + 1, element)

    # -- functions ----------------------------------------------------------------------------------------

    def function(self, token: Function, place: int, model: Json) -> None:
        apply = FUNCTIONS.get(token.name)
        if apply is None:
            raise EngineError(INVALID, f"there is no function {token.name}()")
        parameters = [self.parameter(parameter) for parameter in token.parameters]
        if token.name in COUNTS and token.parameters:
            result = self.counted(token.parameters[0], model)
        else:
            result = apply(model, parameters)
        self.found.append(result)
        if place != self.last:
            self.step(place + 1, result)

    def parameter(self, parameter: PathNode | JsonText) -> Json | JsonText:
        if isinstance(parameter, JsonText):
            return parameter
        return self.evaluation.of(parameter, self.evaluation.root)

    def counted(self, parameter: PathNode | JsonText, model: Json) -> Json:
        """``length($.a)`` counts the members of what the path finds in ``model``, if it finds a list."""
        if isinstance(parameter, JsonText):
            raise EngineError("NullPointerException", "length() takes a path")
        path = parameter
        if path.tokens and not isinstance(path.tokens[-1], Function):
            path = path_node(path.from_root, (*path.tokens, Wildcard()))
        walk = _Walk(_Evaluation(model, self.evaluation.strict), path)
        walk.before = (
            parameter.tokens[-2] if len(parameter.tokens) > 1 else None
        )  # the new last step is unknown to rule 4
        found = walk.value(model)
        if parameter.definite and not path.definite:  # which Jayway has found out before, and does not ask again
            if not walk.found:
                raise NotFoundError(path, walk.last)
            found = walk.found[-1]
        return count(found if isinstance(found, list) else model)


def _indexes(token: Slice, length: int) -> range:
    if token.end is None:
        start = token.start or 0
        return range(max(0, start + length if start < 0 else start), length)
    if token.start is None:
        return range(min(length, token.end + length if token.end < 0 else token.end))
    return range(token.start, min(length, token.end))
