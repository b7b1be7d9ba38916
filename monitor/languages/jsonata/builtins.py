"""What JSONata's built-in functions do with places: which hand a value on, which look into it, which use it up.

Every function that is in none of the tables calculates its result from all of its arguments. Some take the
context as their first argument where it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeAlias

from monitor.languages.jsonata.sources import NOTHING, Function, Source, together

Call: TypeAlias = Callable[[Sequence[Function], Sequence[Source], Source], Source]
Rule: TypeAlias = Callable[[Call, Sequence[Source], Source], Source]


def _argument(arguments: Sequence[Source], index: int) -> Source:
    return arguments[index] if index < len(arguments) else NOTHING


def _each_result(call: Call, items: Source, function: Source, context: Source) -> Source:
    """What ``function`` makes of the members of ``items`` (with their index and the whole as arguments 2 and 3)."""
    return call(function.functions, [items, items.tested(), items], context)


def _map(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    items = _argument(arguments, 0)
    return items.mapped(_each_result(call, items, _argument(arguments, 1), context))


def _filter(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    items = _argument(arguments, 0)
    verdict = _each_result(call, items, _argument(arguments, 1), context)
    return replace(verdict.tested().deciding(items), many=True)


def _reduce(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    items, function = _argument(arguments, 0), _argument(arguments, 1).functions
    start = arguments[2] if len(arguments) > 2 else items
    once = call(function, [start, items, items.tested(), items], context)
    twice = call(function, [start | once, items, items.tested(), items], context)
    settled = twice.everything() <= (start | once).everything() and twice.fields.keys() <= (start | once).fields.keys()
    return items.tested().deciding(start | once | twice if settled else start | once | twice | twice.opaque())


def _each(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    subject, function = (context, arguments[0]) if len(arguments) == 1 else arguments[:2]
    members = subject.any_member()
    return subject.mapped(call(function.functions, [members, subject.consumed(), subject], context))


def _sift(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    subject, function = (context, arguments[0]) if len(arguments) == 1 else arguments[:2]
    members = subject.any_member()
    verdict = call(function.functions, [members, subject.tested(), subject], context)
    return verdict.tested().deciding(subject)


def _sort(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    items = _argument(arguments, 0)
    order = call(_argument(arguments, 1).functions, [items, items], context)
    return replace(order.consumed().deciding(items), many=True)


def _lookup(_call: Call, arguments: Sequence[Source], context: Source) -> Source:
    subject, key = (context, arguments[0]) if len(arguments) == 1 else arguments[:2]
    found = subject.any_member() if key.literal is None else subject.member(key.literal)
    return key.consumed().deciding(found)


def _handed_on(_call: Call, arguments: Sequence[Source], _context: Source) -> Source:
    return replace(together(arguments), many=True)


def _merged(_call: Call, arguments: Sequence[Source], _context: Source) -> Source:
    return replace(together(arguments), many=False)


def _counted(_call: Call, arguments: Sequence[Source], _context: Source) -> Source:
    return together(arguments).tested()


def _calculated(call: Call, arguments: Sequence[Source], context: Source) -> Source:
    functions = together(arguments).functions
    given = together(replace(argument, functions=()) for argument in arguments)
    made = call(functions, [given.consumed()] * 3, context) if functions else NOTHING
    return (given | made).consumed()


_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "map": _map,
        "filter": _filter,
        "single": _filter,
        "reduce": _reduce,
        "each": _each,
        "sift": _sift,
        "sort": _sort,
        "lookup": _lookup,
        "append": _handed_on,
        "distinct": _handed_on,
        "reverse": _handed_on,
        "shuffle": _handed_on,
        "spread": _handed_on,
        "zip": _handed_on,
        "clone": _merged,
        "merge": _merged,
        "exists": _counted,
        "count": _counted,
        "boolean": _counted,
        "not": _counted,
    }
)

# required arguments, most arguments, and the type of the first one, which the context may stand in for
_CONTEXT: Final[Mapping[str, tuple[int, int, str]]] = MappingProxyType(
    {
        **dict.fromkeys(("boolean", "clone", "keys", "not", "number", "spread", "type"), (1, 1, "any")),
        **dict.fromkeys(("lookup", "each", "sift"), (2, 2, "any")),
        **dict.fromkeys(("abs", "ceil", "floor", "sqrt"), (1, 1, "number")),
        **dict.fromkeys(("length", "lowercase", "trim", "uppercase"), (1, 1, "string")),
        **dict.fromkeys(("base64decode", "base64encode", "decodeUrl", "decodeUrlComponent"), (1, 1, "string")),
        **dict.fromkeys(("encodeUrl", "encodeUrlComponent"), (1, 1, "string")),
        **dict.fromkeys(("contains", "parseInteger", "substringAfter", "substringBefore"), (2, 2, "string")),
        **dict.fromkeys(("match", "pad", "split", "substring"), (2, 3, "string")),
        **dict.fromkeys(("formatInteger", "power"), (2, 2, "number")),
        **dict.fromkeys(("formatBase", "round"), (1, 2, "number")),
        "formatNumber": (2, 3, "number"),
        "fromMillis": (1, 3, "number"),
        "replace": (3, 4, "string"),
        "single": (1, 1, "any"),
        "string": (1, 2, "any"),
        "toMillis": (1, 2, "string"),
    }
)


def takes_context(name: str, given: int, first: str) -> bool:
    """Whether the built-in ``name`` called with ``given`` arguments takes the context as its first one.

    ``first`` is the type of the first argument given: string, number, or any where the source does not tell;
    an untold one counts as the type the function wants.
    """
    if name not in _CONTEXT:
        return False
    required, most, wanted = _CONTEXT[name]
    return given < required or (given < most and "any" not in (first, wanted) and first != wanted)


def call_builtin(name: str, call: Call, arguments: Sequence[Source], context: Source) -> Source:
    """Where the result of the built-in ``name`` comes from; ``call`` calls a function value."""
    if not arguments and name in _CONTEXT:
        arguments = [context]
    return _RULES.get(name, _calculated)(call, arguments, context)
