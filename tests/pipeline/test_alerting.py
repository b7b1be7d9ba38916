"""What is sent when, what of a failure goes where, the digest's time, and what people ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.composing import Voice
from monitor.errors import UsageError
from monitor.model import (
    DIGEST,
    Alert,
    Alerts,
    ChannelSource,
    Digest,
    FinalFault,
    IntentState,
    Message,
    MessageKind,
    PassingFault,
    Settings,
    Severity,
    Vendor,
)
from monitor.pipeline.alerting import (
    Post,
    deliver_due,
    flush_digest,
    requeue,
    routes_to,
    send_now,
    try_channel,
    undelivered_intents,
)
from tests.alerts.outboxes import NOW, Clock, MemoryOutbox, ScriptedChannel, alert, message

DOWN = PassingFault("HTTP 503")
WRONG = FinalFault("invalid_auth", "a new token, please")
NAMES = ("slack", "email", "webhook")


def settings_of(
    *names: str,
    fallback: str = "",
    digest: Digest | None = None,
    routes: Mapping[Severity, tuple[str, ...]] | None = None,
) -> Settings:
    sources = {name: ChannelSource(name, "webhook", {}) for name in names}
    alerts = Alerts(channels=sources, fallback=fallback, digest=digest or Digest(), routes=routes or {})
    vendors = {"crm": Vendor("crm", "https://crm.example")}
    return Settings("monitor.yaml", "/p", vendors, "/p/recordings", "/p/.monitor", "sqlite://", alerts=alerts)


def post_of(settings: Settings, clock: Callable[[], datetime] = lambda: NOW, **channels: ScriptedChannel) -> Post:
    numbers = iter(range(1000))
    made = {name: channels.get(name, ScriptedChannel()) for name in settings.alerts.channels}
    voice = Voice(settings.alerts, str)
    return Post(made, voice, clock, lambda: 0.0, lambda: 0.0, lambda: f"pass {next(numbers)}")


def to(outbox: MemoryOutbox, kind: MessageKind = MessageKind.UNDELIVERED) -> list[str]:
    return [row.intent.channel for row in outbox.rows.values() if row.intent.message.kind is kind]


# -- what failed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goes_to", "fallback", "told"),
    [
        (("slack",), "", ["email"]),  # the first other one
        (("slack", "email"), "", ["webhook"]),  # that the alert does not go to
        (("slack", "email", "webhook"), "", []),
        (("slack",), "webhook", ["webhook"]),
        (("slack", "webhook"), "webhook", ["webhook"]),  # asked for by name: it is told that slack is broken
        (("slack",), "slack", ["email"]),  # it cannot tell of itself
        (("slack",), "gone", ["email"]),
    ],
)
def test_what_failed_is_told_on_another_channel(goes_to: tuple[str, ...], fallback: str, told: list[str]) -> None:
    settings, outbox = settings_of(*NAMES, fallback=fallback), MemoryOutbox()
    outbox.add(alert(*goes_to))
    delivered = deliver_due(settings, outbox, post_of(settings, slack=ScriptedChannel([WRONG])))
    assert to(outbox) == told
    assert (delivered.failed, delivered.sent) == (1, len(goes_to) - 1 + len(told))


def test_it_carries_what_was_to_be_told_and_why_it_was_not() -> None:
    settings, outbox, email = settings_of(*NAMES), MemoryOutbox(), ScriptedChannel()
    outbox.add(alert("slack", title="crm: 1 breaking drift"))
    deliver_due(settings, outbox, post_of(settings, slack=ScriptedChannel([WRONG]), email=email))
    (told,) = [one.message for one in outbox.intents(channel="email")]
    assert told.title == "slack cannot be reached: an alert of crm failed"
    assert "slack did not take: crm: 1 breaking drift" in told.notes
    assert email.titles == [told.title]


@pytest.mark.parametrize("kind", [MessageKind.UNDELIVERED, MessageKind.TEST])
def test_some_messages_are_told_nowhere_else(kind: MessageKind) -> None:
    settings, outbox = settings_of(*NAMES), MemoryOutbox()
    outbox.add(alert("slack", kind=kind))
    deliver_due(settings, outbox, post_of(settings, slack=ScriptedChannel([WRONG])))
    assert len(outbox.rows) == 1


def test_where_there_is_one_channel_a_failure_is_only_kept() -> None:
    settings, outbox = settings_of("slack"), MemoryOutbox()
    outbox.add(alert("slack"))
    assert deliver_due(settings, outbox, post_of(settings, slack=ScriptedChannel([WRONG]))).failed == 1
    assert outbox.states() == ["failed"]


def test_a_pass_that_no_run_asked_for_counts_for_the_newest_run() -> None:
    settings, outbox, clock = settings_of("slack"), MemoryOutbox(), Clock()
    outbox.add(alert("slack"), run_id="run-1")
    post = post_of(settings, clock, slack=ScriptedChannel([DOWN] * 9))
    for newest, counted in [("run-1", 0), ("run-2", 1), ("run-2", 1), ("run-3", 2)]:
        outbox.newest_run = newest
        clock.pass_by(timedelta(days=1))
        deliver_due(settings, outbox, post)
        assert outbox.rows[1].intent.runs == counted


def test_a_drill_goes_out_with_what_else_is_due() -> None:
    settings, outbox, slack = settings_of("slack"), MemoryOutbox(), ScriptedChannel()
    outbox.add(alert("slack", title="before"))
    drill = alert("slack", title="DRILL", kind=MessageKind.DRILL)
    assert send_now(settings, outbox, post_of(settings, slack=slack), drill).sent == 2
    assert slack.titles == ["before", "DRILL"]


# -- the digest --------------------------------------------------------------------------------------------

MONDAY_8 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def waiting(outbox: MemoryOutbox, created: datetime, title: str = "1 info drift") -> None:
    outbox.add(Alert(message(title, created=created), (DIGEST,)), created)


@pytest.mark.parametrize(
    ("created", "now", "goes"),
    [
        (MONDAY_8 - timedelta(days=2), MONDAY_8 - timedelta(minutes=1), False),
        (MONDAY_8 - timedelta(days=2), MONDAY_8, True),
        (MONDAY_8 - timedelta(days=2), MONDAY_8 + timedelta(days=3), True),  # nothing ran at its time
        (MONDAY_8 - timedelta(days=20), MONDAY_8 - timedelta(minutes=1), True),  # an earlier one was left out
        (MONDAY_8 + timedelta(minutes=1), MONDAY_8 + timedelta(days=6), False),
        (MONDAY_8 + timedelta(hours=1), MONDAY_8, False),  # the clock went back
    ],
)
def test_the_digest_goes_when_its_time_has_passed_since_something_waits(
    created: datetime, now: datetime, goes: bool
) -> None:
    settings, outbox = settings_of("slack", "email"), MemoryOutbox()
    waiting(outbox, created)
    waiting(outbox, now)  # whatever waits is taken along
    assert flush_digest(settings.alerts, outbox, post_of(settings, Clock(now))) is goes
    assert outbox.states() == (["gathered", "gathered", "pending", "pending"] if goes else ["waiting", "waiting"])
    assert to(outbox, MessageKind.DIGEST) == (["slack", "email"] if goes else [])
    assert flush_digest(settings.alerts, outbox, post_of(settings, Clock(now))) is False


def test_the_digest_goes_to_its_channels_in_a_pass() -> None:
    settings, outbox, email = (
        settings_of("slack", "email", digest=Digest(channels=("email",))),
        MemoryOutbox(),
        ScriptedChannel(),
    )
    waiting(outbox, MONDAY_8 - timedelta(days=1))
    assert deliver_due(settings, outbox, post_of(settings, Clock(MONDAY_8), email=email)).sent == 1
    assert len(email.got) == 1


def test_a_digest_that_somebody_else_gathers_at_the_same_time_is_theirs() -> None:
    class Beaten(MemoryOutbox):
        def gather(self, now: datetime) -> tuple[tuple[int, Message], ...]:
            found = super().gather(now)
            self.gathered([number for number, _ in found], None, now)
            return found

    settings, outbox = settings_of("slack"), Beaten()
    waiting(outbox, MONDAY_8 - timedelta(days=1))
    assert deliver_due(settings, outbox, post_of(settings, Clock(MONDAY_8))).deliveries == ()


def test_without_a_channel_what_waits_goes_on_waiting() -> None:
    settings, outbox = settings_of(), MemoryOutbox()
    waiting(outbox, MONDAY_8 - timedelta(days=1))
    assert flush_digest(settings.alerts, outbox, post_of(settings, Clock(MONDAY_8))) is False
    assert outbox.states() == ["waiting"]


# -- what people ask for -----------------------------------------------------------------------------------


def test_a_test_goes_round_the_queue_and_is_kept() -> None:
    settings, outbox, slack = settings_of("slack"), MemoryOutbox(), ScriptedChannel()
    outbox.add(alert("slack", title="before"))
    delivery = try_channel(settings, outbox, post_of(settings, slack=slack), "slack")
    assert (delivery.state, delivery.answer) == (IntentState.SENT, {"ts": "1"})
    assert outbox.states() == ["pending", "sent"]
    (title,) = slack.titles
    assert "TEST" in title
    assert outbox.rows[2].intent.message.kind is MessageKind.TEST


@pytest.mark.parametrize(
    ("answer", "fix"), [(WRONG, "a new token, please"), (DOWN, "it may pass: try again")], ids=["final", "passing"]
)
def test_a_test_that_does_not_go_through_has_failed_and_is_no_news(answer: FinalFault | PassingFault, fix: str) -> None:
    settings, outbox = settings_of("slack", "email"), MemoryOutbox()
    delivery = try_channel(settings, outbox, post_of(settings, slack=ScriptedChannel([answer])), "slack")
    assert (delivery.state, delivery.what, delivery.fix) == (IntentState.FAILED, answer.what, fix)
    assert outbox.states() == ["failed"]
    assert undelivered_intents(outbox) == ()
    assert requeue(outbox, (), NOW) == 0


@pytest.mark.parametrize(
    ("names", "fix"),
    [(NAMES, "did you mean 'slack'?"), (("a", "b"), "known: a, b"), ((), "add it under alerts.channels")],
)
def test_a_channel_that_nobody_configured_cannot_be_tested(names: tuple[str, ...], fix: str) -> None:
    settings, outbox = settings_of(*names), MemoryOutbox()
    with pytest.raises(UsageError, match="no channel 'slakc' is configured") as caught:
        try_channel(settings, outbox, post_of(settings), "slakc")
    assert caught.value.fix == fix
    assert outbox.rows == {}


def test_only_what_failed_is_queued_again() -> None:
    settings, outbox = settings_of("slack"), MemoryOutbox()
    for _ in range(3):
        outbox.add(alert("slack"))
    deliver_due(settings, outbox, post_of(settings, slack=ScriptedChannel([WRONG, WRONG])))
    assert outbox.states() == ["failed", "failed", "sent"]
    with pytest.raises(UsageError, match="no failed alert has the number 3, 99"):
        requeue(outbox, (1, 3, 99), NOW)
    assert outbox.states() == ["failed", "failed", "sent"]
    assert requeue(outbox, (1,), NOW) == 1
    assert outbox.states() == ["pending", "failed", "sent"]
    assert [one.id for one in undelivered_intents(outbox)] == [2, 1]
    assert [one.id for one in undelivered_intents(outbox, failed_only=True)] == [2]
    assert requeue(outbox, (), NOW) == 1
    assert deliver_due(settings, outbox, post_of(settings)).sent == 2


def test_what_goes_to_a_channel() -> None:
    settings = settings_of(
        *NAMES,
        fallback="webhook",
        digest=Digest(channels=("email",)),
        routes={Severity.BREAKING: ("slack", "email"), Severity.WARNING: ("email",)},
    )
    crm = {Severity.BREAKING: ("slack",), Severity.INFO: ("slack",)}
    voice = replace(post_of(settings).voice, routes={"crm": crm})
    assert {name: routes_to(settings, voice, name) for name in NAMES} == {
        "slack": ("breaking", "crm: breaking, info"),
        "email": ("breaking, warning", "digest"),
        "webhook": ("fallback",),
    }
    assert routes_to(settings_of("slack"), Voice(settings_of("slack").alerts, str), "slack") == (
        "breaking, warning",
        "digest",
    )
