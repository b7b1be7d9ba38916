"""The sections of monitor.yaml that say when vendors are checked and who is told what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, ValidationInfo, WithJsonSchema, field_validator

from monitor.config import channels, leaves, routes, times, web
from monitor.config.channels import LoadedChannel
from monitor.config.fields import SEVERITIES, Section, Switch, Text, in_context, whole
from monitor.model import Alerts, ChannelSource, Digest, Links, Schedule, Severity

_ALERTS: Final = Alerts(links=Links(), digest=Digest())
_SCHEDULE: Final = Schedule(cron="")
MAX_RETRIES: Final = 10

_NAMES: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_DURATION: Final = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9.]+\s*[smhdw]?$|\$\{"}]
}


def _duration(low: str, high: str) -> tuple[BeforeValidator, WithJsonSchema]:
    schema = WithJsonSchema({**_DURATION, "description": f"seconds, or 90s, 15m, 1h, 7d, 2w; from {low} to {high}"})
    return BeforeValidator(lambda tree: times.duration(tree, low, high)), schema


def _one_line(value: str) -> str:
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in value):
        raise leaves.fail("holds a line break, a NUL or another control character", "write it on one line")
    return value


Cron: TypeAlias = Annotated[
    str, BeforeValidator(times.cron), WithJsonSchema({"type": "string", "pattern": r"^\s*(\S+\s+){4}\S+\s*$|\$\{"})
]
Zone: TypeAlias = Annotated[str, BeforeValidator(times.timezone), WithJsonSchema({"type": "string", "minLength": 1})]
Address: TypeAlias = Annotated[str, BeforeValidator(web.address), WithJsonSchema({"type": "string", "minLength": 1})]
Link: TypeAlias = Annotated[str, BeforeValidator(web.link), WithJsonSchema({"type": "string", "minLength": 1})]
ChannelName: TypeAlias = Annotated[str, AfterValidator(channels.channel_name)]
Channel: TypeAlias = Annotated[
    InstanceOf[LoadedChannel],
    in_context(lambda tree, context: channels.channel(tree, context.channels)),
    WithJsonSchema({"type": "object"}),  # schema.json_schema puts in the kinds
]
RouteKey: TypeAlias = Annotated[str, AfterValidator(routes.severity)]
Route: TypeAlias = Annotated[
    tuple[str, ...],
    in_context(lambda tree, context: routes.route(tree, context.named)),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, _NAMES]}),
]
ChannelList: TypeAlias = Annotated[
    tuple[str, ...],
    in_context(lambda tree, context: routes.channel_list(tree, context.named)),
    WithJsonSchema(_NAMES),
]
ChannelRef: TypeAlias = Annotated[
    str,
    in_context(lambda tree, context: routes.channel_ref(tree, context.named)),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
RouteMap: TypeAlias = Annotated[
    dict[RouteKey, Route],
    AfterValidator(routes.not_empty),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                name: {"anyOf": [{"type": "string"}, _NAMES], "description": f"Who is told of what is {name}."}
                for name in SEVERITIES
            },
        }
    ),
]
Retries: TypeAlias = Annotated[
    list[Annotated[float, *_duration("1s", "1h")]],
    AfterValidator(lambda found: routes.at_most(found, MAX_RETRIES)),
]


class ScheduleSection(Section):
    """When a vendor is checked."""

    cron: Cron = Field(
        description="Minute, hour, day of the month, month, day of the week, as cron takes them.",
        examples=['"17 5 * * 1"'],
    )
    timezone: Zone = Field(_SCHEDULE.timezone, description="The time zone of these times: Europe/Berlin for instance.")
    grace: Annotated[float, *_duration("1m", "30d")] = Field(
        _SCHEDULE.grace, description="A run that has not begun this long after its time is missed, which is told."
    )
    jitter: Annotated[float, *_duration("0s", "1d")] = Field(
        _SCHEDULE.jitter, description="It begins up to this much later, at random. Less than grace."
    )
    heartbeat: Address | None = Field(None, description="A URL that is called after each whole run; may be a secret.")

    @field_validator("jitter", mode="after")
    @classmethod
    def _within_grace(cls, jitter: float, info: ValidationInfo) -> float:
        if jitter and jitter >= info.data.get("grace", jitter + 1):
            raise leaves.fail("must be less than grace, or runs in time would be told as missed", "make grace longer")
        return jitter


class DigestSection(Section):
    """What is routed to the digest is gathered, and goes out at these times."""

    cron: Cron = Field(_ALERTS.digest.cron, description="When, as in a schedule; in the time zone of alerts.")
    channels: ChannelList = Field(description="Where it goes.", examples=["[email-team]"])


class LinksSection(Section):
    """What makes a message's commands and links work where they are read. {run} and {vendor} are filled in."""

    command_prefix: Annotated[Text, AfterValidator(_one_line)] | None = Field(
        None, description='What stands before each command: "cd /srv/drift &&" for instance.'
    )
    run_url: Link | None = Field(None, description="A page about the run: https://ci.example/{run} for instance.")
    runbook: Link | None = Field(None, description="A page that says what to do: https://wiki.example/{vendor}.")


