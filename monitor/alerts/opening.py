"""Channels as they are configured -> channels that send. One that cannot be made says so to every message.

1. Channels are made one after the other: a kind imports its SDK when it is made, and of two threads that import
   packages which import each other Python lets one go on with a module that is only half there.
2. What the configuration says wrongly, and a package that is not installed, want a person: a final fault. Whatever
   else keeps a channel from being made may be over at the next try: a passing one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from monitor.alerts.channels import Channel, Context, find
from monitor.errors import MonitorError
from monitor.model import Answer, ChannelSource, FinalFault, Message, PassingFault
from monitor.printable import printable


@dataclass(frozen=True, slots=True)
class Unusable:
    """A channel that cannot be made: every message meets the same fault."""

    fault: PassingFault | FinalFault

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:  # noqa: ARG002
        return self.fault


@dataclass(frozen=True, slots=True)
class Masked:
    """A channel whose faults are told without what ``mask`` takes out of them: it may be anybody's."""

    channel: Channel
    mask: Callable[[str], str]

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        answer = self.channel.send(message, key, thread)
        if isinstance(answer, PassingFault | FinalFault):
            answer = replace(answer, what=self.mask(answer.what))
        return replace(answer, fix=self.mask(answer.fix)) if isinstance(answer, FinalFault) else answer


def _wrong_options(error: ValidationError) -> str:
    """Which options are wrong. pydantic's own words may quote what was written."""
    found = {".".join(str(step) for step in one["loc"]) or "all of them": one["type"] for one in error.errors()}
    return ", ".join(f"{printable(where, 60)} ({printable(why, 60)})" for where, why in found.items())


def _not_made(error: BaseException, kind: str, again: str) -> PassingFault | FinalFault:
    """What is not the configuration's fault. A name with a dot is of a package that is there, perhaps in part."""
    needed = error.name if isinstance(error, ModuleNotFoundError) else None
    if not needed or "." in needed:
        return PassingFault(f"it cannot be made: {type(error).__name__}")
    what = f"the kind '{kind}' needs {printable(needed, 60)}, which is not installed"
    return FinalFault(what, f"install it where monitor runs, {again}")


def open_channel(source: ChannelSource, context: Context) -> Channel:
    """The channel that monitor.yaml describes. Never raises: what cannot be made is Unusable."""
    name = printable(source.name, 64)
    again = "then: monitor alerts retry --failed"
    fault: PassingFault | FinalFault
    try:
        module = find(source.kind)
        return module.build(module.Settings.model_validate(source.options), context)
    except ValidationError as error:
        fault = FinalFault(
            f"its options are wrong: {_wrong_options(error)}", f"mend alerts.channels.{name} in monitor.yaml, {again}"
        )
    except MonitorError as error:
        fault = FinalFault(error.what, f"{error.fix}, {again}" if error.fix else f"mend it, {again}")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a kind may be anybody's
        fault = _not_made(error, printable(source.kind, 64), again)
    return Unusable(fault)


@dataclass(frozen=True, slots=True)
class Channels(Mapping[str, Channel]):
    """The configured channels by name, each made when it is asked for: SDKs are slow to import."""

    sources: Mapping[str, ChannelSource]
    make: Callable[[ChannelSource], Channel]
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __getitem__(self, name: str) -> Channel:
        with self._one_at_a_time:
            return self.make(self.sources[name])

    def __contains__(self, name: object) -> bool:
        return name in self.sources

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)
