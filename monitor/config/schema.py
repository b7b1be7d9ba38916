"""monitor.yaml as pydantic models: what keys there are, what each holds, and what it means.

The models take the tree of ``yamlfile`` (leaves are Scalars), so each field's type says which leaf function reads it.
The same models make the JSON Schema that editors use.
"""

from __future__ import annotations

import json
from typing import Annotated, Final, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from monitor.config import leaves, names
from monitor.config.alerting import AlertsSection, Retries, RouteMap, ScheduleSection
from monitor.config.channels import NO_CHANNELS, ChannelKinds, kinds_definitions, kinds_schema
from monitor.config.fields import (
    KNOWN,
    STRING,
    BaseUrl,
    Body,
    ContractFiles,
    DomainName,
    Files,
    Folder,
    HeaderMap,
    HeaderValue,
    JsonValue,
    Language,
    QueryValues,
    RequestPath,
    SchemaFile,
    Section,
    SeverityKey,
    SeverityName,
    SourceFile,
    Switch,
    Text,
    VendorName,
    Verify,
    in_context,
    or_expanded,
    seconds,
    size,
    whole,
)
from monitor.jsonpaths import Json
from monitor.model import Limits, Retention

_DEFAULT: Final = Limits()
_KEPT: Final = Retention()


class StateSection(Section):
    """What a contract's provider state means on staging."""

    params: dict[str, JsonValue] = Field(
        default_factory=dict, description="Values for the contract's generators.", examples=['{phone: "15555550100"}']
    )


class RequestSection(Section):
    """What staging needs instead of the contract's example request."""

    path: RequestPath = Field(None, description="Path below base_url, not percent-encoded, beginning with /.")
    query: dict[str, QueryValues] = Field(
        default_factory=dict, description="Query parameters that replace the contract's; a list repeats the parameter."
    )
    headers: HeaderMap = Field(default_factory=dict, description="Headers that replace or add to the contract's.")
    body: Body = Field(None, description="Text sent as it is, or any structure, sent as JSON. None: the contract's.")
    read_only: Switch = Field(False, description="This request changes nothing although its method may (a search).")
    allow_writes: Switch = Field(False, description="Send this request although it changes something.")


class TranslationSection(Section):
    """What turns a response into the outputs that a flow reads."""

    interaction: Text = Field(
        description="The interaction's description or id.", examples=["a GET request to look up a customer"]
    )
    kind: Language = Field(description="The translation's language.", examples=["jsonata"])
    file: SourceFile = Field(None, description="The file that holds the expression, relative to monitor.yaml.")
    expression: Text | None = Field(None, description="The expression itself, instead of file.", validate_default=True)
    schema_file: SchemaFile = Field(
        None, alias="schema", description="A JSON Schema of the output that the consumer expects."
    )
    name: Text | None = Field(None, description="Its name in reports; default: the file's name, or kind and number.")

    @field_validator("expression", mode="after")
    @classmethod
    def _one_source(cls, expression: str | None, info: ValidationInfo) -> str | None:
        if "file" not in info.data:  # its own fault is told already
            return expression
        if info.data["file"] is not None and expression is not None:
            raise leaves.fail("has both file and expression", "remove one of them")
        if info.data["file"] is None and expression is None:
            raise leaves.fail("has neither file nor expression", "add one of them")
        return expression


