"""One response through a data action, step by step, as Genesys Cloud takes it.

1. Each JSONPath of the translation map is applied. A path that is not found leaves the default, inserted as text, and
   without one the name is unset. Null and ``[]`` are found. What is found enters the template as JSON text.
2. The template is rendered in strict reference mode: an unset name fails the action.
3. The first JSON value of the text is the result. No JSON fails the action.
The success schema is judged elsewhere (checking), for it needs a validator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn

from monitor.errors import NotJudgedError
from monitor.jsonpaths import Json
from monitor.languages import MISSING, EvaluationFault, Value
from monitor.languages.data_action.assumptions import FAILED_FUNCTION, FIRST_OF_NOTHING
from monitor.languages.data_action.definition import RAW_RESULT, Definition
from monitor.languages.jsonpath import CompiledPath, Found, NotFound
from monitor.languages.velocity import BOUND, RenderFault, Template, render
from monitor.languages.velocity.tools import GENESYS

PROCESSING: Final = "ACTION.PROCESSING"  # the error code of a translation that fails
REMOTE_ENDPOINT: Final = "ACTION.REMOTE_ENDPOINT"  # and that of a status of 400 or more
_NOTHING: Final = "[]"
_FIRST: Final = "firstFromArray"


class Origin(StrEnum):
    """Where the text that enters the template comes from."""

    FOUND = "found"
    DEFAULT = "default"
    UNSET = "unset"
    CONSTANT = "constant"  # a default of a name that the map has no path for


@dataclass(frozen=True, slots=True)
class Extracted:
    """One name of the translation map. ``text`` is what enters the template; ``detail`` our own words.

    ``assumed``: on what assumption it was not found, where it is one.
    """

    name: str
    path: str
    origin: Origin
    text: str = ""
    detail: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps as far as they went. ``result`` is MISSING where there is a fault; ``tail``: more text follows it.

    ``raw`` is the response as the template has it, where it asks for it.
    """

    extracted: tuple[Extracted, ...]
    rendered: str = ""
    result: Value = MISSING
    fault: EvaluationFault | None = None
    raw: str = ""
    tail: bool = False


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_text(value: Json) -> str:
    """``value`` as it enters a template: JSON without blanks."""
    try:
        return _ENCODER.encode(value)
    except RecursionError:
        raise NotJudgedError("a value of the response is nested too deeply to be put into a template") from None
    except (ValueError, TypeError):  # beyond a double, or an integer of thousands of digits, which is read as a Decimal
        raise NotJudgedError("a number of the response is too large to be put into a template") from None


def extracted(definition: Definition, paths: Mapping[str, CompiledPath], document: Json) -> tuple[Extracted, ...]:
    found = [_extracted(name, path, definition.defaults.get(name), document) for name, path in paths.items()]
    constants = (name for name in definition.defaults if name not in paths)
    return (*found, *(Extracted(name, "", Origin.CONSTANT, definition.defaults[name]) for name in constants))


def _extracted(name: str, path: CompiledPath, default: str | None, document: Json) -> Extracted:
    answer = path.evaluate(document)
    if isinstance(answer, Found):
        return Extracted(name, path.text, Origin.FOUND, json_text(answer.value))
    if isinstance(answer, NotFound):
        detail, assumed = f"{answer.path} is not there", ""
    else:
        detail, assumed = f"{answer.message}; {FAILED_FUNCTION}", FAILED_FUNCTION
    if default is None:
        return Extracted(name, path.text, Origin.UNSET, "", detail, assumed)
    return Extracted(name, path.text, Origin.DEFAULT, default, detail, assumed)


def rendered(names: tuple[Extracted, ...], template: Template, document: Json) -> Steps:
    """The rest of the way, from what was extracted."""
    context: dict[str, object] = dict(GENESYS)
    raw = json_text(document) if RAW_RESULT in template.source else ""
    if raw:
        context[RAW_RESULT] = raw
    context.update((one.name, one.text) for one in names if one.origin is not Origin.UNSET)
    text = render(template, context, strict=True)
    if isinstance(text, RenderFault):
        if text.kind == BOUND:  # ours, not Genesys Cloud's
            raise NotJudgedError(text.message, fix="shorten the template, or what it goes through")
        return Steps(names, fault=EvaluationFault(PROCESSING, _failed(text, template.name)), raw=raw)
    result = _first_json(text.text)
    if isinstance(result, EvaluationFault):
        return Steps(names, text.text, fault=_with_assumption(result, names, template), raw=raw)
    value, end = result
    return Steps(names, text.text, value, raw=raw, tail=bool(text.text[end:].strip()))


def _failed(fault: RenderFault, name: str) -> str:
    """In Genesys' own words, which people search for."""
    return f"Transform failed to process result using '{name}' template due to error:'{fault.message}'"


def _with_assumption(fault: EvaluationFault, names: tuple[Extracted, ...], template: Template) -> EvaluationFault:
    if _FIRST in template.source and any(one.text == _NOTHING for one in names):
        return EvaluationFault(fault.code, f"{fault.message}; {FIRST_OF_NOTHING}")
    return fault


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant)


_BLANKS: Final = " \t\r\n\ufeff"


def _first_json(text: str) -> tuple[Json, int] | EvaluationFault:
    start = len(text) - len(text.lstrip(_BLANKS))
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return EvaluationFault(PROCESSING, f"the text that the successTemplate makes is no JSON at {where}")
    except (ValueError, RecursionError):
        return EvaluationFault(PROCESSING, "the text that the successTemplate makes is no JSON that can be read")
    return value, end


def first_json(text: str) -> tuple[Json] | EvaluationFault:
    """The first JSON value in ``text``, whatever follows it."""
    found = _first_json(text)
    return found if isinstance(found, EvaluationFault) else (found[0],)
