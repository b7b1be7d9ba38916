"""Slack by a bot token: reminders and recoveries stand under the first message of their incident.

1. A reply in a thread is shown in the channel too: only who took part in a thread is told of what is new in it, and a
   reminder or a recovery that nobody sees is none.
2. A thread that is gone, or is in another channel than the one of today, is no reason to lose an alert: it is sent by
   itself. Neither is metadata that a token may not send: it is left out.
3. Slack answers HTTP 200 with a word for what is wrong. A word that we do not know is final: Slack refused this very
   message, would refuse it again, and a person should hear of it today and not after 30 days of trying.
4. What is no answer of Slack's at all (a proxy's page, an ``ok`` that names no message) passes. A redirect is final,
   for it is not followed (_slack_http.py): the token goes where somebody said, or nowhere.
5. chat.postMessage knows no key by which it could tell a repetition: ours is in the metadata, for who looks for it.
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
from monitor.alerts.channels._slack import (
    NAME,
    by_status,
    quiet,
    redirected,
    retry_after,
    safe_url,
    whole_seconds,
    within,
)
from monitor.jsonpaths import Json
from monitor.model import Answer, FinalFault, Message, PassingFault, Sent

if TYPE_CHECKING:
    from slack_sdk.web.slack_response import SlackResponse

_TOKEN: Final = re.compile(r"xox[a-z](\.xox[a-z])?-[\x21-\x7e]+", re.ASCII)
_CHANNEL: Final = re.compile(r"[#@]?[^\s#@<>&]{1,80}")
_PLAIN: Final = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,80}", re.ASCII)
_MOST_INCIDENTS: Final = 50  # in the metadata
_OK: Final = 200
_NOT_SLACK: Final = PassingFault("what answered is not Slack (a proxy between, or another api_url?)")

_PASSING: Final = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",  # for as long as Slack moves the workspace
    }
)
_THREADLESS: Final = frozenset(
    {
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "cant_broadcast_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    }
)
_METADATA: Final = frozenset(
    {"invalid_metadata_format", "invalid_metadata_schema", "metadata_must_be_sent_from_app", "metadata_too_large"}
)

_RENEW_FIX: Final = "put a valid bot token (xoxb-...) of the Slack app into token: of this channel"
_SCOPE_FIX: Final = "give the Slack app the bot scope chat:write, and install it again"
_INVITE_FIX: Final = "invite the Slack app into the channel (/invite), or name its id in channel:"
_ADMIN_FIX: Final = "ask an admin of the workspace to let the Slack app post there, or name another channel:"
_OURS_FIX: Final = "this is a fault of monitor's: please report it; the alert itself is in monitor alerts"
_FIXES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), _RENEW_FIX),
    **dict.fromkeys(("not_allowed_token_type", "two_factor_setup_required"), _RENEW_FIX),
    **dict.fromkeys(("missing_scope", "no_permission"), _SCOPE_FIX),
    **dict.fromkeys(("channel_not_found", "not_in_channel"), _INVITE_FIX),
    **dict.fromkeys(("access_denied", "restricted_action", "restricted_action_read_only_channel"), _ADMIN_FIX),
    **dict.fromkeys(("ekm_access_denied", "enterprise_is_restricted", "org_login_required"), _ADMIN_FIX),
    **dict.fromkeys(("team_access_not_granted", "messages_tab_disabled", "accesslimited"), _ADMIN_FIX),
    **dict.fromkeys(("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"), _OURS_FIX),
    **dict.fromkeys(("no_text", "invalid_arguments", "invalid_arg_name", "invalid_json"), _OURS_FIX),
    "is_archived": "the channel is archived: name another one in channel:",
    "restricted_action_thread_only_channel": "the channel takes replies only: name another one in channel:",
}
_UNKNOWN_FIX: Final = "see Slack's page on chat.postMessage for what it means; then: monitor alerts retry --failed"


class Settings(BaseModel):
    """``kind: slack``."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    token: SecretStr = Field(description="The bot token of a Slack app with the scope chat:write (xoxb-...).")
    channel: str = Field(description="Where to post: a channel's id (C0123456789, the safest) or #name.")
    api_url: str = Field("https://slack.com/api/", description="Another address of Slack's Web API (GovSlack, tests).")

    @field_validator("token")
    @classmethod
    def _is_token(cls, value: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("is no Slack token: a bot token begins with xoxb- and has no blanks")
        return value

    @field_validator("channel")
    @classmethod
    def _is_channel(cls, value: str) -> str:
        if not _CHANNEL.fullmatch(value) or not value.isprintable():
            raise ValueError("is no channel: write its id (C0123456789) or #name")
        return value

    @field_validator("api_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        return safe_url(value, "api_url")


def build(settings: Settings, context: Context) -> Slack:
    """A channel that posts to ``settings.channel``. Raises UsageError for an SDK that we do not know."""
    from monitor.alerts.channels._slack_http import WebClient, check_sdk  # noqa: PLC0415 - only who uses it pays for it

    check_sdk()
    client = WebClient(
        token=settings.token.get_secret_value(),
        base_url=settings.api_url,
        timeout=whole_seconds(context),
        ssl=ssl.create_default_context(),
        user_agent_prefix=f"{NAME}/{context.version}",
        logger=quiet(),
        retry_handlers=[],  # trying again is the outbox's
    )
    client.proxy = None  # then urllib asks the environment itself, and obeys NO_PROXY, which slack-sdk does not

    def post(body: Mapping[str, Json]) -> SlackResponse:
        return client.api_call("chat.postMessage", json=dict(body))

    return Slack(settings.channel, context.timeout, post)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Slack's word for what is wrong; empty where it has none, and only the HTTP status tells."""

    word: str
    status: int


@dataclass(frozen=True, slots=True)
class Slack:
    """``post`` calls chat.postMessage and knows the token."""

    channel: str
    timeout: float
    post: Callable[[Mapping[str, Json]], SlackResponse] = field(repr=False)

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        return within(self.timeout, lambda: self._send(message, key, thread))

    def _send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        body: dict[str, Json] = {
            "text": fallback(message),
            "blocks": [*blocks(message)],
            "mrkdwn": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        place, metadata = self._place(thread), _metadata(message, key)
        answer = self._try({**body, **place, **metadata})
        if isinstance(answer, _Refusal) and answer.word in _THREADLESS and "thread_ts" in place:
            place = self._place(None)
            answer = self._try({**body, **place, **metadata})
        if isinstance(answer, _Refusal) and answer.word in _METADATA:
            answer = self._try({**body, **place})
        return _final(answer) if isinstance(answer, _Refusal) else answer

    def _place(self, thread: Mapping[str, str] | None) -> dict[str, Json]:
        if not thread or thread.get("to") != self.channel or not thread.get("ts") or not thread.get("channel"):
            return {"channel": self.channel}
        return {"channel": thread["channel"], "thread_ts": thread["ts"], "reply_broadcast": True}

    def _try(self, body: Mapping[str, Json]) -> Answer | _Refusal:
        from slack_sdk.errors import SlackApiError  # noqa: PLC0415

        try:
            data = self.post(body).data
        except SlackApiError as error:
            return _refused(error.response)
        ts, channel = (data.get("ts"), data.get("channel")) if isinstance(data, dict) else (None, None)
        if not (_is_plain(ts) and _is_plain(channel)):
            return _NOT_SLACK
        # a reply to a reply is none of Slack's: whatever comes next belongs under the first message too
        first = body.get("thread_ts", ts)
        answer = {"ts": first, "channel": channel, "to": self.channel}
        return Sent({name: value for name, value in answer.items() if isinstance(value, str)})


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and _PLAIN.fullmatch(value) is not None


def _metadata(message: Message, key: str) -> dict[str, Json]:
    """For other programs in the workspace: lists are written as one text, since Slack takes no list of texts."""
    payload: dict[str, Json] = {
        "key": key,
        "vendor": message.vendor,
        "run": message.run_id,
        "incidents": " ".join(message.incidents[:_MOST_INCIDENTS]),
        "incident_count": len(message.incidents),
    }
    return {"metadata": {"event_type": f"drift_monitor_{message.kind}", "event_payload": payload}}


def _refused(response: SlackResponse) -> PassingFault | FinalFault | _Refusal:
    data, status = response.data, response.status_code
    word = data.get("error") if isinstance(data, dict) else None
    known = word if isinstance(word, str) and _WORD.fullmatch(word) else ""
    if fault := redirected(status, "api_url") or by_status(status, response.headers):
        return fault
    if known in _PASSING:
        return PassingFault(f"Slack answered {known}", retry_after(response.headers))
    if not known and status == _OK:
        return _NOT_SLACK
    return _Refusal(known, status)


def _final(refusal: _Refusal) -> FinalFault:
    if not refusal.word:
        return FinalFault(f"HTTP {refusal.status} instead of an answer of Slack's", "check api_url: and the proxy")
    return FinalFault(f"Slack answered {refusal.word}", _FIXES.get(refusal.word, _UNKNOWN_FIX))
