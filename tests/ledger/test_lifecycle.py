"""What is said of an incident and why: a row for every state and event, and laws over any sequence of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ledger.lifecycle import decide
from monitor.model import (
    Basis,
    Decision,
    Incident,
    Judged,
    Mute,
    Person,
    Policy,
    Reason,
    Resolution,
    Said,
    Severity,
    Sighting,
    Subject,
    fingerprint,
)

POLICY = Policy()
START = datetime(2026, 11, 2, 8, 58, tzinfo=UTC)
DAY = timedelta(days=1)
B, W, I = Severity.BREAKING, Severity.WARNING, Severity.INFO  # noqa: E741 - as the tables have them
ADA = Person("ada", "laptop", START, "they roll it back on Monday")
BASIS = Basis("terms-1", "baseline-1", "ada", START - DAY)


def seen(severity: Severity = B, accepted: str = "", subject: Subject = Subject.DRIFT) -> Sighting:
    return Sighting(
        fingerprint=fingerprint("crm", "lookup-1a2b3c4d", "$.customerId"),
        vendor="crm",
        subject=subject,
        severity=severity,
        interaction_id="lookup-1a2b3c4d",
        root="$.customerId",
        kinds=("removed",),
        lines=("Expected: customerId (String) at $.customerId",),
        basis=BASIS,
        accepted=accepted,
    )


def run(day: float = 0, *, seen: bool = True, basis: Basis = BASIS, planned: bool = True, rules: int = 1) -> Judged:
    at = START + day * DAY
    return Judged(f"{at:%Y%m%dT%H%M%SZ}-000000", at, seen, basis, planned, rules)


def after(
    *found: Sighting | None, policy: Policy = POLICY, every: float = 1, previous: Incident | None = None
) -> list[Decision]:
    """The decisions of runs a day apart, from the first that knew of it on."""
    decisions: list[Decision] = []
    for number, one in enumerate(found):
        judged = run(number * every)
        decision = decide(previous, one, judged, judged.at, policy)
        if decision is not None:
            decisions.append(decision)
            previous = decision.incident
    return decisions


def reasons(decisions: Sequence[Decision]) -> list[Reason]:
    return [decision.reason for decision in decisions]


def told(decisions: Sequence[Decision]) -> list[Reason]:
    return [reason for reason in reasons(decisions) if reason.speaks]


# -- the table --------------------------------------------------------------------------------------------

OPEN = after(seen(W))[0].incident  # told as a warning at START
CLOSED = after(seen(W), None)[1].incident  # and told that it recovered
UNTOLD = replace(OPEN, said=None)  # a laptop's run saw it
GONE_UNTOLD = replace(CLOSED, said=OPEN.said)  # a laptop's run saw that it is gone
BACK_UNTOLD = replace(OPEN, said=CLOSED.said)
MUTED = Mute(ADA, START + 20 * DAY)
ACCEPTED = "accepted by ada until 2 Dec 2026: known"
FLAPPING = replace(OPEN, history=(True, False) * 4 + (True,))
SAID_FLAPPING = replace(FLAPPING, said=Said(START, True, W, flapping=True))
DOWN = seen(subject=Subject.VENDOR_DOWN)


LATER = run(3)
DOWN_NOW_AND_THEN = replace(FLAPPING, open=False, said=None, subject=Subject.VENDOR_DOWN)


@dataclass(frozen=True)
class Row:
    """What was so, what a run of so many days later finds, and what is said of it."""

    name: str
    previous: Incident | None
    found: Sighting | None
    reason: Reason
    detail: str = ""
    policy: Policy = POLICY
    judged: Judged = LATER


TABLE = [
    # nobody was told of it
    Row("first drift", None, seen(), Reason.FIRST_DRIFT),
    Row("seen by a silent run first", UNTOLD, seen(), Reason.FIRST_DRIFT),
    Row("gone before anybody was told", UNTOLD, None, Reason.NOTHING_NEW),
    Row("unknown and accepted", None, seen(accepted=ACCEPTED), Reason.ACCEPTED, ACCEPTED),
    Row("new, the vendor is muted", None, seen(), Reason.MUTED, policy=Policy(vendor_mute=MUTED), detail=(
        "muted until 22 Nov 2026 08:58 UTC by ada: they roll it back on Monday")),
    Row("new by new rules", None, seen(), Reason.ADOPTED, "a newer monitor sees it in what was recorded before",
        Policy(adopting=True)),
    Row("down, may be back at once", None, DOWN, Reason.WAITING, "told when the next run meets it too",
        Policy(alert_after=2)),
    Row("down for long to be told", None, DOWN, Reason.WAITING, "told when the next 2 runs meet it too",
        Policy(alert_after=3)),
    Row("drift never waits", None, seen(), Reason.FIRST_DRIFT, policy=Policy(alert_after=2)),
    Row("a login never waits", None, seen(subject=Subject.AUTH_FAILED), Reason.FIRST_DRIFT,
        policy=Policy(alert_after=2)),
    # people were told that it is open
    Row("as told", OPEN, seen(W), Reason.NOTHING_NEW),
    Row("better", OPEN, seen(I), Reason.NOTHING_NEW),
    Row("worse", OPEN, seen(), Reason.WORSE, "warning before, breaking now"),
    Row("worse, acknowledged", replace(OPEN, acknowledged=ADA), seen(), Reason.WORSE, "warning before, breaking now"),
    Row("worse, muted", replace(OPEN, mute=Mute(ADA)), seen(), Reason.MUTED,
        "muted by ada: they roll it back on Monday"),
    Row("worse by new rules", OPEN, seen(), Reason.ADOPTED, "a newer monitor sees it in what was recorded before",
        Policy(adopting=True)),
    Row("a week later", OPEN, seen(W), Reason.REMINDER_DUE, "last told 7 days ago", judged=run(7)),
    Row("a week less some minutes later", OPEN, seen(W), Reason.REMINDER_DUE, "last told 6 days ago",
        judged=run(6.99)),
    Row("less than a week later", OPEN, seen(W), Reason.NOTHING_NEW, judged=run(6.5)),
    Row("no reminders wanted", OPEN, seen(W), Reason.NOTHING_NEW, policy=Policy(remind_every=None), judged=run(99)),
    Row("a week later, acknowledged", replace(OPEN, acknowledged=ADA), seen(W), Reason.ACKNOWLEDGED,
        "acknowledged by ada: they roll it back on Monday", judged=run(7)),
    Row("acknowledged, and nothing is due", replace(OPEN, acknowledged=ADA), seen(W), Reason.NOTHING_NEW),
    Row("a week later, muted", replace(OPEN, mute=MUTED), seen(W), Reason.MUTED,
        "muted until 22 Nov 2026 08:58 UTC by ada: they roll it back on Monday", judged=run(7)),
    Row("muted, and nothing is due", replace(OPEN, mute=MUTED), seen(W), Reason.NOTHING_NEW),
    Row("the mute is over", replace(OPEN, mute=MUTED), seen(W), Reason.REMINDER_DUE, "last told 20 days ago",
        judged=run(20)),
    Row("a week later, judged again", OPEN, seen(W), Reason.NOTHING_NEW, policy=Policy(adopting=True), judged=run(7)),
    Row("gone", OPEN, None, Reason.RESOLVED, "recovered"),
    Row("gone, acknowledged", replace(OPEN, acknowledged=ADA), None, Reason.RESOLVED, "recovered"),
    Row("gone, muted", replace(OPEN, mute=MUTED), None, Reason.MUTED,
        "muted until 22 Nov 2026 08:58 UTC by ada: they roll it back on Monday"),
    Row("gone in a silent run, and still", GONE_UNTOLD, None, Reason.RESOLVED, "recovered"),
    Row("gone in a silent run, and back", GONE_UNTOLD, seen(W), Reason.NOTHING_NEW),
    Row("accepted", OPEN, seen(W, ACCEPTED), Reason.RESOLVED, ACCEPTED),
    Row("accepted, muted", replace(OPEN, mute=Mute(ADA)), seen(W, ACCEPTED), Reason.MUTED,
        "muted by ada: they roll it back on Monday"),
    Row("not judged", OPEN, None, Reason.NOT_SEEN, judged=run(3, seen=False)),
    Row("not judged, and a reminder would be due", OPEN, None, Reason.NOT_SEEN, judged=run(30, seen=False)),
    Row("the clock went back", OPEN, seen(W), Reason.NOTHING_NEW, judged=run(-30)),
    # people were told that it is over
    Row("still over", CLOSED, None, Reason.NOTHING_NEW),
    Row("back", CLOSED, seen(), Reason.REOPENED, "it was over in between: recovered"),
    Row("back in a silent run before", BACK_UNTOLD, seen(), Reason.REOPENED),
    Row("back, muted", replace(CLOSED, mute=Mute(ADA)), seen(), Reason.MUTED,
        "muted by ada: they roll it back on Monday"),
    Row("back, though accepted", CLOSED, seen(W, ACCEPTED), Reason.ACCEPTED, ACCEPTED),
    Row("over and not judged", CLOSED, None, Reason.NOT_SEEN, judged=run(3, seen=False)),
    # it comes and goes
    Row("closed too often", FLAPPING, None, Reason.FLAPPING, "comes and goes: seen in 5 of the last 10 runs"),
    Row("and that was said: closed", SAID_FLAPPING, None, Reason.DAMPED,
        "comes and goes: seen in 5 of the last 10 runs"),
    Row("and that was said: open", replace(SAID_FLAPPING, open=False), seen(W), Reason.DAMPED,
        "comes and goes: seen in 6 of the last 10 runs"),
    Row("and that was said: worse", SAID_FLAPPING, seen(), Reason.WORSE, "warning before, breaking now"),
    Row("and that was said a week ago", SAID_FLAPPING, seen(W), Reason.DAMPED,
        "comes and goes: seen in 6 of the last 10 runs", judged=run(7)),
    Row("and that was said three weeks ago", SAID_FLAPPING, seen(W), Reason.REMINDER_DUE, "last told 21 days ago",
        judged=run(21)),
    Row("down in every second run, never told", DOWN_NOW_AND_THEN, DOWN, Reason.FLAPPING,
        "comes and goes: seen in 6 of the last 10 runs", Policy(alert_after=2)),
    Row("closed too often, muted", replace(FLAPPING, mute=Mute(ADA)), None, Reason.MUTED,
        "muted by ada: they roll it back on Monday"),
    Row("closed too often, now accepted", FLAPPING, seen(W, ACCEPTED), Reason.RESOLVED, ACCEPTED),
    Row("it stands still, open", replace(SAID_FLAPPING, history=(True, False) * 3 + (True,) * 4), seen(W),
        Reason.NOTHING_NEW),
    Row("it stands still, closed",
        replace(SAID_FLAPPING, open=False, resolution=Resolution.RECOVERED, history=(True, False) * 3 + (False,) * 3),
        None, Reason.RESOLVED, "recovered"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_what_is_said_and_why(row: Row) -> None:
    decision = decide(row.previous, row.found, row.judged, row.judged.at, row.policy)
    assert decision is not None
    assert (decision.reason, decision.detail) == (row.reason, row.detail)
    assert decision.before == row.previous


def test_every_reason_has_a_row() -> None:
    assert {row.reason for row in TABLE} == set(Reason)


def test_there_is_nothing_to_keep_of_what_nobody_knew_and_nobody_found() -> None:
    assert decide(None, None, run(), START, Policy()) is None


# -- why it is no more ------------------------------------------------------------------------------------

NEXT = replace(BASIS, baseline="baseline-2", approved_by="bob")


@pytest.mark.parametrize(
    ("judged", "resolution", "why"),
    [
        (run(1), Resolution.RECOVERED, "recovered"),
        (run(1, basis=NEXT), Resolution.APPROVED, "approved by bob"),
        (run(1, basis=replace(NEXT, terms="terms-2"), rules=2), Resolution.APPROVED, "approved by bob"),
        (
            run(1, basis=replace(BASIS, terms="terms-2")),
            Resolution.CONTRACT_CHANGED,
            "contract or translation changed",
        ),
        (run(1, rules=2), Resolution.RULES_CHANGED, "no drift by the rules of this version"),
        (run(1, rules=0), Resolution.RECOVERED, "recovered"),
        (run(1, basis=Basis()), Resolution.RECOVERED, "recovered"),  # a report of old
        (run(1, basis=replace(BASIS, baseline="")), Resolution.RECOVERED, "recovered"),
        (run(1, basis=Basis(), planned=False), Resolution.INTERACTION_REMOVED, "no longer checked"),
    ],
)
def test_why_it_is_no_more(judged: Judged, resolution: Resolution, why: str) -> None:
    (opened,) = after(seen())
    decision = decide(opened.incident, None, judged, judged.at, Policy())
    assert decision is not None
    incident = decision.incident
    assert (decision.reason, incident.open, incident.resolution) == (Reason.RESOLVED, False, resolution)
    assert decision.detail == why
    assert (incident.resolved_at, incident.resolved_run) == (judged.at, judged.run_id)


def test_a_trouble_of_the_vendor_only_recovers() -> None:
    (opened,) = after(seen(subject=Subject.UNREADABLE))
    decision = decide(opened.incident, None, run(1, basis=NEXT, rules=2), START, Policy())
    assert decision is not None
    assert decision.incident.resolution is Resolution.RECOVERED


# -- episodes ---------------------------------------------------------------------------------------------


def test_an_episode_has_its_beginning_and_counts_its_runs() -> None:
    first, second, _, again = (one.incident for one in after(seen(), seen(), None, seen()))
    assert (first.episode, first.opened_at, first.times, first.history) == (1, START, 1, (True,))
    assert (second.episode, second.opened_at, second.times, second.seen_at) == (1, START, 2, START + DAY)
    assert (again.episode, again.opened_at, again.times) == (2, START + 3 * DAY, 1)
    assert again.history == (True, True, False, True)
    assert (again.resolution, again.resolved_at, again.resolved_run, again.resolved_why) == (None, None, "", "")


def test_an_acknowledgement_ends_with_its_episode() -> None:
    (opened,) = after(seen())
    acknowledged = replace(opened.incident, acknowledged=ADA)
    closed, again = after(None, seen(), previous=acknowledged)
    assert (closed.incident.acknowledged, again.incident.acknowledged) == (ADA, None)


@pytest.mark.parametrize(
    ("severities", "kept"),
    [((W, W, W), True), ((W, I, W), True), ((W, B), False), ((W, I, B), False), ((B, I, B), True)],
)
def test_an_acknowledgement_ends_when_it_gets_worse(severities: Sequence[Severity], kept: bool) -> None:
    opened, *later = severities
    incident = replace(after(seen(opened))[0].incident, acknowledged=ADA)
    last = after(*map(seen, later), previous=incident)[-1].incident
    assert last.acknowledged == (ADA if kept else None)


def test_what_is_accepted_opens_again_when_that_is_over() -> None:
    accepted = seen(accepted=ACCEPTED)
    decisions = after(seen(), accepted, accepted, seen(), None)
    assert reasons(decisions) == [
        Reason.FIRST_DRIFT,
        Reason.RESOLVED,
        Reason.ACCEPTED,
        Reason.REOPENED,
        Reason.RESOLVED,
    ]
    assert decisions[3].detail == (
        "its entry in accepted.yaml is gone or has ended (accepted by ada until 2 Dec 2026 before)"
    )
    assert [one.incident.open for one in decisions] == [True, False, False, True, False]
    assert decisions[2].incident.resolved_at == START + DAY


def test_what_was_accepted_from_the_first_is_told_when_that_is_over() -> None:
    decisions = after(seen(accepted=ACCEPTED), seen())
    assert reasons(decisions) == [Reason.ACCEPTED, Reason.FIRST_DRIFT]
    assert (decisions[1].incident.episode, decisions[1].incident.times) == (1, 1)


def test_what_ended_while_muted_is_told_when_the_mute_is_over() -> None:
    (opened,) = after(seen())
    muted = replace(opened.incident, mute=Mute(ADA, START + 1.5 * DAY))
    decisions = after(seen(), None, None, previous=muted)
    assert reasons(decisions) == [Reason.NOTHING_NEW, Reason.MUTED, Reason.RESOLVED]
    assert decisions[-1].incident.resolved_at == START + DAY


def test_a_silent_run_keeps_what_people_were_told() -> None:
    """As the ledger does it: facts move, ``said`` stays, and the next run that speaks tells it."""
    (silent,) = after(seen())
    assert silent.reason is Reason.FIRST_DRIFT
    kept = replace(silent.incident, said=None)
    assert reasons(after(seen(), previous=kept)) == [Reason.FIRST_DRIFT]


# -- a vendor's troubles ----------------------------------------------------------------------------------


def down(*affected: str) -> Sighting:
    return replace(seen(subject=Subject.VENDOR_DOWN), interaction_id="", root="", affected=affected)


def met(*cleared: str, seen: bool = False) -> Judged:
    return replace(run(1, seen=seen), cleared=cleared, why="it was not asked")


def test_a_trouble_is_gone_when_none_of_its_interactions_has_it() -> None:
    (opened,) = after(down("a", "b"))
    decision = decide(opened.incident, None, met("a"), START + DAY, Policy())
    assert decision is not None
    assert (decision.reason, decision.detail, decision.incident.affected) == (
        Reason.NOT_SEEN,
        "it was not asked",
        ("b",),
    )
    more = decide(decision.incident, down("c"), met(seen=True), START + DAY, Policy())
    assert more is not None
    assert (more.reason, more.incident.affected) == (Reason.NOTHING_NEW, ("b", "c"))
    over = decide(more.incident, None, met("b", "c", seen=True), START + DAY, Policy())
    assert over is not None
    assert (over.reason, over.incident.affected, over.incident.open) == (Reason.RESOLVED, (), False)


def test_a_trouble_that_spreads_is_told_and_ends_what_was_acknowledged_of_it() -> None:
    (opened,) = after(down("a"))
    known = replace(opened.incident, acknowledged=ADA)
    wider = decide(known, down("a", "b", "c"), met(seen=True), START + DAY, Policy())
    assert wider is not None
    assert (wider.reason, wider.detail) == (Reason.WORSE, "1 interaction before, 3 now")
    assert wider.incident.acknowledged is None
    same = decide(wider.incident, down("a", "b", "c", "d"), met(seen=True), START + DAY, Policy())
    assert same is not None
    assert same.reason is Reason.NOTHING_NEW


def test_a_run_without_a_baseline_makes_nobody_forget_it() -> None:
    (opened,) = after(seen())
    blind = replace(seen(), basis=replace(BASIS, baseline=""))
    still = decide(opened.incident, blind, run(1), START + DAY, Policy())
    assert still is not None
    over = decide(still.incident, None, run(2, basis=BASIS), START + 2 * DAY, Policy())
    assert over is not None
    assert over.incident.resolution is Resolution.RECOVERED


def test_a_vendor_that_is_down_is_told_when_enough_runs_met_it() -> None:
    policy = Policy(alert_after=2)
    assert told(after(DOWN, None, DOWN, None, policy=policy)) == []
    assert reasons(after(DOWN, DOWN, DOWN, None, DOWN, policy=policy)) == [
        Reason.WAITING,
        Reason.FIRST_DRIFT,
        Reason.NOTHING_NEW,
        Reason.RESOLVED,
        Reason.WAITING,
    ]


# -- laws -------------------------------------------------------------------------------------------------


FEW = settings(max_examples=40)  # they are long


@dataclass(frozen=True)
class Step:
    """A run: what it found (None: nothing), whether it judged, and how long after the one before (days)."""

    found: Sighting | None
    judged: bool = True
    after: float = 1


FOUND = st.none() | st.builds(seen, st.sampled_from(Severity), st.sampled_from(["", "", "", ACCEPTED]))
STEPS = st.lists(
    st.builds(Step, FOUND, st.sampled_from([True, True, True, False]), st.sampled_from([0.01, 1, 1, 7, 30, -3])),
    max_size=25,
)
MUTES = st.none() | st.builds(Mute, st.just(ADA), st.none() | st.integers(-5, 40).map(lambda day: START + day * DAY))
POLICIES = st.builds(
    Policy,
    remind_every=st.sampled_from([None, timedelta(days=7), timedelta(hours=1)]),
    vendor_mute=st.sampled_from([None, None, None, Mute(ADA, START + 9 * DAY)]),
)


def walked(steps: Sequence[Step], policy: Policy, mute: Mute | None = None) -> list[Decision]:
    previous: Incident | None = None
    day, decisions = 0.0, []
    for step in steps:
        day += step.after
        judged = run(day, seen=step.judged)
        decision = decide(previous, step.found if step.judged else None, judged, judged.at, policy)
        if decision is None:
            assert previous is None
            continue
        assert decision.before == previous
        decisions.append(decision)
        previous = replace(decision.incident, mute=mute)
    return decisions


@FEW
@given(STEPS, POLICIES, MUTES)
def test_what_people_were_told_is_what_was_said_last(steps: list[Step], policy: Policy, mute: Mute | None) -> None:
    """Silence changes nothing of it but its clock and that it flaps; speech says how it is (flapping: as open).

    So what was told never gets better unless that was said.
    """
    for decision in walked(steps, policy, mute):
        before = decision.before.said if decision.before else None
        said, incident = decision.incident.said, decision.incident
        if decision.reason.speaks:
            assert said is not None
            assert said.severity is incident.severity
            assert said.open == (incident.open or said.flapping)
        elif before is None:
            assert said is None
        else:
            assert said is not None
            assert (said.open, said.severity) == (before.open, before.severity)


@FEW
@given(STEPS, POLICIES)
def test_nothing_is_kept_back_without_a_silencer(steps: list[Step], policy: Policy) -> None:
    """Where a run that judged says nothing, people know how it is, or the reason names who keeps it back."""
    for decision in walked(steps, policy):
        if decision.reason is Reason.NOTHING_NEW:
            said = decision.incident.said
            assert (said is not None and said.open) == decision.incident.open
            assert not decision.incident.open or said is None or said.severity.rank <= decision.incident.severity.rank


@FEW
@given(STEPS, st.sampled_from(Severity))
def test_a_second_run_with_the_same_facts_says_nothing(steps: list[Step], severity: Severity) -> None:
    policy = Policy()
    for final in (None, seen(severity)):
        decisions = walked([*steps, Step(final, after=0.01), Step(final, after=0.01)], policy)
        for again in decisions[-1:]:
            assert not again.reason.speaks or (again.reason, decisions[-2].reason) == (Reason.RESOLVED, Reason.DAMPED)


@FEW
@given(STEPS, st.integers(0, 12), POLICIES)
def test_runs_that_did_not_judge_change_nothing(steps: list[Step], unseen: int, policy: Policy) -> None:
    known = walked(steps, policy)
    more = walked([*steps, *[Step(None, judged=False)] * unseen], policy)
    assert [one.reason for one in more[len(known) :]] == [Reason.NOT_SEEN] * (len(more) - len(known))
    if known:
        assert more[-1].incident == known[-1].incident


@FEW
@given(STEPS, POLICIES, MUTES)
def test_between_two_endings_there_is_one_beginning(steps: list[Step], policy: Policy, mute: Mute | None) -> None:
    open_told = False
    for reason in told(walked(steps, policy, mute)):
        if reason is Reason.RESOLVED:
            assert open_told
            open_told = False
        elif reason in (Reason.FIRST_DRIFT, Reason.REOPENED):
            assert not open_told
            open_told = True
        elif reason is Reason.FLAPPING:
            open_told = True
        else:
            assert open_told


@FEW
@given(STEPS, POLICIES)
def test_ages_are_never_negative(steps: list[Step], policy: Policy) -> None:
    for decision in walked(steps, policy):
        incident = decision.incident
        assert incident.seen_at >= incident.opened_at
        assert incident.resolved_at is None or incident.resolved_at >= incident.opened_at
        assert incident.open == (incident.resolution is None)
        assert len(incident.history) <= policy.flap_window


@FEW
@given(st.lists(st.booleans(), max_size=60))
def test_what_flaps_speaks_once_until_it_stands_still(turns: list[bool]) -> None:
    """After that word comes the ending, or the same word when it flaps anew; and no ten runs speak of all ten."""
    decisions = after(*(seen() if turn else None for turn in turns), policy=Policy(remind_every=None))
    spoken = told(decisions)
    for begin, reason in enumerate(spoken):
        if reason is Reason.FLAPPING:
            assert spoken[begin + 1 : begin + 2] in ([], [Reason.RESOLVED], [Reason.FLAPPING])
    for start in range(len(decisions)):
        assert len(told(decisions[start : start + 10])) <= 8


def test_an_incident_that_flaps_for_ever_is_said_once() -> None:
    decisions = after(*[seen(), None] * 30, policy=Policy(remind_every=None))
    assert told(decisions) == [
        Reason.FIRST_DRIFT,
        Reason.RESOLVED,
        Reason.REOPENED,
        Reason.RESOLVED,
        Reason.REOPENED,
        Reason.FLAPPING,
    ]


def test_a_clock_that_jumped_ahead_costs_one_period_and_no_more() -> None:
    ahead = run(400)
    decision = decide(None, seen(), ahead, ahead.at, Policy())
    assert decision is not None
    later = after(seen(), seen(), previous=decision.incident, every=7)
    assert reasons(later) == [Reason.NOTHING_NEW, Reason.REMINDER_DUE]
