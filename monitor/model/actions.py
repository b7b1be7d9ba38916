"""Genesys Cloud data actions as configured, and the flows that use what they yield."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.jsonpaths import Json
from monitor.model.overrides import RequestOverride

FAILING_STATUS: Final = 400  # from here on an action takes its failure path, and the body is not translated
ENTRY: Final = "add to its entry under data_actions"  # where what mends an action is written


@dataclass(frozen=True, slots=True)
class ActionExample:
    """One set of inputs with which an action is called; ``name`` is empty where there is only one."""

    name: str
    inputs: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ActionSource:
    """An exported data action as monitor.yaml lists it. ``file`` is absolute.

    ``integration`` is the integration's name in Genesys Cloud, by which flows call it (empty: any).
    ``credentials`` and ``auth_response`` stand for ``${credentials.x}`` and ``${authResponse.x}``.
    """

    file: str
    integration: str = ""
    examples: tuple[ActionExample, ...] = ()
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth_response: Mapping[str, str] = field(default_factory=dict, repr=False)
    override: RequestOverride = field(default_factory=RequestOverride)


@dataclass(frozen=True, slots=True)
class Use:
    """An output of a data action bound to a variable of a flow's step.

    ``output`` is the flat name (``customer.id``), ``variable`` as Architect shows it (``Flow.customerName``).
    ``failure_branch``: the step says what happens when the action fails. A step that binds nothing is one Use with
    empty output and variable: its failure path counts all the same.
    """

    category: str
    action: str
    output: str
    variable: str
    flow: str
    step: str
    failure_branch: bool = False
    timeout_branch: bool = False
    file: str = ""
