"""The leaves of the schema: each takes what the YAML tree holds and gives the plain value, or says what is wrong.

A leaf function raises ``wrong(...)``; no value that came through ``${...}`` is ever in its words. Where a value is
not known (unset offline, or its fault is told already), text stays as written and everything else takes its default.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from pydantic_core import PydanticCustomError, PydanticUseDefault

from monitor.config.tree import Kind, Problem, Scalar
from monitor.jsonpaths import Json
from monitor.jsonpaths import Path as Steps
from monitor.printable import printable

T = TypeVar("T")

FAULT = "monitor_fault"

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([KMGT]i?B|B|)", re.IGNORECASE)
_DECIMAL_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS = {**_DECIMAL_UNITS, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def wrong(*problems: Problem) -> PydanticCustomError:
    """The problems as what pydantic collects; it knows their place."""
    return PydanticCustomError(FAULT, "fault", {"problems": problems})


def fail(what: str, fix: str = "") -> PydanticCustomError:
    return wrong(Problem(what, fix))


def below(step: int | str, error: PydanticCustomError) -> Iterator[Problem]:
    """The problems of a ``wrong(...)`` about what stands at ``step`` of the value at hand."""
    problems: tuple[Problem, ...] = (error.context or {}).get("problems", ())
    return (replace(problem, below=(step, *problem.below)) for problem in problems)


def members(tree: Sequence[object], read: Callable[[object], T]) -> tuple[T, ...]:
    """Each member read; every wrong one is told at its own place."""
    found: list[T] = []
    problems: list[Problem] = []
    for index, member in enumerate(tree):
        try:
            found.append(read(member))
        except PydanticCustomError as error:
            problems += below(index, error)
    if problems:
        raise wrong(*problems)
    return tuple(found)


def kind_of(tree: object) -> Kind:
    if isinstance(tree, Scalar):
        return tree.kind
    return Kind.MAPPING if isinstance(tree, dict) else Kind.LIST


def must_be(wanted: str, kind: Kind, fix: str = "") -> Problem:
    """``must be a list, is a string``."""
    return Problem(f"must be {wanted}, is {kind}", "give it a value, or remove the key" if kind is Kind.EMPTY else fix)


def closest(word: str, known: Collection[str]) -> str:
    """``did you mean 'x'?``, or nothing."""
    close = difflib.get_close_matches(word[:64], known, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""


def nearest(word: str, known: Collection[str]) -> str:
    """``did you mean 'x'?``, or all that would do."""
    return closest(word, known) or f"known are {', '.join(known)}"


def _misread(scalar: Scalar) -> str:
    """How YAML took an unquoted text that looks like something else: ``YAML reads on as a boolean``."""
    return f"YAML reads {printable(scalar.written, 40)} as {scalar.kind}"


# -- text -------------------------------------------------------------------------------------------------


def scalar_of(tree: object) -> Scalar:
    """The scalar that holds a string."""
    if isinstance(tree, Scalar) and tree.kind is Kind.STRING:
        return tree
    if isinstance(tree, Scalar) and tree.kind is not Kind.EMPTY:
        raise fail(f"must be a string, but {_misread(tree)}", f'quote it: "{printable(tree.written, 40)}"')
    raise wrong(must_be("a string", kind_of(tree)))


def text_in(scalar: Scalar) -> str:
    return str(scalar.value)


def text(tree: object) -> str:
    """A string with something in it."""
    scalar = scalar_of(tree)
    value = text_in(scalar)
    if not value.strip():
        raise fail("is empty", "write something, or remove the key")
    return value


def loose_scalar(tree: object) -> Scalar:
    """A string, or a number as it is written (``+49`` stays ``+49``)."""
    if isinstance(tree, Scalar) and tree.kind in (Kind.WHOLE, Kind.NUMBER):
        return Scalar(Kind.STRING, tree.written, tree.written)
    return scalar_of(tree)


def one_of(tree: object, known: Collection[str]) -> str:
    """One of a few words."""
    scalar = scalar_of(tree)
    value = text_in(scalar)
    if scalar.known and value not in known:
        shown = "" if scalar.expanded else f", is '{printable(value, 40)}'"
        raise fail(f"must be one of {', '.join(known)}{shown}", "" if scalar.expanded else closest(value, known))
    return value


# -- numbers, switches, sizes ------------------------------------------------------------------------------


def _reads_the_same(scalar: Scalar) -> bool:
    """Whether YAML reads the number that people read (not ``010``, ``1:30`` or ``.inf``)."""
    if not _DECIMAL.fullmatch(scalar.written):
        return False
    return (int if scalar.kind is Kind.WHOLE else float)(scalar.written) == scalar.value


def _number_text(tree: object, wanted: str) -> tuple[str, Scalar]:
    """The decimal text of a number, written so or expanded from ``${...}``."""
    if not isinstance(tree, Scalar):
        raise wrong(must_be(wanted, kind_of(tree)))
    if not tree.known:
        raise PydanticUseDefault
    value = text_in(tree).strip()
    if tree.kind in (Kind.WHOLE, Kind.NUMBER):
        if _reads_the_same(tree):
            return tree.written, tree
        shown = printable(tree.written, 40)
        raise fail(f"must be {wanted}; YAML reads {shown} as {tree.value}", "write it as a plain decimal number")
    if tree.kind is not Kind.STRING:
        raise wrong(must_be(wanted, tree.kind))
    if tree.expanded:
        if _DECIMAL.fullmatch(value):
            return value, tree
        raise fail(f"must be {wanted}, what it stands for is not", "set the variable to a number")
    if _DECIMAL.fullmatch(value) and tree.quoted:
        raise fail(f"must be {wanted}, is a string", "remove the quotes")
    if not tree.quoted and value:
        raise fail(f"must be {wanted}, is '{printable(value, 40)}'")
    raise fail(f"must be {wanted}, is a string")


def _is(value: object, scalar: Scalar) -> str:
    return "what it stands for is not" if scalar.expanded else f"is {printable(str(value), 40)}"


def whole(tree: object, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``."""
    written, scalar = _number_text(tree, "a whole number")
    if not re.fullmatch(r"[+-]?[0-9]+", written):
        raise fail(f"must be a whole number, {_is(written, scalar)}")
    if len(written) > 18 or not low <= int(written) <= high:
        raise fail(f"must be from {low} to {high}, {_is(written, scalar)}")
    return int(written)


