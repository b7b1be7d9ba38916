"""Content-Encoding undone in bounded steps: a bomb never holds more than one step per coding in memory. PURE.

1. Codings are undone from the last to the first; identity is none. Known: gzip, x-gzip, deflate (zlib, or raw as
   some servers send it).
2. What follows a whole gzip member is the next member if it begins like one, else it is ignored, as clients do.
3. A body of no bytes is no body, whatever its coding (HEAD, 204, 304).
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from typing import Final

STEP: Final = 64 * 1024  # bytes
MAX_CODINGS: Final = 3
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_RAW_DEFLATE: Final = -zlib.MAX_WBITS
_GZIP_BITS: Final = zlib.MAX_WBITS + 16


class UndecodableError(Exception):
    """The body is not what its Content-Encoding says. The text holds nothing of the vendor's."""


class _Inflater:
    """One coding. ``feed`` yields pieces of at most STEP bytes."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._head = b""  # bytes of a deflate body until its kind is known
        self._engine = zlib.decompressobj(_GZIP_BITS) if gzip else None
        self._fed = False
        self._ended = False

    def _start(self, data: bytes) -> bytes:
        """The bytes to inflate now; none while two bytes are still needed to tell zlib from raw deflate."""
        if self._engine is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            first, second = self._head[:2]
            wrapped = first & 0x0F == 8 and (first << 8 | second) % 31 == 0
            self._engine = zlib.decompressobj(zlib.MAX_WBITS if wrapped else _RAW_DEFLATE)
            data, self._head = self._head, b""
        return data

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not data:
            return
        self._fed = True
        data = self._start(data)
        while data:
            if self._ended:
                if not (self._gzip and data.startswith(b"\x1f")):
                    return
                self._engine, self._ended = zlib.decompressobj(_GZIP_BITS), False
            data = yield from self._inflate(data)

    def _inflate(self, data: bytes) -> Generator[bytes, None, bytes]:
        """Yields what ``data`` inflates to; returns what stands behind the end mark."""
        engine = self._engine
        if engine is None:
            return b""
        while True:
            try:
                piece = engine.decompress(data, STEP)
            except zlib.error:
                raise UndecodableError("the body is not what its Content-Encoding says") from None
            if piece:
                yield piece
            if engine.eof:
                self._ended = True
                return engine.unused_data
            data = engine.unconsumed_tail
            if not data and len(piece) < STEP:
                return b""

    def end(self) -> None:
        """Raises UndecodableError where the body stopped before its own end."""
        if self._fed and not self._ended:
            raise UndecodableError("the compressed body ends before its end mark")


class Decoder:
    """All codings of one response. Raises UndecodableError at once for a coding that is not known."""

    def __init__(self, content_encodings: tuple[str, ...]) -> None:
        codings = [c.strip().lower() for value in content_encodings for c in value.split(",")]
        codings = [coding for coding in codings if coding not in ("", "identity")]
        if any(coding not in _GZIP and coding != "deflate" for coding in codings):
            raise UndecodableError("the body has a Content-Encoding that was not asked for (gzip and deflate were)")
        if len(codings) > MAX_CODINGS:
            raise UndecodableError(f"the body is encoded more than {MAX_CODINGS} times over")
        self._stages = [_Inflater(gzip=coding in _GZIP) for coding in reversed(codings)]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """``data`` decoded, piece by piece. Raises UndecodableError."""
        return self._through(0, data)

    def _through(self, stage: int, data: bytes) -> Iterator[bytes]:
        if stage == len(self._stages):
            if data:
                yield data
            return
        for piece in self._stages[stage].feed(data):
            yield from self._through(stage + 1, piece)

    def end(self) -> None:
        """To be called when the body is whole. Raises UndecodableError where it is not."""
        for stage in self._stages:
            stage.end()
