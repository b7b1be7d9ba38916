"""What is to be sent is held by one at a time, sent in an order that makes sense, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.ledger import tables
from monitor.ledger.database import Database, open_database
from monitor.ledger.ledger import Ledger
from monitor.model import DIGEST, Alert, Intent, IntentState, Message, MessageKind
from tests.ledger.made import CUSTOMER, DAY, LINK, START, B, compose, policy_of, report, result

LEASE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
TS = {"ts": "1"}


def message(title: str, *incidents: str, threads: tuple[str, ...] = (), run_id: str = "r0") -> Message:
    return Message(MessageKind.RUN, "crm", title, B, START, run_id=run_id, incidents=incidents, threads=threads)


def put(ledger: Ledger, title: str, *incidents: str, threads: tuple[str, ...] = (), channel: str = "slack") -> int:
    (intent_id,) = ledger.add_alert(Alert(message(title, *incidents, threads=threads), (channel,)), START)
    return intent_id


def take(
    ledger: Ledger, hours: float = 0, owner: str = "a", channel: str = "slack", run_id: str = "r1"
) -> Intent | None:
    return ledger.claim(channel, owner, START + hours * HOUR, LEASE, run_id)


def taken(ledger: Ledger, hours: float = 0, owner: str = "a", run_id: str = "r1") -> Intent:
    intent = take(ledger, hours, owner, run_id=run_id)
    assert intent is not None
    return intent


def title(intent: Intent | None) -> str | None:
    return intent.message.title if intent else None


def again(ledger: Ledger, intent: Intent, owner: str = "a", *, at: float = 0, due: float = 1) -> None:
    ledger.again(intent, owner, "503", START + due * HOUR, START + at * HOUR, 0.5)


def states(ledger: Ledger) -> list[IntentState]:
    return [intent.state for intent in ledger.intents()][::-1]


def deliveries(ledger: Ledger) -> list[tuple[str, str, str]]:
    query = select(tables.deliveries.c.host, tables.deliveries.c.result, tables.deliveries.c.what)
    with ledger.database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(tables.deliveries.c.id))]


def test_an_alert_is_an_intent_a_channel(ledger: Ledger) -> None:
    told = message("m", CUSTOMER)
    ids = ledger.add_alert(Alert(told, ("slack", "email", DIGEST, "slack"), {"email": "breaking of crm"}), START)
    intents = ledger.intents()[::-1]
    assert tuple(intent.id for intent in intents) == ids
    assert [(intent.channel, intent.state) for intent in intents] == [
        ("slack", IntentState.PENDING),
        ("email", IntentState.PENDING),
        (DIGEST, IntentState.WAITING),
    ]
    assert [intent.message for intent in intents] == [told] * 3
    assert len({intent.key for intent in intents}) == 3
    assert ledger.intents([IntentState.WAITING]) == (intents[2],)
    assert ledger.intents([], "slack") == ()
    assert ledger.intents(channel="slack", last=1) == (intents[0],)
    assert [take(ledger, channel=DIGEST), take(ledger, channel="nobody's")] == [None, None]


def test_the_oldest_comes_first_and_is_held_by_one(ledger: Ledger) -> None:
    put(ledger, "first")
    put(ledger, "second")
    put(ledger, "elsewhere", channel="email")
    assert [title(take(ledger, owner=owner)) for owner in "abc"] == ["first", "second", None]


def test_a_lease_that_ran_out_is_anybodys(ledger: Ledger) -> None:
    put(ledger, "m")
    first = taken(ledger)
    assert take(ledger, 0.08, "b") is None
    second = taken(ledger, 0.09, "b")
    assert (second.id, second.key) == (first.id, first.key)
    ledger.failed(first, "a", "no", "mend it", START, 0.1)  # not a's any more
    again(ledger, first)
    assert states(ledger) == [IntentState.PENDING]
    assert take(ledger, 0.1, "c") is None
    ledger.sent(first, "a", TS, START + HOUR, 0.1)  # but it was sent
    ledger.sent(second, "b", {"ts": "2"}, START + HOUR, 0.1)
    ledger.failed(second, "b", "no", "mend it", START, 0.1)
    assert states(ledger) == [IntentState.SENT]
    assert deliveries(ledger) == [("host-1", "sent", "")] * 2
    follow = put(ledger, "follow", threads=())
    assert taken(ledger, 2).id == follow


def test_a_message_that_waits_for_its_next_try_holds_up_no_other(ledger: Ledger) -> None:
    put(ledger, "poisoned", CUSTOMER)
    put(ledger, "other", LINK)
    again(ledger, taken(ledger))
    other = taken(ledger, 0.5)
    assert title(other) == "other"
    ledger.sent(other, "a", TS, START, 0.1)
    assert take(ledger, 0.9) is None
    retried = taken(ledger, 1)
    assert (title(retried), retried.attempts, retried.error) == ("poisoned", 1, "503")


def test_what_belongs_under_another_waits_for_it_and_for_no_other(ledger: Ledger) -> None:
    put(ledger, "first of customer", CUSTOMER)
    put(ledger, "first of link", LINK)
    put(ledger, "customer is worse", CUSTOMER, threads=(CUSTOMER,))
    put(ledger, "link is over", LINK, threads=(LINK,))
    put(ledger, "customer is over", CUSTOMER, threads=(CUSTOMER,))
    put(ledger, "both, elsewhere", CUSTOMER, LINK, threads=(CUSTOMER, LINK), channel="email")
    again(ledger, taken(ledger))
    link = taken(ledger)
    assert take(ledger) is None
    ledger.sent(link, "a", {"ts": "link"}, START, 0.1)
    over = taken(ledger)
    assert (title(over), over.thread) == ("link is over", {"ts": "link"})
    ledger.sent(over, "a", TS, START, 0.1)
    assert take(ledger) is None
    ledger.sent(taken(ledger, 1), "a", TS, START + HOUR, 0.1)
    worse = taken(ledger, 1)
    assert (title(worse), worse.thread) == ("customer is worse", TS)
    assert take(ledger, 1) is None
    ledger.failed(worse, "a", "no", "mend it", START + HOUR, 0.1)
    assert taken(ledger, 1).thread == TS
    elsewhere = take(ledger, 1, channel="email")
    assert elsewhere is not None
    assert elsewhere.thread is None  # nothing was sent there


def test_a_thread_begins_with_the_first_message_that_was_taken(ledger: Ledger) -> None:
    put(ledger, "first", CUSTOMER)
    ledger.failed(taken(ledger), "a", "no", "mend it", START, 0.1)
    put(ledger, "worse", CUSTOMER, threads=(CUSTOMER,))
    worse = taken(ledger)
    assert worse.thread is None
    ledger.sent(worse, "a", {"ts": "worse"}, START, 0.1)
    put(ledger, "worse, and something new", CUSTOMER, LINK, threads=(CUSTOMER,))
    mixed = taken(ledger)
    assert mixed.thread is None
    ledger.sent(mixed, "a", {"ts": "mixed"}, START, 0.1)
    put(ledger, "customer is over", CUSTOMER, threads=(CUSTOMER,))
    put(ledger, "link is over", LINK, threads=(LINK,))
    assert [taken(ledger).thread, taken(ledger).thread] == [{"ts": "worse"}, {"ts": "mixed"}]


def test_what_comes_back_is_a_thread_of_its_own(ledger: Ledger) -> None:
    threads: list[object] = []
    for day, roots in enumerate((["$.customerId"], ["$.customerId"], [], ["$.customerId"], [])):
        ledger.ingest(report(day * 8, result(*roots)), policy_of, compose, START + day * 8 * DAY)
        intent = taken(ledger, day * 8 * 24)
        threads.append(intent.thread)
        ledger.sent(intent, "a", {"ts": str(day)}, START, 0.1)
    assert threads == [None, {"ts": "0"}, {"ts": "0"}, None, {"ts": "3"}]


def test_later_runs_are_counted_once_each(ledger: Ledger) -> None:
    put(ledger, "m")
    counted = []
    for hour, run_id in enumerate(("r0", "r1", "r1", "", "r2")):
        intent = taken(ledger, hour, run_id=run_id)
        counted.append(intent.runs)
        again(ledger, intent, due=hour + 1)
    assert counted == [0, 1, 1, 1, 2]
    assert [(intent.runs, intent.attempts) for intent in ledger.intents()] == [(2, 5)]


@pytest.mark.parametrize(("hours", "due"), [(1, True), (-1, False), (-7.5, True), (-24 * 365, True)])
def test_a_clock_that_is_set_back_makes_nobody_wait_for_long(ledger: Ledger, hours: float, due: bool) -> None:
    put(ledger, "m")
    again(ledger, taken(ledger))
    assert bool(take(ledger, hours)) is due
    assert take(ledger, hours) is None  # no storm


def test_failed_ones_are_queued_again(ledger: Ledger) -> None:
    for name in ("one", "two", "three"):
        put(ledger, name)
        ledger.failed(taken(ledger), "a", "invalid_auth", "make a new token", START, 0.1)
    assert [(intent.state, intent.error, intent.fix) for intent in ledger.intents(last=1)] == [
        (IntentState.FAILED, "invalid_auth", "make a new token")
    ]
    assert take(ledger, 100) is None
    two = ledger.intents()[1]
    assert [ledger.requeue([two.id, 77], START), ledger.requeue([two.id], START)] == [1, 0]
    assert title(take(ledger)) == "two"
    assert ledger.requeue(None, START) == 2
    assert [title(take(ledger)), title(take(ledger))] == ["one", "three"]


def test_what_waits_can_be_hurried(ledger: Ledger) -> None:
    put(ledger, "m")
    again(ledger, taken(ledger), due=6)
    assert take(ledger, 1) is None
    assert ledger.hurry(START + HOUR) == 1
    assert title(take(ledger, 1)) == "m"


def test_the_digest_takes_what_waits_once(ledger: Ledger) -> None:
    one, two = put(ledger, "one", CUSTOMER, channel=DIGEST), put(ledger, "two", LINK, channel=DIGEST)
    assert [(intent_id, told.title) for intent_id, told in ledger.gather(START)] == [(one, "one"), (two, "two")]
    digest = Alert(message("digest", CUSTOMER, LINK), ("email",))
    three = put(ledger, "three", channel=DIGEST)
    assert ledger.gathered([one, two], digest, START)
    assert not ledger.gathered([two, three], digest, START)  # another process was quicker
    assert [intent_id for intent_id, _ in ledger.gather(START)] == [three]
    assert ledger.gathered([three], None, START)
    assert [intent.message.title for intent in ledger.intents([IntentState.PENDING])] == ["digest"]
    assert states(ledger)[:2] == [IntentState.GATHERED] * 2
    assert ledger.gathered([], None, START)


def test_two_processes_never_claim_one(database_url: str) -> None:
    with open_database(database_url, START) as one, open_database(database_url, START) as two:
        ledgers = [Ledger(one, "host-1"), Ledger(two, "host-2")]
        for number in range(12):
            put(ledgers[0], str(number))
        with ThreadPoolExecutor(4) as threads:
            claims = [*threads.map(lambda number: taken(ledgers[number % 2], owner=str(number)).id, range(12))]
        assert len({*claims}) == 12


# -- laws -------------------------------------------------------------------------------------------------


@dataclass
class World:
    """Two owners at one outbox, and what must be so whatever they do."""

    ledger: Ledger
    hours: float = 0
    held: dict[str, Intent] = field(default_factory=dict)  # owner -> what it believes to hold
    until: dict[int, float] = field(default_factory=dict)  # intent -> when its lease runs out
    holder: dict[int, str] = field(default_factory=dict)  # intent -> who claimed it last
    put: int = 0
    sent: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)

    def step(self, owner: str, what: str) -> None:
        intent = self.held.get(owner)
        if what == "put":
            self.put += 1
            threads = (CUSTOMER,) if self.put % 3 == 0 else ()
            put(self.ledger, str(self.put), CUSTOMER, threads=threads)
        elif what in ("pass", "back"):
            self.hours += 0.05 if what == "pass" else -1
        elif intent is None:
            self.claim(owner)
        elif what != "claim":
            self.end(owner, intent, what)

    def claim(self, owner: str) -> None:
        intent = take(self.ledger, self.hours, owner)
        if intent is None:
            return
        assert intent.id not in self.sent | self.failed
        assert self.until.get(intent.id, -1e9) <= self.hours, "two hold it"
        self.held[owner] = intent
        self.until[intent.id] = self.hours + LEASE / HOUR
        self.holder[intent.id] = owner

    def end(self, owner: str, intent: Intent, what: str) -> None:
        del self.held[owner]
        lost = self.holder.get(intent.id) != owner
        now = START + self.hours * HOUR
        if what == "sent":
            self.ledger.sent(intent, owner, TS, now, 0.1)
            self.sent.add(intent.id)
            self.failed.discard(intent.id)
        elif what == "again":
            self.ledger.again(intent, owner, "503", now + HOUR / 10, now, 0.1)
        elif what == "failed":
            self.ledger.failed(intent, owner, "no", "mend it", now, 0.1)
            self.failed |= set() if lost else {intent.id}
        if what == "sent" or (what != "died" and not lost):
            self.until.pop(intent.id, None)
            self.holder.pop(intent.id, None)


STEPS = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from(["put", "claim", "claim", "sent", "again", "failed", "died", "pass", "back"]),
)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('outbox') / 'ledger.db'}", START)


@settings(max_examples=25)
@given(steps=st.lists(STEPS, max_size=30))
def test_whatever_happens_each_ends_once_and_none_is_lost(quick: Database, steps: list[tuple[str, str]]) -> None:
    with quick.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    world = World(Ledger(quick, "host-1"))
    for owner, what in steps:
        world.step(owner, what)
    for owner, intent in [*world.held.items()]:
        world.end(owner, intent, "died")
    world.hours += 24
    while (left := take(world.ledger, world.hours, "c")) is not None:
        world.ledger.sent(left, "c", TS, START, 0.1)
        world.sent.add(left.id)
    ended = {intent.id: intent.state for intent in world.ledger.intents()}
    assert len(ended) == world.put
    assert ended == {
        **dict.fromkeys(world.sent, IntentState.SENT),
        **dict.fromkeys(world.failed, IntentState.FAILED),
    }
