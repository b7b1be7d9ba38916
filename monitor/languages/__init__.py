"""Translation languages: what turns a vendor's response into the outputs that a flow reads.

One language is one module of this package (or an entry point in the group ``drift_monitor.languages``): its
name is its ``kind``, and it offers

    compile(source) -> CompiledTranslation      raises ContractError with ``line L, column C``
    EXAMPLES                                    a few that work, which the tests of every language run

There is no list of languages to keep: `kinds` looks at what is there. What a user wrote is compared with
those names and never imported.

An output's value is a JSON value, or a `State` where there is none. Four things are told apart:
nothing matched (MISSING), null, empty (a value like any other here), and the translation's own default
(the value, with the output's name in `Evaluation.defaults`, where a language has defaults of its own).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from monitor.errors import ContractError
from monitor.jsonpaths import Json, Path
from monitor.printable import printable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "drift_monitor.languages"
RESULT: Final = "result"  # the one output of a translation whose result has no named outputs


class State(Enum):
    """Why an output has no JSON value."""

    MISSING = "missing"  # nothing matched (JSONata's undefined)
    FUNCTION = "function"  # it is, or holds, a function or regular expression: always a mistake


MISSING: Final = State.MISSING
Value: TypeAlias = "Json | State"


@dataclass(frozen=True, slots=True)
class EvaluationFault:
    """The translation failed on this document. ``message`` is our own words: it never quotes the document.

    ``position`` is ``line L, column C`` of the source, where the engine tells; ``reads`` what made it fail, if known.
    """

    code: str
    message: str
    position: str = ""
    reads: tuple[Path, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" ({self.position})" if self.position else "")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a translation yields: the outputs by name, or the fault that left none.

    ``named`` is False where the result is no object with outputs, and stands as a whole under `RESULT`.
    ``whole`` is what the outputs were taken out of, where that is more than their object.
    """

    outputs: Mapping[str, Value]
    fault: EvaluationFault | None = None
    named: bool = True
    defaults: Mapping[str, str] = field(default_factory=dict)  # outputs that took the translation's own: its text
    whole: Value = MISSING


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What can be seen to be a mistake without a response. ``position`` is ``line L, column C``, where it is known."""

    output: str
    what: str
    fix: str
    position: str = ""


class CompiledTranslation(Protocol):
    """A translation made ready. Immutable; evaluating it has no effect but its result."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names known without a response; ``('result',)`` where only the response tells."""
        ...

    @property
    def reads(self) -> Mapping[str, tuple[Path, ...]]:
        """Per output, and per nested output that the translation itself names (``customer.name``), what it reads.

        Never too little: where the source does not tell, the path above (`ROOT` at worst) is read.
        """
        ...

    def reads_of(self, output: str) -> tuple[Path, ...]:
        """Like ``reads``, also for an output whose name only a response told."""
        ...

    def evaluate(self, document: Json) -> Evaluation:
        """The outputs for ``document`` (plain numbers: ``read_json(..., exact=False)``).

        Raises NotJudgedError where the engine itself gives up (too deep, out of memory, broken).
        """
        ...


class PlatformTranslation(CompiledTranslation, Protocol):
    """A translation that a platform runs itself: on failed and empty responses too, and under a schema of its own.

    What it leaves blank is silent: the platform reports success.
    """

    @property
    def schema(self) -> Json:
        """That of its result."""
        ...

    @property
    def schema_text(self) -> str:
        """What ``Evaluation.whole`` must conform to, or the translation fails. JSON Schema, draft 4 by default.

        As JSON text, by which it is known once it was compiled; empty where there is none.
        """
        ...

    def refused(self, what: str, place: Path, *, null: bool) -> EvaluationFault:
        """The fault of a result that does not conform: ``what`` is wrong at ``place`` (``null``: as a null is)."""
        ...

    def status_fault(self, status: int) -> EvaluationFault | None:
        """Why a response of that status is not translated at all; None where it is."""
        ...

    def default_of(self, output: str) -> str:
        """The text of the default that may fill ``output``, as the user wrote it; empty where there is none."""
        ...

    @property
    def of_no_json(self) -> str:
        """What is assumed of a body that is no JSON."""
        ...

    @property
    def written(self) -> Mapping[str, str]:
        """The paths as their author wrote them, by where in the source each stands (``translationMap.name``)."""
        ...

    def assumptions(self, document: Json) -> Mapping[str, tuple[str, ...]]:
        """Per output what is assumed of it on ``document`` where the platform's own documents are silent."""
        ...

    @property
    def of_empty_body(self) -> str:
        """What is assumed of an empty body, which is translated like ``{}``."""
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """A translation that works: shown to people, and run by the tests."""

    source: str
    document: Json
    outputs: Mapping[str, Value]
    reads: Mapping[str, Sequence[str]] = field(default_factory=dict)  # as format_path prints them


class Language(Protocol):
    """What a module of this package offers."""

    EXAMPLES: tuple[Example, ...]

    @property
    def compile(self) -> Callable[[str], CompiledTranslation]: ...


def _foreign() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - a worker that needs none starts sooner

    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def kinds() -> tuple[str, ...]:
    """The languages that are there, sorted. Loads none of them."""
    own = {module.name for module in pkgutil.iter_modules(__path__)}
    return tuple(sorted(own | _foreign().keys()))


@cache
def language(kind: str) -> Language:
    """The language of that kind; ours come before others' of the same name. Raises ContractError if there is none."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        if module.name.rpartition(".")[2] == kind:
            return cast("Language", importlib.import_module(module.name))
    if (point := _foreign().get(kind)) is not None:
        return cast("Language", point.load())
    known = ", ".join(kinds())
    raise ContractError(f"there is no translation language '{printable(kind)}'", fix=f"use one of: {known}")


@lru_cache(maxsize=256)
def compile_translation(kind: str, source: str) -> CompiledTranslation:
    """``source`` made ready in the language ``kind``.

    Raises ContractError where there is no such language or the source is wrong (``where``: line and column).
    """
    return language(kind).compile(source)


def suspicions_of(compiled: CompiledTranslation) -> tuple[Suspicion, ...]:
    """What is most likely a mistake. A language that looks for none may leave ``suspicions`` out altogether."""
    found: tuple[Suspicion, ...] = getattr(compiled, "suspicions", ())
    return found


def copies_of(compiled: CompiledTranslation) -> Mapping[Path, Path]:
    """By place in the result: the one place of the response whose value stands there as it is.

    Where more than a copy is made of it, or the source does not tell, the place is left out; a language that does not
    look may leave ``copies`` out altogether.
    """
    found: Mapping[Path, Path] = getattr(compiled, "copies", {})
    return found


def paths_of(compiled: CompiledTranslation, output: str) -> Mapping[str, tuple[Path, ...]]:
    """The paths of ``output`` as the translation writes them, each with what it reads; none where it has no paths."""
    found: Callable[[str], Mapping[str, tuple[Path, ...]]] | None = getattr(compiled, "paths_of", None)
    return found(output) if found else {}


def names_lists(compiled: CompiledTranslation) -> bool:
    """Whether what it reads names every list that it goes through (``[*]`` or an index), as JSONPath does.

    A language that does not say so (``names_lists``) may pass through lists unnamed, as JSONata does.
    """
    return bool(getattr(compiled, "names_lists", False))


def platform_of(compiled: CompiledTranslation) -> PlatformTranslation | None:
    """``compiled`` itself where a platform runs it."""
    return cast("PlatformTranslation", compiled) if hasattr(compiled, "status_fault") else None
