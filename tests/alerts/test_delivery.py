"""Delivery over an outbox in memory: what becomes of each intent, whatever channels answer."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.alerts.backoff import PATIENCE
from monitor.alerts.delivery import LEASE, Delivered, deliver
from monitor.errors import LedgerError
from monitor.model import (
    Answer,
    FinalFault,
    Intent,
    IntentState,
    Message,
    MessageKind,
    PassingFault,
    Sent,
)
from tests.alerts.outboxes import NOW, Clock, MemoryOutbox, ScriptedChannel, alert, elsewhere, named, terms

DAY = timedelta(days=1)
DOWN = PassingFault("HTTP 503")
WRONG = FinalFault("invalid_auth", "a new token, please")


def states(delivered: Delivered) -> list[str]:
    return [delivery.state.value for delivery in delivered.deliveries]


def pending(outbox: MemoryOutbox) -> list[Intent]:
    return [row.intent for row in outbox.rows.values() if row.intent.state is IntentState.PENDING]


def test_what_is_due_is_sent_in_order_and_marked_with_the_answer() -> None:
    outbox, slack, email = MemoryOutbox(), ScriptedChannel(), ScriptedChannel()
    outbox.add(alert("slack", "email", title="one"))
    outbox.add(alert("slack", title="two"))
    delivered = deliver(outbox, named(slack=slack, email=email), terms(Clock()))
    assert (slack.titles, email.titles) == (["one", "two"], ["one"])
    assert (delivered.sent, delivered.again, delivered.failed, delivered.waiting) == (3, 0, 0, 0)
    assert outbox.rows[1].answer == {"ts": "1"}
    assert deliver(outbox, named(slack=slack, email=email), terms(Clock())) == Delivered()
    assert len(slack.got) == 2


def test_a_passing_fault_puts_one_off_and_lets_its_channel_rest() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    slack, email = ScriptedChannel([DOWN]), ScriptedChannel()
    for title in ("one", "two", "three"):
        outbox.add(alert("slack", "email", title=title))
    delivered = deliver(outbox, named(slack=slack, email=email), terms(clock))
    assert (slack.titles, email.titles) == (["one"], ["one", "two", "three"])
    one, two, three = pending(outbox)
    assert (one.error, one.attempts, one.next_at) == ("HTTP 503", 1, NOW + timedelta(seconds=30))
    assert (two.next_at, two.attempts, three.next_at) == (NOW, 0, NOW)
    assert (delivered.sent, delivered.again, delivered.waiting) == (3, 1, 3)
    clock.pass_by(timedelta(seconds=30))
    assert deliver(outbox, named(slack=slack, email=email), terms(clock)).sent == 3
    assert slack.titles == ["one", "one", "two", "three"]
    assert slack.got[0] == slack.got[1]  # the same key at every try


def test_the_waits_double_and_honour_what_the_channel_asks_for() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    slack = ScriptedChannel([DOWN, DOWN, PassingFault("ratelimited", 600.0), DOWN])
    outbox.add(alert("slack"))
    waits = []
    for _ in range(4):
        (made,) = deliver(outbox, named(slack=slack), terms(clock)).deliveries
        assert made.next_at is not None
        waits.append(int((made.next_at - clock()).total_seconds()))
        clock.now = made.next_at
    assert waits == [30, 60, 600, 240]


def test_a_final_fault_fails_at_once_with_the_fix_and_is_told_on_another_channel_in_the_same_pass() -> None:
    outbox, slack, email = MemoryOutbox(), ScriptedChannel([WRONG]), ScriptedChannel()
    outbox.add(alert("slack", title="drift"))
    asked = replace(terms(Clock()), elsewhere=elsewhere("email"))
    delivered = deliver(outbox, named(slack=slack, email=email), asked)
    assert states(delivered) == ["failed", "sent"]
    assert (delivered.deliveries[0].what, delivered.deliveries[0].fix) == (WRONG.what, WRONG.fix)
    assert email.titles == ["undelivered: drift"]
    assert (outbox.rows[1].intent.error, outbox.rows[1].intent.fix) == (WRONG.what, WRONG.fix)


def test_what_tells_of_a_failure_makes_no_other() -> None:
    outbox, broken = MemoryOutbox(), ScriptedChannel([WRONG, WRONG])
    outbox.add(alert("slack"))
    asked = replace(terms(Clock()), elsewhere=elsewhere("email"))
    assert states(deliver(outbox, named(slack=broken, email=broken), asked)) == ["failed", "failed"]
    assert outbox.states() == ["failed", "failed"]


def test_what_failed_is_kept_for_another_channel_before_it_is_marked() -> None:
    class Dying(MemoryOutbox):
        def failed(self, intent: Intent, owner: str, what: str, fix: str, now: datetime, took: float) -> None:
            raise LedgerError("the disk is gone")

    outbox = Dying()
    outbox.add(alert("slack"))
    with pytest.raises(LedgerError):
        deliver(
            outbox,
            named(slack=ScriptedChannel([WRONG]), email=ScriptedChannel()),
            replace(terms(Clock()), elsewhere=elsewhere("email")),
        )
    assert [intent.message.kind for intent in pending(outbox)] == [MessageKind.RUN, MessageKind.UNDELIVERED]


def _raises(_: Message) -> Answer:
    raise ValueError("https://hooks.example/secret-canary")


def _exits(_: Message) -> Answer:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("does", "what"),
    [
        (_raises, "the channel failed: ValueError"),
        (_exits, "the channel failed: SystemExit"),
        (lambda _: None, "the channel answered with NoneType, which means nothing"),
        (lambda _: PassingFault("a\x1b[31mb"), "a\\x1b[31mb"),
        (lambda _: PassingFault("x" * 900), "x" * 497 + "..."),
    ],
)
def test_whatever_a_channel_does_is_told_without_what_it_may_hide(does: Callable[[Message], object], what: str) -> None:
    outbox = MemoryOutbox()
    outbox.add(alert("slack"))
    (made,) = deliver(outbox, named(slack=ScriptedChannel([does])), terms(Clock())).deliveries
    assert (made.state, made.what) == (IntentState.PENDING, what)
    assert outbox.rows[1].intent.error == what


def test_nothing_is_given_up_before_thirty_days_and_two_later_runs() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    slack = ScriptedChannel([DOWN] * 100)
    outbox.add(alert("slack"), run_id="run-0")
    told = []
    for number, days in enumerate([0, 10, 31, 32, 33]):
        clock.now = NOW + days * DAY
        run = "run-0" if days < 31 else f"run-{number}"  # a machine that was asleep for a month
        (made,) = deliver(outbox, named(slack=slack), terms(clock, run_id=run)).deliveries
        told.append(made.state.value)
        if made.state is IntentState.FAILED:
            break
    assert told == ["pending", "pending", "pending", "failed"]
    assert made.what == "given up: HTTP 503"
    assert made.fix == "mend the channel (try: monitor channels test slack), then: monitor alerts retry --failed"


def test_intents_of_a_channel_that_is_not_configured_all_wait_and_are_given_up_by_the_same_rule() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    outbox.add(alert("gone"))
    outbox.add(alert("gone"))
    delivered = deliver(outbox, {}, terms(clock))
    assert (delivered.again, delivered.waiting) == (2, 2)
    assert outbox.rows[2].intent.error == "no channel 'gone' is configured"
    for number in range(3):
        clock.pass_by(PATIENCE)
        delivered = deliver(outbox, {}, terms(clock, run_id=f"run-{number}"))
    assert outbox.states() == ["failed", "failed"]
    assert outbox.rows[1].intent.fix.startswith("configure 'gone' under alerts.channels again")


def test_a_hanging_channel_holds_up_no_other_and_is_put_off_when_the_pass_ends() -> None:
    outbox, clock, hold = MemoryOutbox(), Clock(), threading.Event()

    def hangs(_: Message) -> Answer:
        hold.wait(60)
        return Sent({"ts": "late"})

    slack, email = ScriptedChannel([hangs]), ScriptedChannel()
    outbox.add(alert("slack", "email"))
    outbox.add(alert("slack", "email"))
    before = set(threading.enumerate())
    delivered = deliver(outbox, named(slack=slack, email=email), replace(terms(clock), end=0.05))
    assert Counter(states(delivered)) == {"sent": 2, "pending": 1}
    assert delivered.waiting == 2
    put_off = outbox.rows[1].intent
    assert put_off.error.startswith("no answer within")
    assert put_off.next_at is not None
    assert put_off.next_at >= clock() + LEASE
    hold.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
    assert outbox.rows[1].answer == {"ts": "late"}  # it was taken after all
    assert outbox.rows[1].intent.state is IntentState.SENT
    assert outbox.rows[3].intent.state is IntentState.PENDING  # a pass that is over begins nothing


def test_no_message_is_begun_late_in_a_pass_or_after_it_was_told_to_stop() -> None:
    outbox, seconds = MemoryOutbox(), iter(range(0, 10_000, 60))
    for _ in range(5):
        outbox.add(alert("slack"))
    asked = replace(terms(Clock()), timer=lambda: float(next(seconds)))
    delivered = deliver(outbox, named(slack=ScriptedChannel()), asked)
    assert (delivered.sent, delivered.waiting) == (1, 4)

    stopped = terms(Clock())

    def stops(_: Message) -> Answer:
        stopped.stop.set()
        return Sent()

    delivered = deliver(outbox, named(slack=ScriptedChannel([stops])), stopped)
    assert (delivered.sent, delivered.waiting) == (1, 3)


def test_what_is_in_hand_at_ctrl_c_may_end() -> None:
    outbox, reached, asked = MemoryOutbox(), threading.Event(), terms(Clock())
    main, begun = threading.get_ident(), iter([0.0])

    def waits(_: Message) -> Answer:
        reached.set()
        asked.stop.wait(60)
        return Sent()

    def interrupts() -> float:
        if threading.get_ident() == main and not asked.stop.is_set() and next(begun, None) is None:
            reached.wait(60)  # while the pass is waited for
            raise KeyboardInterrupt
        return 0.0

    outbox.add(alert("slack"))
    outbox.add(alert("slack"))
    with pytest.raises(KeyboardInterrupt):
        deliver(outbox, named(slack=ScriptedChannel([waits])), replace(asked, timer=interrupts))
    assert outbox.states() == ["sent", "pending"]


def test_the_outboxs_own_error_is_raised_after_the_other_channels_had_theirs() -> None:
    class Failing(MemoryOutbox):
        def again(self, intent: Intent, owner: str, what: str, next_at: datetime, now: datetime, took: float) -> None:
            raise LedgerError("the disk is gone")

    outbox, email = Failing(), ScriptedChannel()
    outbox.add(alert("slack", "email"))
    with pytest.raises(LedgerError, match="the disk is gone"):
        deliver(outbox, named(slack=ScriptedChannel([DOWN]), email=email), terms(Clock()))
    assert len(email.got) == 1


def test_a_thread_of_the_outbox_reaches_the_channel() -> None:
    class Threading(MemoryOutbox):
        def claim(
            self, channel: str, owner: str, now: datetime, lease: timedelta, run_id: str, only: int | None = None
        ) -> Intent | None:
            found = super().claim(channel, owner, now, lease, run_id, only)
            return found and replace(found, thread={"ts": "17"})

    outbox, slack = Threading(), ScriptedChannel()
    outbox.add(alert("slack"))
    deliver(outbox, named(slack=slack), terms(Clock()))
    assert slack.threads == [{"ts": "17"}]


# -- whatever happens -------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is no more: nothing after this is done."""


