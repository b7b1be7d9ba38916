"""Which of Java's methods of one name is called with the arguments given, as Velocity 2 chooses.

1. A parameter takes what is of its type; then what Java itself widens (a whole number for a double); then what
   Velocity converts: anything to a String, a number, text or boolean to a number.
2. Of the methods of one name the one is called whose worst parameter fits best. Where two fit equally well and neither
   is more special, none is called. What cannot be converted (a text that is no number) is what the method throws.
3. Null fits every parameter but a primitive one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Final, TypeAlias

from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.values import JavaChar, Walk, is_number

Arguments: TypeAlias = Sequence[object]


class Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class _Void(str):
    __slots__ = ()


VOID: Final = _Void()  # of a method without a result, which prints nothing


NUMBER_FORMAT: Final = "java.lang.NumberFormatException"


class JavaError(Exception):
    """Stays in this package: what a method throws. ``kind`` is its class; it quotes no value."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Fit(IntEnum):
    NONE = 0
    CONVERTED = 1
    WIDENED = 2
    EXACT = 3


@dataclass(frozen=True, slots=True)
class Method:
    """``parameters`` are Java types; the last may end with ``*``: as many as there are.

    ``run`` takes the value first, or the `Walk` on which it goes over values before it (``walks``).
    """

    parameters: tuple[str, ...]
    run: Callable[..., object]
    walks: bool = False


Methods: TypeAlias = "Mapping[str, tuple[Method, ...]]"


def method(parameters: str, run: Callable[..., object]) -> Method:
    return Method(tuple(parameters.split()), run)


def walking(parameters: str, run: Callable[..., object]) -> Method:
    return Method(tuple(parameters.split()), run, walks=True)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, JavaChar)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31


def _is_convertible(value: object) -> bool:
    return _is_text(value) or isinstance(value, bool) or is_number(value)


_EXACT: Final[Mapping[str, Callable[[object], bool]]] = {
    "Object": lambda _: True,
    "String": _is_text,
    "CharSequence": _is_text,
    "Collection": lambda value: isinstance(value, list),
    "Map": lambda value: isinstance(value, dict),
    "boolean": lambda value: isinstance(value, bool),
    "char": lambda value: isinstance(value, JavaChar),
    "double": lambda value: isinstance(value, float),
    "int": _is_int,
}
_CONVERTED: Final[Mapping[str, Callable[[object], bool]]] = {
    "String": lambda _: True,
    "boolean": _is_convertible,
    "double": _is_convertible,
    "int": _is_convertible,
}
_PRIMITIVES: Final = frozenset({"int", "double", "boolean", "char"})
# the more special first: of two that fit equally well the first is called
_SPECIAL: Final = ("char", "int", "boolean", "double", "String", "CharSequence", "Collection", "Map", "Object")
_CLASH: Final = frozenset({"int", "boolean", "double", "String", "char"})


def _fit(value: object, kind: str) -> Fit:
    if value is None:
        return Fit.NONE if kind in _PRIMITIVES else Fit.EXACT
    if _EXACT[kind](value):
        return Fit.EXACT
    if kind == "double" and is_number(value):
        return Fit.WIDENED
    convertible = _CONVERTED.get(kind)
    return Fit.CONVERTED if convertible is not None and convertible(value) else Fit.NONE


def _converted(value: object, kind: str, walk: Walk) -> object:
    """Raises JavaError where the text is no number."""
    if value is None:
        return None
    if kind == "String":
        return text_of(value, walk)
    if kind == "int":
        return _whole(value)
    if kind == "double":
        return parsed_double(value) if isinstance(value, str) else _double(value)
    if kind == "boolean" and not isinstance(value, bool):
        return value.lower() == "true" if isinstance(value, str) else bool(value)
    return value


def _whole(value: object) -> int:
    if isinstance(value, str):
        return parsed_whole(value)
    number = int(value) if isinstance(value, int | float | Decimal) else 0
    return (number + 2**31) % 2**32 - 2**31


def _double(value: object) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


def parsed_double(text: str) -> float:
    """Double.parseDouble."""
    try:
        return float("no" if "_" in text else text.strip().rstrip("dDfF"))
    except ValueError:
        raise JavaError(NUMBER_FORMAT) from None


def parsed_whole(text: str, radix: int = 10) -> int:
    """Integer.parseInt."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isalnum() or not 2 <= radix <= 36 or len(digits) > 100:
        raise JavaError(NUMBER_FORMAT)
    try:
        return int(text, radix)
    except ValueError:
        raise JavaError(NUMBER_FORMAT) from None


def _spread(parameters: tuple[str, ...], arguments: Arguments) -> tuple[str, ...] | None:
    """The parameters, one an argument; None where the number is wrong."""
    if parameters and parameters[-1].endswith("*"):
        fixed = parameters[:-1]
        if len(arguments) < len(fixed):
            return None
        return (*fixed, *([parameters[-1][:-1]] * (len(arguments) - len(fixed))))
    return parameters if len(parameters) == len(arguments) else None


def _rated(one: Method, arguments: Arguments) -> tuple[Fit, tuple[str, ...]] | None:
    spread = _spread(one.parameters, arguments)
    if spread is None:
        return None
    fit = min((_fit(*pair) for pair in zip(arguments, spread, strict=True)), default=Fit.EXACT)
    return None if fit is Fit.NONE else (fit, spread)


def chosen(methods: Sequence[Method], arguments: Arguments, walk: Walk) -> tuple[Method, list[object]] | None:
    """The method to call, and the arguments as it takes them; None where none fits. Raises JavaError."""
    rated = [(*found, one) for one in methods if (found := _rated(one, arguments)) is not None]
    best = max((fit for fit, _, _ in rated), default=Fit.NONE)
    fitting = sorted((one for one in rated if one[0] is best), key=lambda one: _rank(one[1]))
    if not fitting:
        return None
    _, spread, called = fitting[0]
    if best is Fit.CONVERTED and len(fitting) > 1 and _clash(spread, fitting[1][1]):
        return None
    return called, [_converted(value, kind, walk) for value, kind in zip(arguments, spread, strict=True)]


def _rank(parameters: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(_SPECIAL.index(one) for one in parameters)


def _clash(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(left != right and {left, right} <= _CLASH for left, right in zip(one, other, strict=False))
