"""A process that delivers what is due in the working folder, and is killed in the midst of it.

``python -m tests.road.dying before|after``: before its first message is sent, or after, before that is marked.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.alerts.channels import Channel
from monitor.config.load import SecretsMode, find, load
from monitor.languages import kinds
from monitor.model import Answer, Message
from monitor.pipeline.alerting import deliver_due
from monitor.pipeline.channel_kinds import channel_kinds
from monitor.wiring import ledger_of, post_of


@dataclass(frozen=True, slots=True)
class Dying:
    channel: Channel
    moment: str

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        if self.moment == "after":
            self.channel.send(message, key, thread)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("it lives")


def main(moment: str) -> None:
    file = find(None, Path.cwd())
    settings = load(file, os.environ, secrets=SecretsMode.REQUIRE, kinds=kinds(), channels=channel_kinds())
    post = post_of(settings)
    dying = {name: Dying(post.channels[name], moment) for name in post.channels}
    deliver_due(settings, ledger_of(settings), replace(post, channels=dying))


if __name__ == "__main__":
    main(sys.argv[1])
