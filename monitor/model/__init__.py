"""The values that every room speaks. Frozen, no I/O.

Settings > Vendor > Interaction          what to call and what is expected back
Exchange = Request + Response | Fault    what happened
Recording                                an exchange kept
Case -> Judgement > Finding              what it means
Plan, Result, RunReport                  one run
"""

from __future__ import annotations

from monitor.model.actions import ENTRY, FAILING_STATUS, ActionExample, ActionSource, Use
from monitor.model.exchanges import Captured, Exchange, Fault, Outcome, Request, Response
from monitor.model.interactions import (
    Contract,
    Headers,
    Interaction,
    ProviderState,
    RequestTemplate,
    Skipped,
    Translation,
)
from monitor.model.judging import (
    DEFAULT,
    FAILURE_PATH,
    FILLED,
    HEADER_ROOT,
    STATUS_ROOT,
    THE_DEFAULT,
    Case,
    Change,
    ChangeKind,
    Detail,
    Finding,
    Judgement,
    Loss,
    Mismatch,
    Severity,
    StoredCase,
    Terms,
    Told,
)
from monitor.model.overrides import RequestOverride
from monitor.model.recordings import MASK, MASK_HOST, Approval, Mask, Recording
from monitor.model.runs import Plan, Planned, Result, RunReport
from monitor.model.settings import (
    Limits,
    Retention,
    Secret,
    Settings,
    StateBinding,
    TranslationSource,
    Vendor,
)

__all__ = [
    "DEFAULT",
    "ENTRY",
    "FAILING_STATUS",
    "FAILURE_PATH",
    "FILLED",
    "HEADER_ROOT",
    "MASK",
    "MASK_HOST",
    "STATUS_ROOT",
    "THE_DEFAULT",
    "ActionExample",
    "ActionSource",
    "Approval",
    "Captured",
    "Case",
    "Change",
    "ChangeKind",
    "Contract",
    "Detail",
    "Exchange",
    "Fault",
    "Finding",
    "Headers",
    "Interaction",
    "Judgement",
    "Limits",
    "Loss",
    "Mask",
    "Mismatch",
    "Outcome",
    "Plan",
    "Planned",
    "ProviderState",
    "Recording",
    "Request",
    "RequestOverride",
    "RequestTemplate",
    "Response",
    "Result",
    "Retention",
    "RunReport",
    "Secret",
    "Settings",
    "Severity",
    "Skipped",
    "StateBinding",
    "StoredCase",
    "Terms",
    "Told",
    "Translation",
    "TranslationSource",
    "Use",
    "Vendor",
]
