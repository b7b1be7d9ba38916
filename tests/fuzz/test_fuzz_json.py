"""JSON of any kind, paths of any kind, and any two bodies side by side."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from monitor.checking.severity import severity_of
from monitor.checking.structure import changes
from monitor.checking.words import told
from monitor.errors import JsonError, MonitorError, NotJudgedError
from monitor.jsonpaths import Document, Path, format_path, parse_path, read_json
from monitor.model import Change, Finding, Response
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, damaged
from tests.fuzz.laws import CANARY, cases, fits, is_clean, ours
from tests.fuzz.seeds import ANSWER, BODY, PACTS, text

_BODY, _ANSWER = text(BODY), text(ANSWER)
_SEEDS = st.sampled_from((_BODY, *PACTS))
_TYPES = ("application/json", "application/json; charset=utf-8", "application/hal+json", "text/html", "", "a/b; \x1b")


@cases(900)
@given(_SEEDS, EDITS, st.booleans())
def test_any_bytes_are_json_or_told(seed: str, edits: Sequence[Edit], exact: bool) -> None:
    document = ours(lambda: read_json(damaged(seed, edits), exact=exact), JsonError)
    assert isinstance(document, JsonError) or fits(document, Document)


@cases(800)
@given(st.lists(st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=4), max_size=4), st.booleans())
def test_any_text_is_a_path_or_told(parts: list[str], rooted: bool) -> None:
    path = ours(lambda: parse_path("$" * rooted + "".join(parts)), JsonError)
    if not isinstance(path, JsonError):
        assert fits(path, Path)
        assert parse_path(format_path(path)) == path
        assert is_clean(format_path(path))


def _response(body: bytes, media: str) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", media),) if media else (), body)


@cases(700)
@given(EDITS, EDITS, st.sampled_from(_TYPES), st.sampled_from(_TYPES))
def test_any_two_bodies_are_compared_or_told(one: Sequence[Edit], other: Sequence[Edit], was: str, now: str) -> None:
    before, after = _response(damaged(_BODY, one, whole=True), was), _response(damaged(_ANSWER, other), now)
    found = ours(lambda: changes(before, after), JsonError, NotJudgedError)
    if isinstance(found, MonitorError):
        return
    assert fits(found, tuple[Change, ...])
    assert CANARY not in repr(found)
    for change in found:
        assert is_clean(change.root)
        assert not change.root.startswith("$") or format_path(parse_path(change.root)) == change.root
    findings = [Finding(c.root, severity_of(c.kind, False, {}), False, c) for c in found]
    assert all(is_clean(line) for group in told(findings) for line in group.lines)
