"""What a template is cut into, and the modes in which it is cut.

1. The same character means another thing in another mode; a mode is entered by a token and left by a token. Modes are
   stacked: ``$`` begins a reference wherever it stands, and what was cut before it goes on behind it.
2. Of all tokens of a mode the longest wins; of equally long ones the first in `RULES`.
3. ``$`` and ``#`` are no tokens of their own: they stand at the beginning of the token behind them (`Fate.PREFIX`). What
   ends a reference or a name without being part of it is looked at and left (`Fate.LEFT`), but the ``$``, ``#`` and
   escaping backslashes before it stay in the text (`Token.before`).
4. A character that no template has (`END`) stands at the end, so that a last ``$`` or ``#`` has something behind it.

Where the tokens of Velocity 2.4.1 do something odd (``$!!`` prints ``$!``) so do these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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


_EVERY: Final = frozenset(Mode)
_VALUES: Final = frozenset({Mode.DIRECTIVE, Mode.ARGUMENTS, Mode.INDEX, Mode.OTHERWISE})
_LISTED: Final = frozenset({Mode.DIRECTIVE, Mode.ARGUMENTS, Mode.OTHERWISE})
_NAMED: Final = frozenset({Mode.REFERENCE, Mode.MEMBER, Mode.CALLED})
_BEGUN: Final = frozenset({Mode.HASH, Mode.DOLLAR})
_COMMENTS: Final = frozenset({Mode.LINE_COMMENT, Mode.COMMENT, Mode.FORMAL_COMMENT})
_MODES: Final[Mapping[str, frozenset[Mode]]] = {mode.name: frozenset({mode}) for mode in Mode}
_BRACED: Final = _NAMED | {Mode.DOLLAR}

_WORD: Final = r"[A-Za-z_@][A-Za-z0-9_]*+"
_LINE_END: Final = r"(?:\r\n|\n|\r)"
_SCHMOO: Final = rf"[^$#\\\r\n{END}]"
_EXPONENT: Final = "[eE][+-]?[0-9]++"


def _quoted(quote: str) -> str:
    """Doubled quotes go on; of several ends the last."""
    return rf"{quote}[^{quote}{END}]*+(?:{quote}{quote}[^{quote}{END}]*+)*{quote}"


RULES: Final[tuple[tuple[Kind, str, frozenset[Mode]], ...]] = (
    (Kind.LONE, END, _BEGUN),
    (Kind.END_MARK, END, _EVERY - _BEGUN - {Mode.OTHERWISE, Mode.COMMENT, Mode.VERBATIM}),
    (Kind.INDEX_OPEN, r"\[", _NAMED),
    (Kind.PIPES, r"\|\|", _NAMED),
    (Kind.PIPE, r"\|", _NAMED),
    (Kind.INDEX_CLOSE, r"\]", _MODES["INDEX"]),
    (Kind.LIST_OPEN, r"\[", _LISTED),
    (Kind.LIST_CLOSE, r"\]", _LISTED),
    (Kind.COMMA, ",", _LISTED),
    (Kind.DOTS, r"\.\.", _LISTED),
    (Kind.COLON, ":", _LISTED),
    (Kind.MAP_OPEN, r"\{", _LISTED),
    (Kind.MAP_CLOSE, r"\}", _LISTED),
    (Kind.BRACKET_OPEN, r"\(", frozenset({Mode.DIRECTIVE, Mode.MEMBER})),
    (Kind.BRACKET_CLOSE, r"\)", _MODES["DIRECTIVE"]),
    (Kind.CALL_CLOSE, r"\)", _MODES["ARGUMENTS"]),
    (Kind.ESCAPED_DIRECTIVE, rf"(?:\\\\)*\\#(?:{_WORD}|\{{{_WORD}\}})", _MODES["TEXT"]),
    (Kind.SET, r"#(?:set|\{set\})[ \t]*\(", _NAMED | {Mode.TEXT, Mode.DOLLAR, Mode.ARGUMENTS}),
    (Kind.DOLLAR, r"\\*\$", _EVERY),
    (Kind.DOLLAR_BANG, r"\\*\$\\*!", _EVERY),
    (Kind.VERBATIM_OPEN, r"#\[\[", _EVERY),
    (Kind.FORMAL_OPEN, rf"#\*\*[^#{END}]", _EVERY),
    (Kind.COMMENT_OPEN, r"#\*", _EVERY),
    (Kind.HASH, "#", _EVERY),
    (Kind.LINE_COMMENT_OPEN, "##", _NAMED | _BEGUN | {Mode.TEXT, Mode.DIRECTIVE, Mode.ARGUMENTS}),
    (Kind.LINE_COMMENT_END, _LINE_END, _MODES["LINE_COMMENT"]),
    (Kind.COMMENT_END, r"\*#", frozenset({Mode.COMMENT, Mode.FORMAL_COMMENT})),
    (Kind.VERBATIM_END, r"\]\]#", _MODES["VERBATIM"]),
    (Kind.COMMENTED, r"(?s:[^$\\#*\r\n\x1c]++|.)", _COMMENTS),
    (Kind.VERBATIM, rf"[^$\\#\]{END}]++|[^{END}]", _MODES["VERBATIM"]),
    (Kind.BLANKS, r"[ \t]++", _VALUES | {Mode.TEXT}),
    (Kind.NEWLINE, _LINE_END, _VALUES | {Mode.TEXT}),
    (Kind.SUFFIX, rf"[ \t]*+{_LINE_END}", _BEGUN),
    (Kind.STRING, f"{_quoted(chr(34))}|{_quoted(chr(39))}", _VALUES),
    (Kind.TRUE, "true", _VALUES | {Mode.REFERENCE, Mode.MEMBER}),
    (Kind.FALSE, "false", _VALUES | {Mode.REFERENCE, Mode.MEMBER}),
    (Kind.MINUS, "-", _VALUES),
    (Kind.PLUS, r"\+", _VALUES),
    (Kind.TIMES, r"\*", _VALUES),
    (Kind.OVER, "/", _VALUES),
    (Kind.MODULO, "%", _VALUES),
    (Kind.AND, "&&|and", _VALUES),
    (Kind.OR, r"\|\||or", _VALUES),
    (Kind.LESS, "<|lt", _VALUES),
    (Kind.AT_MOST, "<=|le", _VALUES),
    (Kind.GREATER, ">|gt", _VALUES),
    (Kind.AT_LEAST, ">=|ge", _VALUES),
    (Kind.EQUAL, "==|eq", _VALUES),
    (Kind.UNEQUAL, "!=|ne", _VALUES),
    (Kind.NOT, "!|not", _VALUES),
    (Kind.ASSIGN, "=", _VALUES),
    (Kind.END, r"end|\{end\}", _MODES["HASH"]),
    (Kind.IF, r"if|\{if\}", _MODES["HASH"]),
    (Kind.ELSEIF, r"elseif|\{elseif\}", _MODES["HASH"]),
    (Kind.ELSE, r"else|\{else\}", _MODES["HASH"]),
    (Kind.INTEGER, r"-?[0-9]++(?:\.\.)?", _VALUES | {Mode.HASH}),
    (
        Kind.FLOAT,
        rf"-?[0-9]++\.[0-9]*+(?:{_EXPONENT})?|-?\.[0-9]++(?:{_EXPONENT})?|-?[0-9]++{_EXPONENT}",
        _VALUES | {Mode.HASH},
    ),
    (Kind.WORD, _WORD, frozenset({Mode.HASH, Mode.DIRECTIVE})),
    (Kind.BRACED_WORD, rf"\{{{_WORD}\}}", frozenset({Mode.HASH, Mode.DIRECTIVE})),
    (Kind.NAME, "[A-Za-z_][A-Za-z0-9_]*+", frozenset({Mode.DOLLAR, Mode.MEMBER, Mode.ARGUMENTS})),
    (Kind.DOT, r"\.(?=[A-Za-z_])", _NAMED | {Mode.ARGUMENTS}),
    (Kind.BRACE_OPEN, r"\{", _BRACED),
    (Kind.BRACE_CLOSE, r"\}", _BRACED),
    (Kind.NO_MORE_REFERENCE, "(?s:.)", _BRACED),
    (Kind.NO_DIRECTIVE, "(?s:.)", _MODES["HASH"]),
    (Kind.BACKSLASHES, r"\\\\", _MODES["TEXT"]),
    (Kind.BACKSLASH, r"\\", _MODES["TEXT"]),
    (
        Kind.LINES,
        rf"(?=[ \t]*+{_SCHMOO})(?:{_SCHMOO}++{_LINE_END})(?:{_SCHMOO}*+{_LINE_END})*+",
        _MODES["TEXT"],
    ),
    (Kind.PLAIN, rf"{_SCHMOO}++", _MODES["TEXT"]),
    (Kind.NO_REFERENCE, r"\$(?:\[|!\[|\\!\[|\.)", frozenset({Mode.TEXT, Mode.DOLLAR})),
)

FATES: Final[Mapping[Kind, Fate]] = {
    Kind.DOLLAR: Fate.PREFIX,
    Kind.DOLLAR_BANG: Fate.PREFIX,
    Kind.VERBATIM_OPEN: Fate.PREFIX,
    Kind.FORMAL_OPEN: Fate.PREFIX,
    Kind.COMMENT_OPEN: Fate.PREFIX,
    Kind.HASH: Fate.PREFIX,
    Kind.VERBATIM: Fate.PREFIX,
    Kind.COMMENTED: Fate.DROPPED,
    Kind.NO_MORE_REFERENCE: Fate.LEFT,
    Kind.NO_DIRECTIVE: Fate.LEFT,
}


def _compiled(mode: Mode) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern, modes in RULES if mode in modes)


_PATTERNS: Final = {mode: _compiled(mode) for mode in Mode}


def longest(mode: Mode, text: str, position: int) -> tuple[Kind, int] | None:
    """The token here and where it ends; None where the mode knows none."""
    found: tuple[Kind, int] | None = None
    for kind, pattern in _PATTERNS[mode]:
        match = pattern.match(text, position)
        if match is not None and (found is None or match.end() > found[1]):
            found = kind, match.end()
    return found


_MARK: Final = re.compile(r"(\\+\$)(?s:.)?|([$#])")


def kept(images: list[str]) -> str:
    """What stays of what was left behind: every ``$`` and ``#``, and backslashes that escape a ``$``.

    The character behind an escaped ``$`` is lost, as there.
    """
    if not images or images[-1].startswith("##"):
        return ""
    return "".join(match[1] or match[2] for image in images for match in _MARK.finditer(image))
