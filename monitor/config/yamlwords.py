"""PyYAML's complaints in plain words: a table of (its text, ours, the fix)."""

from __future__ import annotations

from typing import Final

import yaml

from monitor.config.tree import Mark, Problem
from monitor.printable import printable

_QUOTE: Final = "put quotes around the text"
_INDENT: Final = "line it up with its neighbours"

# the first row whose text is in PyYAML's complaint counts
_TABLE: Final = (
    (r"character '\t' that cannot start", "a tab stands where a value or key should begin", "use spaces"),
    ("that cannot start any token", "an unquoted text cannot begin with this character", _QUOTE),
    (
        "mapping values are not allowed here",
        "a colon makes this a mapping where none can be",
        f"{_QUOTE}, or {_INDENT}",
    ),
    ("sequence entries are not allowed here", "a list cannot begin here", f"{_INDENT}, or put it on its own line"),
    ("block sequence entries are not allowed", "a list cannot begin here", f"{_INDENT}, or put it on its own line"),
    ("block mapping entries are not allowed", "a mapping cannot begin here", _INDENT),
    ("mapping keys are not allowed here", "a key cannot begin here", f"{_INDENT}, or quote the ?"),
    ("could not find expected ':'", "a key without its colon", "write key: value, or quote the text"),
    ("found undefined alias", "this alias (*name) has no anchor (&name) before it", "write the anchor, or quote the *"),
    ("found duplicate anchor", "two anchors (&name) have this name", "rename one"),
    ("undefined tag handle", "this tag (!name) means nothing here", "remove it, or quote the !"),
    ("unexpected end of stream", "the quote that opens here is never closed", "close it"),
    ("unexpected document separator", "the quote that opens here is never closed", "close it"),
    ("expected a single document", "a second document (---) begins here", "keep one document in a file"),
    ("'<stream end>'", "the file ends within { } or [ ]", "close them"),
    ("expected ',' or '}'", "a comma or the closing } is missing before this", "add it, or quote the text before"),
    ("expected ',' or ']'", "a comma or the closing ] is missing before this", "add it, or quote the text before"),
    ("expected <block end>", "this line does not line up with the ones before it", _INDENT),
    ("unknown escape character", "YAML does not know this escape", "double the backslash, or use single quotes"),
    ("escape sequence of", "this \\x, \\u or \\U escape is not whole", "write all its hexadecimal digits"),
    ("expected alphabetic or numeric", "an unquoted text cannot begin with this character", _QUOTE),
    ("incompatible YAML document", "it asks for another version of YAML", "remove the %YAML line"),
)
# where the mark that helps is the one where the construct opened
_AT_OPENING: Final = ("unexpected end of stream", "unexpected document separator")


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number] if number < len(lines) else ""


def _words(complaint: str, line: str) -> Problem:
    flow = "expected ',' or" in complaint or "found '{'" in complaint
    if flow and "${" in line:
        return Problem("within { } and [ ] the braces of ${...} confuse YAML", 'put quotes around it: "${...}"')
    if line[: len(line) - len(line.lstrip())].count("\t"):
        return Problem("a tab stands in the indentation", "use spaces; YAML takes no tabs there")
    for text, what, fix in _TABLE:
        if text in complaint:
            return Problem(what, fix)
    return Problem(f"it is not YAML: {printable(complaint)}", "check the indentation and the quotes")


def syntax_problem(error: yaml.MarkedYAMLError, text: str) -> tuple[Problem, Mark | None]:
    """What is wrong, and where, for an error of PyYAML's scanner, parser or composer."""
    complaint = f"{error.context or ''} {error.problem or ''}".strip()
    mark = error.problem_mark or error.context_mark
    if error.context_mark and any(words in complaint for words in _AT_OPENING):
        mark = error.context_mark
    if mark is None:
        return _words(complaint, ""), None
    return _words(complaint, _line(text, mark.line)), Mark(mark.line + 1, mark.column + 1)
