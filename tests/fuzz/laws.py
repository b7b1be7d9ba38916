"""What holds of every room, whatever comes in.

1. Only errors of monitor.errors leave it. Each says what is wrong in one bounded, printable text without a traceback,
   and nothing of the canary that was planted where a promise says that no value is told.
2. What it gives back is of the type that its signature promises, all the way down.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, Phase, settings

from monitor.contracts.actions.load import LoadedAction  # a hint that contracts/load.py has only for mypy
from monitor.errors import ConfigError, MonitorError

CANARY: Final = "c4n4ry"  # stands in values whose text no error or finding may show
LONGEST: Final = 20_000  # characters of one error
T = TypeVar("T")
E = TypeVar("E", bound=MonitorError)


def cases(count: int) -> settings:
    """Half of ``count`` cases, and as many more as MONITOR_FUZZ_ROUNDS asks for."""
    return settings(
        max_examples=max(1, count * int(os.environ.get("MONITOR_FUZZ_ROUNDS", "1")) // 2),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


# -- errors -----------------------------------------------------------------------------------------------


def is_clean(text: str) -> bool:
    return all(char.isprintable() for char in text) and "Traceback" not in text and CANARY not in text


def check_error(error: MonitorError) -> None:
    parts = [error.what, error.where, error.fix]
    if isinstance(error, ConfigError):
        assert error.faults
        parts = [text for fault in error.faults for text in (fault.file, fault.path, fault.what, fault.fix)]
    else:
        assert error.what
    assert all(map(is_clean, parts)), parts
    assert max(map(len, parts)) < LONGEST


def ours(room: Callable[[], T], *expected: type[E]) -> T | E:
    """What ``room`` gives back, or one of the ``expected`` errors, which is as it should be."""
    try:
        return room()
    except expected as error:
        check_error(error)
        return error


# -- types ------------------------------------------------------------------------------------------------


class _Json:
    """Stands for the one recursive type, which typing cannot resolve."""


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind, localns={"Json": _Json, "LoadedAction": LoadedAction})


def _fits_json(value: object) -> bool:
    left = [value]
    while left:
        node = left.pop()
        if type(node) is dict:
            if not all(type(key) is str for key in node):
                return False
            left += node.values()
        elif type(node) is list:
            left += node
        elif node is not None and type(node) not in (bool, int, float, Decimal, str):
            return False
    return True


def _fits_mapping(value: object, key: Any, member: Any) -> bool:
    return isinstance(value, Mapping) and all(fits(k, key) and fits(v, member) for k, v in value.items())


def _fits_tuple(value: object, members: tuple[Any, ...]) -> bool:
    if not isinstance(value, tuple):
        return False
    if members[1:] == (...,):
        return all(fits(member, members[0]) for member in value)
    return len(value) == len(members) and all(map(fits, value, members))


def _fits_origin(value: object, kind: Any, origin: Any) -> bool:
    arguments = get_args(kind)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return _fits_tuple(value, arguments)
    if origin is frozenset:
        return isinstance(value, frozenset) and all(fits(member, arguments[0]) for member in value)
    return _fits_mapping(value, *arguments)


def fits(value: object, kind: Any) -> bool:
    """Whether ``value`` is of the annotation ``kind``, and all that it holds of theirs."""
    if kind is _Json:
        return _fits_json(value)
    origin = get_origin(kind)
    if origin is not None:
        return _fits_origin(value, kind, origin)
    if kind is None:
        return value is None
    if not isinstance(value, kind) or (type(value) is bool and kind is not bool):
        return False
    if not is_dataclass(value):
        return True
    hints = _hints(type(value))  # type: ignore[arg-type]
    return all(fits(getattr(value, part.name), hints[part.name]) for part in fields(value))
