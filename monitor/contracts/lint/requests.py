"""Interactions that ask a vendor the same thing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from monitor.contracts.lint.fixes import quoted
from monitor.contracts.lint.remarks import Remark
from monitor.contracts.lint.subjects import Subject

_Key: TypeAlias = tuple[object, ...]


def _key(subject: Subject) -> _Key:
    request = subject.request
    states = json.dumps([[s.name, dict(s.params)] for s in subject.states], sort_keys=True, default=str)
    # headers are part of what is asked: one without a token is another request
    headers = tuple(sorted((name.lower(), value) for name, value in request.headers))
    return subject.vendor, request.method, request.path, tuple(sorted(request.query)), headers, request.body, states


def same_requests(subjects: Iterable[Subject]) -> Iterator[Remark]:
    """Every interaction that sends what another of its vendor, under another description, sends before it."""
    first: dict[_Key, Subject] = {}
    for subject in subjects:
        before = first.setdefault(_key(subject), subject)
        if before.description != subject.description:
            where = before.pointer if before.file == subject.file else f"{before.file} {before.pointer}"
            what = f"it sends the same request in the same states as {quoted(before.description)} ({where})"
            fix = "delete one of them, or give them the provider states in which their answers differ"
            yield subject.remark("same-request", ("request",), what, fix)
