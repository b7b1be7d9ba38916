"""Slack by bot token, against a Slack on this machine."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from pydantic import ValidationError

from monitor.alerts.channels import Channel, Context, find
from monitor.alerts.channels.slack import _FIXES, _METADATA, _PASSING, _THREADLESS
from monitor.jsonpaths import Json
from monitor.model import FinalFault, Message, PassingFault, Sent
from tests.alerts.examples import FIRST, RECOVERY, REMINDER
from tests.alerts.slack_server import CHANNEL, RETRY_AFTER, TOKEN, Slack, serving

THREAD = {"ts": "1764303429.000001", "channel": CHANNEL, "to": "#alerts"}


@pytest.fixture(scope="module")
def running() -> Iterator[Slack]:
    with serving() as slack:
        yield slack


@pytest.fixture
def slack(running: Slack) -> Slack:
    running.posts.clear()
    running.script.clear()
    return running


def made(slack: Slack, options: Mapping[str, Json], timeout: float = 20.0) -> Channel:
    kind = find("slack")
    given = {"token": TOKEN, "channel": "#alerts", "api_url": slack.api_url, **options}
    return kind.build(kind.Settings.model_validate(given), Context("slack", "1.2.3", timeout))


@pytest.fixture(scope="module")
def channel(running: Slack) -> Channel:
    return made(running, {})


def test_a_message_is_posted(slack: Slack, channel: Channel) -> None:
    assert channel.send(FIRST, "key-1", None) == Sent(THREAD)
    (post,) = slack.posts
    assert post.path == "/api/chat.postMessage"
    assert post.headers["Authorization"] == f"Bearer {TOKEN}"
    assert post.headers["User-Agent"].startswith("drift-monitor/1.2.3 ")
    body = dict(post.body)
    text, blocks = body.pop("text"), body.pop("blocks")
    assert isinstance(text, str)
    assert text.startswith("crm: 1 breaking drift in look up customer by phone\n")
    assert isinstance(blocks, list)
    assert len(blocks) == 5
    payload = {
        "key": "key-1",
        "vendor": "crm",
        "run": FIRST.run_id,
        "incidents": "v1:0000000100000000",
        "incident_count": 1,
    }
    assert body == {
        "channel": "#alerts",
        "metadata": {"event_type": "drift_monitor_run", "event_payload": payload},
        "mrkdwn": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


@pytest.mark.parametrize("message", [REMINDER, RECOVERY], ids=["reminder", "recovery"])
def test_what_goes_on_is_a_reply_that_the_channel_sees_too(slack: Slack, channel: Channel, message: Message) -> None:
    assert channel.send(message, "k", THREAD) == Sent(THREAD)  # what comes next belongs under the first message too
    told = {name: slack.posts[0].body[name] for name in ("thread_ts", "channel", "reply_broadcast")}
    assert told == {"thread_ts": THREAD["ts"], "channel": CHANNEL, "reply_broadcast": True}


@pytest.mark.parametrize("thread", [{}, {"message_id": "<a@b>"}, {**THREAD, "to": "#old"}])
def test_a_thread_of_elsewhere_is_none(slack: Slack, channel: Channel, thread: Mapping[str, str]) -> None:
    assert isinstance(channel.send(REMINDER, "k", thread), Sent)
    assert slack.posts[0].body["channel"] == "#alerts"
    assert "thread_ts" not in slack.posts[0].body


@pytest.mark.parametrize("word", sorted(_THREADLESS))
def test_a_thread_that_is_gone_loses_no_alert(slack: Slack, channel: Channel, word: str) -> None:
    slack.next(word)
    assert isinstance(channel.send(REMINDER, "k", THREAD), Sent)
    assert ["thread_ts" in post.body for post in slack.posts] == [True, False]
    assert [post.body["channel"] for post in slack.posts] == [CHANNEL, "#alerts"]


@pytest.mark.parametrize("word", sorted(_METADATA))
def test_metadata_that_may_not_be_sent_loses_no_alert(slack: Slack, channel: Channel, word: str) -> None:
    slack.next(word)
    assert isinstance(channel.send(REMINDER, "k", THREAD), Sent)
    assert ["metadata" in post.body for post in slack.posts] == [True, False]
    assert all(post.body["thread_ts"] == THREAD["ts"] for post in slack.posts)


def test_a_thread_that_is_gone_is_followed_by_a_new_one(slack: Slack, channel: Channel) -> None:
    slack.next("thread_not_found")
    assert channel.send(REMINDER, "k", THREAD) == Sent({**THREAD, "ts": "1764303429.000002"})


def test_it_is_tried_a_few_times_at_the_most(slack: Slack, channel: Channel) -> None:
    slack.next("thread_not_found", "metadata_too_large", "metadata_too_large")
    assert isinstance(channel.send(REMINDER, "k", THREAD), FinalFault)
    assert len(slack.posts) == 3


@pytest.mark.parametrize(
    "answer",
    [
        "ratelimited",
        "500",
        "503",
        "408",
        "close",
        "garbage",
        "page",
        "list",
        "null",
        "bare",
        "flood",
        *sorted(_PASSING),
    ],
)
def test_what_passes(slack: Slack, channel: Channel, answer: str) -> None:
    slack.next(answer)
    fault = channel.send(FIRST, "k", None)
    assert isinstance(fault, PassingFault)
    assert fault.retry_after == (RETRY_AFTER if answer == "ratelimited" else None)
    assert len(slack.posts) == 1  # slack-sdk's own tries would be others


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_no_redirect_is_followed(slack: Slack, channel: Channel, status: str) -> None:
    slack.next(status)
    fault = channel.send(FIRST, "k", None)
    what = f"answered HTTP {status}, a redirect, which is not followed"
    assert fault == FinalFault(what, "check api_url: and the proxy")
    assert [post.path for post in slack.posts] == ["/api/chat.postMessage"]


def test_a_slack_that_hangs_is_waited_for_no_longer_than_told(slack: Slack) -> None:
    slack.next("hang")
    assert made(slack, {}, timeout=0.1).send(FIRST, "k", None) == PassingFault("no answer within 0.1 s")


@pytest.mark.parametrize("word", sorted(_FIXES))
def test_what_a_person_must_mend(slack: Slack, channel: Channel, word: str) -> None:
    slack.next(word)
    fault = channel.send(FIRST, "k", None)
    assert fault == FinalFault(f"Slack answered {word}", _FIXES[word])


@pytest.mark.parametrize(
    ("answer", "what"),
    [("something_new", "Slack answered something_new"), ("404", "HTTP 404 instead of an answer of Slack's")],
)
def test_what_nobody_knows_is_told_today(slack: Slack, channel: Channel, answer: str, what: str) -> None:
    slack.next(answer)
    fault = channel.send(FIRST, "k", None)
    assert isinstance(fault, FinalFault)
    assert (fault.what, bool(fault.fix)) == (what, True)


def test_a_wrong_token(slack: Slack) -> None:
    fault = made(slack, {"token": "xoxb-other"}).send(FIRST, "k", None)
    assert fault == FinalFault("Slack answered invalid_auth", _FIXES["invalid_auth"])


def test_many_incidents_do_not_outgrow_the_metadata(slack: Slack, channel: Channel) -> None:
    many = replace(FIRST, incidents=tuple(f"v1:{n:016x}" for n in range(500)))
    channel.send(many, "k", None)
    metadata = slack.posts[0].body["metadata"]
    assert len(str(metadata)) < 1500
    assert "'incident_count': 500" in str(metadata)


def test_nothing_is_logged(slack: Slack, channel: Channel, caplog: pytest.LogCaptureFixture) -> None:
    """slack-sdk logs every failure, and at DEBUG all that is sent."""
    caplog.set_level(logging.DEBUG)
    slack.next("close", "page", "invalid_auth")
    for _ in range(3):
        channel.send(FIRST, "k", None)
    gc.collect()
    assert caplog.records == []


@pytest.mark.parametrize(
    "options",
    [
        {"token": ""},
        {"token": "xoxb-SECRET SECRET"},
        {"token": "xoxb-SECRET\n"},
        {"token": "Bearer SECRET"},
        {"channel": ""},
        {"channel": "<!channel>"},
        {"channel": "#two words"},
        {"channel": "\0"},
        {"api_url": "https://slack.example:99999/api/"},
        {"api_url": "https://slack.example:SECRET/api/"},
        {"api_url": "http://slack.example/api/"},
        {"api_url": "https://user:SECRET@slack.example/"},
        {"api_url": "https://slack.example/?a=SECRET"},
        {"api_url": "ftp://slack.example/"},
        {"api_url": "https://slack.example/a b"},
        {"api_url": "slack.example"},
    ],
)
def test_options_that_cannot_be_right(slack: Slack, options: dict[str, Json]) -> None:
    with pytest.raises(ValidationError) as told:
        made(slack, options)
    assert "SECRET" not in str(told.value)
