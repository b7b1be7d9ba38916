"""What is suspicious in contracts, before a vendor is called. Values only: nothing is read, called or judged here.

A contract is looked at as the official engine reads it, which is not always as its author meant it: see `written`.
What only the engine can tell is asked of it by the pipeline (`asking` makes the questions and reads the answers).
"""

from monitor.contracts.lint.remarks import RULES, Level, Remark, RuleText, order_of
from monitor.contracts.lint.requests import same_requests
from monitor.contracts.lint.subjects import Subject, subject_of
from monitor.contracts.lint.suspicions import suspicions

__all__ = [
    "RULES",
    "Level",
    "Remark",
    "RuleText",
    "Subject",
    "order_of",
    "same_requests",
    "subject_of",
    "suspicions",
]
