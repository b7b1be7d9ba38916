"""Paths into JSON, and the exact reader of JSON.

A path is a tuple of steps from the root: a string is a key, an integer an index, ``ANY`` every member of
an array. Printed it is JSONPath: ``$.customerId``, ``$.tags[*]``, ``$['odd key'][0]``.

A read is what a consumer reads: a path in which ``ANY`` stands for any one key or index and ``DESCENT`` for
any number of steps, and in which arrays may be passed through unnamed (JSONata maps over them silently).

The reader keeps what was written: integers of any size, ``1.0`` apart from ``1`` (a Decimal), duplicate keys
noticed, nesting bounded.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from itertools import chain
from typing import Final, TypeAlias

from monitor.errors import JsonError
from monitor.printable import printable

Json: TypeAlias = "bool | int | float | Decimal | str | list[Json] | dict[str, Json] | None"


class Wild(Enum):
    ANY = "*"
    DESCENT = ".."

    __hash__ = object.__hash__  # members are single objects, and Enum's own hash is many times as slow


ANY: Final = Wild.ANY
DESCENT: Final = Wild.DESCENT
Step: TypeAlias = str | int | Wild
Path: TypeAlias = tuple[Step, ...]
ROOT: Final[Path] = ()

MAX_DEPTH: Final = 100  # the official engine's parser stops at 128
_PLAIN_KEY: Final = re.compile(r"[^\W\d][\w-]*", re.ASCII)


# -- paths ------------------------------------------------------------------------------------------------


def _format_step(step: Step) -> str:
    if isinstance(step, str):
        if _PLAIN_KEY.fullmatch(step):
            return f".{step}"
        quoted = step.replace("\\", "\\\\").replace("'", "\\'")
        return f"['{printable(quoted, limit=sys.maxsize)}']"
    if isinstance(step, int):
        return f"[{step}]"
    return "[*]" if step is ANY else ".."


def format_path(path: Path) -> str:
    """``('a', ANY, 'b c')`` as ``$.a[*]['b c']``. Unsafe characters of keys are escaped, so it is safe to show."""
    steps = [_format_step(step) for step in path]
    for place, step in enumerate(path[1:], start=1):
        if path[place - 1] is DESCENT and steps[place].startswith(".") and step is not DESCENT:
            steps[place] = steps[place][1:]  # $..name
    return "$" + "".join(steps)


_STEP: Final = re.compile(
    r"""(?P<descent>\.\.)
      | \.(?P<star>\*)
      | \.?\[\s*(?:(?P<index>-?\d+)|(?P<any>\*)|'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)")\s*\]
      | \.?(?P<key>[^.\[\]'"\s*][^.\[\]]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)


def _unescape(text: str) -> str:
    def char(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        return chr(int(code, 16)) if code else match[4]

    return _ESCAPE.sub(char, text)


def _parsed_step(match: re.Match[str]) -> Step:
    kind = match.lastgroup or ""
    if kind == "index":
        return int(match["index"])
    if kind in ("any", "star"):
        return ANY
    if kind == "descent":
        return DESCENT
    return _unescape(match[kind]) if kind in ("single", "double") else match["key"]


def parse_path(text: str) -> Path:
    """The path that ``text`` prints: inverse of ``format_path``; also reads what Pact files and engines print.

    Raises JsonError where ``text`` is no such path.
    """
    if not text.startswith("$"):
        raise JsonError(f"'{printable(text)}' is not a JSON path", fix="begin it with $, for instance $.customerId")
    steps: list[Step] = []
    position = 1
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise JsonError(f"'{printable(text)}' is not a JSON path", where=f"character {position + 1}")
        steps.append(_parsed_step(match))
        position = match.end()
    return tuple(steps)


def general(path: Path) -> Path:
    """``path`` with every index as ``ANY``: the place, whichever member."""
    return tuple(ANY if isinstance(step, int) else step for step in path)


def starts_with(path: Path, prefix: Path) -> bool:
    return path[: len(prefix)] == prefix


def values_at(value: Json, path: Path) -> Iterator[Json]:
    """Every value at ``path`` (keys, indexes and ANY over array members), in document order; none if it is missing."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step is ANY:
        members: list[Json] = value if isinstance(value, list) else []
        for member in members:
            yield from values_at(member, rest)
    elif isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield from values_at(value[step], rest)
    elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
        yield from values_at(value[step], rest)


# -- reads ------------------------------------------------------------------------------------------------


class Touch(Enum):
    """How a read meets a path."""

    NONE = "none"
    THROUGH = "through"  # the read goes through the path to something below it
    EXACT = "exact"  # the read ends at the path
    WITHIN = "within"  # the read ends above: the path is part of the value read


_ORDER: Final = (Touch.NONE, Touch.WITHIN, Touch.THROUGH, Touch.EXACT)


def _best(touches: Iterator[Touch]) -> Touch:
    return max(touches, key=_ORDER.index, default=Touch.NONE)


def touch(read: Path, path: Path, *, named_arrays: bool = False) -> Touch:
    """How ``read`` meets ``path``.

    A key of the read goes through array steps of ``path`` unnamed, unless the read names them all (``named_arrays``).
    ``ANY`` is one step, over a list's members or an object's keys.
    """
    if not path:
        return Touch.THROUGH if read else Touch.EXACT
    if not read:
        # what is left of the path: only array steps are still the same value, read element by element
        return Touch.EXACT if all(not isinstance(step, str) for step in path) else Touch.WITHIN
    head, step = read[0], path[0]
    if head is DESCENT:
        further = ((read[1:], path), (read, path[1:]))
        return _best(touch(r, p, named_arrays=named_arrays) for r, p in further)
    ways: list[tuple[Path, Path]] = []
    if head is ANY or head == step or (isinstance(head, int) and (step is ANY)):
        ways.append((read[1:], path[1:]))
    if not isinstance(step, str) and isinstance(head, str) and not named_arrays:
        ways.append((read, path[1:]))
    return _best(touch(r, p, named_arrays=named_arrays) for r, p in ways)


# -- reading JSON -----------------------------------------------------------------------------------------


class JsonType(Enum):
    """The names people see. ``1`` is an Integer and ``1.0`` a Decimal, but they are one type."""

    STRING = "String"
    INTEGER = "Integer"
    DECIMAL = "Decimal"
    BOOLEAN = "Boolean"
    NULL = "Null"
    OBJECT = "Object"
    ARRAY = "Array"

    __hash__ = object.__hash__


_TYPES: Final[dict[type, JsonType]] = {
    str: JsonType.STRING,
    int: JsonType.INTEGER,
    float: JsonType.DECIMAL,
    Decimal: JsonType.DECIMAL,
    bool: JsonType.BOOLEAN,
    type(None): JsonType.NULL,
    dict: JsonType.OBJECT,
    list: JsonType.ARRAY,
}


def json_type(value: Json) -> JsonType:
    return _TYPES[type(value)]


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON text as read: ``value`` and the names of keys that one object holds twice (the last one counts)."""

    value: Json
    duplicates: tuple[str, ...] = ()


def _refuse_constant(name: str) -> Json:
    raise JsonError(f"{name} is not JSON")


def _big_int(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:  # more than 4,300 digits (a denial-of-service guard); a Decimal holds them exactly
        return Decimal(text)


_CONTAINERS: Final = frozenset({dict, list})


def _check_depth(value: Json, bound: int) -> None:
    level: list[Json] = [value]
    for _ in range(bound):
        objects = (node.values() for node in level if isinstance(node, dict))
        arrays = (node for node in level if isinstance(node, list))
        level = [child for child in chain.from_iterable(chain(objects, arrays)) if type(child) in _CONTAINERS]
        if not level:
            return
    raise too_deep(bound)


# A hook that sees every key is what makes reading slow, and only duplicate keys need it. So a large text is read
# without one, and the keys left are counted: they are as many as were written exactly if no object held one twice.

_SMALL: Final = 10_000  # characters; a smaller text is read as quickly with the hook
_SPACED_KEY: Final = re.compile(r'"[ \t\n\r]+:')


def _keys_written(text: str) -> int | None:
    """How many keys ``text`` writes if it is JSON, or more; None where that is not quickly told.

    A quotation mark right before a colon ends a key, is escaped, or begins a string: that one makes it more.
    """
    if any(space in text and f"{space}:" in text for space in " \t\n\r") and _SPACED_KEY.search(text):
        return None
    if "\\" not in text:
        return text.count('":')
    # after two backslashes it may end a key, or be escaped itself
    return None if '\\\\":' in text else text.count('":') - text.count('\\":')


def _decoded(text: str, exact: bool, hook: Callable[[dict[str, Json]], Json] | None = None) -> Json:
    decoder = json.JSONDecoder(
        object_hook=hook, parse_float=Decimal if exact else float, parse_constant=_refuse_constant
    )
    value: Json = decoder.decode(text)
    return value


def _read_quickly(text: str, exact: bool) -> Document | None:
    """None where only careful reading tells whether a key stands twice."""
    written = _keys_written(text)
    if written is None:
        return None
    kept = 0

    def count(items: dict[str, Json]) -> Json:
        nonlocal kept
        kept += len(items)
        return items

    value = _decoded(text, exact, count)
    return Document(value) if kept == written else None


def _read_carefully(text: str, exact: bool) -> Document:
    duplicates: list[str] = []

    def pairs(items: list[tuple[str, Json]]) -> Json:
        result = dict(items)
        if len(result) != len(items):
            counts = Counter(key for key, _ in items)
            duplicates.extend(key for key, count in counts.items() if count > 1)
        return result

    decoder = json.JSONDecoder(
        object_pairs_hook=pairs,
        parse_float=Decimal if exact else float,
        parse_int=_big_int,
        parse_constant=_refuse_constant,
    )
    return Document(decoder.decode(text), tuple(dict.fromkeys(duplicates)))


def _read(data: bytes | str, exact: bool, quickly: Callable[[str, bool], Document | None]) -> Document:
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        try:
            document = quickly(text, exact)
        except json.JSONDecodeError:
            raise
        except ValueError:  # int() refuses more than 4,300 digits
            document = None
        return document or _read_carefully(text, exact)
    except UnicodeDecodeError as error:
        raise JsonError("it is not UTF-8 text", where=f"byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise JsonError(f"it is not JSON: {error.msg}", where=f"line {error.lineno}, column {error.colno}") from None
    except InvalidOperation:  # no Decimal holds it
        raise JsonError("a number's exponent is too large") from None


def too_deep(bound: int) -> JsonError:
    return JsonError(f"nested deeper than {bound} levels")


def read_json(data: bytes | str, *, max_depth: int = MAX_DEPTH, exact: bool = True) -> Document:
    """JSON as it was written (RFC 8259; UTF-8, with or without a byte order mark).

    Numbers with a fraction or exponent are Decimals; ``exact=False`` makes them floats, as engines want them.
    Raises JsonError for text that is not JSON, not UTF-8, or nested deeper than ``max_depth``.
    """
    try:
        document = _read(data, exact, _read_quickly if len(data) > _SMALL else _read_carefully)
    except RecursionError:
        raise too_deep(max_depth) from None
    _check_depth(document.value, max_depth)
    return document


def read_value(data: bytes | str) -> Json:
    """The value alone, as ``read_json`` reads it but unbounded in depth: for who walks through it and sees the depth.

    Raises JsonError for text that is not JSON or not UTF-8, RecursionError where it is nested too deep to be read.
    """
    return _read(data, True, lambda text, exact: Document(_decoded(text, exact))).value
