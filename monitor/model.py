"""The values that every room speaks. Frozen, no I/O.

Settings > Vendor > Interaction          what to call and what is expected back
Exchange = Request + Response | Fault    what happened
Recording                                an exchange kept
Case -> Judgement > Finding              what it means
Plan, Result, RunReport                  one run
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from monitor.jsonpaths import Json

Headers: TypeAlias = tuple[tuple[str, str], ...]


# -- settings: what monitor.yaml says, expanded; what may hold a secret has no repr -------------------------


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that came from ``${...}``: never written anywhere. ``name`` is what may be shown instead."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one vendor. Times in seconds, sizes in bytes; ``per_second`` 0 means no rate limit."""

    concurrency: int = 4
    per_second: float = 10.0
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    total_timeout: float = 60.0
    max_body: int = 20_000_000
    judge_timeout: float = 30.0
    judge_memory: int = 4_000_000_000


@dataclass(frozen=True, slots=True)
class StateBinding:
    """What a contract's ``given`` means on staging: parameters for its generators."""

    params: Mapping[str, Json] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RequestOverride:
    """What staging needs instead of the contract's example. ``body`` None keeps the contract's."""

    path: str | None = field(default=None, repr=False)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    read_only: bool = False
    allow_writes: bool = False


@dataclass(frozen=True, slots=True)
class TranslationSource:
    """A translation as configured. ``source`` is the expression's text, ``file`` where it stands (for messages)."""

    interaction: str  # description or id
    name: str
    kind: str
    source: str = field(repr=False)
    file: str
    schema: Json = None
    schema_file: str = ""


@dataclass(frozen=True, slots=True)
class Vendor:
    name: str
    base_url: str = field(repr=False)
    contracts: tuple[str, ...] = ()  # files, after globbing, absolute
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    states: Mapping[str, StateBinding] = field(default_factory=dict, repr=False)
    requests: Mapping[str, RequestOverride] = field(default_factory=dict, repr=False)  # by description or id
    skip: Mapping[str, str] = field(default_factory=dict)  # description or id -> reason
    translations: tuple[TranslationSource, ...] = ()
    limits: Limits = Limits()
    allow_writes: bool = False
    verify: bool | str = True  # False, or the path of a CA bundle
    severity: Mapping[str, str] = field(default_factory=dict)  # "kind" or "kind read|unread" -> severity


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole monitor.yaml. Paths are absolute; ``root`` is the folder that holds the file."""

    file: str
    root: str
    vendors: Mapping[str, Vendor]
    recordings_dir: str
    state_dir: str
    ledger: str = field(repr=False)
    secrets: tuple[Secret, ...] = ()


# -- interactions -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProviderState:
    name: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A request relative to the vendor's base_url. ``path`` and ``query`` are not percent-encoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One interaction's contract. ``pact`` is a Pact file (JSON) of this one interaction, with its metadata."""

    file: str
    pointer: str  # JSON path in the file, for instance $.interactions[2]
    pact: bytes = field(repr=False)
    digest: str  # sha256 hex over what the contract says (not over the formatting)


@dataclass(frozen=True, slots=True)
class Translation:
    name: str
    kind: str  # language: jsonata
    source: str
    file: str
    schema: Json = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and what is expected back. ``refusal``: why it is not sent (empty: it is)."""

    id: str
    vendor: str
    consumer: str
    description: str
    request: RequestTemplate
    states: tuple[ProviderState, ...] = ()
    expected_status: int | None = None
    contract: Contract | None = None
    translations: tuple[Translation, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a contract file that is no interaction of ours (a message), or that the user skips."""

    vendor: str
    file: str
    pointer: str
    description: str
    reason: str
    interaction_id: str = ""  # of an interaction that the user skips


