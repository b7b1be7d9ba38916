from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.decoding import MAX_CODINGS, STEP, Decoder, UndecodableError

BODY = b'{"customerId": "CUST-12345"}' * 40


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


def decoded(encodings: tuple[str, ...], *chunks: bytes) -> bytes:
    decoder = Decoder(encodings)
    body = b"".join(piece for chunk in chunks for piece in decoder.feed(chunk))
    decoder.end()
    return body


@pytest.mark.parametrize(
    ("encodings", "sent"),
    [
        ((), BODY),
        (("identity",), BODY),
        (("",), BODY),
        (("gzip",), gzip.compress(BODY, mtime=0)),
        (("GZip ",), gzip.compress(BODY, mtime=0)),
        (("x-gzip",), gzip.compress(BODY, mtime=0)),
        (("gzip",), gzip.compress(BODY[:100], mtime=0) + gzip.compress(BODY[100:], mtime=0)),
        (("gzip",), gzip.compress(BODY, mtime=0) + b"\x00\x00 padding"),
        (("deflate",), zlib.compress(BODY)),
        (("deflate",), raw_deflate(BODY)),
        (("deflate, gzip",), gzip.compress(zlib.compress(BODY), mtime=0)),
        (("deflate", "gzip"), gzip.compress(zlib.compress(BODY), mtime=0)),
        (("gzip, identity",), gzip.compress(BODY, mtime=0)),
    ],
)
def test_codings(encodings: tuple[str, ...], sent: bytes) -> None:
    assert decoded(encodings, sent) == BODY
    assert decoded(encodings, *(bytes([byte]) for byte in sent)) == BODY


@pytest.mark.parametrize("encodings", [("gzip",), ("deflate",), ("gzip, gzip",), ()])
def test_no_bytes_are_no_body(encodings: tuple[str, ...]) -> None:
    assert decoded(encodings) == b""
    assert decoded(encodings, b"") == b""


@given(
    st.binary(max_size=5000), st.lists(st.integers(0, 5000), max_size=6), st.sampled_from(["gzip", "deflate", "raw"])
)
def test_every_cut_decodes_alike(body: bytes, cuts: list[int], kind: str) -> None:
    sent = gzip.compress(body) if kind == "gzip" else zlib.compress(body) if kind == "deflate" else raw_deflate(body)
    marks = [0, *sorted(cut % (len(sent) + 1) for cut in cuts), len(sent)]
    chunks = [sent[a:b] for a, b in pairwise(marks)]
    assert decoded(("gzip" if kind == "gzip" else "deflate",), *chunks) == body


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", b'{"plain": true}'),
        ("gzip", gzip.compress(BODY, mtime=0)[:-5]),
        ("gzip", gzip.compress(BODY, mtime=0)[:6]),
        ("gzip", gzip.compress(BODY, mtime=0)[:-8] + b"\x00" * 8),
        ("deflate", b"{}"),
        ("deflate", zlib.compress(BODY)[:-1]),
        ("deflate", b"x"),
        ("br", b"whatever"),
        ("gzip, zstd", b"whatever"),
        (", ".join(["gzip"] * (MAX_CODINGS + 1)), b"whatever"),
    ],
)
def test_what_is_not_what_it_says(encoding: str, sent: bytes) -> None:
    with pytest.raises(UndecodableError):
        decoded((encoding,), sent)


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
def test_a_bomb_comes_in_small_pieces(encoding: str) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    if encoding == "gzip, gzip":
        bomb = gzip.compress(bomb)
    pieces = [len(piece) for piece in Decoder((encoding,)).feed(bomb)]
    assert max(pieces) <= STEP
    assert sum(pieces) == 30_000_000


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_rubbish_ends_in_bytes_or_in_our_error(data: bytes, encoding: str) -> None:
    with suppress(UndecodableError):
        assert isinstance(decoded((encoding,), data), bytes)
