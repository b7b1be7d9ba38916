"""What a template is cut into, and the modes in which it is cut.

1. The same character means another thing in another mode; a mode is entered by a token and left by a token. Modes are
   stacked: ``$`` begins a reference wherever it stands, and what was cut before it goes on behind it.
2. Of all tokens of a mode the longest wins; of equally long ones the first (rules.py).
3. ``$`` and ``#`` are no tokens of their own: they stand at the beginning of the token behind them (`Fate.PREFIX`).
   What ends a reference or a name without being part of it is looked at and left (`Fate.LEFT`), but the ``$``, ``#``
   and escaping backslashes before it stay in the text (`Token.before`).
4. A character that no template has (`END`) stands at the end, so that a last ``$`` or ``#`` has something behind it.

Where the tokens of Velocity 2.4.1 do something odd (``$!!`` prints ``$!``) so do these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

END: Final = "\x1c"


class Mode(Enum):
    TEXT = auto()
    HASH = auto()  # behind #
    DIRECTIVE = auto()  # between the brackets of a directive
    DOLLAR = auto()  # behind $
    REFERENCE = auto()  # behind the name of a reference
    MEMBER = auto()  # behind its dot
    ARGUMENTS = auto()  # between the brackets of a method
    CALLED = auto()  # behind them
    INDEX = auto()  # between [ and ] of a reference
    OTHERWISE = auto()  # behind the | of a reference
    LINE_COMMENT = auto()
    COMMENT = auto()
    FORMAL_COMMENT = auto()
    VERBATIM = auto()  # between #[[ and ]]#


class Fate(Enum):
    """What becomes of what was cut off."""

    TOKEN = auto()
    PREFIX = auto()
    LEFT = auto()
    DROPPED = auto()


class Kind(Enum):
    EOF = auto()
    LONE = auto()
    END_MARK = auto()
    INDEX_OPEN = auto()
    PIPES = auto()
    PIPE = auto()
    INDEX_CLOSE = auto()
    LIST_OPEN = auto()
    LIST_CLOSE = auto()
    COMMA = auto()
    DOTS = auto()
    COLON = auto()
    MAP_OPEN = auto()
    MAP_CLOSE = auto()
    BRACKET_OPEN = auto()
    BRACKET_CLOSE = auto()
    CALL_CLOSE = auto()
    ESCAPED_DIRECTIVE = auto()
    SET = auto()
    DOLLAR = auto()
    DOLLAR_BANG = auto()
    VERBATIM_OPEN = auto()
    FORMAL_OPEN = auto()
    COMMENT_OPEN = auto()
    HASH = auto()
    LINE_COMMENT_OPEN = auto()
    LINE_COMMENT_END = auto()
    COMMENT_END = auto()
    VERBATIM_END = auto()
    COMMENTED = auto()
    VERBATIM = auto()
    BLANKS = auto()
    NEWLINE = auto()
    SUFFIX = auto()
    STRING = auto()
    TRUE = auto()
    FALSE = auto()
    MINUS = auto()
    PLUS = auto()
    TIMES = auto()
    OVER = auto()
    MODULO = auto()
    AND = auto()
    OR = auto()
    LESS = auto()
    AT_MOST = auto()
    GREATER = auto()
    AT_LEAST = auto()
    EQUAL = auto()
    UNEQUAL = auto()
    NOT = auto()
    ASSIGN = auto()
    END = auto()
    IF = auto()
    ELSEIF = auto()
    ELSE = auto()
    INTEGER = auto()
    FLOAT = auto()
    WORD = auto()
    BRACED_WORD = auto()
    NAME = auto()
    DOT = auto()
    BRACE_OPEN = auto()
    BRACE_CLOSE = auto()
    NO_MORE_REFERENCE = auto()
    NO_DIRECTIVE = auto()
    BACKSLASHES = auto()
    BACKSLASH = auto()
    LINES = auto()
    PLAIN = auto()
    NO_REFERENCE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """``image`` is how it is written, with what `Fate.PREFIX` put before it; ``before``: what `Fate.LEFT` keeps.

    ``start`` and ``end`` are offsets in the template.
    """

    kind: Kind
    image: str
    start: int
    end: int
    before: str = ""

    @property
    def literal(self) -> str:
        """How it is printed where it is text."""
        return "" if self.kind is Kind.COMMENT_END else self.before + self.image


_MARK: Final = re.compile(r"(\\+\$)(?s:.)?|([$#])")


def kept(images: list[str]) -> str:
    """What stays of what was left behind: every ``$`` and ``#``, and backslashes that escape a ``$``.

    The character behind an escaped ``$`` is lost, as there.
    """
    if not images or images[-1].startswith("##"):
        return ""
    return "".join(match[1] or match[2] for image in images for match in _MARK.finditer(image))
