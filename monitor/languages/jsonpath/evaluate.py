"""A path on a document, as Jayway JsonPath 2.9 evaluates it.

1. A definite path has one value or is not found: a missing leaf or parent, a null parent, an index past the end.
2. From the first indefinite step on what is missing is passed over; the result is a list, in document order.
3. ``..`` hands every object and list to the next step, the outer ones first. A list that the next step takes (an
   index, a slice, ``*``) and that has further steps behind it hands each of its members to those.
4. But where the last step is a name or ``*`` and the member an object, only the member is taken whose index the step
   before the last names (``..[0].id``); so nothing is where that is a slice or ``*``. So Jayway 2.9 does it.
5. A filter on an object tests the object itself. In a filter that asks whether a path is there, every key must be.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.cursor import InvalidPathError
from monitor.languages.jsonpath.functions import FUNCTIONS
from monitor.languages.jsonpath.nodes import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Exists,
    Filter,
    Function,
    Index,
    JsonText,
    Literal,
    Not,
    Number,
    Operand,
    PathNode,
    Property,
    Regex,
    Scan,
    Slice,
    Term,
    Token,
    Wildcard,
)
from monitor.languages.jsonpath.numbers import decimal_of, parsed_decimal
from monitor.languages.jsonpath.permissive import permissive
from monitor.languages.jsonpath.terms import COMPARE, UNDEFINED, EngineError, Value, value_of

_INVALID: Final = "InvalidPathException"
_KEYS: Final = Function("keys")
_LENGTH: Final = ("length", "size")


class NotFoundError(Exception):
    """Stays in this package. ``depth``: how many tokens were walked."""

    def __init__(self, depth: int) -> None:
        super().__init__(depth)
        self.depth = depth


@dataclass(slots=True)
class _Run:
    """One evaluation of one path. ``strict``: every key must be there."""

    path: PathNode
    root: Json
    strict: bool = False
    found: list[Json] = field(default_factory=list)
    cache: dict[int, Value] = field(default_factory=dict)  # of paths from the root, by identity
    scanned: dict[int, int] = field(default_factory=dict)  # by token: the index that a scan handed to it last
    before_last: int = 0  # the token before the last one

    def value(self, document: Json) -> Json:
        """Raises NotFoundError, EngineError, InvalidPathError."""
        self.before_last = self.before_last or len(self.path.tokens) - 2
        self.step(0, document)
        if not self.path.definite:
            return self.found
        if not self.found:
            raise NotFoundError(len(self.path.tokens))
        return self.found[-1]

    def step(self, place: int, model: Json) -> None:  # noqa: C901 one case a token
        tokens = self.path.tokens
        if place == len(tokens):
            self.found.append(model)
            return
        token = tokens[place]
        match token:
            case Property():
                self._property(token, place, model)
            case Index():
                if self._is_list(place, model):
                    for index in token.indexes:
                        self._index(index, place, model)
            case Slice():
                if self._is_list(place, model):
                    for index in _indexes(token, len(model)):  # type: ignore[arg-type]
                        self._index(index, place, model)
            case Wildcard():
                self._wildcard(place, model)
            case Scan():
                self._scan(place + 1, model)
            case Filter():
                self._filter(token, place, model)
            case Function():
                self._function(token, place, model)

    # -- steps --------------------------------------------------------------------------------------------

    def _property(self, token: Property, place: int, model: Json) -> None:
        if not isinstance(model, dict):
            if self.path.upstream[place]:
                raise NotFoundError(place)
            return
        last = place == len(self.path.tokens) - 1
        if last and len(token.names) > 1:
            if self.strict and not all(name in model for name in token.names):
                raise NotFoundError(place)
            self.found.append({name: model[name] for name in token.names if name in model})
            return
        for name in token.names:
            if name in model:
                if not last or self._is_kept(place):
                    self.step(place + 1, model[name])
            elif self.strict or (not last and self.path.upstream[place] and len(token.names) == 1):
                raise NotFoundError(place)

    def _is_kept(self, place: int) -> bool:
        """Rule 4: whether the last step may take from an object, after a list was scanned."""
        index = self.scanned.get(place)
        before = self.path.tokens[self.before_last] if self.before_last >= 0 else None
        return index is None or (before is not None and _fragment(before) == f"[{index}]")

    def _is_list(self, place: int, model: Json) -> bool:
        if isinstance(model, list):
            return True
        if self.path.upstream[place]:
            raise NotFoundError(place)
        return False

    def _index(self, index: int, place: int, model: Json) -> None:
        assert isinstance(model, list)  # noqa: S101
        effective = index + len(model) if index < 0 else index
        if 0 <= effective < len(model):
            self.step(place + 1, model[effective])

    def _wildcard(self, place: int, model: Json) -> None:
        members = model.values() if isinstance(model, dict) else model if isinstance(model, list) else ()
        if isinstance(model, dict) and place == len(self.path.tokens) - 1 and not self._is_kept(place):
            return
        for member in members:
            self.step(place + 1, member)

    def _filter(self, token: Filter, place: int, model: Json) -> None:
        if isinstance(model, dict):
            if self._accepts(token, model):
                self.step(place + 1, model)
        elif isinstance(model, list):
            for member in model:
                if self._accepts(token, member):
                    self.step(place + 1, member)
        elif self.path.upstream[place]:
            raise EngineError(_INVALID, "a filter is applied to a value that is neither object nor list")

    def _function(self, token: Function, place: int, model: Json) -> None:
        apply = FUNCTIONS.get(token.name)
        if apply is None:
            raise EngineError(_INVALID, f"there is no function {token.name}()")
        if token.name in _LENGTH and token.parameters:
            result = self._length_of(token, model)
        else:
            result = apply(model, [self._parameter(parameter) for parameter in token.parameters])
        self.found.append(result)
        if place + 1 < len(self.path.tokens):
            self.step(place + 1, result)

    def _parameter(self, parameter: PathNode | str) -> Json:
        if isinstance(parameter, PathNode):
            return _Run(parameter, self.root).value(self.root)
        try:
            value: Json = json.loads(parameter)
        except (ValueError, RecursionError):
            try:
                value = permissive(parameter)
            except ValueError:
                raise EngineError("InvalidJsonException", "a parameter is no JSON") from None
        return value

    def _length_of(self, token: Function, model: Json) -> Json:
        """``length($.a)`` counts the members of what the path finds."""
        from monitor.languages.jsonpath.nodes import path_node  # noqa: PLC0415

        parameter = token.parameters[0]
        if not isinstance(parameter, PathNode):
            raise EngineError("NullPointerException", "length() takes a path")
        self._parameter(parameter)
        last = parameter.tokens[-1] if parameter.tokens else None
        members = parameter
        if not isinstance(last, Function) and parameter.tokens:
            members = path_node(parameter.from_root, (*parameter.tokens, Wildcard()))
        inner = _Run(members, model, before_last=len(parameter.tokens) - 2).value(model)
        if parameter.definite and isinstance(inner, list) and members is not parameter:
            inner = inner[-1] if inner else None  # Jayway still takes the path for a definite one
        counted = inner if isinstance(inner, list) else model
        return len(counted) if isinstance(counted, dict | list) else None

    # -- at every depth -----------------------------------------------------------------------------------

    def _scan(self, place: int, model: Json) -> None:  # noqa: C901 one loop, for it is the hot one
        token = self.path.tokens[place] if place < len(self.path.tokens) else None
        if token is None:
            raise EngineError("IllegalStateException", "nothing stands after '..'")
        if self.strict:  # whatever is behind '..' counts as there
            return
        last = place == len(self.path.tokens) - 1
        stack = [model]
        if isinstance(token, Property) and len(token.names) == 1:
            self._scan_name(token.names[0], place, model)
            return
        while stack:
            here = stack.pop()
            if isinstance(here, dict):
                if self._scanned(token, here):
                    self.step(place, here)
                stack.extend(reversed(here.values()))
            elif isinstance(here, list):
                if self._scanned(token, here):
                    if last:
                        self.step(place, here)
                    else:
                        for index, member in enumerate(here):
                            self.scanned[place + 1] = index
                            self.step(place + 1, member)
                stack.extend(reversed(here))

    def _scan_name(self, name: str, place: int, model: Json) -> None:
        """The most common one, without a detour: ``..name``."""
        stack = [model]
        after = place + 1
        last = after == len(self.path.tokens)
        while stack:
            here = stack.pop()
            if isinstance(here, dict):
                if name in here:
                    if last:
                        self.found.append(here[name])
                    else:
                        self.step(after, here[name])
                stack.extend([one for one in reversed(here.values()) if isinstance(one, dict | list)])
            elif isinstance(here, list):
                stack.extend([one for one in reversed(here) if isinstance(one, dict | list)])

    def _scanned(self, token: Token, model: Json) -> bool:
        """Whether the step after ``..`` takes this object or list."""
        match token:
            case Property():
                if not isinstance(model, dict):
                    return False
                is_definite = len(token.names) == 1 or self.path.tokens[-1] is token
                return not is_definite or all(name in model for name in token.names)
            case Index() | Slice():
                return isinstance(model, list)
            case Wildcard():
                return True
            case Filter():
                return self._accepts(token, model)
            case _:
                return False

    # -- filters ------------------------------------------------------------------------------------------

    def _accepts(self, token: Filter, member: Json) -> bool:
        try:
            return self._holds(token.condition, member)
        except InvalidPathError:
            return False
        except EngineError as error:
            if error.kind == _INVALID:
                return False
            raise

    def _holds(self, condition: Condition, member: Json) -> bool:
        match condition:
            case AllOf():
                return all(self._holds(one, member) for one in condition.conditions)
            case AnyOf():
                return any(self._holds(one, member) for one in condition.conditions)
            case Not():
                return not self._holds(condition.condition, member)
            case Exists():
                return self._is_there(condition.path, member) == condition.wanted
            case Comparison():
                left = self._term(condition.left, member)
                return COMPARE[condition.operator](left, self._term(condition.right, member))

    def _is_there(self, path: PathNode, member: Json) -> bool:
        try:
            _Run(path, self.root, strict=True).value(member)  # Jayway asks the member, even for a path from the root
        except NotFoundError:
            return False
        return True

    def _term(self, term: Term, member: Json) -> Value:
        match term:
            case Literal():
                return term.value
            case Number():
                number = parsed_decimal(term.text)
                return UNDEFINED if number is None else number
            case Regex():
                return term.pattern
            case JsonText():
                try:
                    return permissive(term.text)
                except ValueError:
                    raise EngineError("IllegalArgumentException", "a literal of a filter is no JSON") from None
            case Operand():
                return self._operand(term.path, member)

    def _operand(self, path: PathNode, member: Json) -> Value:
        key = id(path)
        if path.from_root and key in self.cache:
            return self.cache[key]
        try:
            found: Value = value_of(_Run(path, self.root).value(self.root if path.from_root else member))
        except NotFoundError:
            found = UNDEFINED
        if isinstance(found, list) and path.tokens and path.tokens[-1] == _KEYS:
            raise EngineError("JsonPathException", "keys() cannot be compared")
        if path.from_root:
            self.cache[key] = found
        return found


def _fragment(token: Token) -> str:
    """An index as the path writes it; of another step only that it is none."""
    return f"[{token.indexes[0]}]" if isinstance(token, Index) and len(token.indexes) == 1 else ""


def _indexes(token: Slice, length: int) -> range:
    if token.end is None:
        start = token.start or 0
        return range(max(0, start + length if start < 0 else start), length)
    if token.start is None:
        return range(min(length, token.end + length if token.end < 0 else token.end))
    return range(token.start, min(length, token.end))


def evaluate(path: PathNode, document: Json) -> Json:
    """Raises NotFoundError, EngineError, and InvalidPathError where Jayway does."""
    return _Run(path, document).value(document)


__all__ = ["EngineError", "NotFoundError", "decimal_of", "evaluate"]
