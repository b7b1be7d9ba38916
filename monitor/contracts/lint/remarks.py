"""What lint says, and the table of its rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """``ERROR``: the contract cannot say what it means to say. ``WARNING``: it says something that is seldom meant."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return tuple(Level).index(self)


@dataclass(frozen=True, slots=True)
class RuleText:
    id: str
    level: Level
    about: str


_TABLE: Final = (
    (
        Level.ERROR,
        {
            "contract-fault": "a contract, translation or schema cannot be read",
            "duplicate-interaction": "two interactions are one to monitor: same consumer, description and states",
            "unbound-name": "monitor.yaml names a state or interaction (a domain's pattern, too) that no contract has",
            "never-sent": "the interaction can never be sent: a state is not bound, or a write not allowed",
            "engine-refuses": "Pact's engine cannot judge any response by this contract",
            "bad-regex": "Pact's engine cannot compile the regular expression",
            "unknown-matcher": "Pact's engine does not know the matcher",
            "rule-ignored": "Pact's engine ignores the matching rule, or takes it for another one",
            "rule-without-value": "the rule is for something that the example has not, and so it is never applied",
            "tied-rules": "two rules weigh the same at one path: the engine takes either, at random",
            "example-breaks-rule": "the contract forbids its own example",
            "function-result": "the result of a translation is, or may be, a function",
            "damaged-baseline": "the approved baseline cannot be read",
            "literal-secret": "a data action's export holds a secret",
            "unset-variable": "a data action's template reads what nothing sets, so that the action always fails",
            "bad-default": "a data action fails where it takes this default: what the template makes is no JSON",
        },
    ),
    (
        Level.WARNING,
        {
            "exact-value": "a value has no rule: the vendor must answer exactly the example's",
            "proxy-header": "the contract expects a header that proxies and gateways change or drop",
            "same-request": "two interactions send the same request in the same states",
            "reads-missing": "a translation reads what the approved baseline (or the contract's example) has not",
            "no-authorization": "nothing in a data action or monitor.yaml says who is calling",
            "literal-input": "an input that is not given is sent as its own name: ${input.x}",
            "unescaped-input": "an input stands unescaped in the JSON that is sent: one with a quote breaks it",
            "undeclared-input": "a data action reads an input that no flow can give it",
            "unknown-output": "a flow binds an output that the data action has not",
            "unknown-action": "a flow and monitor.yaml name a data action, or an integration, nearly alike",
            "unfilled-output": "the success schema has an output that the template never fills",
            "unseen-output": "the template makes an output that the success schema has not, so that no flow sees it",
            "accepted-expired": "an entry of accepted.yaml is over, and what it accepted alerts again",
            "accepted-unknown": "accepted.yaml names a vendor or interaction that there is not",
            "accepted-unused": "an entry of accepted.yaml accepts nothing that the newest check found",
            "unused-value": "a data action extracts what its template does not use",
        },
    ),
)
RULES: Final = tuple(RuleText(name, level, about) for level, rules in _TABLE for name, about in rules.items())
_LEVELS: Final = {rule.id: rule.level for rule in RULES}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to mend. ``pointer`` is the JSON path in ``file`` (empty where it is no JSON, or the whole file).

    ``line`` and ``column`` count from 1; 0 is unknown. ``interaction`` is the description; it may be empty.
    """

    rule: str
    file: str
    pointer: str
    vendor: str
    what: str
    fix: str
    interaction: str = ""
    line: int = 0
    column: int = 0

    @property
    def level(self) -> Level:
        return _LEVELS[self.rule]


def order_of(remark: Remark) -> tuple[int, str, int, int, str, str, str, str]:
    """Worst first, then as they stand in the files."""
    place = (remark.file, remark.line, remark.column, remark.pointer)
    return (remark.level.rank, *place, remark.rule, remark.vendor, remark.what)
