"""HCL as plain values with their places; what is hostile ends in one error."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.contracts.hcl import Hole, parse_hcl
from monitor.contracts.hcl.grammar import MAX_BYTES, MAX_TOKENS
from monitor.errors import ContractError
from monitor.jsonpaths import Json


def value_of(written: str) -> Json:
    (block,) = parse_hcl(f"b {{\n  x = {written}\n}}")
    return block.attributes["x"].value()


def told(written: str) -> str:
    with pytest.raises(ContractError) as raised:
        value_of(written)
    return f"{raised.value.where}: {raised.value.what}"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"plain"', "plain"),
        ('""', ""),
        (r'"\"q\" \\ \n \t \r \u00e9 \U0001F600 é"', '"q" \\ \n \t \r é 😀 é'),
        ('"$${input.x} $!{y} $z %%{w} 100% $"', "${input.x} $!{y} $z %{w} 100% $"),
        ('"$$${input.x}"', "$${input.x}"),
        (r'"$${esc.jsonEncode(\"$${input.x}\")}"', '${esc.jsonEncode("${input.x}")}'),
        ("true", True),
        ("null", None),
        ("12", 12),
        ("-1", -1),
        ("-12.5", -12.5),
        ("1e3", 1000),
        ('("in brackets")', "in brackets"),
        ("[1, 2,\n # three\n 3,\n]", [1, 2, 3]),
        ("[]", []),
        ('{ a = 1, "b c" : 2\n in = 3, null = 4, 5 = 6 }', {"a": 1, "b c": 2, "in": 3, "null": 4, "5": 6}),
        ('<<E\nline $${x} \\n "q"\n\n  two\nE\n', 'line ${x} \\n "q"\n\n  two\n'),
        ("<<-E\n    a\n\n      b %%{c}\n  E\n", "a\n\n  b %{c}\n"),
        ("<<E\nE\n", ""),
        ('jsonencode({b = "<&>", a = [1, null]})', '{"a":[1,null],"b":"\\u003c\\u0026\\u003e"}'),
    ],
)
def test_values(written: str, value: Json) -> None:
    assert value_of(written) == value


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("var.x", "line 2, column 7: var.x is no plain value"),
        ('"a ${var.x}"', "line 2, column 10: ${var.x} is no plain value"),
        ('"%{ if true }a%{ endif }"', "%{ if true } is no plain value"),
        ("<<E\na\n b ${var.x}\nE\n", "line 4, column 1: ${var.x} is no plain value"),
        ('"$${a ${var.x} }"', "${var.x} is no plain value"),
        ('file("a.json")', 'file("a.json") is no plain value'),
        ("{ (var.x) = 1 }", "var.x is no plain value"),
        ('true ? "a" : "b"', 'true ? "a" : "b" is no plain value'),
        ("1 + 1", "1 + 1 is no plain value"),
        ("!true", "!true is no plain value"),
        ("[for a in b : a]", "[for a in b : a] is no plain value"),
        (r'"\q"', r"\q is no escape"),
        (r'"\ud800"', r"\ud800 is no escape"),
        ("1e999", "this number is too large"),
        ("1" * 5000, "this number is too large"),
    ],
)  # fmt: skip
def test_what_is_no_plain_value(written: str, what: str) -> None:
    assert what in told(written)


def test_a_quote_that_the_grammar_looks_beyond() -> None:
    (block,) = parse_hcl('b {\n  x = "$${a"\n  y = "b}"\n}')
    with pytest.raises(ContractError, match="this text has no end"):
        block.attributes["x"].value()


def test_blocks_labels_and_places() -> None:
    (block,) = parse_hcl('# c\nresource "t" name {\n  a = 1\n  inner {\n    b = 2\n  }\n  inner {}\n}\n')
    assert (block.kind, block.labels, block.line, block.column) == ("resource", ("t", "name"), 2, 1)
    assert [inner.line for inner in block.within("inner")] == [4, 7]
    assert block.within("inner")[0].attributes["b"].value() == 2


def test_a_text_with_holes() -> None:
    (block,) = parse_hcl('b {\n  x = "Bearer ${var.x}!"\n}')
    assert [part for part in block.attributes["x"].parts() if part] == ["Bearer ", Hole("${var.x}", 2, 15), "!"]


# -- what is hostile ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a {", "line 1, column 4: it is no HCL: something is not closed, or missing, before this"),
        ("a = 1 2", "line 1, column 7: it is no HCL: '2' cannot stand here"),
        ("a = <<E\nx\n", "line 1, column 5: it is no HCL: this heredoc has no end"),
        ('a = "', "it is no HCL"),
        ("\0", "line 1, column 1: it is no HCL"),
        ("}", "it is no HCL"),
        ("a = " + "[" * 100_000, "nested deeper than 60 levels"),
        ("a {" * 1000, "nested deeper than 60 levels"),
        ('a = "' + '${"' * 1000, "nested deeper than 60 levels"),
        ("#\n" * (MAX_TOKENS + 1), f"over {MAX_TOKENS:,} words"),
        ("a = <<E\n" + "\n" * 100_000, "200 blank lines"),
        ("a = 1" + "-1" * 100_000, "200 blank lines or numbers"),
        ("#" * (MAX_BYTES + 1), "longer than 1,000,000 characters"),
    ],
)
def test_hostile_files_end_in_one_error(text: str, what: str) -> None:
    with pytest.raises(ContractError) as raised:
        parse_hcl(text)
    assert what in f"{raised.value.where}: {raised.value.what}"


@settings(max_examples=40)
@given(st.lists(st.sampled_from('a = 1\n"{}[]()$%\\#/*<E-.,:?!&|é').map(str), max_size=30).map("".join))
def test_only_contract_errors_leave(text: str) -> None:
    try:
        for block in parse_hcl(text):
            for expression in block.attributes.values():
                expression.value()
    except ContractError:
        pass


# -- laws ---------------------------------------------------------------------------------------------------

_PIECES = ["${input.x}", "%{y}", "$!{z}", "$", "%", "{", "}", '"', "\\", "\n", "\t", "é", "😀", "a ", "#", "//", "<<E"]
TEXTS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


def quoted(text: str) -> str:
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("${", "$${"), ("%{", "%%{")):
        text = text.replace(char, escape)
    return f'"{text}"'


@settings(max_examples=40)
@given(TEXTS.filter(lambda text: not re.search(r"[$%]\{[^}]*$", text)))  # python-hcl2 wants the } of a $${
def test_a_quoted_text_is_read_as_it_was_meant(text: str) -> None:
    assert value_of(quoted(text)) == text


@settings(max_examples=40)
@given(TEXTS)
def test_a_heredoc_is_read_as_it_was_meant(text: str) -> None:
    body = f"{text}\n".replace("${", "$${").replace("%{", "%%{")
    assert value_of(f"<<END\n{body}END\n") == f"{text}\n"
