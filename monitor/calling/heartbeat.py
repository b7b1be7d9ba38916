"""The heartbeat: a URL that is called after each complete run, so that a watchdog elsewhere notices its absence.

The URL is a secret (whoever knows it can feign a heartbeat), so no message holds it. Nothing follows a redirect: it
could lead to a host that nobody named. What comes back is not read.
"""

from __future__ import annotations

from typing import Final

import httpx

from monitor.calling.transport import environment_proxy
from monitor.errors import UsageError

TIMEOUT: Final = 5.0  # seconds, for each step of a try
TRIES: Final = 2


def _try(client: httpx.Client, url: str) -> str:
    try:
        with client.stream("GET", url) as answer:
            return "" if answer.is_success else f"it answered {answer.status_code}"
    except httpx.TimeoutException:
        return f"it did not answer within {TIMEOUT:g} seconds"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError) as error:
        return f"it cannot be reached ({type(error).__name__})"  # the text may quote the URL


def ping(url: str, agent: str = "") -> str:
    """Calls ``url``; empty where that succeeded, else a note. Never raises. ``agent`` is a User-Agent."""
    what = ""
    try:
        with _client(url, agent) as client:
            for _ in range(TRIES):
                what = _try(client, url)
                if not what:
                    return ""
    except UsageError as error:
        what = str(error)
    except (ValueError, OSError) as error:  # no URL; certificates that cannot be used
        what = f"it cannot be called ({type(error).__name__})"
    return f"the heartbeat was not taken: {what}"


def _client(url: str, agent: str) -> httpx.Client:
    headers = {"User-Agent": agent} if agent else None
    proxy = environment_proxy(url) or None
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, proxy=proxy, headers=headers)
