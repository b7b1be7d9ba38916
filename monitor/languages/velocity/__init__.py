"""Velocity templates as Apache Velocity 2.4 renders them: ``parse`` reads, ``render`` runs, ``tools`` are macros.

The source of a translation is one template; its context are the members of the response's top-level object and
``rawResult``, the response as JSON text. It yields one output, a text.
Source: https://velocity.apache.org/engine/2.4/user-guide.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import ROOT, Json, Path
from monitor.languages import RESULT, Evaluation, EvaluationFault, Example
from monitor.languages.velocity.changes import may_change, own_values
from monitor.languages.velocity.faults import BOUND, BOUNDS, PARSE, Bounds, RenderError, Spent
from monitor.languages.velocity.nodes import Block
from monitor.languages.velocity.parse import parse_block
from monitor.languages.velocity.places import ParseError, Places
from monitor.languages.velocity.references import Reference, references_of
from monitor.languages.velocity.render import Renderer
from monitor.languages.velocity.tools import GENESYS, plain_json
from monitor.printable import printable

__all__ = [
    "BOUND",
    "BOUNDS",
    "Bounds",
    "Reference",
    "RenderFault",
    "Rendered",
    "Spent",
    "Template",
    "compile",
    "parse_template",
    "render",
]

MAX_LENGTH: Final = 200_000
RAW: Final = "rawResult"


@dataclass(frozen=True, slots=True)
class Template:
    """``name`` stands in the messages of strict mode. ``changing``: it may change values of its context."""

    source: str
    name: str
    block: Block = field(repr=False)
    references: tuple[Reference, ...]
    changing: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """``spent`` is for who renders more under one budget."""

    text: str
    spent: Spent = field(default_factory=Spent, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RenderFault:
    """``kind`` is the Java exception's name, or Bound; ``message`` quotes no value of the context."""

    kind: str
    message: str
    line: int
    column: int


@lru_cache(maxsize=1024)
def parse_template(source: str, name: str = "template") -> Template:
    """``source`` made ready. Raises ContractError with ``where="line L, column C"``."""
    if len(source) > MAX_LENGTH:
        raise ContractError(f"Velocity: the template has more than {MAX_LENGTH:,} characters", fix="shorten it")
    try:
        block = parse_block(source)
        return Template(source, name, block, references_of(block), may_change(block))
    except ParseError as error:
        place = Places(source)(min(error.offset, len(source)))
        where = f"line {place.line}, column {place.column}"
        what = f"Velocity: {printable(error.what)} ({PARSE})"
        raise ContractError(what, where=where, fix="correct the template") from None
    except RecursionError:
        raise ContractError("Velocity: it is nested too deeply", fix="simplify the template") from None


def render(
    template: Template, context: Mapping[str, object], *, strict: bool = False, bounds: Bounds = BOUNDS
) -> Rendered | RenderFault:
    """The text; the context's values are never changed. Whatever has no end is a fault of the kind `BOUND`."""
    try:
        renderer = Renderer(template.name, own_values(context, changing=template.changing), bounds, strict=strict)
        text = renderer.run(template.block)
    except RenderError as fault:
        return RenderFault(fault.kind, fault.message, fault.place.line, fault.place.column)
    except (RecursionError, MemoryError):
        return RenderFault(BOUND, "the values for the template are nested too deeply, or too large", 1, 1)
    return Rendered(text, renderer.spent())


# -- as a language of its own -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VelocityTranslation:
    template: Template
    reads: Mapping[str, tuple[Path, ...]]

    @property
    def outputs(self) -> tuple[str, ...]:
        return (RESULT,)

    def reads_of(self, output: str) -> tuple[Path, ...]:
        return self.reads.get(output, ())

    def evaluate(self, document: Json) -> Evaluation:
        try:
            raw = plain_json(document)
        except (RecursionError, ValueError):
            raise NotJudgedError("the response is nested too deeply for a template") from None
        except TypeError:  # an integer of thousands of digits, which is read as a Decimal
            raise NotJudgedError("a number of the response is too large to be put into a template") from None
        members = document if isinstance(document, dict) else {}
        answer = render(self.template, {**GENESYS, **members, RAW: raw})
        if isinstance(answer, RenderFault) and answer.kind == BOUND:  # ours, not Velocity's
            raise NotJudgedError(answer.message, fix="shorten the template, or what it goes through")
        if isinstance(answer, RenderFault):
            position = f"line {answer.line}, column {answer.column}"
            return Evaluation({}, EvaluationFault(answer.kind, answer.message, position))
        return Evaluation({RESULT: answer.text}, named=False)


def compile(source: str) -> VelocityTranslation:  # noqa: A001 the name that every language offers
    """``source`` made ready. Raises ContractError where it is no template."""
    template = parse_template(source)
    reads = tuple(dict.fromkeys(_read(one) for one in template.references if _is_read(one)))
    return VelocityTranslation(template, {RESULT: reads})


def _is_read(reference: Reference) -> bool:
    return not reference.assigned and reference.root not in GENESYS


def _read(reference: Reference) -> Path:
    return ROOT if reference.root == RAW else (reference.root, *reference.members)


EXAMPLES: Final = (
    Example(
        "Hello $customer.name, you have ${open} tickets#if($vip)!#end",
        {"customer": {"name": "Ann"}, "open": 2, "vip": True},
        {RESULT: "Hello Ann, you have 2 tickets!"},
        {RESULT: ["$.customer.name", "$.open", "$.vip"]},
    ),
    Example(
        "#foreach($tag in $tags)$tag#if($foreach.hasNext),#end#end",
        {"tags": ["a", "b"]},
        {RESULT: "a,b"},
        {RESULT: ["$.tags"]},
    ),
)
