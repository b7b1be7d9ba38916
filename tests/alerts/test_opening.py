"""Channels made of what monitor.yaml says, or why they cannot be made; nothing of a secret in it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor.alerts.channels import Channel, Context
from monitor.alerts.opening import Channels, Masked, _not_made, open_channel
from monitor.jsonpaths import Json
from monitor.model import Answer, ChannelSource, FinalFault, PassingFault, Sent
from tests.alerts.outboxes import ScriptedChannel, message

SECRET = "s3cr3t-canary-token"


def opened(kind: str, options: Mapping[str, Json]) -> Channel:
    return open_channel(ChannelSource("team", kind, options), Context("team", "1.0"))


@pytest.mark.parametrize(
    ("kind", "options", "what", "fix"),
    [
        (
            "slakc",
            {},
            "unknown kind of channel 'slakc'",
            "one of: ",
        ),
        (
            "slack_webhook",
            {},
            "its options are wrong: url (missing)",
            "mend alerts.channels.team in monitor.yaml, then: monitor alerts retry --failed",
        ),
        (
            "slack_webhook",
            {"url": f"ftp://{SECRET}", SECRET[:3]: 1},
            "its options are wrong: url (value_error), s3c (extra_forbidden)",
            "mend alerts.channels.team in monitor.yaml, then: monitor alerts retry --failed",
        ),
    ],
)
def test_what_cannot_be_made_fails_for_good_with_the_fix(
    kind: str, options: Mapping[str, Json], what: str, fix: str
) -> None:
    answer = opened(kind, options).send(message(), "k", None)
    assert isinstance(answer, FinalFault)
    assert answer.what == what
    assert answer.fix.startswith(fix)
    assert answer.fix.endswith("then: monitor alerts retry --failed")
    assert SECRET not in repr(answer)


def test_a_channel_that_can_be_made_is_one() -> None:
    assert type(opened("slack_webhook", {"url": "http://127.0.0.1:9/x"})).__name__ == "SlackWebhook"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (PassingFault(f"no route to {SECRET}", 7.0), PassingFault("no route to ***", 7.0)),
        (FinalFault(f"bad {SECRET}", f"not {SECRET}"), FinalFault("bad ***", "not ***")),
        (Sent({"ts": "1"}), Sent({"ts": "1"})),
    ],
)
def test_faults_are_masked(answer: Answer, told: Answer) -> None:
    channel = Masked(ScriptedChannel([answer]), lambda text: text.replace(SECRET, "***"))
    assert channel.send(message(), "k", None) == told


def test_channels_are_made_when_they_are_asked_for() -> None:
    made: list[str] = []

    def make(source: ChannelSource) -> Channel:
        made.append(source.name)
        return ScriptedChannel()

    channels = Channels({name: ChannelSource(name, "slack", {}) for name in ("a", "b")}, make)
    assert ([*channels], len(channels), "a" in channels, "c" in channels) == (["a", "b"], 2, True, False)
    assert made == []
    assert isinstance(channels["b"], ScriptedChannel)
    assert made == ["b"]


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (ModuleNotFoundError("No module named 'slack_sdk'", name="slack_sdk"), True),
        (ModuleNotFoundError("No module named 'slack_sdk.web'", name="slack_sdk.web"), False),
        (ImportError("cannot import name 'WebClient' from partially initialized module", name="slack_sdk"), False),
        (RuntimeError("deadlock detected"), False),
        (OSError(24, "Too many open files"), False),
        (SystemExit(1), False),
    ],
    ids=repr,
)
def test_only_a_package_that_is_not_installed_wants_a_person(error: BaseException, final: bool) -> None:
    fault = _not_made(error, "slack", "then: monitor alerts retry --failed")
    if final:
        assert fault == FinalFault(
            "the kind 'slack' needs slack_sdk, which is not installed",
            "install it where monitor runs, then: monitor alerts retry --failed",
        )
    else:
        assert fault == PassingFault(f"it cannot be made: {type(error).__name__}")


def test_channels_are_made_one_after_the_other() -> None:
    held: list[bool] = []

    def make(source: ChannelSource) -> Channel:
        held.append(channels._one_at_a_time.locked())
        return ScriptedChannel()

    channels = Channels({"a": ChannelSource("a", "slack", {})}, make)
    assert isinstance(channels["a"], ScriptedChannel)
    assert held == [True]
    assert not channels._one_at_a_time.locked()
