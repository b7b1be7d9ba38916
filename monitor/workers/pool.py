"""Warm workers, and cases handed to whichever is free."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from monitor.errors import NotJudgedError
from monitor.model import Case, Judgement, Limits, Outcome, StoredCase
from monitor.workers.frames import Task
from monitor.workers.process import Worker


class JudgePool:
    """``size`` warm workers, which ``remember`` what they judged.

    ``submit`` blocks once every worker has a further case waiting, so memory stays flat.

    Used and closed by the thread that makes it: on Linux a worker dies with the thread that started it.
    """

    def __init__(self, size: int, *, remember: bool = True) -> None:
        self._remember = remember
        self._closing = False
        self._room = threading.BoundedSemaphore(2 * size)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="judge")
        self._slots: SimpleQueue[Worker | None] = SimpleQueue()  # None: a worker is yet to be started
        self._busy: set[Worker] = set()
        for _ in range(size):
            self._slots.put(self._started())

    @staticmethod
    def _started() -> Worker | None:
        try:
            return Worker()
        except OSError:  # no process or descriptor is to be had now: tried again when a case needs it
            return None

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        """The judgement to come: always a value, not_judged with the reason where the worker failed."""
        frame = pickle.dumps(Task(case, limits.judge_timeout, limits.judge_memory, self._remember))
        self._room.acquire()
        try:
            future = self._threads.submit(self._run, frame, limits.judge_timeout)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _run(self, frame: bytes, deadline: float) -> Judgement:
        worker = self._slots.get()
        try:
            if worker is None:
                worker = Worker()
            self._busy.add(worker)
            judgement = worker.judge(frame, deadline)
            worker = self._checked(worker)
        except NotJudgedError as error:
            worker = self._checked(worker, failed=True)
            judgement = Judgement(Outcome.NOT_JUDGED, reason=str(error))
        except Exception as error:  # noqa: BLE001 - a slot must come back, and a case must end, whatever happens
            worker = self._checked(worker, failed=True)
            judgement = Judgement(
                Outcome.NOT_JUDGED, reason=f"no judging process is to be had ({type(error).__name__})"
            )
        finally:
            self._slots.put(worker)
        return judgement

    def _checked(self, worker: Worker | None, *, failed: bool = False) -> Worker | None:
        """The worker, or None where it is of no more use: it is closed, and a new one started ahead of need."""
        if worker is None:
            return None
        self._busy.discard(worker)
        if not failed and not worker.spent:
            return worker
        worker.close()
        return None if self._closing else self._started()

    def close(self, *, at_once: bool = False) -> None:
        """Waits for the cases in hand, or with ``at_once`` kills them."""
        self._closing = True
        if at_once:
            for worker in tuple(self._busy):
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._slots.empty():
            left = self._slots.get()
            if left is not None:
                left.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close(at_once=error is not None)
