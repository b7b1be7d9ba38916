"""Where an expression stands while its reads are found: its context, and the variables that it sees."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.languages.jsonata.sources import NOTHING, Source


@dataclass(frozen=True, slots=True)
class Scope:
    """Variables by name. ``block``: assignments land here; other scopes hold what a path binds (``@$v``, ``#$i``)."""

    variables: dict[str, Source]
    outer: Scope | None = None
    block: bool = True

    def find(self, name: str) -> Source | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.outer
        return None

    def assign(self, name: str, source: Source) -> None:
        scope = self
        while not scope.block and scope.outer is not None:
            scope = scope.outer
        scope.variables[name] = source


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: its context, the variables it sees, and the contexts around (for ``%``)."""

    context: Source
    scope: Scope
    around: Source = NOTHING

    def at(self, context: Source) -> Place:
        return replace(self, context=context, around=self.around | self.context)

    def inside(self, *, block: bool) -> Place:
        return replace(self, scope=Scope({}, self.scope, block))