def number(tree: object, low: float, high: float, *, above: bool = False) -> float:
    """A number from ``low`` to ``high``; with ``above``, more than ``low``."""
    written, scalar = _number_text(tree, "a number")
    value = float(written)
    if value > high or value < low or (above and value == low):
        bounds = f"more than {low:g} and at most {high:g}" if above else f"from {low:g} to {high:g}"
        raise fail(f"must be {bounds}, {_is(written, scalar)}")
    return value


def switch(tree: object) -> bool:
    """true or false."""
    if isinstance(tree, Scalar) and not tree.known:
        raise PydanticUseDefault
    if isinstance(tree, Scalar) and isinstance(tree.value, bool):
        return tree.value
    if isinstance(tree, Scalar) and tree.expanded:
        value = text_in(tree).strip().lower()
        if value in ("true", "false"):
            return value == "true"
        raise fail("must be true or false, what it stands for is not", "set the variable to true or false")
    quoted = isinstance(tree, Scalar) and text_in(tree).lower() in ("true", "false", "yes", "no", "on", "off")
    raise wrong(must_be("true or false", kind_of(tree), "remove the quotes" if quoted else ""))


def known(tree: object) -> object:
    """``tree`` as it is, if its value is known: for what offline commands may not guess."""
    if isinstance(tree, Scalar) and not tree.known:
        raise fail("must be known, also offline", "set the variable, or give it a default with ${NAME:-default}")
    return tree


def size(tree: object, low: str, high: str) -> int:
    """Bytes: a whole number, or text as ``20MB`` (1000s) or ``20MiB`` (1024s)."""
    if not isinstance(tree, Scalar):
        raise wrong(must_be("a size such as 20MB", kind_of(tree)))
    if not tree.known:
        raise PydanticUseDefault
    written = text_in(tree) if tree.kind is Kind.STRING else tree.written
    value = parse_size(written.strip())
    if tree.kind is Kind.EMPTY:
        raise wrong(must_be("a size such as 20MB", tree.kind))
    if value is None:
        raise fail("must be a size such as 20MB or 512KB", "use B, KB, MB, GB, TB, KiB, MiB, GiB or TiB")
    if not (parse_size(low) or 0) <= value <= (parse_size(high) or 0):
        raise fail(f"must be from {low} to {high}, {_is(written, tree)}")
    return value


def parse_size(written: str) -> int | None:
    """Bytes of ``512KB``; None where it is no size."""
    match = _SIZE.fullmatch(written)
    if match is None:
        return None
    try:
        amount = Decimal(match[1]) * _UNITS[match[2].upper()]
    except InvalidOperation:  # pragma: no cover - the pattern holds only digits
        return None
    return int(amount) if amount == int(amount) else None


# -- JSON -------------------------------------------------------------------------------------------------


def _json_problem(scalar: Scalar) -> Problem | None:
    """Where YAML 1.1 reads something that the writer hardly meant."""
    quote = f'quote it: "{printable(scalar.written, 40)}"'
    if scalar.kind is Kind.DATE:
        return Problem(_misread(scalar), quote)
    if scalar.kind is Kind.BOOLEAN and scalar.written.lower() not in ("true", "false"):
        value = str(scalar.value).lower()
        return Problem(f"YAML reads {scalar.written} as {value}", f"{quote}, or write {value}")
    if isinstance(scalar.value, float) and not math.isfinite(scalar.value):
        return Problem(f"JSON has no number {printable(scalar.written, 40)}", quote)
    if scalar.kind in (Kind.WHOLE, Kind.NUMBER) and not _JSON_NUMBER.fullmatch(scalar.written):
        return Problem(f"YAML reads {printable(scalar.written, 40)} as the number {scalar.value}", quote)
    return None


def _json_problems(tree: object, below: Steps) -> Iterator[Problem]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _json_problems(value, (*below, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _json_problems(value, (*below, index))
    elif isinstance(tree, Scalar) and tree.known:
        problem = _json_problem(tree)
        if problem:
            yield Problem(problem.what, problem.fix, below)


def _json(tree: object) -> Json:
    if isinstance(tree, dict):
        return {key: _json(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_json(value) for value in tree]
    return tree.value if isinstance(tree, Scalar) else None


def json_value(tree: object) -> Json:
    """Any YAML structure that JSON can hold."""
    problems = tuple(_json_problems(tree, ()))
    if problems:
        raise wrong(*problems)
    return _json(tree)


def body_bytes(tree: object) -> bytes | None:
    """A string as it is, in UTF-8; anything else as compact JSON. Empty (``body:``) is none."""
    if isinstance(tree, Scalar) and tree.kind is Kind.EMPTY:
        return None
    if isinstance(tree, Scalar) and tree.kind is Kind.STRING:
        return text_in(tree).encode()
    return json.dumps(json_value(tree), ensure_ascii=False, separators=(",", ":")).encode()
