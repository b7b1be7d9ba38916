"""The outputs against the JSON Schema that says what their consumer expects.

Nothing is ever fetched for a ``$ref``, formats are not checked, and what is told of a violation quotes the schema
(the user's own) and never the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from monitor.checking.translations.conforming import conforms
from monitor.checking.translations.violation import IS_REQUIRED, Violation
from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import Json, Path, format_path, read_json
from monitor.languages import MISSING, RESULT, Evaluation, State
from monitor.model import Translation
from monitor.printable import printable

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "type": "must be {}",
        "const": "must be the constant {}",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
        "exclusiveMinimum": "must be more than {}",
        "exclusiveMaximum": "must be less than {}",
        "multipleOf": "must be a multiple of {}",
        "minLength": "must be at least {} characters",
        "maxLength": "must be at most {} characters",
        "pattern": "must match {}",
        "minItems": "must have at least {} members",
        "maxItems": "must have at most {} members",
        "minProperties": "must have at least {} keys",
        "maxProperties": "must have at most {} keys",
        "required": "must have {}",
        "uniqueItems": "must have no member twice",
        "contains": "must have a member that fits",
        "additionalProperties": "has a key that is not allowed",
        "unevaluatedProperties": "has a key that is not allowed",
        "anyOf": "fits none of the alternatives",
        "oneOf": "does not fit exactly one of the alternatives",
        "not": "fits what is forbidden",
    }
)


def violations(
    translation: Translation, evaluation: Evaluation, show: Callable[[str], str] = str
) -> dict[str, Violation]:
    """Per output the first that the schema has against it; empty without a schema. ``show`` turns keys of the
    response into what may be told of them.

    The schema is that of the object of all outputs; of the result itself where that is no object. Raises
    ContractError for a schema that is none, NotJudgedError where the validator breaks down.
    """
    if translation.schema is None:
        return {}
    validator = _validator(translation)
    outputs = {name: value for name, value in evaluation.outputs.items() if not isinstance(value, State)}
    if evaluation.named:
        instance: Json = dict(outputs)
    elif RESULT in outputs:
        instance = outputs[RESULT]
    else:
        missing = evaluation.outputs.get(RESULT) is MISSING
        return {RESULT: Violation("schema: there is no result")} if missing else {}
    found: dict[str, Violation] = {}
    for error in _errors(_where(translation), validator, instance):
        for output in _outputs(error, instance) if evaluation.named else (RESULT,):
            found.setdefault(output, Violation(_told(error, show), _nested(error)))
    return found


@lru_cache(256)
def _draft_4(schema: str) -> Validator:
    return _validator_of(read_json(schema, exact=False).value, "success schema", Draft4Validator)


@dataclass(frozen=True, slots=True)
class Nonconformity:
    """``what`` is wrong at ``place``, in our own words; ``null``: a null stands where another type is wanted."""

    what: str
    place: Path
    null: bool


def nonconformity(schema: str, instance: Json) -> Nonconformity | None:
    """The first that a platform's own schema (JSON text; draft 4 unless it says so) has against its result.

    Raises as `violations` does.
    """
    validator = _draft_4(schema)
    found = [] if conforms(schema)(instance) else _errors("success schema", validator, instance)
    if not found:
        return None
    error = found[0]
    missing = _missing(error)
    # what is missing at the top has a place of its own: that output is what fails it
    place = (*error.absolute_path, *missing[:1])
    what = f"must have {printable(' and '.join(missing), 60)}" if missing and not error.absolute_path else ""
    null = error.validator == "type" and error.instance is None
    return Nonconformity(what or _told(error, str).removeprefix("schema: "), place, null)


def _missing(error: ValidationError) -> list[str]:
    wanted, instance = error.validator_value, error.instance
    if error.validator != "required" or not isinstance(wanted, list) or not isinstance(instance, Mapping):
        return []
    return [str(name) for name in wanted if name not in instance]


def _where(translation: Translation) -> str:
    return f"schema of translation '{printable(translation.name)}'"


def _validator(translation: Translation) -> Validator:
    return _validator_of(translation.schema, _where(translation), Draft202012Validator)


def _validator_of(schema: Json, where: str, default: type[Validator]) -> Validator:
    if not isinstance(schema, dict | bool):
        raise ContractError("a JSON Schema is an object, true or false", where=where)
    kind = validator_for(schema, default=default)
    try:
        kind.check_schema(schema)  # type: ignore[arg-type]  # true and false are schemas too
    except SchemaError as error:
        path = format_path(tuple(error.absolute_path))
        raise ContractError(
            f"it is not a valid JSON Schema: {printable(error.message)}", where=f"{where}, {path}"
        ) from None
    return kind(schema, registry=Registry())


def _errors(where: str, validator: Validator, instance: Json) -> list[ValidationError]:
    """All violations, in document order."""
    try:
        found = validator.iter_errors(instance)  # type: ignore[arg-type]  # the stubs know no Decimal
        return sorted(found, key=lambda error: [str(step) for step in error.absolute_path])
    except Unresolvable as error:
        ref = printable(str(error.ref))
        raise ContractError(
            f"$ref {ref} is not in the schema, and nothing is fetched", where=where, fix="move it under $defs"
        ) from None
    except RecursionError:
        raise ContractError("it refers to itself without an end", where=where) from None
    except Exception as error:  # noqa: BLE001 the validator is foreign code: whatever breaks in it is the same to us
        raise NotJudgedError(f"the validator failed ({type(error).__name__})", where=where) from None


def _outputs(error: ValidationError, instance: Json) -> Iterator[str]:
    """The outputs that a violation lies in; all of them where it is about the object as a whole."""
    if error.absolute_path:
        yield str(error.absolute_path[0])
        return
    names = instance if isinstance(instance, dict) else {}
    wanted = error.validator_value
    if error.validator == "required" and isinstance(wanted, list):
        yield from (name for name in wanted if name not in names)
    elif error.validator in ("additionalProperties", "unevaluatedProperties") and isinstance(error.schema, Mapping):
        yield from (name for name in names if name not in error.schema.get("properties", {}))
    elif _is_false(error):  # jsonschema does not say where
        yield from [name for name in names if names[name] is error.instance] or names
    elif error.context:
        yield from dict.fromkeys(output for inner in error.context for output in _outputs(inner, instance))
    else:
        yield from names or (RESULT,)


def _is_false(error: ValidationError) -> bool:
    return str(error.validator) == "None"  # the schema is `false`: no keyword (the stubs know no None)


def _nested(error: ValidationError) -> str:
    keys = tuple(step for step in error.absolute_path if isinstance(step, str))
    return f"{keys[0]}{format_path(keys[1:])[1:]}" if keys else ""


def _told(error: ValidationError, show: Callable[[str], str]) -> str:
    """``schema: must be one of 3 values at /accountTier``."""
    keyword, wanted = str(error.validator), error.validator_value
    if _is_false(error):
        what = "is not allowed"
    elif keyword == "enum" and isinstance(wanted, list):
        what = f"must be one of {len(wanted)} values" if len(wanted) != 1 else "must be the one value allowed"
    elif missing := _missing(error):
        what = f"must have {printable(' and '.join(missing), 60)}" if error.absolute_path else IS_REQUIRED
    else:
        words = " or ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
        what = _WORDS.get(keyword, f"violates {keyword}").format(printable(words, 60))
    place = "".join(f"/{show(step) if isinstance(step, str) else step}" for step in error.absolute_path)
    return printable(f"schema: {what}" + (f" at {place}" if place else ""))
