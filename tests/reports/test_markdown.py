"""Markdown for a pull request's comment: bounded, and nothing of the vendor's is read as Markdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitor.model import Outcome, Result, RunReport, Severity, Skipped
from monitor.printable import printable
from monitor.reports import Options, find
from monitor.reports._markdown import block, cell, span

TEXT = """\
## monitor: Drift

1 drift at or above breaking in 1 interaction; 1 interaction vendor_down.
5 interactions in 2.0 s, run `20261122T085800Z-ab12cd`, exit 1

| vendor | drifted | vendor_down | no_baseline | same |
| --- | ---: | ---: | ---: | ---: |
| `crm` | 2 | 0 | 1 | 1 |
| `tickets` | 0 | 1 | 0 | 0 |
| all vendors | 2 | 1 | 1 | 1 |

- closed interrupted run `20261121T000000Z-000000`
- note: ````HOSTILE````
- without a baseline structure is not compared; approve a recording: `monitor approve --vendor VENDOR`

### Drifted

#### DRIFTED (breaking) `crm`: ````HOSTILE````
````
breaking
  Expected: a (String) at $.a
  Actual: HOSTILE
info
  b (String) is gone
note: key 'a' stands twice
````
- against `recordings/baseline/crm/lookup-1a2b3c4d.har`
- evidence `recordings/runs/R/crm/lookup-1a2b3c4d.har`

#### DRIFTED (warning) `crm`: `list`
```
warning
  c (String) may now be null
```
- against `recordings/baseline/crm/list-1a2b3c4d.har`
- evidence `recordings/runs/R/crm/list-1a2b3c4d.har`

### Not judged

#### VENDOR DOWN `tickets`: `a lookup`
````
vendor_down because HOSTILE
look there
````
- evidence `recordings/runs/R/tickets/vendor_down-00000000.har`

### Skipped

- `crm`: ````HOSTILE````: `it is a message`
""".replace(
    "HOSTILE",
    "a\\x1b[31m`b` ``` | <script>x()</script> @someone #1 [x](http://e.example) ]]> \\ud800 \\u202e &amp;\\x0a# c\\x00",
)
MARKDOWN = MarkdownIt("commonmark", {"linkify": False}).enable("table")
OURS = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
BLOCKS = {"heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"}
STAMP = datetime(2026, 11, 22, tzinfo=UTC)
ANY = st.text(st.characters(codec=None), max_size=60)


def tokens(text: str) -> list[Token]:
    return MARKDOWN.parse(text)


def inline(text: str) -> list[Token]:
    return [child for token in tokens(text) for child in token.children or ()]


def render(report: RunReport) -> str:
    return find("markdown").render(report, Options())


def test_what_a_comment_shows(hostile: RunReport) -> None:
    report = replace(hostile, results=hostile.results[:5])
    assert render(report) == TEXT


def assert_ours(text: str) -> None:
    """Nothing but our own constructs comes out: no HTML, link, image, emphasis or heading of the vendor's."""
    for token in tokens(text):
        assert token.type.removesuffix("_open").removesuffix("_close") in {*BLOCKS, "inline", "fence"}, token
        for child in token.children or ():
            assert child.type in OURS, child
            if child.type == "text":
                assert not set(child.content) & set("@<`|"), child


def test_nothing_of_the_vendors_is_markdown(hostile: RunReport) -> None:
    text = render(hostile)
    assert_ours(text)
    assert sum(token.type == "heading_open" for token in tokens(text)) == 4 + 8


@given(ANY)
def test_no_text_breaks_out(text: str) -> None:
    result = Result(text, text, text, Outcome.NOT_JUDGED, reason=text, fix=text, evidence=text)
    skipped = Skipped(text, text, text, text, text)
    assert_ours(render(RunReport("r", "check", STAMP, STAMP, (), (result,), (skipped,), (text,), (text,))))


def test_it_fits_into_a_comment_and_says_what_is_left_out(many: RunReport) -> None:
    text = render(many)
    assert len(text.encode()) <= 65_000
    assert_ours(text)
    assert text.index("DRIFTED (breaking)") < text.index("DRIFTED (warning)")
    assert "171 more lines, none worse" in text
    assert "**Left out, to stay within the length of a comment:**" in text
    assert "drifted, " in text.splitlines()[-1]
    assert text.count("- note: ") == 10


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"exit_code": 0}, "No drift to act on"),
        ({"exit_code": 1}, "Drift"),
        ({"exit_code": 3}, "Not everything could be judged"),
        ({"exit_code": 3, "results": ()}, "Nothing was judged"),
        ({"exit_code": 0, "results": ()}, "Nothing was judged"),
    ],
)
def test_the_heading_is_the_verdict(hostile: RunReport, changes: dict[str, object], verdict: str) -> None:
    report = replace(hostile, **changes)  # type: ignore[arg-type]  # fields of the report
    assert render(report).startswith(f"## monitor: {verdict}\n")


def test_the_worst_comes_first(hostile: RunReport) -> None:
    text = render(replace(hostile, fail_on=Severity.WARNING))
    titles = ["DRIFTED (breaking)", "DRIFTED (warning)", "VENDOR DOWN", "NOT RUN", "### Skipped"]
    assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)


# -- the helper -------------------------------------------------------------------------------------------


@given(ANY.filter(bool))
def test_a_span_shows_the_text(text: str) -> None:
    assert [(child.type, child.content) for child in inline(f"x {span(text)}")][1:] == [
        ("code_inline", printable(text, 300))
    ] or len(printable(text, 300)) > 300


@given(ANY.filter(bool))
def test_a_cell_stays_one_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {cell(text)} | x |\n"
    found = [token for token in tokens(table) if token.type == "inline"]
    assert [[(c.type, c.content) for c in t.children or ()] for t in found[2:]] == [
        [("code_inline", printable(text, 300))],
        [("text", "x")],
    ]


@given(st.lists(ANY, max_size=5))
def test_a_block_holds_its_lines(lines: list[str]) -> None:
    before, fence, after = "before\n\n", block(lines), "\n\n# after"
    (found,) = [token for token in tokens(before + fence + after) if token.type == "fence"]
    assert found.content == "".join(f"{printable(line, 300)}\n" for line in lines)
    assert [token.type for token in tokens(before + fence + after)][-3:-1] == ["heading_open", "inline"]


def test_long_texts_are_cut_after_they_are_escaped() -> None:
    assert len(span("\x1b" * 1_000, 100)) == 102
    assert block(["x"], language="diff") == "```diff\nx\n```"
    assert span("") == "` `"
