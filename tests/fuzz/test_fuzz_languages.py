"""JSONata of any kind: compiled or refused here, and what compiles evaluated in a real worker process."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ContractError, MonitorError, NotJudgedError
from monitor.jsonpaths import Path, format_path
from monitor.languages import compile_translation
from monitor.model import Case, Translation
from tests.fuzz.conftest import WatchedPool, json_response
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, damaged, shuffled
from tests.fuzz.laws import cases, fits, is_clean, ours
from tests.fuzz.seeds import BODY, EXPRESSIONS, text

_TOKEN = re.compile(r"\s+|\$?\w+|'[^']*'|\"[^\"]*\"|/[^/\s]+/\w*|~>|:=|\*\*|.")
_TOKENS = tuple(tuple(_TOKEN.findall(source)) for source in EXPRESSIONS)
_WORDS = (
    *(token for tokens in _TOKENS for token in tokens if token.strip()),
    *HOSTILE_TEXTS, "$$", "%", "@$x", "#$i", "^(", "|", "?", "..", "!=", "function($x){", "λ($x){", "$f(", "[0..9]",
    "[1..1e9]", "$eval('1')", "$error('x')", "$assert(", "$zip(", "$lookup(", "$spread(", "$reduce(", "$single(", "/*",
    "*/", "/a/", "/(/", "/(a+)+$/", "1e999", "-0", "$pad(", "$formatNumber(1, '#0.0e0')", "$fromMillis(1, '[Y', '+99')",
    "$toMillis(", "$formatInteger(1, 'w')", "$base64decode(", "$random()", "\\", "`", "\x00", "\U0001d518",
)  # fmt: skip


def _source(index: int, edits: Sequence[Edit]) -> str:
    return shuffled(_TOKENS[index % len(_TOKENS)], edits, _WORDS)


_INDEX = st.integers(0, len(_TOKENS) - 1)


@cases(500)
@given(_INDEX, EDITS)
def test_any_source_is_compiled_or_told(index: int, edits: Sequence[Edit]) -> None:
    compiled = ours(lambda: compile_translation("jsonata", _source(index, edits)), ContractError, NotJudgedError)
    if isinstance(compiled, MonitorError):
        return
    assert fits(compiled.outputs, tuple[str, ...])
    assert fits(dict(compiled.reads), dict[str, tuple[Path, ...]])
    for output in (*compiled.outputs, "another"):
        assert all(is_clean(format_path(path)) for path in compiled.reads_of(output))


@pytest.mark.parametrize("source", ["a@$x@$y@$z", "a@$x#$i@$y", "{'k': [a#$i#$j@$x.b]}"])
def test_a_third_binding_on_a_step_is_refused(source: str) -> None:
    """jsonata2py's parser loops on it for ever, and what compiles is compiled in the parent."""
    with pytest.raises(ContractError, match="a third variable bound to one step"):
        compile_translation("jsonata", source)


@cases(500)
@given(_INDEX, EDITS, EDITS)
def test_any_translation_is_judged_or_told(
    watched: WatchedPool, index: int, edits: Sequence[Edit], before: Sequence[Edit]
) -> None:
    translation = Translation("pop", "jsonata", _source(index, edits), "pop.jsonata")
    response, baseline = json_response(text(BODY).encode()), json_response(damaged(text(BODY), before))
    watched.judge(Case("crm", "lookup-1", None, (translation,), response, response, baseline))
