"""Where a value comes from: the algebra under `reads`.

A Source says of a value that an expression yields:

    paths      it is, or is made of members of, what stands at these places of the document
    decides    what stands at these places decides what it is (a predicate, an operand, an argument)
    tests      whether these places are there, or how many, decides whether it is there, or how often
    fields     it is an object that the expression itself made, with these fields (None: a key from data)
    functions  it is one of these functions
    many       it may be a sequence, because something was mapped
    literal    it is this string, as written in the expression

A step into a value (`.name`) goes down in ``paths`` and picks from ``fields``, but keeps ``decides`` and ``tests``.
What is consumed (compared, added, made a string) turns from ``paths`` into ``decides``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final, TypeAlias

from monitor.jsonpaths import ANY, DESCENT, ROOT, Path, format_path, starts_with

Paths: TypeAlias = frozenset[Path]
NOWHERE: Final[Paths] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value. ``key`` tells recursion; ``call`` takes the arguments and the context of the call.

    ``name`` is a built-in function's own.
    """

    key: object
    call: Callable[[Sequence[Source], Source], Source]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    paths: Paths = NOWHERE
    decides: Paths = NOWHERE
    tests: Paths = NOWHERE
    fields: Mapping[str | None, Source] = field(default_factory=dict)
    functions: tuple[Function, ...] = ()
    many: bool = False
    literal: str | None = None

    # -- together

    def __or__(self, other: Source) -> Source:
        """This or that, or a mixture of both."""
        if self is NOTHING or self is other:
            return other
        if other is NOTHING:
            return self
        return Source(
            self.paths | other.paths,
            self.decides | other.decides,
            self.tests | other.tests,
            _merged(self.fields, other.fields),
            self.functions + tuple(f for f in other.functions if f not in self.functions),
            self.many or other.many,
            self.literal if self.literal == other.literal else None,
        )

    def parts(self) -> Iterator[Source]:
        """This and all that it holds as fields."""
        yield self
        for member in self.fields.values():
            yield from member.parts()

    def everything(self) -> Paths:
        """All that the value, with all its fields, is made of and decided by."""
        return NOWHERE.union(*(part.paths | part.decides for part in self.parts()))

    def all_tests(self) -> Paths:
        return NOWHERE.union(*(part.tests for part in self.parts()))

    def reads(self) -> tuple[Path, ...]:
        """The paths to tell, sorted as printed. A test is told only where nothing below it is told anyway."""
        read, tests = self.everything(), self.all_tests()
        below = read | tests
        told = {test for test in tests if not any(path != test and starts_with(path, test) for path in below)}
        return tuple(sorted(read | told, key=format_path))

    # -- used

    def consumed(self) -> Source:
        """A new value that was calculated from this one."""
        return Source(decides=self.everything(), tests=self.all_tests())

    def deciding(self, result: Source) -> Source:
        """``result``, where this value decided what it is."""
        decides, tests = result.decides | self.everything(), result.tests | self.all_tests()
        return replace(result, decides=decides, tests=tests)

    def tested(self) -> Source:
        """A new value that only tells whether this one is there, true, or how many it is."""
        below = NOWHERE.union(*(part.paths for part in self.parts()))
        decides = NOWHERE.union(*(part.decides for part in self.parts()))
        return Source(decides=decides, tests=self.all_tests() | below)

    def mapped(self, result: Source) -> Source:
        """``result``, yielded once for every member of this value."""
        decides, tests = result.decides | self.decides, result.tests | self.tests | self.paths
        return replace(result, decides=decides, tests=tests, many=True)

    def opaque(self) -> Source:
        """Anything that could be made of this value by steps that are not known."""
        return Source(frozenset(_descended(path) for path in self.everything()), tests=self.all_tests(), many=True)

    # -- stepped into

    def _at(self, paths: Iterable[Path]) -> Source:
        return replace(self, paths=frozenset(paths), fields={}, functions=(), literal=None)

    def _down(self, paths: Iterable[Path], members: Iterable[Source]) -> Source:
        below = self._at(paths)
        # an absent member is told by the object that should hold it, so what decides the object decides the member
        return reduce(Source.__or__, members, below)

    def member(self, key: str) -> Source:
        named = (self.fields[name] for name in (key, None) if name in self.fields)
        return self._down(((*path, key) for path in self.paths), named)

    def any_member(self) -> Source:
        # of a list it is any member of each of its members
        below = (end for path in self.paths for end in ((*path, ANY), (*path, ANY, ANY)))
        return self._down(below, self.fields.values())

    def descendants(self) -> Source:
        below = self._down((_descended(path) for path in self.paths), ())
        return reduce(Source.__or__, (part for own in self.fields.values() for part in own.parts()), below)

    def parent(self) -> Source:
        return self._at(above for path in self.paths for above in _above(path))


NOTHING: Final = Source()
DOCUMENT: Final = Source(paths=frozenset({ROOT}))


def together(sources: Iterable[Source]) -> Source:
    return reduce(Source.__or__, sources, NOTHING)


def _merged(left: Mapping[str | None, Source], right: Mapping[str | None, Source]) -> Mapping[str | None, Source]:
    if not left or not right:
        return left or right
    return {key: left.get(key, NOTHING) | right.get(key, NOTHING) for key in {**left, **right}}


def _descended(path: Path) -> Path:
    return path if path[-1:] == (DESCENT,) else (*path, DESCENT)


def _above(path: Path) -> tuple[Path, ...]:
    """What may hold the value at ``path``; below a descent that is any level, the start included."""
    if path[-1:] == (DESCENT,):
        return (path, path[:-1], path[:-2])
    return (path[:-1],)
