"""The methods of numbers, booleans, characters and classes."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from monitor.languages.velocity.calling import JavaError, Method, method, parsed_double, parsed_whole, walking
from monitor.languages.velocity.hashes import hash_of
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.values import JavaChar, JavaClass, Number, class_name

_BYTE: Final = 8  # bits
_SHORT: Final = 16
_INT: Final = 32
_LONG: Final = 64


def _wrapped(bits: int) -> Callable[[float], int]:
    """As a Java cast does it: a double stops at the ends of long, and then whole numbers wrap round."""

    def run(number: Number) -> int:
        if isinstance(number, float):
            if math.isnan(number):
                return 0
            most = 1 << max(bits, _INT) - 1
            number = min(max(number, -most), most - 1)
        whole = int(number)
        return (whole + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)

    return run


def _order(left: float, right: float) -> int:
    return (left > right) - (left < right)


def _compared(left: object, right: object) -> int:
    if right is None:
        raise JavaError("java.lang.NullPointerException")
    if class_name(left) != class_name(right):
        raise JavaError("java.lang.ClassCastException")
    return _order(left, right)  # type: ignore[arg-type]


def _based(number: int, radix: int) -> str:
    digits, left = "", abs(number)
    while True:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[left % radix] + digits
        left //= radix
        if not left:
            return "-" + digits if number < 0 else digits


def _unsigned(number: int, radix: int) -> str:
    return _based(number % 2**_INT if -(2**31) <= number < 2**31 else number % 2**_LONG, radix)


def _float(number: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


_NUMBER: Final[Mapping[str, tuple[Method, ...]]] = {
    "byteValue": (method("", _wrapped(_BYTE)),),
    "compareTo": (method("Object", _compared),),
    "doubleValue": (method("", float),),
    "equals": (method("Object", lambda number, other: type(number) is type(other) and number == other),),
    "floatValue": (method("", _float),),
    "hashCode": (walking("", lambda walk, number: hash_of(number, walk)),),
    "intValue": (method("", _wrapped(_INT)),),
    "longValue": (method("", _wrapped(_LONG)),),
    "shortValue": (method("", _wrapped(_SHORT)),),
}
_WHOLE: Final[Mapping[str, tuple[Method, ...]]] = {
    **_NUMBER,
    "compare": (method("int int", lambda _, left, right: _order(left, right)),),
    "max": (method("int int", lambda _, left, right: max(left, right)),),
    "min": (method("int int", lambda _, left, right: min(left, right)),),
    "signum": (method("int", lambda _, number: _order(number, 0)),),
    "sum": (method("int int", lambda _, left, right: left + right),),
    "toBinaryString": (method("int", lambda _, number: _unsigned(number, 2)),),
    "toHexString": (method("int", lambda _, number: _unsigned(number, 16)),),
    "toOctalString": (method("int", lambda _, number: _unsigned(number, 8)),),
    "toString": (
        method("", text_of),
        method("int", lambda _, number: str(number)),
        method("int int", lambda _, number, radix: _based(number, radix if 2 <= radix <= 36 else 10)),
    ),
    "valueOf": (method("int", lambda _, number: number), method("String", lambda _, text: parsed_whole(text))),
}
_PARSE: Final = (
    method("String", lambda _, text: parsed_whole(text)),
    method("String int", lambda _, text, radix: parsed_whole(text, radix)),
)
INTEGER: Final[Mapping[str, tuple[Method, ...]]] = {**_WHOLE, "parseInt": _PARSE}
LONG: Final[Mapping[str, tuple[Method, ...]]] = {**_WHOLE, "parseLong": _PARSE}
DOUBLE: Final[Mapping[str, tuple[Method, ...]]] = {
    **_NUMBER,
    "compare": (method("double double", lambda _, left, right: _order(left, right)),),
    "isInfinite": (
        method("", math.isinf),
        method("double", lambda _, number: math.isinf(number)),
    ),
    "isNaN": (method("", math.isnan), method("double", lambda _, number: math.isnan(number))),
    "max": (method("double double", lambda _, left, right: max(left, right)),),
    "min": (method("double double", lambda _, left, right: min(left, right)),),
    "parseDouble": (method("String", lambda _, text: parsed_double(text)),),
    "sum": (method("double double", lambda _, left, right: left + right),),
    "toString": (method("", text_of), method("double", lambda _, number: text_of(number))),
    "valueOf": (method("double", lambda _, number: number), method("String", lambda _, text: parsed_double(text))),
}
BOOLEAN: Final[Mapping[str, tuple[Method, ...]]] = {
    "booleanValue": (method("", lambda value: value),),
    "compareTo": (method("Object", _compared),),
    "equals": (method("Object", lambda value, other: isinstance(other, bool) and value == other),),
    "hashCode": (walking("", lambda walk, value: hash_of(value, walk)),),
    "logicalAnd": (method("boolean boolean", lambda _, left, right: left and right),),
    "logicalOr": (method("boolean boolean", lambda _, left, right: left or right),),
    "logicalXor": (method("boolean boolean", lambda _, left, right: left != right),),
    "parseBoolean": (method("String", lambda _, text: text is not None and text.lower() == "true"),),
    "toString": (method("", text_of),),
    "valueOf": (
        method("boolean", lambda _, value: value),
        method("String", lambda _, text: text is not None and text.lower() == "true"),
    ),
}
CHARACTER: Final[Mapping[str, tuple[Method, ...]]] = {
    "charValue": (method("", lambda char: char),),
    "compareTo": (method("Object", lambda char, other: _compared(char, other) and ord(char) - ord(other)),),
    "equals": (method("Object", lambda char, other: isinstance(other, JavaChar) and char == other),),
    "getNumericValue": (method("char", lambda _, char: int(char, 36) if char.isascii() and char.isalnum() else -1),),
    "hashCode": (method("", ord),),
    "isDigit": (method("char", lambda _, char: char.isdecimal()),),
    "isLetter": (method("char", lambda _, char: char.isalpha()),),
    "isUpperCase": (method("char", lambda _, char: char.isupper()),),
    "toString": (method("", text_of),),
    "toUpperCase": (method("char", lambda _, char: JavaChar(char.upper()[:1])),),
}


def _simple(one: JavaClass) -> str:
    return one.name.rpartition(".")[2].rpartition("$")[2]


CLASS: Final[Mapping[str, tuple[Method, ...]]] = {
    "getName": (method("", lambda one: one.name),),
    "getSimpleName": (method("", _simple),),
    "toString": (method("", text_of),),
}


DECIMAL: Final[Mapping[str, tuple[Method, ...]]] = {
    **_NUMBER,
    "abs": (method("", abs),),
    "negate": (method("", lambda number: -number),),
    "scale": (method("", lambda number: -number.as_tuple().exponent),),
    "signum": (method("", lambda number: _order(number, 0)),),
    "toPlainString": (method("", lambda number: format(number, "f")),),
    "toString": (method("", text_of),),
}


def of_number(value: Number) -> Mapping[str, tuple[Method, ...]]:
    if isinstance(value, Decimal):
        return DECIMAL
    if isinstance(value, float):
        return DOUBLE
    return INTEGER if -(2**31) <= value < 2**31 else LONG