class DataActionSection(Section):
    """Genesys Cloud data actions as exported, and with what they are called."""

    files: Files = Field(
        alias="file",
        description="The export (JSON), relative to monitor.yaml; a glob names several.",
        examples=["contracts/crm/actions/get-customer.json"],
    )
    integration: Text | None = Field(None, description="The integration's name in Genesys Cloud (a flow's category).")
    inputs: dict[str, JsonValue] | None = Field(
        None, description="Inputs to call it with.", examples=['{phone: "15555550100"}']
    )
    examples: dict[str, dict[str, JsonValue]] | None = Field(
        None, description="Several sets of inputs, by name: each is an interaction of its own.", validate_default=True
    )
    credentials: dict[str, HeaderValue] = Field(
        default_factory=dict,
        description="What ${credentials.x} stands for.",
        examples=['{apiKey: "${secret:env:CRM_API_KEY}"}'],
    )
    auth_response: dict[str, HeaderValue] = Field(
        default_factory=dict, description="What ${authResponse.x} stands for: the integration's login gives it."
    )
    headers: HeaderMap = Field(default_factory=dict, description="Headers that replace or add to the action's.")
    query: dict[str, QueryValues] = Field(
        default_factory=dict, description="Query parameters that replace or add to the action's."
    )
    read_only: Switch = Field(False, description="It changes nothing although its method may (a search).")
    allow_writes: Switch = Field(False, description="Call it although it changes something.")

    @field_validator("examples", mode="after")
    @classmethod
    def _one_kind(cls, examples: dict[str, object] | None, info: ValidationInfo) -> dict[str, object] | None:
        if examples is not None and info.data.get("inputs") is not None:
            raise leaves.fail("has both inputs and examples", "move inputs under examples, with a name")
        if examples is not None and not examples:
            raise leaves.fail("must not be empty", "give an example, or remove the key")
        return examples


class LimitsSection(Section):
    """Bounds of calling and judging. Times in seconds."""

    concurrency: Annotated[int, *whole(1, 100)] = Field(
        _DEFAULT.concurrency, description="Requests under way at once.", examples=[4]
    )
    per_second: Annotated[
        float,
        BeforeValidator(lambda tree: leaves.number(tree, 0, 1000)),
        or_expanded({"type": "number", "minimum": 0, "maximum": 1000}),
    ] = Field(_DEFAULT.per_second, description="Requests started in a second; 0: as fast as they go.")
    connect_timeout: Annotated[float, *seconds()] = Field(
        _DEFAULT.connect_timeout, description="Seconds to connect, TLS included."
    )
    read_timeout: Annotated[float, *seconds()] = Field(
        _DEFAULT.read_timeout, description="Seconds between two arrivals of data."
    )
    total_timeout: Annotated[float, *seconds()] = Field(
        _DEFAULT.total_timeout, description="Seconds for the whole exchange."
    )
    max_body: Annotated[int, *size("1KB", "1GB")] = Field(
        _DEFAULT.max_body, description="The largest response body, decoded: bytes, or text such as 20MB."
    )
    judge_timeout: Annotated[float, *seconds()] = Field(
        _DEFAULT.judge_timeout, description="Seconds to judge one response."
    )
    judge_memory: Annotated[int, *size("100MB", "64GB")] = Field(
        _DEFAULT.judge_memory, description="Memory of one judging process: bytes, or text such as 2GB."
    )


class VendorSection(Section):
    """One vendor: where it is called, with what, and what is expected."""

    base_url: BaseUrl = Field(
        description="The vendor's URL that all request paths are below; without it no data action is called.",
        examples=["https://api.example.com"],
    )
    contracts: list[ContractFiles] = Field(
        default_factory=list,
        description="Pact files: paths or globs, relative to monitor.yaml.",
        examples=["[contracts/crm/*.json]"],
    )
    headers: HeaderMap = Field(
        default_factory=dict,
        description="Headers of every request.",
        examples=['{X-API-Key: "${secret:env:CRM_API_KEY}"}'],
    )
    states: dict[str, StateSection] = Field(
        default_factory=dict, description="By provider state: what it means on staging."
    )
    requests: dict[str, RequestSection] = Field(
        default_factory=dict, description="By interaction (description or id): what staging needs instead."
    )
    skip: dict[str, Text] = Field(
        default_factory=dict, description="By interaction (description or id): why it is not called."
    )
    translations: Annotated[list[TranslationSection], AfterValidator(names.distinct_names)] = Field(
        default_factory=list, description="What turns responses into outputs.", examples=["[{...}]"]
    )
    data_actions: list[DataActionSection] = Field(
        default_factory=list, description="Genesys Cloud data actions that call this vendor.", examples=["[{...}]"]
    )
    flows: list[Files] = Field(
        default_factory=list,
        description="Architect flows (Archy YAML) that call the data actions: paths or globs.",
        examples=["[contracts/crm/flows/*.yaml]"],
    )
    domains: dict[DomainName, list[Text]] = Field(
        default_factory=dict,
        description="By domain: the interactions in it (description or id; * stands for anything).",
        examples=['{crm-read: ["Get *"]}'],
    )
    limits: LimitsSection = Field(default_factory=lambda: LimitsSection.model_validate({}), description="Bounds.")
    allow_writes: Switch = Field(False, description="Send requests that may change something (POST, PUT, ...).")
    verify: Verify = Field(True, description="Check TLS certificates: true, false, or a CA bundle (PEM file).")
    severity: dict[SeverityKey, SeverityName] = Field(
        default_factory=dict,
        description="By kind of finding, perhaps with ' read' or ' unread': its severity.",
        examples=["{added read: warning}"],
    )
    schedule: ScheduleSection | None = Field(None, description="When it is checked.")
    alerts: RouteMap | None = Field(
        None,
        description="By severity: the channels that are told of this vendor, in the place of those of alerts: routes.",
        examples=["{breaking: [team]}"],
    )
    down_retries: Retries | None = Field(
        None,
        description="Where it is down, a run tries it again after each of these; []: never.",
        examples=["[15s, 1m, 5m]"],
    )

    @model_validator(mode="before")
    @classmethod
    def _called_nowhere(cls, tree: object) -> object:
        """Data actions can be imported before anybody knows where staging is; a contract's vendor is known."""
        if isinstance(tree, dict) and "data_actions" in tree and "base_url" not in tree:
            return {"base_url": None, **tree}
        return tree