class Hand:
    """A channel that does as it is told for each message, and holds delivery to its laws while it does."""

    def __init__(self, deliver_too: Callable[[], object]) -> None:
        self.script: list[str] = []
        self.taken: Counter[str] = Counter()
        self.killed: Counter[str] = Counter()
        self.said_final: set[str] = set()
        self.doubled: set[str] = set()  # sent by two at the same time
        self._in_hand: set[str] = set()
        self._deliver_too = deliver_too

    def send(self, message: Message, key: str, thread: object) -> Answer:
        if key in self._in_hand:
            self.doubled.add(key)
        self._in_hand.add(key)
        try:
            return self._do(self.script.pop(0) if self.script else "take", key)
        finally:
            self._in_hand.discard(key)

    def _do(self, what: str, key: str) -> Answer:
        match what:
            case "die":
                raise Killed
            case "take and die":
                self.taken[key] += 1
                self.killed[key] += 1
                raise Killed
            case "passing":
                return DOWN
            case "ask for time":
                return PassingFault("ratelimited", 7200.0)
            case "final":
                self.said_final.add(key)
                return WRONG
            case "break":
                raise ValueError
            case "another process too":
                self._deliver_too()
        self.taken[key] += 1
        return Sent({"ts": key})


WHAT = ["take", "passing", "ask for time", "final", "break", "die", "take and die", "another process too"]
SCRIPTS = st.lists(st.sampled_from(WHAT), max_size=4)


