"""What a vendor sends, before it is a recording: encoded bodies, and statuses with their headers."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.decoding import STEP, Decoder, UndecodableError
from monitor.calling.statuses import status_fault
from monitor.headers import is_json, is_noise, media_type
from monitor.model import Fault, Response
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, cut
from tests.fuzz.laws import CANARY, cases, fits, is_clean
from tests.fuzz.seeds import ANSWER, text

_BODY = text(ANSWER).encode()
_SENT = (gzip.compress(_BODY, mtime=0), zlib.compress(_BODY), gzip.compress(zlib.compress(bytes(200_000)), mtime=0))
_CODINGS = ("gzip", "deflate", "deflate, gzip", "identity", "GZIP,", "br", ",", "\0", "gzip, gzip, gzip, gzip")
_VALUES = st.sampled_from((*HOSTILE_TEXTS, *_CODINGS, "120", "Wed, 21 Oct 2026 07:28:00 GMT")) | st.text(max_size=6)


@cases(500)
@given(st.sampled_from(_SENT), EDITS, st.sampled_from(_CODINGS) | _VALUES, st.integers(1, 4_000))
def test_any_encoded_body_comes_in_bounded_pieces(sent: bytes, edits: Sequence[Edit], coding: str, size: int) -> None:
    data = cut(sent, edits)
    with suppress(UndecodableError):
        decoder = Decoder((coding,))
        for start in range(0, len(data), size):
            assert all(0 < len(piece) <= max(STEP, size) for piece in decoder.feed(data[start : start + size]))
        decoder.end()


@cases(400)
@given(st.integers(100, 999), st.lists(st.tuples(_VALUES, _VALUES), max_size=3), st.none() | st.integers(100, 599))
def test_any_status_and_headers_say_something_or_nothing(
    status: int, headers: list[tuple[str, str]], expected: int | None
) -> None:
    hidden = tuple((name, f"{value}{CANARY}") for name, value in headers)
    response = Response(status, CANARY, "HTTP/1.1", (*hidden, ("Retry-After", f"{CANARY}1")), b"")
    fault = status_fault(response, expected)
    assert fits(fault, Fault | None)
    assert fault is None or (is_clean(fault.what) and is_clean(fault.fix))
    for name, value in headers:
        assert fits((is_noise(name.lower()), is_json(value), media_type(value)), tuple[bool, bool, str])
