"""What monitor.yaml says, expanded. What may hold a secret has no repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.jsonpaths import Json
from monitor.model.actions import ActionSource
from monitor.model.incidents import Accepted
from monitor.model.judging import Severity
from monitor.model.overrides import RequestOverride


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that came from ``${...}``: never written anywhere. ``name`` is what may be shown instead.

    ``whole``: it may be a word, so it counts only where it is all of a header, parameter or JSON value.
    """

    name: str
    value: str = field(repr=False)
    whole: bool = False


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
class Schedule:
    """When a vendor is checked. ``cron`` has five fields; ``grace`` and ``jitter`` are in seconds.

    A run that has not begun ``grace`` after its time is missed. ``heartbeat`` is a URL to call after each whole run.
    """

    cron: str
    timezone: str = "UTC"
    grace: float = 3600.0
    jitter: float = 0.0
    heartbeat: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Vendor:
    name: str
    base_url: str = field(repr=False)  # empty: nothing can be sent
    contracts: tuple[str, ...] = ()  # files, after globbing, absolute
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    states: Mapping[str, StateBinding] = field(default_factory=dict, repr=False)
    requests: Mapping[str, RequestOverride] = field(default_factory=dict, repr=False)  # by description or id
    skip: Mapping[str, str] = field(default_factory=dict)  # description or id -> reason
    translations: tuple[TranslationSource, ...] = ()
    data_actions: tuple[ActionSource, ...] = ()
    flows: tuple[str, ...] = ()  # Architect flows (YAML), after globbing, absolute
    domains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # domain -> patterns of descriptions or ids
    limits: Limits = Limits()
    allow_writes: bool = False
    verify: bool | str = True  # False, or the path of a CA bundle
    severity: Mapping[str, str] = field(default_factory=dict)  # "kind" or "kind read|unread" -> severity
    schedule: Schedule | None = None
    routes: Mapping[Severity, tuple[str, ...]] = field(default_factory=dict)  # in the place of those of Alerts
    down_retries: tuple[float, ...] | None = None  # seconds before each new try at a vendor that is down; None: default


@dataclass(frozen=True, slots=True)
class ChannelSource:
    """A channel as configured. ``options`` are its own: the module of its ``kind`` knows what they mean."""

    name: str
    kind: str
    options: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Links:
    """What makes a message's commands work where they are pasted. ``{run}`` and ``{vendor}`` are filled in the URLs."""

    command_prefix: str = ""
    run_url: str = ""
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """When what is gathered goes out, and where."""

    cron: str = "0 8 * * 1"
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alerts:
    """Who is told what. ``routes``: severity -> names of channels, or DIGEST. Times in seconds.

    ``alert_after``: as in Policy; None: 1 where runs are a day or more apart, else 2.
    """

    enabled: bool = False
    channels: Mapping[str, ChannelSource] = field(default_factory=dict)
    routes: Mapping[Severity, tuple[str, ...]] = field(default_factory=dict)
    digest: Digest = Digest()
    fallback: str = ""  # the channel that tells of another that cannot be reached; empty: the first other one
    remind_every: float | None = 7 * 86_400.0
    alert_after: int | None = None
    timezone: str = "UTC"
    links: Links = Links()


@dataclass(frozen=True, slots=True)
class Retention:
    """Which runs are kept, for each vendor, and how much room a run needs. Sizes in bytes; None: no such bound.

    A run goes that is older than ``keep_days`` or beyond ``max_size``, but the newest ``keep_last`` never do.
    """

    keep_days: int | None = None
    keep_last: int = 10
    max_size: int | None = None
    min_free: int = 100_000_000


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
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    accepted: tuple[Accepted, ...] = ()
    accepted_file: str = ""  # where accepted.yaml lies, or would
