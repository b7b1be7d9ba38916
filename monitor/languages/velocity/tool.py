"""An object of the context that is no JSON: its properties and methods by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.languages.velocity.calling import ABSENT, Arguments
from monitor.languages.velocity.values import JavaObject


class Tool(JavaObject):
    """A method takes what it is called with; where it cannot (`TypeError`), there is no such method."""

    def __init__(
        self, name: str, properties: Mapping[str, object], methods: Mapping[str, Callable[..., object]]
    ) -> None:
        self.name, self.properties, self.methods = name, properties, methods

    def __str__(self) -> str:
        return self.name

    @property
    def is_true(self) -> bool:
        return True

    def get(self, name: str) -> object:
        return self.properties.get(name, ABSENT)

    def call(self, name: str, arguments: Arguments) -> object:
        run = self.methods.get(name)
        if run is None:
            return ABSENT
        try:
            return run(*arguments)
        except TypeError:
            return ABSENT
