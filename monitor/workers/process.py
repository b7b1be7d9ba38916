"""The parent's side of one worker: started, asked, killed when it is late."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import Final

from pydantic import TypeAdapter, ValidationError

from monitor.errors import NotJudgedError
from monitor.model import Judgement
from monitor.workers.frames import LENGTH, MAX_ANSWER, READY, SHOW_ERRORS, receive, send

_JUDGEMENTS: Final = TypeAdapter(Judgement)
STARTUP_SECONDS: Final = 120.0
DYING_SECONDS: Final = 5.0  # from the end of its output to the end of the process
PIECE: Final = 1 << 20  # bytes read at once
_KEPT_ENVIRONMENT: Final = ("SYSTEMROOT", SHOW_ERRORS)  # Windows cannot start Python without the first
# the very modules of the parent, wherever they come from; nothing else of its environment
_BOOT: Final = "import sys; sys.path[:] = {path!r}; from monitor.workers.serving import serve; serve()"


class Worker:
    """One process. Started at once, waited for only when it is first used. ``spent``: it is of no more use."""

    def __init__(self) -> None:
        self._ready = False
        self._late = False
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get(SHOW_ERRORS) == "1" else subprocess.DEVNULL,
            env={**environment, "PACT_DO_NOT_TRACK": "true"},
        )
        assert self._process.stdin is not None  # noqa: S101 - opened with PIPE
        assert self._process.stdout is not None  # noqa: S101 - opened with PIPE
        self._tasks, self._answers = self._process.stdin, self._process.stdout

    def _answer(self, seconds: float) -> bytes | None:
        if hasattr(select, "poll"):
            return self._polled(seconds)
        timer = threading.Timer(seconds, self._kill_late)  # Windows cannot wait for a pipe with a bound
        timer.daemon = True
        timer.start()
        try:
            return receive(self._answers, MAX_ANSWER)
        finally:
            timer.cancel()

    def _polled(self, seconds: float) -> bytes | None:
        descriptor, until = self._answers.fileno(), time.monotonic() + seconds
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        frame, size = bytearray(), LENGTH.size
        while len(frame) < size:
            if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                self._kill_late()
                return None
            piece = os.read(descriptor, min(size - len(frame), PIECE))
            frame += piece
            if len(frame) == LENGTH.size:
                size += LENGTH.unpack(frame)[0]
            if not piece or size > MAX_ANSWER:
                return None
        return bytes(frame[LENGTH.size :])

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _wait_until_ready(self) -> None:
        if not self._ready and self._answer(STARTUP_SECONDS) != READY:
            raise NotJudgedError("the judging process did not start", fix="run: monitor doctor")
        self._ready = True

    def judge(self, frame: bytes, deadline: float) -> Judgement:
        """Raises NotJudgedError where no judgement came; the worker is then of no more use."""
        try:
            self._wait_until_ready()
            send(self._tasks, frame)
            answer = self._answer(deadline)
        except OSError:
            answer = None
        if answer is None:
            raise NotJudgedError(self._why_dead(deadline), fix="see judge_timeout and judge_memory under limits")
        try:
            return _JUDGEMENTS.validate_json(answer)
        except ValidationError:
            raise NotJudgedError("the judging process answered what is no judgement") from None

    def _why_dead(self, deadline: float) -> str:
        if self._late:
            return f"judging it took longer than {deadline:g} s"
        try:
            code = self._process.wait(DYING_SECONDS)
        except subprocess.TimeoutExpired:
            return "the judging process answered nothing that can be read"
        names = {sign.value: sign.name for sign in signal.Signals}
        name = names.get(-code, f"exit {code}")
        return f"the judging process died ({name}{': out of memory, most likely' if name == 'SIGABRT' else ''})"

    @property
    def spent(self) -> bool:
        """Its deadline passed just after it had answered: it is dying, through no fault of the next case."""
        return self._late

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._tasks, self._answers):
            with contextlib.suppress(OSError):  # a dead reader leaves bytes unflushed
                stream.close()
