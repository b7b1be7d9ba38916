"""How a rendering ends before its time: by a fault, by its bounds, or because the template says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from monitor.languages.velocity.clock import Clock
from monitor.languages.velocity.places import Place
from monitor.languages.velocity.values import GrowthError, Walk
from monitor.printable import printable

VELOCITY: Final = "VelocityException"
INVOCATION: Final = "MethodInvocationException"
PARSE: Final = "ParseErrorException"
BOUND: Final = "Bound"
_LONGEST: Final = 1_000  # characters of a message


class RenderError(Exception):
    """Stays in this package. ``kind`` is the Java exception's name, or Bound; ``message`` quotes no value."""

    def __init__(self, kind: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.kind, self.message, self.place = kind, printable(message, _LONGEST), place


NEAREST: Final = object()


class LeaveError(Exception):
    """``#break`` and ``#stop``: ends a loop, the `NEAREST` of what can be ended, or everything (None)."""

    def __init__(self, scope: object) -> None:
        super().__init__()
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one rendering may use.

    ``steps``: nodes, parts of references and turns of loops. ``text``: characters, printed, kept or made on the way; as
    many again may be walked over within lists and maps. ``depth``: blocks and strings within each other. ``macros``:
    macros within each other, as Velocity has it. ``seconds``: of work, whatever it is.
    """

    steps: int = 200_000
    text: int = 5_000_000
    depth: int = 60
    macros: int = 20
    seconds: float = 2.0


BOUNDS: Final = Bounds()


@dataclass(frozen=True, slots=True)
class Spent:
    """What one rendering took of its bounds."""

    steps: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Budget:
    """What is used of the bounds. ``place`` is of what is rendered now; ``walk`` goes over values."""

    bounds: Bounds
    place: Place = field(default_factory=lambda: Place(1, 1))
    walk: Walk = field(init=False)
    clock: Clock = field(init=False)
    steps: int = 0
    characters: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        self.clock = Clock(self.bounds.seconds)
        self.walk = Walk(self.bounds.text, self.clock.left)

    def step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > self.bounds.steps:
            raise self.exceeded(f"the template takes more than {self.bounds.steps:,} steps")
        try:
            self.clock.left()
        except GrowthError as error:
            raise self.exceeded(str(error)) from None

    def text(self, length: int) -> None:
        self.characters += length
        if self.characters > self.bounds.text:
            raise self.exceeded(f"the template makes more than {self.bounds.text:,} characters")

    def exceeded(self, what: str) -> RenderError:
        return RenderError(BOUND, what, self.place)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        if self.depth >= self.bounds.depth:
            raise self.exceeded("the template is nested too deeply")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1
