"""Slack by an incoming webhook, against a Slack on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from monitor.alerts.channels import Channel, Context, find
from monitor.alerts.channels.slack_webhook import _FIXES
from monitor.model import FinalFault, PassingFault, Sent
from tests.alerts.examples import FIRST, REMINDER
from tests.alerts.slack_server import HOOK, RETRY_AFTER, Slack, serving


@pytest.fixture(scope="module")
def running() -> Iterator[Slack]:
    with serving() as slack:
        yield slack


@pytest.fixture
def slack(running: Slack) -> Slack:
    running.posts.clear()
    running.script.clear()
    return running


def made(slack: Slack, timeout: float = 20.0) -> Channel:
    kind = find("slack_webhook")
    return kind.build(kind.Settings.model_validate({"url": slack.webhook_url}), Context("hook", "1.2.3", timeout))


@pytest.fixture(scope="module")
def channel(running: Slack) -> Channel:
    return made(running)


def test_a_message_is_posted_and_stands_by_itself(slack: Slack, channel: Channel) -> None:
    thread = {"ts": "1764303429.000001", "channel": "C1", "to": "#alerts"}
    assert channel.send(REMINDER, "k", thread) == Sent()
    (post,) = slack.posts
    assert post.path == HOOK
    assert post.headers["User-Agent"].startswith("drift-monitor/1.2.3 ")
    assert set(post.body) == {"text", "blocks", "mrkdwn", "unfurl_links", "unfurl_media"}
    assert "still 1 breaking drift" in post.text


@pytest.mark.parametrize("answer", ["ratelimited", "500", "503", "close", "garbage", "page", "flood"])
def test_what_passes(slack: Slack, channel: Channel, answer: str) -> None:
    slack.next(answer)
    fault = channel.send(FIRST, "k", None)
    assert isinstance(fault, PassingFault)
    assert fault.retry_after == (RETRY_AFTER if answer == "ratelimited" else None)
    assert len(slack.posts) == 1


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_no_redirect_is_followed(slack: Slack, channel: Channel, status: str) -> None:
    slack.next(status)
    fault = channel.send(FIRST, "k", None)
    what = f"answered HTTP {status}, a redirect, which is not followed"
    assert fault == FinalFault(what, "check url: and the proxy")
    assert [post.path for post in slack.posts] == [HOOK]


def test_a_slack_that_hangs_is_waited_for_no_longer_than_told(slack: Slack) -> None:
    slack.next("hang")
    assert made(slack, timeout=0.1).send(FIRST, "k", None) == PassingFault("no answer within 0.1 s")


@pytest.mark.parametrize("word", [*sorted(_FIXES), "something_new"])
def test_what_a_person_must_mend(slack: Slack, channel: Channel, word: str) -> None:
    slack.next(word)
    fault = channel.send(FIRST, "k", None)
    assert isinstance(fault, FinalFault)
    assert (fault.what, bool(fault.fix)) == (f"Slack answered {word}", True)
    assert word == "something_new" or fault.fix == _FIXES[word]


@pytest.mark.parametrize("status", ["400", "403", "404", "410", "451"])
def test_a_status_without_a_word(slack: Slack, channel: Channel, status: str) -> None:
    slack.next(status)
    fault = channel.send(FIRST, "k", None)
    assert isinstance(fault, FinalFault)
    assert (fault.what, bool(fault.fix)) == (f"HTTP {status} instead of an answer of Slack's", True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.slack.com/SECRET",
        "http://hooks.slack.com/SECRET",
        "https://hooks.slack.com/SECRET\n",
        "https:///SECRET",
        "https://hooks.slack.com:99999/SECRET",
    ],
)
def test_urls_that_cannot_be_right(url: str) -> None:
    with pytest.raises(ValidationError) as told:
        find("slack_webhook").Settings.model_validate({"url": url})
    assert "SECRET" not in str(told.value)
