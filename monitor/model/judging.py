"""What a response means: a case and the findings of its judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from monitor.model.exchanges import Outcome, Response
from monitor.model.interactions import Contract, Translation


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
MAX_FINDINGS: Final = 1_000  # of one response: nobody reads more, and a hostile one could make any number

# what a Loss says of itself: its state, and how its detail begins
DEFAULT: Final = "default"  # the translation's own default was taken
THE_DEFAULT: Final = "the default "  # followed by its text, where it has one
FILLED: Final = "outputs filled now that were blank in the baseline: "  # how a note on them begins
FAILURE_PATH: Final = "failure path: "  # followed by the message of the platform that runs the translation


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

    ``reads`` are the paths that the output reads; ``detail`` is our own text, without vendor values; ``written`` are
    the paths of the translation that lead to the root or below it: where each stands in it, and its text.
    """

    root: str
    translation: str
    output: str
    before: str
    after: str
    reads: tuple[str, ...] = ()
    detail: str = ""
    silent: bool = False  # the consumer's platform reports success all the same
    demanded: bool = False  # the translation's schema demands what was lost
    assumed: str = ""  # what we take to be so where the platform's documents are silent
    written: tuple[tuple[str, str], ...] = ()
    type: Literal["loss"] = "loss"


Detail: TypeAlias = Change | Mismatch | Loss

MISMATCH: Final = "mismatch"
LOSS: Final = "loss"


def kind_of(detail: Detail) -> str:
    """What severities and accepted.yaml go by: a change's kind, MISMATCH or LOSS."""
    return detail.kind.value if isinstance(detail, Change) else detail.type


@dataclass(frozen=True, slots=True)
class Finding:
    """A change, mismatch or loss with its severity. ``read``: contract or translation reads the root.

    ``impact``: what it means to the flows that read it, a sentence each. ``accepted``: by whom, until when and why,
    where accepted.yaml names it: then it is told, and nothing else follows from it.
    """

    root: str  # $.path[*], status, header:<name>, output:<translation>.<output>, output:<translation>
    severity: Severity
    read: bool
    detail: Detail
    fingerprint: str = ""
    impact: tuple[str, ...] = ()
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The findings at one root in words, a line each; vendor text in them is escaped.

    ``severity`` is that of the worst that is not accepted; of the worst, where all are ``accepted``.
    """

    root: str
    severity: Severity
    lines: tuple[str, ...]
    accepted: bool = False

    @property
    def label(self) -> str:
        """``breaking``, or ``breaking, accepted``."""
        return f"{self.severity}, accepted" if self.accepted else self.severity.value


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
    official: bool = False  # the contract is judged by the official Verifier as well: a difference is not_judged


@dataclass(frozen=True, slots=True)
class Terms:
    """By what an interaction's responses are judged. No secret is in it: it goes to the judging process."""

    vendor: str
    interaction_id: str
    contract: Contract | None
    translations: tuple[Translation, ...]
    expected_status: int | None = None
    severity: Mapping[str, str] = field(default_factory=dict)
    official: bool = False  # as in Case


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A recording to judge as it lies on disk: whoever judges it reads the HAR files' bytes as well.

    ``path`` and ``baseline_path`` say where they lie. ``baseline`` is None where there is none, or where it cannot be
    read, which ``damage`` then says.
    """

    terms: Terms
    path: str
    recording: bytes = field(repr=False)
    baseline_path: str = ""
    baseline: bytes | None = field(default=None, repr=False)
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """``notes`` tell what the verdict does not rest on (a body past the engine's precision, say).

    ``elapsed``: how long the recorded exchange took, in seconds; only a StoredCase's judgement tells it.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    fix: str = ""
    elapsed: float = 0.0
