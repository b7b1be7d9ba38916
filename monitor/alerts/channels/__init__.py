"""Channels: ``kind: slack`` in monitor.yaml is the file ``slack.py`` here, or an entry point of another package.

A kind is a module (or an object of the entry-point group ``drift_monitor.channels``) with

    Settings     a pydantic model of its options, as monitor.yaml gives them (expanded)
    build(settings: Settings, context: Context) -> Channel

It imports its SDK within ``build``, so that only who uses it pays for it. Kinds are looked up among those discovered;
nothing that a user writes is ever imported.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from pydantic import BaseModel

from monitor.errors import UsageError
from monitor.model import Answer, Message
from monitor.printable import printable

GROUP: Final = "drift_monitor.channels"
TIMEOUT: Final = 20.0  # seconds for one message, connecting included


@dataclass(frozen=True, slots=True)
class Context:
    """What a channel may know beside its own settings. ``timeout``: seconds for one message.

    ``clock`` tells when a message is sent, where that is signed; None: the message's own time stands for it.
    """

    name: str
    version: str  # of monitor, for a User-Agent
    timeout: float = TIMEOUT
    clock: Callable[[], datetime] | None = None


class Channel(Protocol):
    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        """Sends one message; what came of it is a value, never an exception.

        ``key`` is the same at every try, so that a receiver can tell a repetition. ``thread`` is the ``answer`` of the
        message that this one belongs under. No secret is in what is answered.
        """
        ...


class Kind(Protocol):
    """A channel's module."""

    Settings: type[BaseModel]

    def build(self, settings: BaseModel, context: Context) -> Channel: ...  # its own Settings


def _ours() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def kinds() -> tuple[str, ...]:
    """The names of all kinds, ours and others'."""
    return tuple(sorted(_ours() | {entry.name for entry in entry_points(group=GROUP)}))


def find(name: str) -> Kind:
    """The kind called ``name``. Raises UsageError for an unknown one."""
    if name in _ours():  # nobody else's may take the place of one of ours
        return cast("Kind", import_module(f"{__name__}.{name}"))
    for entry in entry_points(group=GROUP, name=name):
        return cast("Kind", entry.load())
    raise UsageError(f"unknown kind of channel '{printable(name)}'", fix=f"one of: {', '.join(kinds())}")
