"""A template with a context -> text, as Velocity 2.4 does it.

1. A reference that is null prints itself; a quiet one nothing; in strict mode it must be quiet. Backslashes before one
   that is there are undone.
2. ``#foreach`` gives its variable and ``$foreach`` their old values back, a macro its parameters; ``#set`` sets for
   the whole template. What was null before is unset after.
3. ``#break`` ends the innermost loop, macro or ``#evaluate``; ``#stop`` everything.
4. Everything is bounded: steps, text, depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Final

from monitor.languages.velocity.evaluate import Evaluator
from monitor.languages.velocity.faults import (
    BOUND,
    NEAREST,
    PARSE,
    VELOCITY,
    Bounds,
    Budget,
    LeaveError,
    RenderError,
    Spent,
)
from monitor.languages.velocity.nodes import (
    Block,
    Break,
    Constant,
    Define,
    Evaluate,
    Fetch,
    Foreach,
    If,
    MacroCall,
    MacroDefinition,
    Node,
    Ref,
    Runt,
    Set,
    Stop,
    Text,
    Word,
)
from monitor.languages.velocity.parse import parse_block
from monitor.languages.velocity.places import ParseError
from monitor.languages.velocity.reckoning import collection_of
from monitor.languages.velocity.scopes import Loop
from monitor.languages.velocity.values import GrowthError, Lazy, class_name
from monitor.languages.velocity.walking import macros_in

TEMPLATE_INIT: Final = "TemplateInitException"
NO_RESOURCE: Final = "ResourceNotFoundException"
_UNSET: Final = object()
_BODY: Final = "bodyContent"
_WITHIN_ITSELF: Final = 2  # times that what #define makes is rendered within itself
_MEMBERS_A_STEP: Final = 50  # of what a loop goes over, before its first turn
_CHARACTERS_A_STEP: Final = 10  # of a template that is made on the way
_ITERATED: Final = "org.apache.velocity.util.introspection.UberspectImpl"
_SCOPE: Final = "org.apache.velocity.runtime.directive.Scope"
_NO_INCLUDE: Final = "null error with arg {} please see log. null"


class Renderer:
    """One rendering. ``name`` is the template's, for messages."""

    def __init__(self, name: str, context: dict[str, object], bounds: Bounds, *, strict: bool) -> None:
        self._context, self._strict = context, strict
        self._budget = Budget(bounds)
        self._values = Evaluator(name, context, self._budget, self._apart, strict=strict)
        self._macros: dict[str, MacroDefinition] = {}
        self._calls: list[str] = []
        self._out: list[str] = []

    def run(self, block: Block) -> str:
        """Whatever has no bound of its own ends here: what is too deep, too large, or holds itself."""
        self._learn(block)
        try:
            with suppress(LeaveError):
                self._block(block)
            return "".join(self._out)
        except GrowthError as error:
            raise self._budget.exceeded(str(error)) from None
        except RecursionError:
            raise self._budget.exceeded("what the template makes is nested too deeply") from None
        except MemoryError:
            self._out.clear()
            self._context.clear()
            raise self._budget.exceeded("the template takes too much memory") from None

    def spent(self) -> Spent:
        return Spent(self._budget.steps, self._budget.clock.spent())

    def _learn(self, block: Block) -> None:
        """Macros are known wherever they stand; of two the first."""
        for macro in macros_in(block):
            self._macros.setdefault(macro.name, macro)

    def _block(self, block: Block) -> None:
        for node in block.nodes:
            self._budget.step()
            self._node(node)

    def _write(self, text: str) -> None:
        self._budget.text(len(text))
        self._out.append(text)

    def _apart(self, block: Block, ends: bool) -> str:
        """The block's text, not yet written. ``ends``: ``#break`` ends it."""
        with self._budget.deeper():
            outer, self._out = self._out, []
            try:
                with _left(NEAREST) if ends else nullcontext():
                    self._block(block)
                return "".join(self._out)
            finally:
                self._out = outer

    # -- nodes --------------------------------------------------------------------------------------------

    def _node(self, node: Node) -> None:
        match node:
            case Text() | Runt():
                self._write(node.text)
            case Ref():
                self._reference(node)
            case If():
                self._if(node)
            case Foreach():
                self._foreach(node)
            case Set():
                value = self._values.value(node.value)
                if isinstance(node.target, Ref):
                    self._values.assign(node.target, value)
            case MacroCall():
                self._macro(node)
            case _:
                self._directive(node)

    def _directive(self, node: Node) -> None:
        match node:
            case Define():
                self._context[node.name] = Lazy(node.body, _WITHIN_ITSELF)
            case Evaluate():
                self._evaluate(node)
            case Break():
                self._break(node)
            case Stop():
                raise LeaveError(None)
            case Fetch():
                self._fetch(node)
            case _:
                return

    def _reference(self, ref: Ref) -> None:
        value = self._values.reference(ref)
        undone = "\\" * (ref.slashes // 2)
        if ref.slashes % 2:
            self._write(undone + ("\\" if value is None else "") + ref.text)
        elif isinstance(value, Lazy) and value.within < value.most:
            self._write(undone + ref.before)
            self._lazy(value)
        elif value is not None and not isinstance(value, Lazy):
            self._write(undone + ref.before + (self._values.text(value) or ""))
        elif not self._strict:
            self._write(undone + undone + ref.before + ("" if ref.quiet else ref.text))
        elif not ref.quiet:
            what = f"Reference {ref.text} evaluated to null when attempting to render"
            raise self._values.fault(VELOCITY, what, ref.place)

    def _lazy(self, lazy: Lazy) -> None:
        lazy.within += 1
        with self._budget.deeper(), _left(NEAREST):
            self._block(lazy.block)
        lazy.within -= 1

    def _if(self, node: If) -> None:
        for condition, body in node.branches:
            if condition is None or self._values.truth(condition):
                self._block(body)
                return

    # -- loops --------------------------------------------------------------------------------------------

    def _foreach(self, node: Foreach) -> None:
        value = self._values.value(node.items)
        if isinstance(value, list | dict):
            self._budget.step(len(value) // _MEMBERS_A_STEP)
        items = collection_of(value)
        if items is None and value is not None and self._strict:
            self._values.told(node.items)
            written = f"#foreach parameter {node.text}{self._values.where(node.place)}"
            what = f"{written} is of type {class_name(value)} and cannot be iterated by {_ITERATED}"
            raise RenderError(VELOCITY, what, node.place)
        if not items:
            if node.otherwise is not None:
                self._block(node.otherwise)
            return
        before = self._context.get(node.variable)
        loop = Loop(self._context.get("foreach"))
        self._context["foreach"] = loop
        with _left(NEAREST, loop):
            for item in self._turns(value, items, loop):
                self._context[node.variable] = item
                self._block(node.body)
        self._restore(node.variable, before)
        if isinstance(inner := self._context.get("foreach"), Loop):
            self._restore("foreach", inner.around if inner.around is not None else inner.replaced)

    def _turns(self, value: object, items: Sequence[object], loop: Loop) -> Iterator[object]:
        for loop.turn.index, item in enumerate(items):
            self._budget.step()
            loop.turn.more = loop.turn.index + 1 < len(items)
            yield item
            if loop.is_changed(value, len(items)):
                what = "what #foreach walks over is changed meanwhile"
                raise RenderError("ConcurrentModificationException", what, self._budget.place)

    def _restore(self, name: str, before: object) -> None:
        if before is None:
            self._context.pop(name, None)
        else:
            self._context[name] = before

    def _break(self, node: Break) -> None:
        if node.scope is None:
            raise LeaveError(NEAREST)
        scope = self._values.value(node.scope)
        if not isinstance(scope, Loop):
            what = f"{node.text} is not a valid {_SCOPE} instance"
            raise self._values.fault(VELOCITY, what, node.place)
        raise LeaveError(scope)

    # -- templates made on the way ------------------------------------------------------------------------

    def _evaluate(self, node: Evaluate) -> None:
        """What is rendered may be a value: then no fault quotes it."""
        text = self._values.text(self._values.value(node.source))
        if text is None:
            return
        place = self._budget.place
        with self._budget.deeper():
            self._budget.step(len(text) // _CHARACTERS_A_STEP)
            try:
                block = parse_block(text, depth=self._budget.depth)
                self._learn(block)
                with _left(NEAREST):
                    self._block(block)
            except ParseError:
                raise self._values.fault(PARSE, "what #evaluate renders is no template", place) from None
            except RenderError as fault:
                if fault.kind == BOUND or isinstance(node.source, Constant):
                    raise
                raise self._values.fault(fault.kind, "what #evaluate renders fails", place) from None

    def _fetch(self, node: Fetch) -> None:
        """There is nothing to fetch from. What Velocity prints for a null argument, it prints into the text."""
        for place, source in enumerate(node.sources):
            value = None if isinstance(source, Word) else self._values.value(source)
            if value is None and node.name == "include":
                self._write(_NO_INCLUDE.format(place))
            if value is not None:
                raise self._values.fault(NO_RESOURCE, f"Unable to find resource for #{node.name}", node.place)

    # -- macros -------------------------------------------------------------------------------------------

    def _macro(self, node: MacroCall) -> None:
        macro = self._macros.get(node.name)
        word = next((one for one in node.arguments if isinstance(one, Word)), None)
        if word is not None and (macro is not None or (self._strict and node.certain)):
            kind = PARSE if self._strict else TEMPLATE_INIT
            raise self._values.fault(kind, f"Invalid arg '{word.text}' in macro #{node.name}", word.place)
        if macro is None:
            if self._strict and node.certain:
                raise self._values.fault(VELOCITY, f"Macro '#{node.name}' is not defined", node.place)
            self._write(node.text)
            return
        if len(self._calls) >= self._budget.bounds.macros:
            stack = "->".join(self._calls)
            what = (
                f"Max calling depth of {len(self._calls)} was exceeded in macro '{node.name}' with Call Stack:{stack}"
            )
            raise self._values.fault("MacroOverflowException", what, macro.place)
        self._called(node, macro)

    def _called(self, node: MacroCall, macro: MacroDefinition) -> None:
        """A parameter gets its old value back, unless the macro has set it anew."""
        values: dict[str, object] = {}
        if node.body is not None:
            values[_BODY] = Lazy(node.body, self._budget.bounds.macros)
        for place, (name, default) in enumerate(macro.parameters):
            given = node.arguments[place] if place < len(node.arguments) else default
            values[name] = None if given is None else self._values.value(given)
        before = {name: self._context.get(name, _UNSET) for name in values}
        self._context.update(values)
        self._calls.append(node.name)
        with _left(NEAREST):
            self._block(macro.body)
        self._calls.pop()
        for name, value in values.items():
            if self._context.get(name) is not value:
                continue
            if before[name] is _UNSET:
                self._context.pop(name, None)
            else:
                self._context[name] = before[name]


@contextmanager
def _left(*scopes: object) -> Iterator[None]:
    """Ends what is inside where ``#break`` leaves one of the scopes."""
    try:
        yield
    except LeaveError as leave:
        if not any(leave.scope is scope for scope in scopes):
            raise
