"""What a dot and brackets behind a value mean: its methods and properties, by the type of the value.

1. ``$x.name`` is ``getName()`` where there is one, a map's key, ``isName()``, or ``name()``.
2. ``$x[0]`` is ``get(0)``; of a list a negative place counts from its end. ``$x[0] = 1`` is ``set`` or ``put``.
3. `ABSENT` is the answer where Java has no such method or property; `JavaError` is what Java would throw.
4. What walks through a long value takes as many steps as that takes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from monitor.languages.velocity.calling import ABSENT, VOID, Arguments, JavaError, Methods, chosen, method
from monitor.languages.velocity.containers import ENTRY, ITERATOR, LIST, MAP
from monitor.languages.velocity.faults import Budget
from monitor.languages.velocity.regexes import PatternError
from monitor.languages.velocity.scalars import BOOLEAN, CHARACTER, CLASS, of_number
from monitor.languages.velocity.scopes import Loop
from monitor.languages.velocity.texts import TEXT
from monitor.languages.velocity.tool import Tool
from monitor.languages.velocity.units import in_units
from monitor.languages.velocity.values import (
    Entry,
    GrowthError,
    JavaChar,
    JavaClass,
    JavaIterator,
    JavaList,
    class_name,
)

_REGEX_STEPS: Final = 200
_REGEXES: Final = frozenset({"matches", "replaceAll", "replaceFirst", "split"})
_RESIZING: Final = frozenset({"add", "addAll", "clear", "remove", "removeAll", "retainAll"})
_CHARACTERS_A_STEP: Final = 1_000
_MEMBERS_A_STEP: Final = 50
_OBJECT: Final[Methods] = {"getClass": (method("", lambda value: JavaClass(class_name(value))),)}


def _methods(value: object) -> Methods:  # noqa: PLR0911 one case a type
    match value:
        case bool():
            return BOOLEAN
        case JavaChar():
            return CHARACTER
        case str():
            return TEXT
        case int() | float() | Decimal():
            return of_number(value)
        case list():
            return LIST
        case dict():
            return MAP
        case Entry():
            return ENTRY
        case JavaIterator():
            return ITERATOR
        case JavaClass():
            return CLASS
        case _:
            return {}


def call(value: object, name: str, arguments: Arguments, budget: Budget) -> object:
    """The method's result; `ABSENT` where there is none of that name for those arguments. Raises JavaError."""
    if isinstance(value, Tool):
        result = _kept(value.call(name, arguments), budget)
        return call(value.held, name, arguments, budget) if result is ABSENT and isinstance(value, Loop) else result
    methods = _methods(value).get(name) or _OBJECT.get(name)
    if methods is None:
        return ABSENT
    _charge(value, name, arguments, budget)
    if name in _RESIZING and _is_array(value):
        raise JavaError("java.lang.UnsupportedOperationException")
    try:
        found = chosen(methods, arguments, budget.walk)
        if found is None:
            return ABSENT
        called, converted = found
        run = in_units(name, called.run) if isinstance(value, str) else called.run
        walk = (budget.walk,) if called.walks else ()
        return _kept(run(*walk, value, *converted), budget)
    except GrowthError as error:
        raise budget.exceeded(str(error)) from None
    except PatternError:
        raise JavaError("java.util.regex.PatternSyntaxException") from None
    except (OverflowError, ValueError):  # of a number that is too large for what is asked
        raise JavaError("java.lang.ArithmeticException") from None
    except IndexError:
        raise JavaError("java.lang.IndexOutOfBoundsException") from None
    except (TypeError, AttributeError):  # a null where Java would stumble over it
        raise JavaError("java.lang.NullPointerException") from None


def _charge(value: object, name: str, arguments: Arguments, budget: Budget) -> None:
    for one in (value, *arguments):
        if isinstance(one, str):
            budget.step(len(one) // _CHARACTERS_A_STEP)
        elif isinstance(one, list | dict):
            budget.step(len(one) // _MEMBERS_A_STEP)
    if name in _REGEXES and isinstance(value, str):
        budget.step(_REGEX_STEPS)


def _kept(result: object, budget: Budget) -> object:
    """The result, paid for."""
    if isinstance(result, str):
        budget.text(len(result))
    elif isinstance(result, list | dict):
        budget.step(len(result))
    return result


def get(value: object, name: str, budget: Budget) -> object:
    """A property's value; `ABSENT` where there is none. Raises JavaError."""
    if isinstance(value, Loop) and value.get(name) is None:
        return _member(value.held, name, budget)
    if isinstance(value, Tool):
        return value.get(name)
    if name == "class":
        return JavaClass(class_name(value))
    if isinstance(value, dict):
        return _member(value, name, budget)
    called = [f"get{name[:1].upper()}{name[1:]}", f"is{name[:1].upper()}{name[1:]}", name]
    if _is_array(value):
        called.pop()
    results = (call(value, one, (), budget) for one in called)
    return _done(next((one for one in results if one is not ABSENT), ABSENT))


def _is_array(value: object) -> bool:
    return isinstance(value, JavaList) and value.kind.startswith("[")


def _done(result: object) -> object:
    """A method without a result is null as a property."""
    return None if result is VOID else result


def _member(value: dict[object, object], name: str, budget: Budget) -> object:
    """Null, not `ABSENT`, where a map has nothing of that name."""
    found = value.get(name)
    if found is None and (called := call(value, name, (), budget)) is not ABSENT:
        return _done(called)
    return found


def at(value: object, key: object, budget: Budget) -> object:
    """``value[key]``; `ABSENT` where that means nothing.

    Raises JavaError past the end of a list, SizeError for a negative place in what has no size.
    """
    return call(value, "get", (_from_end(value, key),), budget)


class SizeError(Exception):
    """Stays in this package."""


def _from_end(value: object, key: object) -> object:
    if not isinstance(key, int) or isinstance(key, bool) or key >= 0:
        return key
    if isinstance(value, Loop):
        return key + len(value.held)
    if not isinstance(value, list | dict):
        raise SizeError(f"A 'size()' method required for negative value {key} does not exist for class")
    return key + len(value)


def put(owner: object, key: object, value: object, budget: Budget) -> bool:
    """Whether ``owner[key]`` can be set. Raises JavaError past the end of a list."""
    key = _from_end(owner, key)
    return any(call(owner, name, (key, value), budget) is not ABSENT for name in ("set", "put"))


def put_property(owner: object, name: str, value: object) -> bool:
    held = owner.held if isinstance(owner, Loop) else owner
    if isinstance(held, dict):
        held[name] = value
    return isinstance(held, dict)
