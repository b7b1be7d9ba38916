"""Java's regular expressions, written for the ``regex`` package and bounded in time. Where the two differ:

1. ``\\d \\w \\s``, the POSIX classes (``\\p{Alpha}``) and letters of either case are ASCII, unless a flag says no.
2. A dot takes no line terminator, of which there are five. ``(?s)`` and ``(?x)`` last to the end of their group.
3. A class may hold classes (a union) and ``&&``; a bracket in it begins one. ``{`` must be a repetition.
4. An escaped letter that means nothing is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import regex

from monitor.errors import NotJudgedError
from monitor.languages.jsonpath.repetitions import repeats_too_much

SECONDS: Final = 2.0
FLAGS: Final = "dixmsuU"
_OPTIONS: Final = {"i": regex.I, "x": regex.X, "m": regex.M}
_LINES: Final = r"\n\r\x85\u2028\u2029"
_HORIZONTAL: Final = r" \t\xA0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
_ASCII: Final = {"d": "0-9", "w": "a-zA-Z_0-9", "s": r" \t\n\x0B\f\r"}
_CLASSES: Final = {"h": _HORIZONTAL, "v": r"\n\x0B\f\r\x85\u2028\u2029"}
_POSIX: Final = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7F", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": r"\x20-~", "Blank": r" \t", "Cntrl": r"\x00-\x1F\x7F",
    "XDigit": "0-9a-fA-F", "Space": r" \t\n\x0B\f\r",
}  # fmt: skip
_JAVA: Final = {"javaLowerCase": "Lowercase", "javaUpperCase": "Uppercase", "javaWhitespace": "White_Space"}
_ANCHORS: Final = {
    "b": r"(?u:\b)", "B": r"(?u:\B)", "A": r"\A", "G": r"\G", "X": r"\X", "z": r"\Z",
    "Z": rf"(?=(?:\r\n|[{_LINES}])?\Z)",
    "R": rf"(?:\r\n|[\x0B\f{_LINES}])",
}  # fmt: skip
_CONTROLS: Final = {"a": "\a", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CODE: Final = re.compile(
    r"0([0-3][0-7]{2}|[0-7]{1,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|c(.)", re.DOTALL
)
_PROPERTY: Final = re.compile(r"[pP](?:\{([^}]*)\}|([^{]))", re.DOTALL)
_UNICODE: Final = re.compile(rf"\\[pP](?!\{{(?:{'|'.join(_POSIX)})\}})|\(\?[a-zA-Z]*[uU]")
_REPEATED: Final = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}", re.ASCII)
_SWITCH: Final = re.compile(r"\(\?([a-zA-Z]*)(-[a-zA-Z]*)?([:)])")
_GROUP: Final = re.compile(r"\(\?(?:[:=!>]|<[=!]|<[a-zA-Z][a-zA-Z0-9]*>)")
_NAMED: Final = re.compile(r"k<([a-zA-Z][a-zA-Z0-9]*)>")


class PatternError(ValueError):
    """Stays in the languages: the expression is wrong."""


def compiled(pattern: str, flags: str = "") -> regex.Pattern[str]:
    """Raises PatternError. ``flags`` are some of `FLAGS`."""
    if repeats_too_much(pattern, flags):
        raise PatternError("the regular expression repeats too much")
    options = regex.V1
    if not set("uU") & set(flags) and not _UNICODE.search(pattern):
        options |= regex.A
    for flag in flags:
        options |= _OPTIONS.get(flag, 0)
    try:
        return regex.compile(_Translator(pattern, flags).translated(), options)
    except (regex.error, RecursionError, OverflowError, ValueError, IndexError, MemoryError):
        raise PatternError("the regular expression is wrong") from None


def matches(pattern: regex.Pattern[str], text: str) -> bool:
    """Whether the whole of ``text`` matches. Raises NotJudgedError where that takes too long."""
    try:
        return pattern.fullmatch(text, timeout=SECONDS) is not None
    except TimeoutError:
        what = "a regular expression of a JSONPath takes too long"
        raise NotJudgedError(what, fix="write it without nested repetitions") from None


@dataclass(slots=True)
class _Modes:
    """What holds to the end of the group."""

    dotall: bool
    unix: bool
    comments: bool
    unicode: bool


class _Translator:
    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.place = 0
        self.modes = _Modes("s" in flags, "d" in flags, "x" in flags, "U" in flags)
        self.outer: list[_Modes] = []
        self.groups = 0

    def next(self) -> str:
        if self.place >= len(self.text):
            raise PatternError("it ends too early")
        self.place += 1
        return self.text[self.place - 1]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.place)
        self.place = match.end() if match else self.place
        return match

    def translated(self) -> str:
        out: list[str] = []
        while self.place < len(self.text):
            out.append(self.one())
        return "".join(out)

    def one(self) -> str:
        match char := self.next():
            case "\\":
                return self.escape()
            case "[":
                return self.bracket()
            case ".":
                return self.dot()
            case "(":
                return self.group()
            case ")":
                self.close()
            case "{":
                return self.repetition()
        return f"\\{char}" if char in "}]" else char

    def dot(self) -> str:
        if self.modes.dotall:
            return "(?s:.)"
        return r"[^\n]" if self.modes.unix else f"[^{_LINES}]"

    def group(self) -> str:
        self.place -= 1
        switch = self.take(_SWITCH)
        if switch is None:
            self.outer.append(_copy(self.modes))
            if (head := self.take(_GROUP)) is not None:
                self.groups += head[0][2] == "<" and head[0][3] not in "=!"
                return head[0]
            self.place += 1
            if self.text[self.place : self.place + 1] in ("?", "*"):
                raise PatternError("a group is wrong")
            self.groups += 1
            return "("
        on, off = switch[1], (switch[2] or "")[1:]
        if set(on + off) - set(FLAGS):
            raise PatternError("a flag is unknown")
        if switch[3] == ":":
            self.outer.append(_copy(self.modes))
        self.switch(on, value=True)
        self.switch(off, value=False)
        ours, others = "".join(c for c in on if c in "imx"), "".join(c for c in off if c in "imx")
        told = ours + (f"-{others}" if others else "")
        return f"(?{told}{switch[3]}" if told or switch[3] == ":" else ""

    def close(self) -> None:
        if not self.outer:
            raise PatternError("a group closes that was not opened")
        self.modes = self.outer.pop()

    def repetition(self) -> str:
        self.place -= 1
        if (repeated := self.take(_REPEATED)) is None:
            raise PatternError("a repetition is wrong")
        return repeated[0]

    def switch(self, flags: str, *, value: bool) -> None:
        for flag, mode in (("s", "dotall"), ("d", "unix"), ("x", "comments"), ("U", "unicode")):
            if flag in flags:
                setattr(self.modes, mode, value)

    # -- escapes ------------------------------------------------------------------------------------------

    def escape(self) -> str:
        """Outside a class."""
        if (named := self.take(_NAMED)) is not None:
            return f"(?P={named[1]})"
        char = self.text[self.place : self.place + 1]
        if char in _ANCHORS:
            self.place += 1
            return _ANCHORS[char]
        if char == "Q":
            return "".join(map(_literal, self.quoted()))
        if char.isdigit() and char != "0":
            self.place += 1
            return rf"(?:\{char})" if int(char) <= self.groups else "(?!)"
        return self.member()

    def quoted(self) -> str:
        start = self.place + 1
        end = self.text.find("\\E", start)
        self.place = len(self.text) if end == -1 else end + 2
        return self.text[start : len(self.text) if end == -1 else end]

    def member(self) -> str:
        """An escape that stands for one character, or for a class of them."""
        if (code := self.take(_CODE)) is not None:
            return _literal(_character(code))
        if (named := self.take(_PROPERTY)) is not None:
            return _property(named[1] or named[2], negated=named[0][0] == "P")
        char = self.next()
        kind = char.lower()
        if kind in _CLASSES or (kind in _ASCII and not self.modes.unicode):
            return f"[{'' if char == kind else '^'}{_CLASSES.get(kind) or _ASCII[kind]}]"
        if kind in _ASCII:
            return f"\\{char}"
        if char.isascii() and (char.isalpha() or char == "0") and char not in _CONTROLS:
            raise PatternError("an escaped letter means nothing")
        return _literal(_CONTROLS.get(char, char))

    # -- classes ------------------------------------------------------------------------------------------

    def bracket(self) -> str:
        out = ["["]
        if self.text[self.place : self.place + 1] == "^":
            out.append(self.next())
        while True:
            char = self.next()
            if char == "]" and out[-1] not in ("[", "^"):
                return "".join([*out, "]"])
            if char == "[":
                out.append(self.bracket())
            elif char == "&" and self.text[self.place : self.place + 1] == "&":
                self.place += 1
                out.append("&&")
            elif char == "\\" and self.text[self.place : self.place + 1] == "Q":
                out += map(_literal, self.quoted())
            elif not (self.modes.comments and char.isspace()):
                out.append(self.range(self.member() if char == "\\" else _literal(char)))

    def range(self, first: str) -> str:
        ahead = self.text[self.place : self.place + 2]
        if ahead[:1] != "-" or ahead[1:] in ("", "]", "[") or first.startswith("["):
            return first
        self.place += 1
        char = self.next()
        return f"{first}-{self.member() if char == chr(92) else _literal(char)}"


def _copy(modes: _Modes) -> _Modes:
    return _Modes(modes.dotall, modes.unix, modes.comments, modes.unicode)


def _literal(char: str) -> str:
    if not char.isascii() or char.isalnum():
        return char
    return f"\\{char}" if char.isprintable() else f"\\x{ord(char):02x}"


def _character(code: re.Match[str]) -> str:
    octal, byte, point, unit, control = code.groups()
    if control:
        return chr(ord(control) ^ 64)
    return chr(int(octal, 8) if octal else int(byte or point or unit, 16))


def _property(name: str, *, negated: bool) -> str:
    if name in _POSIX:
        return f"[{'^' if negated else ''}{_POSIX[name]}]"
    return f"\\{'P' if negated else 'p'}{{{_JAVA.get(name, name)}}}"