class Deliveries(RuleBasedStateMachine):
    """Runs, retries and crashes over one outbox with two channels and one that is configured no more."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox, self.clock = MemoryOutbox(), Clock()
        self.hands = {name: Hand(self.deliver_too) for name in ("slack", "email")}
        self.runs = 0
        self.passes = 0

    def one_pass(self, run_id: str) -> None:
        self.passes += 1
        asked = terms(self.clock, f"process {self.passes}", run_id)
        deliver(self.outbox, self.hands, replace(asked, elsewhere=elsewhere("email")))

    def deliver_too(self) -> None:
        with contextlib.suppress(Killed):  # that other process
            self.one_pass(f"run-{self.runs}")

    @rule(channels=st.sets(st.sampled_from(["slack", "email", "gone"]), min_size=1))
    def tell(self, channels: set[str]) -> None:
        self.outbox.add(alert(*sorted(channels)), self.clock(), f"run-{self.runs}")

    @rule(slack=SCRIPTS, email=SCRIPTS, is_run=st.booleans())
    def deliver(self, slack: list[str], email: list[str], is_run: bool) -> None:
        self.runs += is_run
        self.hands["slack"].script, self.hands["email"].script = slack, email
        with contextlib.suppress(Killed):
            self.one_pass(f"run-{self.runs}")

    @rule(time=st.sampled_from([timedelta(seconds=40), LEASE, timedelta(hours=5), 16 * DAY, -timedelta(hours=1)]))
    def time_goes_by(self, time: timedelta) -> None:
        self.clock.pass_by(time)

    @precondition(lambda self: "failed" in self.outbox.states())
    @rule()
    def somebody_requeues(self) -> None:
        self.outbox.requeue(None, self.clock())

    @invariant()
    def nothing_is_lost_or_sent_without_cause(self) -> None:
        assert not any(hand.doubled for hand in self.hands.values())
        for row in self.outbox.rows.values():
            intent = row.intent
            hand = self.hands.get(intent.channel)
            taken = hand.taken[intent.key] if hand else 0
            killed = hand.killed[intent.key] if hand else 0
            if intent.state is IntentState.SENT:
                assert taken == killed + 1
            else:
                assert intent.state in (IntentState.PENDING, IntentState.FAILED)
                assert taken == killed  # whoever had sent it died before it could say so
            if intent.state is IntentState.FAILED and not (hand and intent.key in hand.said_final):
                assert self.clock() - intent.created >= PATIENCE - timedelta(hours=10)  # the clock may have gone back
                assert intent.runs >= 2

    def teardown(self) -> None:
        """When all goes well again, all that waits is sent."""
        self.clock.pass_by(2 * DAY)
        for hand in self.hands.values():
            hand.script = []
        self.one_pass("")
        left = [intent.channel for intent in pending(self.outbox)]
        assert all(channel == "gone" for channel in left)
        self.nothing_is_lost_or_sent_without_cause()


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
