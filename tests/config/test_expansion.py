"""The laws of ``${...}``."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.expansion import Expander, Expansion, SecretsMode, escape
from monitor.config.secrets import SecretPlace
from monitor.model import Secret

_TEXT = st.text() | st.lists(st.sampled_from(["$", "{", "}", "${", "$${", ":-", "A", "secret:env:A"])).map("".join)
_NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True)
_VALUE = _TEXT.filter(bool)


def expander(environ: dict[str, str], mode: SecretsMode = SecretsMode.REQUIRE) -> Expander:
    return Expander(SecretPlace(environ, Path("/nowhere")), mode)


@settings(deadline=None)
@given(_TEXT)
def test_escaping_is_the_inverse(text: str) -> None:
    made = expander({}).expand(escape(text))
    assert (made.text, made.known, made.problems) == (text, True, ())


@settings(deadline=None)
@given(st.text().filter(lambda text: "${" not in text))
def test_text_without_a_brace_is_itself(text: str) -> None:
    assert expander({}).expand(text) == Expansion(text, expanded=False, known=True)


@settings(deadline=None)
@given(_TEXT.filter(lambda text: not text.endswith("$")), _NAME, _VALUE, _TEXT)
def test_what_comes_in_is_not_expanded_again(before: str, name: str, value: str, after: str) -> None:
    reader = expander({name: value})
    made = reader.expand(f"{escape(before)}${{{name}}}{escape(after)}")
    assert (made.text, made.expanded, made.known) == (before + value + after, True, True)
    assert reader.secrets == (Secret(name, value),)


@settings(deadline=None)
@given(_NAME, st.text().filter(lambda text: "}" not in text and "${" not in text))
def test_defaults_are_literal_and_no_secrets(name: str, default: str) -> None:
    for environ in ({}, {name: ""}):
        reader = expander(environ)
        assert reader.expand(f"${{{name}:-{default}}}").text == default
        assert reader.secrets == ()


@settings(deadline=None)
@given(_NAME)
def test_offline_what_is_unset_stays_as_written(name: str) -> None:
    for written in (f"a${{{name}}}b", f"${{secret:env:{name}}}"):
        made = expander({}, SecretsMode.DEFER).expand(written)
        assert (made.text, made.known, made.problems) == (written, False, ())


@settings(deadline=None)
@given(_TEXT, st.sampled_from(SecretsMode))
def test_any_text_is_expanded_or_told(text: str, mode: SecretsMode) -> None:
    made = expander({"A": "a"}, mode).expand(text)
    assert made.known != bool(made.problems) or mode is SecretsMode.DEFER
    assert all(problem.what and "\n" not in problem.what for problem in made.problems)


def test_the_value_is_in_no_repr() -> None:
    place = SecretPlace({"A": "hunter2"}, Path("/nowhere"))
    reader = Expander(place, SecretsMode.REQUIRE)
    assert "hunter2" not in repr(reader.expand("${A}")) + repr(place) + repr(reader.secrets) + repr(reader)


def test_a_default_gives_way_to_the_environment_and_then_is_a_secret() -> None:
    reader = expander({"URL": "https://x.example"})
    assert reader.expand("${URL:-http://127.0.0.1}").text == "https://x.example"
    assert reader.secrets == (Secret("URL", "https://x.example"),)


def test_each_value_is_listed_once() -> None:
    reader = expander({"A": "a", "B": "a"})
    reader.expand("${A}${A}${B}")
    reader.expand("${A}")
    assert reader.secrets == (Secret("A", "a"), Secret("B", "a"))


def test_a_file_cannot_grow_without_bound() -> None:
    reader = expander({"A": "x" * 1_000_000})
    made = reader.expand("${A}" * 17)
    assert not made.known
    assert [problem.what for problem in made.problems] == ["the file expands to more than 16 MiB"]


MALFORMED = [
    ("${A", "${A: it is not closed", "add the }, or write $${ for a literal ${"),
    ("${}", "${}: this is no name", ""),
    ("${1A}", "${1A}: this is no name", ""),
    ("${A-b}", "${A-b}: this is no name", ""),
    ("${ A }", "${ A }: this is no name", ""),
    ("${A:-${B}}", "${A:-${B}: one ${...} within another is not taken", ""),
    ("${secret:env}", "${secret:env}: a secret needs a kind and a name", ""),
    (
        "${secret:env:}",
        "${secret:env:}: secret:env: needs the name of an environment variable (letters, digits, _)",
        "",
    ),
    ("${secret:env:A:-b}", "${secret:env:A:-b}: secret:env: needs the name of an environment variable", ""),
    ("${secret:vault:A}", "${secret:vault:A}: there is no secret source of this kind; the kinds are env, file", ""),
    ("${secret:os:environ}", "${secret:os:environ}: there is no secret source of this kind", ""),
    ("${secret:../x:A}", "${secret:../x:A}: there is no secret source of this kind", ""),
    ("${secret:file:}", "${secret:file:}: secret:file: needs the path of a file", ""),
]


@pytest.mark.parametrize("mode", SecretsMode)
@pytest.mark.parametrize(("text", "what", "fix"), MALFORMED)
def test_what_is_malformed_is_a_fault_offline_too(text: str, what: str, fix: str, mode: SecretsMode) -> None:
    problem = expander({"A": "a"}, mode).expand(text).problems[0]
    assert problem.what.startswith(what)
    assert problem.fix.startswith(fix)
    assert problem.fix


def test_a_value_that_is_no_text() -> None:
    problem = expander({"A": "\udcff"}).expand("${A}").problems[0]
    assert problem.what == "${A}: its value is not UTF-8 text"
