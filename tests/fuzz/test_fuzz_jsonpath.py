"""JSONPath of any kind on JSON of any kind: compiled or refused; what compiles gives a value, a fault or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ContractError, JsonError, MonitorError, NotJudgedError
from monitor.jsonpaths import Json, format_path, read_json
from monitor.languages.jsonpath import CompiledPath, Found, NotFound, PathFault, compile_path
from monitor.languages.jsonpath.permissive import permissive
from monitor.languages.jsonpath.regexes import PatternError, compiled
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, Tree, damaged, shuffled
from tests.fuzz.laws import cases, fits, is_clean, ours
from tests.fuzz.seeds import BODY, text

PATHS = (
    "$.customer.name",
    "$..id",
    "$.rows[?(@.id == 1 && @.name != 'x')].name",
    "$.rows[-1]['a', \"b\"].c",
    "$.rows[0:2][*].tags[0, 1]",
    "$.rows[?(!(@.t in ['x', 1.5, null]) || $.n >= @.n)]",
    "$..rows[?(@.name =~ /a.*[b-d]+/i)].length()",
    '$.sum($.rows[*].n, 1, {"a": [1, \'x\', true]}).concat("z")',
    "$.rows[?(@.tags subsetof ['a'] && @.o == {'k': [1]})].keys()",
    "rows[?(@.t[?(@ > 1)] size 2)].first()",
)
_TOKEN = re.compile(r"\s+|\w+|\.\.|[=!<>]=|=~|&&|\|\||'[^']*'|\"[^\"]*\"|/[^/]*/\w*|.")
_TOKENS = tuple(tuple(_TOKEN.findall(path)) for path in PATHS)
_WORDS = (
    *(token for tokens in _TOKENS for token in tokens if token.strip()),
    *HOSTILE_TEXTS, "[?(", ")]", "@", "[", "]", "append(", "index(", "last()", "stddev()", "avg(", "max(", "size(",
    "nin", "anyof", "noneof", "empty true", "contains", "exists", "type", "/(a|aa)+b/", "/\\p{L}[a-z&&[^b]]/x", "[[1]]",
    "{}", "1e999", "-", "\\u00zz", "['\\ud800']", "*", "..*", "[0:]", "[-1]", "!", "===", "'@.x'", "'[1]'", "`", "\x00",
)  # fmt: skip
_INDEX = st.integers(0, len(_TOKENS) - 1)


def _path(index: int, edits: Sequence[Edit]) -> str:
    return shuffled(_TOKENS[index], edits, _WORDS)


def _document(edits: Sequence[Edit]) -> Json:
    rows: list[Tree] = [
        {"id": 1, "name": "abc", "n": 1.5, "tags": ["a", "$.x"], "o": {"k": [1]}},
        {"id": "1", "t": [1, 2]},
    ]
    seed = text({**BODY, "rows": rows, "n": 1, "customer": {"name": None}})
    try:
        return read_json(damaged(seed, edits), exact=False, max_depth=30_000).value
    except JsonError:
        return {"rows": [{"id": 1}], "n": 1}


def _check(path: CompiledPath, document: Json) -> None:
    answer = ours(lambda: path.evaluate(document), NotJudgedError)
    if isinstance(answer, MonitorError):
        return
    assert fits(answer, Found | NotFound | PathFault)
    assert is_clean(repr(answer) if not isinstance(answer, Found) else "")


@cases(1_000)
@given(_INDEX, EDITS, EDITS)
def test_any_path_on_any_document(index: int, edits: Sequence[Edit], damage: Sequence[Edit]) -> None:
    path = ours(lambda: compile_path(_path(index, edits)), ContractError)
    if isinstance(path, MonitorError):
        return
    assert all(is_clean(format_path(read)) for read in path.reads)
    assert path.target is None or path.target in path.reads
    _check(path, _document(damage))
    _check(path, None)


@cases(300)
@given(st.text(alphabet="$@.[]()'\"?*:,!&|=<>~/ \\-019aeinu{}\n", max_size=40))
def test_any_text_is_compiled_or_told(source: str) -> None:
    path = ours(lambda: compile_path(source), ContractError)
    if not isinstance(path, MonitorError):
        _check(path, [{"a": [1, "a"], "": None}, "a"])


@cases(200)
@given(st.text(alphabet="[]{}:,'\"\\ -+.0129aeunltrfsx\n\x00\x1a~é", max_size=20))
def test_any_lenient_json_is_read_or_is_none(source: str) -> None:
    try:
        value = permissive(source)
    except ValueError:
        return
    assert fits(Found(value), Found)


@cases(200)
@given(
    st.text(alphabet="ab[]()^$|&*+?{}\\.-,012<>:=!dDwWpPQEkuxicUsmné#\n ", max_size=16), st.text("dixmsuU", max_size=3)
)
def test_any_regular_expression_is_made_or_refused(pattern: str, flags: str) -> None:
    with suppress(PatternError):
        compiled(pattern, flags)


@pytest.mark.parametrize("source", ["[},2]", "{]", "[:]", "{'a':}", "{'a'", "['", "{'a':'\\u00"])
def test_json_that_never_ends_is_none(source: str) -> None:
    """``[1},2]``, though, is a list of a text and a number. It was once read for ever."""
    assert permissive("[1},2]") == ["1}", 2]
    with pytest.raises(ValueError, match="no JSON"):
        permissive(source)
