"""Messages as a run makes them, for the channels' tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from monitor.model import Command, Message, MessageKind, Reason, Severity, Subject, Topic

CREATED: Final = datetime(2026, 11, 23, 4, 17, 9, tzinfo=UTC)
KEY: Final = "3f0c9a5e77d14f0c8a61d2b4c5e6f708"

RENAMED: Final = Topic(
    reason=Reason.FIRST_DRIFT,
    subject=Subject.DRIFT,
    severity=Severity.BREAKING,
    root="$.customerId",
    interactions=("a GET request to look up customer by phone", "a GET request to look up customer by e-mail"),
    lines=(
        "Expected: customerId (String) at $.customerId",
        "Actual: Key 'customerId' not found in response body",
        "New key 'customer_id' (String) found at $.customer_id",
        "output customerId: text -> missing",
        "silent: Genesys will report success; the flow gets a blank",
        'flow "Inbound main": the play of Flow.CustomerId says nothing',
        "probably renamed: same value, same parent, names differ in case and underscores",
    ),
    since="since Mon 23 Nov 2026, 05:17 CET",
    evidence="recordings/runs/20261123T041702Z-ab12cd/crm/lookup-customer-by-phone-0a1b2c3d.har",
    incidents=("9c41e07b", "b1c2d3e4"),
    commands=(
        Command("see", "monitor incidents 9c41e07b"),
        Command("see the response", "monitor show recordings/runs/20261123T041702Z-ab12cd/crm/lookup-customer.har"),
        Command("approve", "monitor approve --vendor crm lookup-customer-by-phone-0a1b2c3d"),
        Command("accept", 'monitor accept 9c41e07b b1c2d3e4 --reason "..."'),
        Command("ack", 'monitor ack 9c41e07b b1c2d3e4 --note "..."'),
    ),
    vendor="crm",
)
NULLED: Final = Topic(
    reason=Reason.REMINDER_DUE,
    subject=Subject.DRIFT,
    severity=Severity.WARNING,
    root="$.address.postcode",
    interactions=("a GET request to look up customer by phone",),
    lines=("Expected: postcode (String) at $.address.postcode", "Actual: postcode is String or Null"),
    since="since Mon 16 Nov 2026, 05:17 CET (7 days)",
    incidents=("77aa00ff",),
    commands=(Command("ack", 'monitor ack 77aa00ff --note "..."'),),
    vendor="crm",
)
RECOVERED: Final = replace(
    RENAMED,
    reason=Reason.RESOLVED,
    lines=RENAMED.lines[:3],
    since="since Mon 23 Nov 2026, 05:17 CET (lasted 6 days)",
    outcome="recovered",
    commands=(),
)

DRIFT: Final = Message(
    kind=MessageKind.RUN,
    vendor="crm",
    title="crm: 1 breaking drift in look up customer by phone, and 1 warning",
    severity=Severity.BREAKING,
    created=CREATED,
    when="Mon 23 Nov 2026, 05:17 CET",
    run_id="20261123T041702Z-ab12cd",
    topics=(RENAMED, NULLED),
    more={"info": 3, "resolved": 1},
    notes=(),
    commands=(Command("see all", "monitor incidents --vendor crm"),),
    run_url="https://ci.example/runs/20261123T041702Z-ab12cd",
    runbook="https://wiki.example/crm?a=1&b=2",
    incidents=("v1:9c41e07b00000000", "v1:b1c2d3e400000000", "v1:77aa00ff00000000"),
)
RESOLVED: Final = replace(
    DRIFT,
    title="crm: customerId recovered in look up customer by phone",
    severity=Severity.BREAKING,
    topics=(RECOVERED,),
    more={},
    notes=(),
    commands=(),
    threads=("v1:9c41e07b00000000",),
)
DRILL: Final = replace(
    DRIFT,
    kind=MessageKind.DRILL,
    title="DRILL (nothing is wrong): crm: 1 breaking drift in look up customer by phone",
    topics=(replace(RENAMED, incidents=(), commands=()),),
    more={},
    notes=("This is practice: monitor drill changed a recording in memory. Nothing was kept.",),
    commands=(),
)
_ROGUE: Final = (
    "</div><script>alert(1)</script><!channel> *b* `c` \u202egnp\r\nBcc: eve@example.org\x1b[2J" + "x" * 3000
)
HOSTILE: Final = replace(
    DRIFT,
    vendor="crm",
    title=f"crm: {_ROGUE}",
    topics=(
        replace(
            RENAMED,
            root=f"$['{_ROGUE}']",
            interactions=(_ROGUE,),
            lines=(_ROGUE,) * 40,
            since=_ROGUE,
            evidence=_ROGUE,
            incidents=(_ROGUE,),
            commands=(Command(_ROGUE, _ROGUE),),
        ),
    )
    * 10,
    notes=(_ROGUE,),
    run_url='javascript:alert(1)//"><script>',
    runbook='https://wiki.example/"><script>alert(1)</script>',
)
EMPTY: Final = Message(MessageKind.TEST, "", "monitor reaches this channel", Severity.INFO, CREATED)
EXAMPLES: Final = {"drift": DRIFT, "resolved": RESOLVED, "drill": DRILL, "hostile": HOSTILE, "empty": EMPTY}
