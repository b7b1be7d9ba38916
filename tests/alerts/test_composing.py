"""Who is told what, in which words, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.composing import compose
from monitor.alerts.notices import digest, trial, undelivered
from monitor.alerts.topics import WAS
from monitor.alerts.wording import age
from monitor.model import (
    DIGEST,
    Alert,
    Decision,
    FinalFault,
    Incident,
    Message,
    MessageKind,
    Reason,
    Resolution,
    Severity,
    Subject,
)
from tests.alerts.decisions import (
    EARLIER,
    HOSTILE,
    NOW,
    RUN,
    first,
    goes_on,
    incident,
    resolved,
    told_before,
    trouble,
    voice,
)

BREAKING, WARNING, INFO = Severity


def composed(*decisions: Decision, kind: MessageKind = MessageKind.RUN) -> tuple[Alert, ...]:
    return compose(RUN, decisions, voice(), NOW, kind)


def message(*decisions: Decision, kind: MessageKind = MessageKind.RUN) -> Message:
    """The one message that all channels get."""
    (alert,) = composed(*decisions, kind=kind)
    assert set(alert.channels) == {"slack", "mail"}
    return alert.message


# -- where it goes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [reason for reason in Reason if not reason.speaks])
def test_silence_makes_no_alert(reason: Reason) -> None:
    assert composed(Decision(reason, incident())) == ()


def test_without_routes_breaking_and_warning_go_everywhere_and_info_into_the_digest() -> None:
    loud, quiet = composed(first(incident(1)), first(incident(2, WARNING)), first(incident(3, INFO)))
    assert loud.channels == ("slack", "mail")
    assert [topic.severity for topic in loud.message.topics] == [BREAKING, WARNING]
    assert (quiet.channels, quiet.message.severity) == ((DIGEST,), INFO)
    assert loud.why["mail"] == (
        "breaking -> every channel, as no route is given; warning -> every channel, as no route is given"
    )
    assert quiet.why == {DIGEST: "info -> the digest, as no route is given"}


def test_channels_that_are_told_the_same_share_a_message_and_a_vendors_routes_win() -> None:
    common = {BREAKING: ("slack", "mail"), WARNING: ("mail",), INFO: ()}
    told = replace(voice(routes=common), routes={"pay": {WARNING: ("slack", DIGEST)}})
    decisions = [
        first(incident(n, severity, vendor))
        for vendor in ("crm", "pay")
        for n, severity in enumerate((WARNING, BREAKING, INFO), 1)
    ]
    told_to = {
        (a.message.vendor, a.channels): (len(a.message.topics), a.why) for a in compose(RUN, decisions, told, NOW)
    }
    assert told_to == {
        ("crm", ("slack",)): (1, {"slack": "breaking -> routes.breaking"}),
        ("crm", ("mail",)): (2, {"mail": "breaking -> routes.breaking; warning -> routes.warning"}),
        ("pay", ("slack",)): (2, {"slack": "breaking -> routes.breaking; warning -> vendors.pay.routes.warning"}),
        ("pay", ("mail",)): (1, {"mail": "breaking -> routes.breaking"}),
        ("pay", (DIGEST,)): (1, {DIGEST: "warning -> vendors.pay.routes.warning"}),
    }


def test_a_recovery_goes_where_people_heard_of_it() -> None:
    """Told as breaking; it was info in the last run, and info goes elsewhere."""
    decision = resolved(incident(1, INFO))
    assert decision.before is not None
    worse = Decision(Reason.RESOLVED, decision.incident, told_before(decision.before, BREAKING))
    assert message(worse).topics[0].severity is BREAKING
    (alert,) = composed(decision)
    assert alert.channels == (DIGEST,)


def test_a_drill_goes_to_real_channels_and_is_nobodys_thread() -> None:
    told = message(first(incident(1, INFO)), kind=MessageKind.DRILL)
    assert told.title == "DRILL (nothing is wrong): crm: 1 info drift in look up customer by phone"
    assert (told.incidents, told.threads, told.commands) == ((), (), ())
    assert (told.topics[0].incidents, told.topics[0].commands) == ((), ())
    through_digest = compose(RUN, [first(incident(1, INFO))], voice(digest="mail"), NOW, MessageKind.DRILL)
    assert [alert.channels for alert in through_digest] == [("mail",)]


def test_what_new_rules_see_is_one_summary_of_all_vendors() -> None:
    adopted = [Decision(Reason.ADOPTED, incident(n, vendor=vendor)) for n, vendor in ((1, "crm"), (2, "pay"))]
    gone = resolved(incident(3), Resolution.RULES_CHANGED)
    run, summary = composed(*adopted, gone, first(incident(4)))
    assert (run.message.kind, len(run.message.topics)) == (MessageKind.RUN, 1)
    assert (summary.message.kind, summary.message.vendor) == (MessageKind.SUMMARY, "")
    assert summary.message.title == "monitor was upgraded: new rules see 2 breaking drifts and 1 drift no more"
    assert {topic.vendor for topic in summary.message.topics} == {"crm", "pay"}
    assert (summary.message.threads, summary.message.runbook) == ((), "")


_ROUTES = st.dictionaries(
    st.sampled_from(Severity), st.lists(st.sampled_from(["slack", "mail", DIGEST]), unique=True).map(tuple)
)


@st.composite
def _decisions(draw: st.DrawFn) -> list[Decision]:
    reasons = draw(st.lists(st.sampled_from([*Reason]), max_size=20))
    return [
        goes_on(reason, incident(n, draw(st.sampled_from(Severity)), draw(st.sampled_from(["crm", "pay"]))))
        for n, reason in enumerate(reasons, 1)
    ]


@settings(max_examples=50)
@given(_decisions(), _ROUTES)
def test_each_channel_is_told_once_of_all_that_is_routed_to_it_and_of_nothing_else(
    decisions: list[Decision], routes: dict[Severity, tuple[str, ...]]
) -> None:
    alerts = compose(RUN, decisions, voice(routes=routes), NOW)
    told = Counter((channel, one) for alert in alerts for channel in alert.channels for one in alert.message.incidents)
    default = {BREAKING: ("slack", "mail"), WARNING: ("slack", "mail"), INFO: (DIGEST,)}
    due = [
        (channel, decision.incident.fingerprint)
        for decision in decisions
        if decision.reason.speaks
        for channel in {**default, **routes}[decision.incident.severity]
    ]
    assert told == Counter(due)
    assert all(set(alert.why) == set(alert.channels) for alert in alerts)
    messages = Counter((a.message.kind, a.message.vendor, name) for a in alerts for name in a.channels)
    assert set(messages.values()) <= {1}


# -- what it says -----------------------------------------------------------------------------------------


def test_a_first_drift() -> None:
    told = message(first(incident()))
    (topic,) = told.topics
    assert told.title == "crm: 1 breaking drift in look up customer by phone"
    assert (told.run_url, told.runbook) == (f"https://ci.example/runs/{RUN}", "https://wiki.example/crm")
    assert topic.lines == incident().lines
    assert (topic.since, topic.outcome) == ("since Sun 29 Nov, 04:17 UTC", "")
    assert topic.evidence == f"recordings/{incident().evidence}"
    assert [command.text for command in topic.commands] == [
        "monitor incidents 00000001",
        f"monitor show recordings/{incident().evidence}",
        "monitor approve --vendor crm look-up-customer-by-phone-1a2b3c4d",
        'monitor accept 00000001 --reason "..."',
        'monitor ack 00000001 --note "..."',
    ]
    assert (told.incidents, told.threads) == (("v1:0000000100000000",), ())


def test_identical_roots_in_several_interactions_are_one_topic() -> None:
    others = [
        replace(incident(n), root="$.customerId", description=f"a GET request to n{n}", interaction_id=f"n-{n}")
        for n in range(2, 7)
    ]
    told = message(*(first(one) for one in (incident(), *others)))
    (topic,) = told.topics
    assert told.title == "crm: 1 breaking drift in 6 interactions"
    assert len(topic.interactions) == len(topic.incidents) == len(told.incidents) == 6
    assert [command.text for command in topic.commands] == [
        "monitor incidents --vendor crm",
        f"monitor show recordings/{incident().evidence}",
        "monitor approve --vendor crm",
    ]


def test_what_can_be_done_of_two_or_three_is_spelled_out_for_each() -> None:
    twin = replace(incident(2), root="$.customerId", interaction_id="twin-1", description="a GET request to twin")
    texts = [command.text for command in message(first(incident()), first(twin)).topics[0].commands]
    assert [text for text in texts if " ack " in text or " approve " in text] == [
        "monitor approve --vendor crm look-up-customer-by-phone-1a2b3c4d",
        "monitor approve --vendor crm twin-1",
        'monitor ack 00000001 --note "..."',
        'monitor ack 00000002 --note "..."',
    ]


def test_a_vendor_that_is_up_again_tells_what_was_not_judged() -> None:
    over = resolved(trouble())
    (topic,) = message(replace(over, incident=replace(over.incident, affected=()))).topics
    assert topic.interactions == trouble().affected


def test_of_a_trouble_that_is_over_only_what_it_was_is_told() -> None:
    lines = ("2 interactions: refused", "met in a, b", "to mend it: look at the status page")
    (topic,) = message(resolved(replace(trouble(), lines=lines))).topics
    assert topic.lines == (WAS, "2 interactions: refused")


def test_ten_are_spelled_out_the_worst_first_and_the_rest_is_counted() -> None:
    infos = [first(replace(incident(n, WARNING), lines=(f"{n}",))) for n in range(2, 13)]
    told = message(resolved(incident(40)), *infos, first(incident(1)), first(trouble()))
    assert [topic.severity for topic in told.topics] == [BREAKING, BREAKING, *[WARNING] * 8]
    assert told.topics[0].subject is Subject.VENDOR_DOWN
    assert told.more == {"warning": 3, "resolved": 1}
    assert len(told.incidents) == 14
    assert [command.text for command in told.commands] == ["monitor incidents --vendor crm"]


_DOWN, _ONE = trouble(), incident()


@pytest.mark.parametrize(
    ("decisions", "title"),
    [
        ([first(_DOWN)], "crm is down"),
        ([goes_on(Reason.REMINDER_DUE, _DOWN)], "crm is still down"),
        ([goes_on(Reason.FLAPPING, _DOWN)], "crm: down (comes and goes)"),
        ([resolved(_DOWN)], "crm is up again"),
        ([first(trouble(Subject.AUTH_FAILED))], "crm: login fails"),
        ([goes_on(Reason.REOPENED, trouble(Subject.AUTH_FAILED))], "crm: login fails (again)"),
        ([first(trouble(Subject.MISSED_RUN))], "crm: a scheduled run did not happen"),
        ([first(trouble(Subject.CONFIG, vendor=""))], "monitor.yaml cannot be used"),
        ([goes_on(Reason.REMINDER_DUE, _ONE)], "crm: still 1 breaking drift in look up customer by phone"),
        ([goes_on(Reason.WORSE, _ONE, WARNING)], "crm: worse: 1 breaking drift in look up customer by phone"),
        ([goes_on(Reason.REOPENED, _ONE)], "crm: again 1 breaking drift in look up customer by phone"),
        ([goes_on(Reason.FLAPPING, _ONE)], "crm: comes and goes: 1 breaking drift in look up customer by phone"),
        ([resolved(_ONE)], "crm: recovered: 1 drift in look up customer by phone"),
        (
            [resolved(incident(n), Resolution.ACCEPTED, f"accepted by ada: {n}") for n in (1, 2)],
            "crm: accepted: 2 drifts in look up customer by phone",
        ),
        (
            [resolved(_ONE), resolved(incident(2), Resolution.APPROVED, "ada")],
            "crm: closed: 2 drifts in look up customer by phone",
        ),
        (
            [first(_DOWN), first(_ONE), first(incident(2, WARNING)), resolved(incident(3), Resolution.APPROVED, "ada")],
            (
                "crm: down; 1 breaking and 1 warning drifts in look up customer by phone; "
                "approved by ada: 1 drift in look up customer by phone"
            ),
        ),
    ],
)
def test_titles(decisions: list[Decision], title: str) -> None:
    assert message(*decisions).title == title


@pytest.mark.parametrize("subject", [subject for subject in Subject if subject is not Subject.DRIFT])
def test_every_trouble_has_its_words_and_ends(subject: Subject) -> None:
    titles = {message(decide(trouble(subject))).title for decide in (first, resolved)}
    assert len(titles) == 2


@pytest.mark.parametrize(
    ("resolution", "why", "outcome"),
    [
        (Resolution.RECOVERED, "", "recovered"),
        (Resolution.APPROVED, "ada", "approved by ada"),
        (Resolution.APPROVED, "", "approved"),
        (Resolution.ACCEPTED, "accepted by bob until 2 Jan 2027: known", "accepted by bob until 2 Jan 2027: known"),
        (Resolution.CONTRACT_CHANGED, "", "contract or translation changed"),
        (Resolution.INTERACTION_REMOVED, "", "no longer checked"),
    ],
)
def test_why_it_is_no_more(resolution: Resolution, why: str, outcome: str) -> None:
    (topic,) = message(resolved(incident(), resolution, why)).topics
    assert (topic.over, topic.outcome) == (True, outcome)
    assert topic.since == "since Mon 23 Nov, 04:17 UTC (lasted 6 days)"
    accepted = resolution is Resolution.ACCEPTED  # so it is there still
    assert [command.label for command in topic.commands] == ["see"]
    assert bool(topic.evidence) == accepted
    assert topic.lines == (incident().lines if accepted else (WAS, *incident().lines[:3]))


@pytest.mark.parametrize(
    ("decision", "since"),
    [
        (goes_on(Reason.REMINDER_DUE, incident()), "since Mon 23 Nov, 04:17 UTC (6 days)"),
        (goes_on(Reason.WORSE, incident(), WARNING), "since Mon 23 Nov, 04:17 UTC (6 days); told as warning before"),
        (
            replace(goes_on(Reason.REOPENED, incident()), detail="recovered on 2 Nov 2026"),
            "since Mon 23 Nov, 04:17 UTC (6 days); recovered on 2 Nov 2026",
        ),
        (
            replace(goes_on(Reason.FLAPPING, incident()), detail="3 times in 10 runs"),
            "since Mon 23 Nov, 04:17 UTC (6 days); 3 times in 10 runs",
        ),
    ],
)
def test_since_when(decision: Decision, since: str) -> None:
    assert message(decision).topics[0].since == since


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=-90), ""),
        (timedelta(seconds=59), ""),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=40), "40 days"),
    ],
)
def test_age(span: timedelta, told: str) -> None:
    assert age(span) == told


@pytest.mark.parametrize(
    ("decisions", "threaded"),
    [
        ([goes_on(Reason.REMINDER_DUE, _ONE)], True),
        ([goes_on(Reason.WORSE, _ONE, WARNING), resolved(incident(2))], True),
        ([goes_on(Reason.REOPENED, _ONE)], False),  # a new episode is a new story
        ([resolved(_ONE), first(incident(2))], False),
        ([Decision(Reason.RESOLVED, resolved(_ONE).incident, None)], False),
    ],
)
def test_only_what_goes_on_belongs_under_what_was_told(decisions: list[Decision], threaded: bool) -> None:
    told = message(*decisions)
    assert told.threads == (told.incidents if threaded else ())


# -- what is pasted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "line"),
    [
        ("", "monitor incidents 00000001"),
        ("ssh mon1 ", "ssh mon1 monitor incidents 00000001"),
        ("cd /srv/drift && .venv/bin/", "cd /srv/drift && .venv/bin/monitor incidents 00000001"),
    ],
)
def test_commands_begin_as_configured(prefix: str, line: str) -> None:
    (alert,) = compose(RUN, [first(incident())], voice(prefix=prefix), NOW)
    assert alert.message.topics[0].commands[0].text == line


def test_nothing_of_others_is_unquoted_in_a_command() -> None:
    nasty = replace(incident(), interaction_id="$(id)`id`", evidence="a b;id.har")
    texts = [command.text for command in message(first(nasty)).topics[0].commands]
    assert texts[1:3] == ["monitor show 'recordings/a b;id.har'", "monitor approve --vendor crm '$(id)`id`'"]


@pytest.mark.parametrize(
    ("one", "labels"),
    [
        (replace(incident(), kinds=("mismatch",)), ["see", "see the response", "accept", "ack"]),
        (trouble(), ["see", "find the fault", "ack"]),
        (trouble(Subject.MISSED_RUN), ["see", "run it now", "ack"]),
        (replace(trouble(), evidence="x.har"), ["see", "find the fault", "ack"]),
        (
            replace(trouble(), evidence="x.har", lines=("1 interaction: the vendor answered 503",)),
            ["see", "see the response", "find the fault", "ack"],
        ),
        (
            replace(incident(), root="status", kinds=("status",), lines=("Expected: status 200", "Actual: status 404")),
            ["see", "see the response", "find the fault", "accept", "ack"],
        ),
        (
            replace(incident(), root="status", kinds=("status",), lines=("Expected: status 200", "Actual: status 201")),
            ["see", "see the response", "approve", "accept", "ack"],
        ),
    ],
)
def test_only_what_helps_is_offered(one: Incident, labels: list[str]) -> None:
    assert [command.label for command in message(first(one)).topics[0].commands] == labels


def test_what_cannot_be_read_is_shown_raw() -> None:
    (topic,) = message(first(replace(trouble(Subject.UNREADABLE), evidence="x.har"))).topics
    assert topic.commands[1].text == "monitor show recordings/x.har --raw"


def test_links_are_filled_and_encoded() -> None:
    (alert,) = compose("", [first(incident(vendor="a/b?c"))], voice(), NOW)
    assert (alert.message.run_url, alert.message.runbook) == ("", "https://wiki.example/a%2Fb%3Fc")


def test_a_title_is_one_line_whatever_is_in_it() -> None:
    title = message(first(replace(incident(), description=HOSTILE * 20))).title
    assert title.isprintable()
    assert len(title) < 200


# -- messages of no run -----------------------------------------------------------------------------------


def test_what_a_channel_did_not_take_is_told_on_another() -> None:
    original = message(goes_on(Reason.REMINDER_DUE, incident()))
    told = undelivered("slack", FinalFault("Slack answered invalid_auth", "renew it"), original, voice(), NOW)
    assert told.kind is MessageKind.UNDELIVERED
    assert told.title == "slack cannot be reached: an alert of crm failed"
    assert told.notes == (f"slack did not take: {original.title}", "why: Slack answered invalid_auth", "fix: renew it")
    assert (told.topics, told.incidents, told.threads) == (original.topics, original.incidents, ())
    assert "monitor channels test slack" in [command.text for command in told.commands]


def test_a_digest_tells_the_last_of_each_incident_and_counts_the_rest() -> None:
    week = [
        composed(first(incident(1, INFO)))[0].message,
        composed(*(first(replace(incident(n, INFO, "pay"), lines=(str(n),))) for n in range(2, 16)))[0].message,
        composed(resolved(incident(1, INFO)))[0].message,
    ]
    told = digest(week, voice(), NOW)
    assert told.title == "digest: 14 info, 1 resolved from 2 vendors"
    assert told.notes == ("pay: 14 info", "crm: 1 resolved")
    assert len(told.topics) == 10
    assert told.more == {"info": 4, "resolved": 1}
    assert (told.kind, told.vendor, told.severity, len(told.incidents)) == (MessageKind.DIGEST, "", INFO, 15)


def test_a_digest_of_one_vendor_names_it() -> None:
    told = digest([composed(first(incident(1, INFO)))[0].message], voice(), NOW)
    assert (told.title, told.vendor, told.notes) == ("digest: 1 info from crm", "crm", ())


def test_a_trial_is_marked() -> None:
    told = trial("slack", voice(), NOW)
    assert (told.kind, told.title) == (MessageKind.TEST, "TEST (nothing is wrong): monitor reaches slack")
    assert told.created == NOW != EARLIER
