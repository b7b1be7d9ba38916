"""A translation as the platform that runs it would: failed and empty responses, and a schema of its own.

1. A status from 400 on takes the failure path; the body is not looked at.
2. An empty body is translated like ``{}``.
3. A result that does not conform to the schema fails the translation: every output is lost.
"""

from __future__ import annotations

from monitor.jsonpaths import Json, read_json
from monitor.languages import (
    CompiledTranslation,
    Evaluation,
    EvaluationFault,
    PlatformTranslation,
    State,
    platform_of,
)
from monitor.model import Response


def document_of(compiled: CompiledTranslation, response: Response) -> Json:
    """The response's body as the translation takes it. Raises JsonError where it is no JSON."""
    if platform_of(compiled) and not response.body.strip():
        return {}
    return read_json(response.body, exact=False).value


def evaluated(compiled: CompiledTranslation, document: Json) -> Evaluation:
    """The outputs, or the fault: the translation's own, or that its result does not conform."""
    evaluation = compiled.evaluate(document)
    platform = platform_of(compiled)
    if platform is None or evaluation.fault or isinstance(evaluation.whole, State):
        return evaluation
    fault = conformity_fault(platform, evaluation.whole)
    return Evaluation({}, fault) if fault else evaluation


def conformity_fault(platform: PlatformTranslation, result: Json) -> EvaluationFault | None:
    """Why the platform refuses ``result``; None where it does not."""
    if not platform.schema_text:
        return None
    from monitor.checking.translations.schemas import nonconformity  # noqa: PLC0415 - it takes 50 ms to load

    found = nonconformity(platform.schema_text, result)
    return platform.refused(found.what, found.place, null=found.null) if found else None
