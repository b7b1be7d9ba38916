"""The SDK's two clients, with a way to the wire of our own. Imported by ``build`` only, for it imports the SDK.

1. slack-sdk sends by ``urlopen``, which follows a redirect to wherever it leads, and takes the Authorization header
   along; and it reads a whole answer, however long. Neither can be turned off: what the SDK lets one choose is a
   proxy, a TLS context and who tries again. So the one method in which each client performs its request is replaced.
2. A redirect is an answer like any other: the opener has no handler that would follow it. Nor has it one that makes
   an exception of a status, since the SDK reads the body of such an exception without a bound.
3. Of an answer so much is read as no answer of Slack's needs. What is cut off is no JSON any more, nor ``ok``.
4. The methods are internal to the SDK. An SDK that has none by these names would send by its own again: it is refused.
"""

from __future__ import annotations

import ssl
import urllib.request
from typing import Any, Final

import slack_sdk
import slack_sdk.webhook
from slack_sdk.version import __version__
from slack_sdk.webhook import WebhookResponse

from monitor.errors import UsageError

MOST: Final = 100_000  # bytes of an answer


def _ask(
    request: urllib.request.Request, tls: ssl.SSLContext | None, seconds: float
) -> tuple[int, dict[str, str], str]:
    """Status, headers and the beginning of the body, whatever the status is. Raises what urllib does."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),  # the environment's, as urlopen has it
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=tls),
    ):
        opener.add_handler(handler)
    with opener.open(request, timeout=seconds) as response:
        return response.status, dict(response.headers.items()), response.read(MOST).decode("utf-8", "replace")


class WebClient(slack_sdk.WebClient):
    def _perform_urllib_http_request_internal(self, url: str, req: urllib.request.Request) -> dict[str, Any]:  # noqa: ARG002
        status, headers, body = _ask(req, self.ssl, self.timeout)
        return {"status": status, "headers": headers, "body": body}


class WebhookClient(slack_sdk.webhook.WebhookClient):
    def _perform_http_request_internal(self, url: str, req: urllib.request.Request) -> WebhookResponse:
        status, headers, body = _ask(req, self.ssl, self.timeout)
        return WebhookResponse(url=url, status_code=status, body=body, headers=headers)


def check_sdk(
    web: type = slack_sdk.WebClient, webhook: type = slack_sdk.webhook.WebhookClient, version: str = __version__
) -> None:
    """Raises UsageError for an SDK that would not send as these clients do."""
    if not hasattr(web, "_perform_urllib_http_request_internal") or not hasattr(
        webhook, "_perform_http_request_internal"
    ):
        raise UsageError(
            f"slack-sdk {version} sends in a way that monitor does not know",
            fix="install the slack-sdk that constraints.txt names",
        )