# -- exchanges --------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What became of a planned interaction. Every one ends in exactly one of these."""

    SAME = "same"
    DRIFTED = "drifted"
    NO_BASELINE = "no_baseline"
    VENDOR_DOWN = "vendor_down"
    AUTH_FAILED = "auth_failed"
    RATE_LIMITED = "rate_limited"
    UNREADABLE = "unreadable"
    NOT_JUDGED = "not_judged"
    NOT_RUN = "not_run"

    @property
    def judged(self) -> bool:
        return self in (Outcome.SAME, Outcome.DRIFTED, Outcome.NO_BASELINE)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as sent: absolute URL, percent-encoded."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """A response as received. Header values are latin-1 text; ``body`` is content-decoded, exact.

    ``complete`` is False where the body was cut (too large, too slow, broken off, undecodable).
    """

    status: int
    reason: str
    http_version: str
    headers: Headers
    body: bytes = field(repr=False)
    complete: bool = True

    def header(self, name: str) -> str | None:
        """The first value of ``name`` (case-insensitive), or None."""
        folded = name.lower()
        return next((value for key, value in self.headers if key.lower() == folded), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an exchange cannot be judged: ``step`` is where it broke (dns, connect, tls, send, read, body, status)."""

    outcome: Outcome
    step: str
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request sent and the response got. ``started`` is UTC; ``elapsed`` in seconds, body included."""

    request: Request
    response: Response | None
    fault: Fault | None
    started: datetime
    elapsed: float


# -- recordings -------------------------------------------------------------------------------------------


MASK: Final = "MASKED-"  # followed by the secret's name: what stands where a secret stood in text
MASK_HOST: Final = "://masked-"  # where it was a URL


@dataclass(frozen=True, slots=True)
class Mask:
    """One place where something was masked: ``where`` names it (request.header:Authorization, response.body)."""

    where: str
    name: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Approval:
    by: str
    at: datetime
    source: str  # the recording it was approved from
    note: str = ""
    accepted_losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """An exchange kept, masked. ``path`` is where it lies, relative to the recordings folder."""

    path: str
    run_id: str
    vendor: str
    interaction_id: str
    description: str
    exchange: Exchange
    contract_digest: str = ""
    states: tuple[ProviderState, ...] = ()
    masks: tuple[Mask, ...] = ()
    approval: Approval | None = None
    digest: str = ""  # sha256 hex of the canonical entry without this digest


# -- judging ----------------------------------------------------------------------------------------------


class Severity(StrEnum):
    BREAKING = "breaking"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return tuple(Severity).index(self)


class ChangeKind(StrEnum):
    REMOVED = "removed"
    ADDED = "added"
    RENAMED = "renamed"
    RETYPED = "retyped"
    NULLABLE = "nullable"  # it had a value and may now be null
    NOT_NULL = "not_null"  # it was always null and now has a value
    EMPTIED = "emptied"  # a list that had members and now has none: nothing below it can be compared
    STATUS = "status"
    MEDIA_TYPE = "media_type"
    HEADER_ADDED = "header_added"
    HEADER_REMOVED = "header_removed"


STATUS_ROOT: Final = "status"
HEADER_ROOT: Final = "header:"  # followed by the lower-case name


@dataclass(frozen=True, slots=True)
class Change:
    """One structural difference, baseline to response. ``before``/``after`` are types, statuses or media types.

    ``to`` is a rename's new path, ``evidence`` why we think so, ``children`` how many paths lie below ``root``.
    """

    root: str
    kind: ChangeKind
    before: str = ""
    after: str = ""
    to: str = ""
    evidence: str = ""
    children: int = 0
    type: Literal["change"] = "change"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that the contract forbids. ``expected`` and ``actual`` are whole phrases without vendor values.

    ``place`` is status, header or body.
    """

    root: str
    place: str
    expected: str
    actual: str
    missing: bool = False  # the key, header or member is not there at all
    type: Literal["mismatch"] = "mismatch"


@dataclass(frozen=True, slots=True)
class Loss:
    """An output that turned blank, default, or error. ``before`` and ``after`` are types or states (String -> missing).

    ``reads`` are the paths that the output reads; ``detail`` is our own text, without vendor values.
    """

    root: str
    translation: str
    output: str
    before: str
    after: str
    reads: tuple[str, ...] = ()
    detail: str = ""
    type: Literal["loss"] = "loss"


Detail: TypeAlias = Change | Mismatch | Loss


@dataclass(frozen=True, slots=True)
class Finding:
    """A change, mismatch or loss with its severity. ``read``: contract or translation reads the root."""

    root: str  # $.path[*], status, header:<name>, or output:<translation>.<output>
    severity: Severity
    read: bool
    detail: Detail
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The findings at one root in words, a line each; vendor text in them is escaped."""

    root: str
    severity: Severity
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """All that judging one response needs; crosses into the worker as bytes.

    The contract judges ``raw``, and so do a translation's errors and schema; whatever is compared with ``baseline``
    is compared in its ``stored`` (masked) form, so that a recheck says the same.
    ``raw_masked``: ``raw`` is the stored form itself (a recheck) and masks stand in its body; ``baseline_masked``:
    masks stand in the baseline's body. What a mask stands for cannot be judged, and must not look like drift.
    """

    vendor: str
    interaction_id: str
    contract: Contract | None
    translations: tuple[Translation, ...]
    raw: Response
    stored: Response
    baseline: Response | None
    severity: Mapping[str, str] = field(default_factory=dict)
    accepted_losses: tuple[str, ...] = ()  # outputs whose loss was accepted with the baseline
    raw_masked: bool = False
    raw_masked_headers: tuple[str, ...] = ()  # lower case, with raw_masked
    numbers_masked: bool = False  # some of the masks in the body stand for numbers: a zero may be one
    baseline_masked: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """``notes`` tell what the verdict does not rest on (a body past the engine's precision, say)."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


# -- runs -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    vendor: str
    interaction_id: str
    description: str
    method: str
    path: str
    contract_digest: str = ""
    refusal: str = ""  # why it will not be sent


@dataclass(frozen=True, slots=True)
class Plan:
    """Written before the first call. ``command`` is check or record."""

    run_id: str
    created: datetime
    command: str
    vendors: tuple[str, ...]
    interactions: tuple[Planned, ...]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one planned interaction. ``evidence`` and ``baseline`` are paths below the recordings folder."""

    vendor: str
    interaction_id: str
    description: str
    outcome: Outcome
    reason: str = ""
    fix: str = ""
    findings: tuple[Finding, ...] = ()
    told: tuple[Told, ...] = ()  # the findings in words, by root, worst first
    notes: tuple[str, ...] = ()
    evidence: str = ""
    baseline: str = ""
    elapsed: float = 0.0

    @property
    def worst(self) -> Severity | None:
        return min((f.severity for f in self.findings), key=lambda s: s.rank, default=None)


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run, whole. ``command`` is check, record or recheck; ``exit_reasons`` lists every reason, worst first."""

    run_id: str
    command: str
    started: datetime
    finished: datetime
    vendors: tuple[str, ...]
    results: tuple[Result, ...]
    skipped: tuple[Skipped, ...] = ()
    closed_runs: tuple[str, ...] = ()  # orphaned plans that this run closed
    notes: tuple[str, ...] = ()  # what else a person should know of this run
    exit_code: int = 0
    exit_reasons: tuple[str, ...] = ()
    version: int = 1
