"""pydantic's errors as faults in our words, at their place in the file."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.leaves import FAULT, must_be, nearest
from monitor.config.schema import FileSection
from monitor.config.tree import Kind, Mark, Problem, Spot, fault_at
from monitor.config.yamlfile import Document
from monitor.errors import ConfigFault
from monitor.jsonpaths import Path as Steps
from monitor.printable import printable

MAX_FAULTS: Final = 100
_KEY: Final = "[key]"  # pydantic's last step where a key, not its value, is wrong
Annotation: TypeAlias = object


def _model_in(annotation: Annotation) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, typing.get_args(annotation))), None)


def _is_container(annotation: Annotation) -> bool:
    origin = typing.get_origin(annotation)
    if origin in (dict, list):
        return True
    return origin is not None and any(map(_is_container, typing.get_args(annotation)))


def _fields(model: type[BaseModel]) -> Mapping[str, tuple[Annotation, str]]:
    """By the key that people write: the field's type and an example of it."""
    return {
        field.alias or name: (field.annotation, str((field.examples or [""])[0]))
        for name, field in model.model_fields.items()
    }


def _fields_at(path: Steps) -> Mapping[str, tuple[Annotation, str]]:
    """The keys that the mapping at ``path`` may have; none where the file has no section of ours there."""
    model: type[BaseModel] | None = FileSection
    steps = iter(path)
    for step in steps:
        fields = _fields(model) if model else {}
        annotation, _ = fields.get(str(step), (None, ""))
        model = _model_in(annotation)
        if _is_container(annotation):
            next(steps, None)
    return _fields(model) if model else {}


def _missing(path: Steps, _: Kind) -> Problem:
    key = str(path[-1])
    example = _fields_at(path[:-1]).get(key, (None, ""))[1]
    return Problem(f"the key '{key}' is missing", f"add for instance {key}: {example}")


def _unknown(path: Steps, _: Kind) -> Problem:
    key = str(path[-1])
    return Problem(f"unknown key '{printable(key, 60)}'", nearest(key, _fields_at(path[:-1])))


def _not_section(path: Steps, kind: Kind) -> Problem:
    return must_be("a mapping", kind, f"its keys are {', '.join(_fields_at(path))}")


def _not_mapping(_: Steps, kind: Kind) -> Problem:
    return must_be("a mapping", kind, "write name: value")


def _not_list(_: Steps, kind: Kind) -> Problem:
    return must_be("a list", kind, "put it in brackets: [...]" if kind is Kind.STRING else "write [...]")


def _too_short(path: Steps, _: Kind) -> Problem:
    example = _fields_at(path[:-1]).get(str(path[-1]), (None, ""))[1]
    return Problem("is empty", f"name at least one, for instance {example}")


_WORDS: Final = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "model_type": _not_section,
    "dict_type": _not_mapping,
    "list_type": _not_list,
    "too_short": _too_short,
}
_NAMED_BY_PARENT: Final = frozenset({"missing", "extra_forbidden"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A problem with the path that is printed and the spot where it points."""

    problem: Problem
    path: Steps
    mark: Mark


def _problems(error: ErrorDetails, path: Steps, kind: Kind) -> Sequence[Problem]:
    if error["type"] == FAULT:
        problems: tuple[Problem, ...] = error["ctx"]["problems"]
        return problems
    words = _WORDS.get(error["type"])
    # pydantic's own text is never shown: it could hold a value
    return (words(path, kind),) if words else (Problem("is wrong", "see the example in README"),)


def nearest_spot(document: Document, path: Steps) -> Spot:
    while path not in document.spots:
        path = path[:-1]
    return document.spots[path]


def _found(error: ErrorDetails, document: Document) -> list[_Found]:
    """What one error of pydantic says; empty where the walk over the file has told it already."""
    path: Steps = error["loc"]
    at_key = bool(path) and path[-1] == _KEY and path not in document.spots
    if at_key:
        path = path[:-1]
    kind = error["type"]
    if path in document.told:
        return []
    spot = nearest_spot(document, path)
    found = [_Found(p, path, spot.value) for p in _problems(error, path, spot.kind)]
    if at_key or kind in _NAMED_BY_PARENT:
        return [_Found(f.problem, path[:-1], spot.key) for f in found]
    if path and path not in document.spots:  # a key that is not there, told of what holds it
        return [_Found(f.problem, path[:-1], spot.key) for f in found]
    return [_Found(f.problem, f.path, nearest_spot(document, path + f.problem.below).value) for f in found]


def faults_of(error: ValidationError, document: Document, shown: str) -> tuple[ConfigFault, ...]:
    """All faults, the document's own included, in file order; past MAX_FAULTS only their number."""
    errors = error.errors(include_url=False, include_input=False)

    def order(details: ErrorDetails) -> tuple[int, int]:
        spot = nearest_spot(document, details["loc"])
        return spot.key.line, spot.key.column

    ordered = sorted(errors, key=order)
    found = [item for details in islice(ordered, MAX_FAULTS) for item in _found(details, document)]
    faults = [*document.faults, *(fault_at(shown, f.mark, f.path, f.problem) for f in found)]
    if len(ordered) > MAX_FAULTS:
        line, column = order(ordered[MAX_FAULTS])
        more = Problem(f"and {len(ordered) - MAX_FAULTS:,} more faults", "mend those above first")
        faults.append(fault_at(shown, Mark(line, column), (), more))
    return tuple(faults)
