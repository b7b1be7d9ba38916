"""Velocity of any kind: parsed or refused, and what is parsed is rendered or told, whatever the context holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import ContractError, JsonError, MonitorError, NotJudgedError
from monitor.jsonpaths import read_json
from monitor.languages.velocity import Bounds, Reference, Rendered, RenderFault, parse_template, render
from monitor.languages.velocity.tools import GENESYS
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, damaged, shuffled
from tests.fuzz.laws import CANARY, cases, fits, is_clean, ours
from tests.fuzz.seeds import ANSWER, text

_SOURCES = (
    '{"id": ${id}, "name": ${successTemplateUtils.firstFromArray("${name}", "$esc.quote$esc.quote")}, "a": $!age}',
    "#if($vip && $age > 30)#set($x = $contact.email.split('@')[0])$x#elseif(!$none)${name|'?'}#{else}$score#end",
    "#foreach($r in $rows)$foreach.count: $r.id#foreach($t in $r.tags)$t#if($foreach.hasNext),#end#end#break#else-#end",
    '#macro(m $a $b=[1..3])$a.replaceAll("[a-z]", "$b")$!bodyContent#end#m("$id")#@m({"k": $age} true)x#end',
    "#define($d)#evaluate('$id')#end$d$d #set($rows[0].id = -$age * (2 + 1.5) % 3)$rows.get(0).put('q', $rows) #stop",
    "\\$id \\\\#if($id) #[[ $x ]]# ## $y\n#* $z *#${id.substring(1, 3).concat($esc.url($name)).format('%5s', $age)}",
)
_TOKEN = re.compile(r"\s+|\w+|\$!?\{?\w+|#\{?\w+|'[^']*'|.", re.DOTALL)
_TOKENS = tuple(tuple(_TOKEN.findall(source)) for source in _SOURCES)
_WORDS = (
    *(token for tokens in _TOKENS for token in tokens if token.strip()),
    *HOSTILE_TEXTS, "$", "#", "$!", "${", "}", "#{", "#@", "#end", "#else", "#elseif(", "#if(", "#foreach(", "#macro(",
    "#set(", "#[[", "]]#", "#*", "*#", "##", "#**", "|", "||", "&&", "..", "[1..", "\\", "\x1c", "\r", "\u2028",
    "$a.b(",
    "$id.repeat(99999)", "$rows.addAll($rows)", "$rows.clear", "$name.matches('(a|aa)+$')", "$foreach.parent", "'", '"',
    "$math.pow(9, 999)", "$age.toString(2)", "$score.intValue()", "$id.class.name", "[-1]", ".get(", "!", "not", "eq",
    "#evaluate($name)", "#parse($id)", "#include('a')", "#break($foreach)", "1e999", "-", "9" * 30, "\U0001d518",
)  # fmt: skip
_INDEX = st.integers(0, len(_TOKENS) - 1)
_BOUNDS = Bounds(steps=2_000, text=50_000, depth=20)


def _context(edits: Sequence[Edit]) -> Mapping[str, object]:
    try:
        document = read_json(damaged(text(ANSWER), edits), exact=False).value
    except (JsonError, ValueError, RecursionError):
        document = None
    return {**GENESYS, **(document if isinstance(document, dict) else {"id": document})}


@cases(300)
@given(_INDEX, EDITS, EDITS, st.booleans())
@example(0, [], [], True)
def test_any_template_is_rendered_or_told(
    index: int, edits: Sequence[Edit], others: Sequence[Edit], strict: bool
) -> None:
    source = shuffled(_TOKENS[index], edits, _WORDS)
    template = ours(lambda: parse_template(source), ContractError)
    if isinstance(template, MonitorError):
        return
    assert fits(template.references, tuple[Reference, ...])
    answer = ours(lambda: render(template, _context(others), strict=strict, bounds=_BOUNDS), NotJudgedError)
    if isinstance(answer, RenderFault):
        assert fits(answer, RenderFault)
        assert answer.message
        assert is_clean(answer.message)
        assert answer.line > 0
        assert answer.column > 0
    else:
        assert isinstance(answer, Rendered | MonitorError)


@cases(300)
@given(st.text(max_size=40), st.text(max_size=40))
@example("${" + CANARY, "")
def test_any_text_is_a_template_or_is_told(source: str, value: str) -> None:
    template = ours(lambda: parse_template(source), ContractError)
    if not isinstance(template, MonitorError):
        answer = ours(lambda: render(template, {"a": value, "b": [value]}, bounds=_BOUNDS), NotJudgedError)
        assert isinstance(answer, Rendered | RenderFault | MonitorError)
