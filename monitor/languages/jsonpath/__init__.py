"""JSONPath as Jayway JsonPath 2.9 (Java) evaluates it: ``parse`` and ``filters`` read it, ``evaluate`` runs it.

The source of a translation is one path, whose result is the one output, or a JSON object ``{"output": "path"}``.
A definite path that is not found leaves its output MISSING; an indefinite one always gives a list.
Source: https://github.com/json-path/JsonPath (version 2.9; 2.10 and 3.0 answer alike).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final, TypeAlias

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import ROOT, Json, Path, format_path
from monitor.languages import MISSING, RESULT, Evaluation, EvaluationFault, Example, Value
from monitor.languages.jsonpath.errors import INVALID, EngineError, InvalidPathError, NotFoundError
from monitor.languages.jsonpath.evaluate import evaluate
from monitor.languages.jsonpath.members import MAX_PATH
from monitor.languages.jsonpath.nodes import Index, PathNode, Property
from monitor.languages.jsonpath.parse import parse_jsonpath
from monitor.languages.jsonpath.reads import reads_of, target_of
from monitor.printable import printable

EMPTY: Final = "IllegalArgumentException"


@dataclass(frozen=True, slots=True)
class Found:
    value: Json


@dataclass(frozen=True, slots=True)
class NotFound:
    """A definite path that is not there. ``path`` is what of the expression is missing."""

    path: str


@dataclass(frozen=True, slots=True)
class PathFault:
    """The evaluation failed. ``kind`` is the engine's own name for it; ``message`` quotes no value."""

    kind: str
    message: str


PathResult: TypeAlias = Found | NotFound | PathFault


@dataclass(frozen=True, slots=True)
class CompiledPath:
    """``target`` is the one place whose value it hands on, None where it is several or a function's."""

    text: str
    node: PathNode = field(repr=False)
    definite: bool
    reads: tuple[Path, ...]
    target: Path | None

    def evaluate(self, document: Json) -> PathResult:
        """Raises NotJudgedError where a regular expression takes too long or the document is too deep."""
        try:
            return Found(evaluate(self.node, document))
        except NotFoundError as error:
            return NotFound(_missing(error.path, error.depth))
        except EngineError as error:
            return PathFault(error.kind, error.what)
        except RecursionError:
            raise NotJudgedError("the document, or the JSONPath itself, is nested too deeply") from None


def _missing(path: PathNode, depth: int) -> str:
    steps: list[str | int] = []
    for token in path.tokens[: depth + 1]:
        if isinstance(token, Property) and len(token.names) == 1:
            steps.append(token.names[0])
        elif isinstance(token, Index) and len(token.indexes) == 1:
            steps.append(token.indexes[0])
        else:
            break
    return format_path(tuple(steps))


@lru_cache(maxsize=4096)
def compile_path(text: str) -> CompiledPath:
    """``text`` made ready. Raises ContractError with ``where="column N"`` and the engine's name for what is wrong."""
    if not text:
        raise ContractError(
            f"JSONPath: the path is empty ({EMPTY})", where="column 1", fix="write a path: $.customerId"
        )
    if len(text) > MAX_PATH:
        raise ContractError(f"JSONPath: the path has more than {MAX_PATH:,} characters ({INVALID})", fix="shorten it")
    try:
        node = parse_jsonpath(text)
    except InvalidPathError as error:
        where = _place(text, min(max(error.place, 0), len(text)))
        raise ContractError(
            f"JSONPath: {printable(error.what)} ({INVALID})", where=where, fix="correct the path"
        ) from None
    except RecursionError:
        raise ContractError(f"JSONPath: it is nested too deeply ({INVALID})", fix="simplify the path") from None
    return CompiledPath(text, node, node.definite, reads_of(node), target_of(node))


def _place(text: str, offset: int) -> str:
    before = text[:offset]
    column = f"column {offset - before.rfind(chr(10))}"
    return f"line {before.count(chr(10)) + 1}, {column}" if "\n" in text else column


# -- as a language of its own -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JsonpathTranslation:
    """Paths by output."""

    names_lists: ClassVar[bool] = True

    paths: Mapping[str, CompiledPath]

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.paths)

    @property
    def reads(self) -> Mapping[str, tuple[Path, ...]]:
        return {name: path.reads for name, path in self.paths.items()}

    @property
    def copies(self) -> Mapping[Path, Path]:
        return {_place_of(name): path.target for name, path in self.paths.items() if path.target is not None}

    def paths_of(self, output: str) -> Mapping[str, tuple[Path, ...]]:
        return {self.paths[output].text: self.paths[output].reads} if output in self.paths else {}

    def reads_of(self, output: str) -> tuple[Path, ...]:
        return self.paths[output].reads if output in self.paths else ()

    def evaluate(self, document: Json) -> Evaluation:
        outputs: dict[str, Value] = {}
        for name, path in self.paths.items():
            answer = path.evaluate(document)
            if isinstance(answer, PathFault):
                return Evaluation({}, EvaluationFault(answer.kind, answer.message, reads=path.reads))
            outputs[name] = answer.value if isinstance(answer, Found) else MISSING
        return Evaluation(outputs)


def _place_of(output: str) -> Path:
    return ROOT if output == RESULT else (output,)


def compile(source: str) -> JsonpathTranslation:  # noqa: A001 the name that every language offers
    """``source`` made ready. Raises ContractError where a path, or the object of paths, is wrong."""
    text = source.strip()
    if not text.startswith("{"):
        return JsonpathTranslation({RESULT: compile_path(text)})
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ContractError("JSONPath: the object of outputs is no JSON", fix='write {"output": "$.path"}') from None
    if not value or not all(isinstance(path, str) for path in value.values()):
        raise ContractError("JSONPath: every output has one path", fix='write {"output": "$.path"}')
    return JsonpathTranslation({name: _named(name, path) for name, path in value.items()})


def _named(name: str, path: str) -> CompiledPath:
    try:
        return compile_path(path)
    except ContractError as error:
        where = f"{format_path((name,))}, {error.where}" if error.where else format_path((name,))
        raise ContractError(error.what, where=where, fix=error.fix) from None


EXAMPLES: Final = (
    Example("$.customer.name", {"customer": {"name": "Ann"}}, {RESULT: "Ann"}, {RESULT: ["$.customer.name"]}),
    Example(
        '{"open": "$.tickets[?(@.status == \'open\')].id", "email": "$.contact.email", "count": "$.tickets.length()"}',
        {"tickets": [{"id": 1, "status": "open"}, {"id": 2, "status": "closed"}], "contact": {}},
        {"open": [1], "email": MISSING, "count": 2},
        {
            "open": ["$.tickets[*].id", "$.tickets[*].status"],
            "email": ["$.contact.email"],
            "count": ["$.tickets"],
        },
    ),
    Example("$..id", {"a": {"id": 1}, "b": [{"id": None}]}, {RESULT: [1, None]}, {RESULT: ["$..id"]}),
)
