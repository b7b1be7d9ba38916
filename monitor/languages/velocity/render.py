"""A template with a context -> text, as Velocity 2.4 does it.

1. A reference that is null prints itself; a quiet one nothing. Backslashes before one that is there are undone.
2. In strict mode a name that is not in the context is an error, but not as a bare condition; so is a null that is
   printed unless quiet, a property or method that the value has not, and anything of a null.
3. ``#foreach`` gives its variable and ``$foreach`` their old values back; ``#set`` sets for the whole template.
4. Everything is bounded: steps, text, depth.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from monitor.languages.velocity.methods import ABSENT, JavaError, Tool, at, call, get
from monitor.languages.velocity.nodes import (
    Binary,
    Block,
    Break,
    Call,
    Constant,
    Define,
    Evaluate,
    Expression,
    Fetch,
    Foreach,
    If,
    Index,
    Interpolated,
    MacroCall,
    MacroDefinition,
    MadeList,
    MadeMap,
    Node,
    Part,
    Place,
    Property,
    Range,
    Ref,
    Set,
    Stop,
    Text,
    Unary,
)
from monitor.languages.velocity.parse import parse_block
from monitor.languages.velocity.reader import ParseError, Reader
from monitor.languages.velocity.values import (
    JavaList,
    JavaMap,
    Lazy,
    collection_of,
    equal,
    is_larger,
    is_number,
    reckoned,
    text_of,
    truth,
)

VELOCITY: Final = "VelocityException"
INVOCATION: Final = "MethodInvocationException"
BOUND: Final = "Bound"
_MUTATES: Final = re.compile(
    r"\.(put|putAll|putIfAbsent|add|addAll|set|remove|clear)\s*\(|#\{?set\}?\s*\(\s*\$!?\{?\w+[.\[]"
)
MAX_BITS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one rendering may use: nodes and turns of loops, characters, macros and blocks within each other.

    Methods go through whole texts, so each `CHARACTERS` of what they get count as a step.
    """

    steps: int = 200_000
    text: int = 5_000_000
    depth: int = 60
    macros: int = 20


BOUNDS: Final = Bounds()
CHARACTERS: Final = 50


