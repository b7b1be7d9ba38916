"""``${...}`` in the scalars of monitor.yaml.

1. ``${NAME}`` is the environment variable NAME. Unset or empty is a fault: an empty value mostly means that a
   CI system did not hand the secret over.
2. ``${NAME:-default}`` is the default where NAME is unset or empty. The default is literal text of the file.
3. ``${secret:KIND:REF}`` is what the secret source KIND gives for REF.
4. ``$${`` is a literal ``${``. Any other ``$`` is itself.
5. What comes in is never expanded again and never read as YAML.
6. Every value that came from outside is kept in ``secrets``, so that nothing of it is written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from monitor.config import secrets
from monitor.config.secrets import NoSecret, SecretPlace
from monitor.config.secrets.env import NAME
from monitor.config.tree import Problem
from monitor.model import Secret
from monitor.printable import printable

# bounds what a hostile file can make of one long variable
MAX_EXPANDED = 16 * 1024 * 1024

_PIECE = re.compile(r"\$\$\{|\$\{(?P<inner>[^}]*)(?P<end>\}?)", re.DOTALL)
_LITERAL_HINT = "write $${ for a literal ${"


class SecretsMode(Enum):
    """REQUIRE: what is not set is a fault. DEFER (offline commands): it stays as written in the file."""

    REQUIRE = "require"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class Expansion:
    """``known`` is False where a part of ``text`` could not be had and stands there unexpanded."""

    text: str = field(repr=False)
    expanded: bool
    known: bool
    problems: tuple[Problem, ...] = ()


def escape(text: str) -> str:
    """What to write in monitor.yaml for ``text`` itself: the inverse of expanding."""
    return text.replace("${", "$${")


class Expander:
    """Expands the texts of one file and keeps the values that came from outside."""

    def __init__(self, place: SecretPlace, mode: SecretsMode) -> None:
        self._place = place
        self._mode = mode
        self._known: dict[str, str | NoSecret] = {}
        self._secrets: dict[Secret, None] = {}
        self._budget = MAX_EXPANDED

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return tuple(self._secrets)

    def expand(self, text: str) -> Expansion:
        if "${" not in text:
            return Expansion(text, expanded=False, known=True)
        parts: list[str] = []
        problems: list[Problem] = []
        known, expanded = True, False
        for written, value in self._pieces(text):
            expanded = expanded or written != value
            if isinstance(value, str):
                parts.append(value)
                continue
            known = False
            parts.append(written)
            if value.malformed or self._mode is SecretsMode.REQUIRE:
                problems.append(Problem(f"{printable(written, limit=80)}: {value.what}", value.fix))
        self._budget -= sum(map(len, parts))
        if self._budget < 0:
            return Expansion(text, True, False, (Problem("the file expands to more than 16 MiB", "use less of it"),))
        return Expansion("".join(parts), expanded, known, tuple(problems))

    def _pieces(self, text: str) -> Iterator[tuple[str, str | NoSecret]]:
        """Every piece of ``text`` as written, with what it stands for."""
        end = 0
        for match in _PIECE.finditer(text):
            yield text[end : match.start()], text[end : match.start()]
            end = match.end()
            if match["inner"] is None:
                yield match[0], "${"
            elif not match["end"]:
                yield match[0], NoSecret("it is not closed", f"add the }}, or {_LITERAL_HINT}", malformed=True)
            else:
                yield match[0], self._resolved(match["inner"])
        yield text[end:], text[end:]

    def _resolved(self, inner: str) -> str | NoSecret:
        name, colon, default = inner.partition(":-")
        if colon and NAME.fullmatch(name) and "${" not in default:
            value = self._place.environ.get(name)
            return self._taken(name, value) if value else default
        if inner not in self._known:
            self._known[inner] = self._looked_up(inner)
        return self._known[inner]

    def _looked_up(self, inner: str) -> str | NoSecret:
        if inner.startswith("secret:"):
            kind, colon, reference = inner.removeprefix("secret:").partition(":")
            if colon:
                return self._taken(reference, secrets.read(kind, reference, self._place))
            known = ", ".join(secrets.kinds())
            fix = f"write ${{secret:KIND:NAME}}; the kinds are {known}"
            return NoSecret("a secret needs a kind and a name", fix, malformed=True)
        if NAME.fullmatch(inner):
            return self._taken(inner, _variable(inner, self._place))
        what = "one ${...} within another is not taken" if "${" in inner else "this is no name"
        fix = f"write ${{NAME}}, ${{NAME:-default}} or ${{secret:KIND:NAME}}; {_LITERAL_HINT}"
        return NoSecret(what, fix, malformed=True)

    def _taken(self, name: str, value: str | NoSecret) -> str | NoSecret:
        if isinstance(value, NoSecret):
            return value
        if any("\ud800" <= char <= "\udfff" for char in value):
            return NoSecret("its value is not UTF-8 text", "set it to text", malformed=True)
        self._secrets[Secret(name, value)] = None
        return value


class AsWritten(Expander):
    """Expands nothing: every text stays as it stands in the file."""

    def __init__(self) -> None:
        super().__init__(SecretPlace({}, Path()), SecretsMode.DEFER)

    def expand(self, text: str) -> Expansion:
        return Expansion(text, expanded=False, known=True)


def _variable(name: str, place: SecretPlace) -> str | NoSecret:
    value = place.environ.get(name)
    if value:
        return value
    state = "is not set" if value is None else "is empty"
    return NoSecret(f"this environment variable {state}", f"set {name}, or write ${{{name}:-default}}")