class RecordingsSection(Section):
    """Where recordings are kept, and for how long. Nothing is ever deleted unless keep_days or max_size is there."""

    dir: Folder | None = Field(None, description="Folder of runs and baselines, relative to monitor.yaml.")
    keep_days: Annotated[int | None, *whole(1, 36_500), KNOWN] = Field(
        None, description="Runs older than this are deleted after each run.", examples=[90]
    )
    keep_last: Annotated[int, *whole(0, 100_000), KNOWN] = Field(
        _KEPT.keep_last, description="The newest runs of each vendor that are never deleted.", examples=[10]
    )
    max_size: Annotated[int | None, *size("1MB", "1000TB"), KNOWN] = Field(
        None, description="The oldest runs are deleted while all take more than this: bytes, or text such as 5GB."
    )
    min_free: Annotated[int, *size("0B", "1000TB"), KNOWN] = Field(
        _KEPT.min_free, description="No run begins with less free disk than this; 0: not looked at."
    )


class FileSection(Section):
    """The whole of monitor.yaml."""

    version: Annotated[int, BeforeValidator(names.version), WithJsonSchema({"const": 1})] = Field(
        description="The version of this form: 1.", examples=[1]
    )
    vendors: dict[VendorName, VendorSection] = Field(
        min_length=1, description="The vendors, by name.", examples=["{crm: {base_url: https://api.example.com}}"]
    )
    recordings: RecordingsSection = Field(
        default_factory=lambda: RecordingsSection.model_validate({}),
        description="Where recordings are kept, and for how long.",
    )
    ledger: Annotated[str | None, in_context(lambda tree, context: names.ledger_url(tree, context.root)), STRING] = (
        Field(None, description="Database URL of the ledger; SQLite paths are relative to monitor.yaml.")
    )
    state_dir: Folder | None = Field(
        None, description="Folder of everything else that is written; MONITOR_STATE_DIR overrides it."
    )
    alerts: AlertsSection | None = Field(None, description="Who is told what, and when.")


def json_schema(channels: ChannelKinds = NO_CHANNELS) -> str:
    """The JSON Schema (2020-12) of monitor.yaml, as indented JSON text; ``channels`` are the kinds that it knows."""
    schema: dict[str, Json] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema.update(FileSection.model_json_schema())
    definitions = cast("dict[str, Json]", schema["$defs"])
    alerts = cast("dict[str, dict[str, dict[str, Json]]]", definitions["AlertsSection"])
    alerts["properties"]["channels"]["additionalProperties"] = kinds_schema(channels)
    definitions |= kinds_definitions(channels)
    schema["title"] = "monitor.yaml"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