class AlertsSection(Section):
    """Who is told what, and when."""

    enabled: Switch = Field(
        _ALERTS.enabled, description="Send alerts without --notify; cron jobs set MONITOR_ALERTS for this."
    )
    channels: dict[ChannelName, Channel] = Field(
        default_factory=dict, description="Where alerts can go, by a name of yours.", examples=["{team: {kind: slack}}"]
    )
    digest: DigestSection | None = Field(None, description="When what is routed to the digest goes out, and where.")
    routes: RouteMap = Field(
        default_factory=dict,
        description="By severity: the channels that are told; digest: not one by one, but gathered.",
        examples=["{breaking: [team], info: digest}"],
    )
    fallback: ChannelRef | None = Field(
        None, description="The channel that tells of another that cannot be reached; default: the first other one."
    )
    remind_every: Annotated[
        float | None,
        BeforeValidator(lambda tree: times.duration_or_never(tree, "1h", "365d")),
        WithJsonSchema({"anyOf": [{"const": times.NEVER}, _DURATION]}),
    ] = Field(_ALERTS.remind_every, description="An open incident is told again after this long; or never.")
    alert_after: Annotated[int | None, *whole(1, 100)] = Field(
        None,
        description="Runs in a row that must meet a vendor's trouble before it is told; "
        "default: 1 where runs are a day or more apart, else 2.",
    )
    timezone: Zone = Field(_ALERTS.timezone, description="The time zone of the digest, and of times in messages.")
    links: LinksSection | None = Field(None, description="What makes a message's commands and links work.")


# -- sections to values ------------------------------------------------------------------------------------


def schedule_of(section: ScheduleSection | None) -> Schedule | None:
    if section is None:
        return None
    return Schedule(
        cron=section.cron,
        timezone=section.timezone,
        grace=section.grace,
        jitter=section.jitter,
        heartbeat=section.heartbeat or "",
    )


def routes_of(found: Mapping[str, tuple[str, ...]]) -> Mapping[Severity, tuple[str, ...]]:
    return {Severity(name): names for name, names in found.items()}


def alerts_of(section: AlertsSection) -> Alerts:
    digest, links = section.digest, section.links
    return Alerts(
        enabled=section.enabled,
        channels={name: ChannelSource(name, found.kind, found.options) for name, found in section.channels.items()},
        routes=routes_of(section.routes),
        digest=Digest(digest.cron, digest.channels) if digest else Digest(),
        fallback=section.fallback or "",
        remind_every=section.remind_every,
        alert_after=section.alert_after,
        timezone=section.timezone,
        links=Links(links.command_prefix or "", links.run_url or "", links.runbook or "") if links else Links(),
    )