class RenderError(Exception):
    """Stays in this package. ``kind`` is the Java exception's name."""

    def __init__(self, kind: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.kind, self.message, self.place = kind, message, place


class _LeaveError(Exception):
    """``#break`` and ``#stop``: ends everything up to the scope."""

    def __init__(self, scope: object) -> None:
        super().__init__()
        self.scope = scope


class _Everything:
    """The scope of the template as a whole."""


_TEMPLATE: Final = _Everything()


@dataclass(slots=True)
class _Loop:
    """``$foreach``."""

    index: int
    count: int
    parent: object

    def tool(self) -> Tool:
        last = self.index == self.count - 1
        properties = {
            "index": self.index,
            "count": self.index + 1,
            "hasNext": not last,
            "first": self.index == 0,
            "last": last,
            "parent": self.parent,
            "topmost": self._topmost(),
        }
        return _LoopTool(self, properties)

    def _topmost(self) -> object:
        return self.parent.properties.get("topmost") or self.parent if isinstance(self.parent, Tool) else None


class _LoopTool(Tool):
    def __init__(self, loop: _Loop, properties: Mapping[str, object]) -> None:
        methods = {
            f"{prefix}{name[0].upper()}{name[1:]}": (lambda value=value: value)
            for name, value in properties.items()
            for prefix in ("get", "is", "")
        }
        super().__init__("foreach", properties, methods)
        self.loop = loop


@dataclass(slots=True)
class Renderer:
    """One rendering. ``name`` is the template's, for messages."""

    name: str
    context: dict[str, object]
    strict: bool
    bounds: Bounds
    macros: dict[str, MacroDefinition] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    steps: int = 0
    written: int = 0
    depth: int = 0
    calls: int = 0
    scopes: list[object] = field(default_factory=list)

    def run(self, block: Block) -> str:
        with suppress(_LeaveError):
            self.block(block)
        return "".join(self.out)

    # -- nodes --------------------------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        for node in block.nodes:
            self._step()
            self._node(node)

    def _step(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > self.bounds.steps:
            raise RenderError(BOUND, f"the template takes more than {self.bounds.steps:,} steps", Place(1, 1))

    def _write(self, text: str) -> None:
        self.written += len(text)
        if self.written > self.bounds.text:
            raise RenderError(BOUND, f"the template makes more than {self.bounds.text:,} characters", Place(1, 1))
        self.out.append(text)

    def _node(self, node: Node) -> None:
        match node:
            case Text():
                self._write(node.text)
            case Ref():
                self._write(self._printed(node))
            case If():
                self._if(node)
            case Foreach():
                self._foreach(node)
            case Set():
                self._set(node)
            case _:
                self._directive(node)

    def _directive(self, node: Node) -> None:
        match node:
            case MacroCall():
                self._macro(node)
            case MacroDefinition():
                self.macros.setdefault(node.name, node)
            case Define():
                self.context[node.name] = Lazy(node.body)
            case Evaluate():
                self._evaluate(node)
            case Break():
                self._break(node)
            case Stop():
                raise _LeaveError(_TEMPLATE)
            case Fetch():
                what = f"Unable to find resource for #{node.name}{self._at(node.place)}"
                raise RenderError("ResourceNotFoundException", what, node.place)
            case _:
                raise AssertionError(node)

    def _at(self, place: Place) -> str:
        return f" at {self.name}[line {place.line}, column {place.column}]"

    def _if(self, node: If) -> None:
        for condition, body in node.branches:
            if condition is None or self._truth(condition):
                self.block(body)
                return

    def _set(self, node: Set) -> None:
        value = self.value(node.value)
        target = node.target
        if not target.parts:
            self.context[target.root] = value
            return
        owner = self._walk(
            self._root(target, exempt=False), Ref(target.root, target.parts[:-1], False, "", target.place)
        )
        self._assign(owner, target.parts[-1], value)

    def _assign(self, owner: object, part: Part, value: object) -> None:
        key = part.name if isinstance(part, Property) else self.value(part.key) if isinstance(part, Index) else None
        if isinstance(owner, dict) and key is not None:
            owner[key] = value
        if isinstance(owner, list):
            _put(owner, key, value)

    def _foreach(self, node: Foreach) -> None:
        value = self.value(node.items)
        items = collection_of(value)
        if items is None and value is not None and self.strict:
            raise RenderError(VELOCITY, "#foreach parameter cannot be iterated", Place(1, 1))
        if not items:
            if node.otherwise is not None:
                self.block(node.otherwise)
            return
        saved = {name: self.context[name] for name in (node.variable, "foreach") if name in self.context}
        loop = _Loop(0, len(items), saved.get("foreach"))
        self.scopes.append(loop)
        try:
            for loop.index, item in enumerate(list(items)):
                self._step()
                self.context[node.variable] = item
                self.context["foreach"] = loop.tool()
                self.block(node.body)
        except _LeaveError as leave:
            if leave.scope is not loop:
                raise
        finally:
            self.scopes.pop()
            for name in (node.variable, "foreach"):
                self.context.pop(name, None)
            self.context.update(saved)

    def _break(self, node: Break) -> None:
        scope: object = self.scopes[-1] if self.scopes else _TEMPLATE
        if node.scope is not None:
            wanted = self.value(node.scope)
            scope = wanted.loop if isinstance(wanted, _LoopTool) else scope
        raise _LeaveError(scope)

    def _deeper(self, place: Place) -> None:
        self.depth += 1
        if self.depth > self.bounds.depth:
            raise RenderError(BOUND, "the template is nested too deeply", place)

    def _evaluate(self, node: Evaluate) -> None:
        value = self.value(node.source)
        if value is None:
            return
        self._deeper(Place(1, 1))
        scope = _Everything()
        self.scopes.append(scope)
        try:
            self.block(parse_block(Reader(text_of(value), depth=self.depth)))
        except _LeaveError as leave:
            if leave.scope is not scope:
                raise
        finally:
            self.scopes.pop()
            self.depth -= 1

    # -- macros -------------------------------------------------------------------------------------------

    def _macro(self, node: MacroCall) -> None:
        macro = self.macros.get(node.name)
        if macro is None:
            if self.strict and node.with_brackets:
                raise RenderError(VELOCITY, f"Macro '#{node.name}' is not defined{self._at(node.place)}", node.place)
            self._write(node.text + node.gobbled)
            return
        if self.calls >= self.bounds.macros:
            what = (
                f"Max calling depth of {self.bounds.macros} was exceeded in macro '{node.name}'{self._at(node.place)}"
            )
            raise RenderError("MacroOverflowException", what, node.place)
        self._called(node, macro)

    def _called(self, node: MacroCall, macro: MacroDefinition) -> None:
        values: dict[str, object] = {}
        for place, (name, default) in enumerate(macro.parameters):
            if place < len(node.arguments):
                values[name] = self.value(node.arguments[place])
            else:
                values[name] = self.value(default) if default is not None else None
        if node.body is not None:
            values["bodyContent"] = Lazy(node.body)
        saved = {name: self.context[name] for name in values if name in self.context}
        self.context.update(values)
        scope = _Everything()
        self.scopes.append(scope)
        self.calls += 1
        try:
            self.block(macro.body)
        except _LeaveError as leave:
            if leave.scope is not scope:
                raise
        finally:
            self.calls -= 1
            self.scopes.pop()
            for name in values:
                self.context.pop(name, None)
            self.context.update(saved)

    # -- references ---------------------------------------------------------------------------------------

    def _printed(self, ref: Ref) -> str:
        value = self._reference(ref)
        if value is None:
            if self.strict and not ref.quiet and ref.otherwise is None:
                what = f"Reference {ref.text} evaluated to null when attempting to render{self._at(ref.place)}"
                raise RenderError(VELOCITY, what, ref.place)
            return "\\" * ref.slashes + (ref.text if ref.slashes or not ref.quiet else "")
        if ref.slashes:
            return "\\" * (ref.slashes // 2) + (ref.text if ref.slashes % 2 else self._text(value))
        return self._text(value)

    def _text(self, value: object) -> str:
        if isinstance(value, Lazy) and isinstance(value.text, Block):
            return self._apart(value.text)
        return text_of(value)

    def _apart(self, block: Block) -> str:
        """The block's text, not yet written."""
        self._deeper(Place(1, 1))
        outer, self.out = self.out, []
        try:
            self.block(block)
            return "".join(self.out)
        finally:
            self.out = outer
            self.depth -= 1

    def _reference(self, ref: Ref, *, exempt: bool = False) -> object:
        if ref.otherwise is not None:
            value = self._walk(self.context[ref.root], ref) if ref.root in self.context else None
            return value if truth(value) else self.value(ref.otherwise)
        return self._walk(self._root(ref, exempt=exempt and not ref.parts), ref)

    def _root(self, ref: Ref, *, exempt: bool) -> object:
        if ref.root not in self.context and self.strict and not exempt:
            raise RenderError(INVOCATION, f"Variable ${ref.root} has not been set{self._at(ref.place)}", ref.place)
        return self.context.get(ref.root)

    def _walk(self, value: object, ref: Ref) -> object:
        for part in ref.parts:
            self._step()
            if value is None:
                if self.strict:
                    what = f"Attempted to access '{_named(part)}' on a null value{self._at(part.place)}"
                    raise RenderError(VELOCITY, what, part.place)
                return None
            value = self._part(value, part)
        return value

    def _part(self, value: object, part: Part) -> object:
        if isinstance(value, Lazy):
            value = self._text(value)
        try:
            match part:
                case Property():
                    found = get(value, part.name)
                case Call():
                    arguments = [self.value(one) for one in part.arguments]
                    self._step(sum(len(one) for one in (value, *arguments) if isinstance(one, str)) // CHARACTERS)
                    found = call(value, part.name, arguments)
                case Index():
                    found = at(value, self.value(part.key))
        except JavaError as error:
            kind = VELOCITY if isinstance(part, Index) else INVOCATION
            what = f"Invocation of method '{_named(part)}' threw an exception: {error}{self._at(part.place)}"
            raise RenderError(kind, what, part.place) from None
        if found is ABSENT:
            if self.strict:
                what = f"method {part.name}()" if isinstance(part, Call) else f"property '{_named(part)}'"
                raise RenderError(INVOCATION, f"Object does not contain {what}{self._at(part.place)}", part.place)
            return None
        return found

    # -- expressions --------------------------------------------------------------------------------------

    def _truth(self, expression: Expression) -> bool:
        match expression:
            case Ref():
                return truth(self._reference(expression, exempt=True))
            case Unary(operator="!"):
                return not self._truth(expression.operand)
            case Binary(operator="&&"):
                return self._truth(expression.left) and self._truth(expression.right)
            case Binary(operator="||"):
                return self._truth(expression.left) or self._truth(expression.right)
            case _:
                return truth(self.value(expression))

    def value(self, expression: Expression) -> object:  # noqa: PLR0911 one case a node
        match expression:
            case Constant():
                return expression.value
            case Ref():
                return self._reference(expression)
            case Interpolated():
                return self._apart(expression.block)
            case Binary():
                return self._binary(expression)
            case Unary():
                return self._unary(expression)
            case MadeList():
                return JavaList(self.value(one) for one in expression.members)
            case MadeMap():
                return JavaMap((self.value(key), self.value(one)) for key, one in expression.entries)
            case Range():
                return self._range(expression)

    def _unary(self, expression: Unary) -> object:
        if expression.operator == "!":
            return not self._truth(expression.operand)
        value = self.value(expression.operand)
        return -value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def _range(self, expression: Range) -> object:
        first, last = self.value(expression.first), self.value(expression.last)
        if not isinstance(first, int | float) or not isinstance(last, int | float):
            return None
        begin, end = int(first), int(last)
        if abs(end - begin) > self.bounds.steps:
            raise RenderError(BOUND, f"a range has more than {self.bounds.steps:,} members", Place(1, 1))
        step = 1 if begin <= end else -1
        return JavaList(range(begin, end + step, step))

    def _binary(self, expression: Binary) -> object:
        operator = expression.operator
        if operator in ("&&", "||"):
            return self._truth(expression)
        left, right = self.value(expression.left), self.value(expression.right)
        if operator in ("==", "!="):
            return equal(left, right) == (operator == "==")
        if is_number(left) and is_number(right):
            if operator in ("<", "<=", ">", ">="):
                return is_larger(operator, left, right)  # type: ignore[arg-type]
            return self._reckoned(operator, left, right)  # type: ignore[arg-type]
        if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
            sides = zip((left, right), expression.literals, strict=True)
            joined = "".join(literal if side is None else self._text(side) for side, literal in sides)
            return self._bounded(joined)
        if self.strict and operator in ("<", "<=", ">", ">="):
            side = "Right" if is_number(left) else "Left"
            what = f"{side} side of comparison operation is not a number{self._at(expression.place)}"
            raise RenderError(VELOCITY, what, expression.place)
        return False if operator in ("<", "<=", ">", ">=") else None

    def _reckoned(self, operator: str, left: float, right: float) -> object:
        whole = isinstance(left, int) and isinstance(right, int)
        if operator == "*" and whole and int(left).bit_length() + int(right).bit_length() > MAX_BITS:
            raise RenderError(BOUND, "a number grows too large", Place(1, 1))
        return reckoned(operator, left, right)

    def _bounded(self, text: str) -> str:
        if len(text) > self.bounds.text:
            raise RenderError(BOUND, f"a text has more than {self.bounds.text:,} characters", Place(1, 1))
        return text


def _put(items: list[object], key: object, value: object) -> None:
    if isinstance(key, int) and -len(items) <= key < len(items):
        items[key] = value


def _named(part: Part) -> str:
    return "[]" if isinstance(part, Index) else part.name


def rendered(
    name: str, block: Block, source: str, context: Mapping[str, object], *, strict: bool, bounds: Bounds
) -> str:
    """Raises RenderError, ParseError (of ``#evaluate``)."""
    changes = _MUTATES.search(source) is not None
    own = {
        key: copy.deepcopy(value) if changes and isinstance(value, dict | list) else value
        for key, value in context.items()
    }
    renderer = Renderer(name, own, strict, bounds)
    _collect(block, renderer.macros)
    return renderer.run(block)


def _collect(block: Block, macros: dict[str, MacroDefinition]) -> None:
    """Macros are known wherever they stand."""
    for node in block.nodes:
        if isinstance(node, MacroDefinition):
            macros.setdefault(node.name, node)
        for inner in _inner(node):
            _collect(inner, macros)


def _inner(node: Node) -> tuple[Block, ...]:
    match node:
        case If():
            return tuple(body for _, body in node.branches)
        case Foreach():
            return (node.body, node.otherwise) if node.otherwise else (node.body,)
        case Define() | MacroDefinition():
            return (node.body,)
        case _:
            return ()


__all__ = ["BOUNDS", "Bounds", "ParseError", "RenderError", "rendered"]
