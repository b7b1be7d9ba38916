"""Slack by an incoming webhook: no token, no threads; every message stands by itself.

The URL is the secret: whoever has it may post. It is shown nowhere. A webhook answers in plain words: ``ok``, or what
is wrong with a status of its own. A redirect is not followed (_slack_http.py).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from monitor.alerts.channels import Context
from monitor.alerts.channels._blocks import blocks, fallback
from monitor.alerts.channels._slack import NAME, by_status, quiet, redirected, safe_url, whole_seconds, within
from monitor.jsonpaths import Json
from monitor.model import Answer, FinalFault, Message, PassingFault, Sent

if TYPE_CHECKING:
    from slack_sdk.webhook import WebhookResponse

_OK: Final = 200
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,80}", re.ASCII)

_RENEW_FIX: Final = "make a new incoming webhook in the Slack app, and put its URL into url: of this channel"
_ADMIN_FIX: Final = "ask an admin of the workspace to let the webhook post there, or make one for another channel"
_OURS_FIX: Final = "this is a fault of monitor's: please report it; the alert itself is in monitor alerts"
_FIXES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("no_service", "no_service_id", "no_active_hooks", "invalid_token", "team_disabled"), _RENEW_FIX),
    **dict.fromkeys(("no_team", "user_not_found", "channel_not_found", "channel_is_archived"), _RENEW_FIX),
    **dict.fromkeys(("action_prohibited", "posting_to_general_channel_denied"), _ADMIN_FIX),
    **dict.fromkeys(("invalid_payload", "invalid_blocks", "invalid_blocks_format", "no_text"), _OURS_FIX),
    **dict.fromkeys(("msg_blocks_too_long", "missing_text_or_fallback_or_attachments"), _OURS_FIX),
}
_BY_STATUS: Final[Mapping[int, str]] = {400: _OURS_FIX, 403: _ADMIN_FIX, 404: _RENEW_FIX, 410: _RENEW_FIX}
_UNKNOWN_FIX: Final = "check url: of this channel and the proxy; then monitor alerts retry"


class Settings(BaseModel):
    """``kind: slack_webhook``."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr = Field(description="The URL of the incoming webhook (https://hooks.slack.com/services/...).")

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: SecretStr) -> SecretStr:
        safe_url(value.get_secret_value(), "url")
        return value


def build(settings: Settings, context: Context) -> SlackWebhook:
    """A channel that posts to wherever the webhook was made for. Raises UsageError for an SDK that we do not know."""
    from monitor.alerts.channels._slack_http import WebhookClient, check_sdk  # noqa: PLC0415 - only who uses it pays

    check_sdk()
    client = WebhookClient(
        settings.url.get_secret_value(),
        timeout=whole_seconds(context),
        ssl=ssl.create_default_context(),
        user_agent_prefix=f"{NAME}/{context.version}",
        logger=quiet(),
        retry_handlers=[],  # trying again is the outbox's
    )
    client.proxy = None  # then urllib asks the environment itself, and obeys NO_PROXY, which slack-sdk does not
    return SlackWebhook(context.timeout, lambda body: client.send_dict(dict(body)))


@dataclass(frozen=True, slots=True)
class SlackWebhook:
    """``post`` sends to the webhook and knows its URL."""

    timeout: float
    post: Callable[[Mapping[str, Json]], WebhookResponse] = field(repr=False)

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:  # noqa: ARG002 - a webhook has none
        body: dict[str, Json] = {
            "text": fallback(message),
            "blocks": [*blocks(message)],
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return within(self.timeout, lambda: _answer(self.post(body)))


def _answer(response: WebhookResponse) -> Answer:
    status, word = response.status_code, response.body.strip()
    if status == _OK and word == "ok":
        return Sent()
    if fault := redirected(status, "url") or by_status(status, response.headers):
        return fault
    if _WORD.fullmatch(word):
        return FinalFault(f"Slack answered {word}", _FIXES.get(word) or _BY_STATUS.get(status, _UNKNOWN_FIX))
    if status == _OK:
        return PassingFault("what answered is not Slack (a proxy between, or another url?)")
    return FinalFault(f"HTTP {status} instead of an answer of Slack's", _BY_STATUS.get(status, _UNKNOWN_FIX))
