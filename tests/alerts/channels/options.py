"""For each kind of channel: options to try it with. A kind that is not here fails test_every_channel, on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from monitor.jsonpaths import Json

SECRET: Final = "5ECRET5ECRET5ECRET5ECRET"  # stands in every option that nobody may see

# valid options that lead to a port of this machine
OPTIONS: Final[Mapping[str, Callable[[int], dict[str, Json]]]] = {
    "apprise": lambda port: {"url": f"json://127.0.0.1:{port}/{SECRET}"},
    "email": lambda port: {
        "host": "127.0.0.1",
        "port": port,
        "security": "tls",
        "username": "monitor",
        "password": SECRET,
        "from": "monitor@example.com",
        "to": ["team@example.com"],
    },
    "slack": lambda port: {
        "token": f"xoxb-1-{SECRET}",
        "channel": "#alerts",
        "api_url": f"http://127.0.0.1:{port}/api/",
    },
    "slack_webhook": lambda port: {"url": f"http://127.0.0.1:{port}/services/T/B/{SECRET}"},
    "webhook": lambda port: {
        "url": f"http://127.0.0.1:{port}/{SECRET}",
        "headers": {"Authorization": f"Bearer {SECRET}"},
    },
}
