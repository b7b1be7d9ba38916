"""How each token is written, in which modes it is known (see tokens.py), and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from monitor.languages.velocity.tokens import END, Fate, Kind, Mode

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


_BLANKS: Final = " \t"
_LINE_ENDS: Final = "\r\n"
_DIGITS: Final = "0123456789"
# what a token may begin with, where that is a few characters: the others need not be tried
_FIRST: Final[Mapping[Kind, str]] = {
    Kind.LONE: END,
    Kind.END_MARK: END,
    Kind.ESCAPED_DIRECTIVE: "\\",
    Kind.SET: "#",
    Kind.DOLLAR: "\\$",
    Kind.DOLLAR_BANG: "\\$",
    Kind.VERBATIM_OPEN: "#",
    Kind.FORMAL_OPEN: "#",
    Kind.COMMENT_OPEN: "#",
    Kind.HASH: "#",
    Kind.LINE_COMMENT_OPEN: "#",
    Kind.LINE_COMMENT_END: _LINE_ENDS,
    Kind.COMMENT_END: "*",
    Kind.VERBATIM_END: "]",
    Kind.BLANKS: _BLANKS,
    Kind.NEWLINE: _LINE_ENDS,
    Kind.SUFFIX: _BLANKS + _LINE_ENDS,
    Kind.STRING: "\"'",
    Kind.TRUE: "t",
    Kind.FALSE: "f",
    Kind.AND: "&a",
    Kind.OR: "|o",
    Kind.LESS: "<l",
    Kind.AT_MOST: "<l",
    Kind.GREATER: ">g",
    Kind.AT_LEAST: ">g",
    Kind.EQUAL: "=e",
    Kind.UNEQUAL: "!n",
    Kind.NOT: "!n",
    Kind.END: "e{",
    Kind.IF: "i{",
    Kind.ELSEIF: "e{",
    Kind.ELSE: "e{",
    Kind.INTEGER: "-" + _DIGITS,
    Kind.FLOAT: "-." + _DIGITS,
    Kind.BRACED_WORD: "{",
    Kind.BACKSLASHES: "\\",
    Kind.BACKSLASH: "\\",
    Kind.NO_REFERENCE: "$",
}
_Patterns: TypeAlias = tuple[tuple[Kind, re.Pattern[str]], ...]


def _first_of(kind: Kind, pattern: str) -> str:
    """Empty where it may begin with anything."""
    return _FIRST.get(kind, pattern[-1] if len(pattern) == 1 or re.fullmatch(r"\\\W", pattern) else "")


def _by_first(mode: Mode) -> Mapping[str, _Patterns]:
    """The patterns of a mode by the character that stands there; under an empty text those for every other one."""
    rules = [(kind, _first_of(kind, text), re.compile(text)) for kind, text, modes in RULES if mode in modes]
    characters = {"", *(char for _, first, _ in rules for char in first)}
    return {
        char: tuple((kind, pattern) for kind, first, pattern in rules if not first or (char and char in first))
        for char in characters
    }


_PATTERNS: Final = {mode: _by_first(mode) for mode in Mode}


def longest(mode: Mode, text: str, position: int) -> tuple[Kind, int] | None:
    """The token here and where it ends; None where the mode knows none."""
    patterns = _PATTERNS[mode]
    found: tuple[Kind, int] | None = None
    for kind, pattern in patterns.get(text[position], patterns[""]):
        match = pattern.match(text, position)
        if match is not None and (found is None or match.end() > found[1]):
            found = kind, match.end()
    return found
