"""What a key of monitor.yaml may hold: for each sort of value its type, how it is read, and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    InstanceOf,
    ValidationInfo,
    WithJsonSchema,
)

from monitor.config import files as named_files
from monitor.config import leaves, names, web
from monitor.config.files import Context, LoadedFile, LoadedSchema
from monitor.model import Severity

SEVERITIES: Final = tuple(str(severity) for severity in Severity)
MAX_SECONDS: Final = 3600

EXPANDED: Final = {"type": "string", "pattern": r"\$\{"}


def in_context(read: Callable[[object, Context], object]) -> BeforeValidator:
    """A leaf that needs the Context, which comes as pydantic's context."""

    def validate(tree: object, info: ValidationInfo) -> object:
        context: object = info.context
        assert isinstance(context, Context)  # noqa: S101 - load() hands it in
        return read(tree, context)

    return BeforeValidator(validate)


def or_expanded(schema: Mapping[str, object]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [dict(schema), EXPANDED]})


def whole(low: int, high: int) -> tuple[BeforeValidator, WithJsonSchema]:
    schema = or_expanded({"type": "integer", "minimum": low, "maximum": high})
    return BeforeValidator(lambda tree: leaves.whole(tree, low, high)), schema


def seconds() -> tuple[BeforeValidator, WithJsonSchema]:
    schema = or_expanded({"type": "number", "exclusiveMinimum": 0, "maximum": MAX_SECONDS})
    return BeforeValidator(lambda tree: leaves.number(tree, 0, MAX_SECONDS, above=True)), schema


def size(low: str, high: str) -> tuple[BeforeValidator, WithJsonSchema]:
    schema = WithJsonSchema({"type": ["integer", "string"], "description": f"bytes, or 20MB; from {low} to {high}"})
    return BeforeValidator(lambda tree: leaves.size(tree, low, high)), schema


# A bound of what is deleted must be known offline too: with the default in its place more could go than was meant.
KNOWN: Final = BeforeValidator(leaves.known)

STRING: Final = WithJsonSchema({"type": "string", "minLength": 1})
LOOSE: Final = WithJsonSchema({"type": ["string", "number"]})
ANYTHING: Final = WithJsonSchema({})

Text: TypeAlias = Annotated[str, BeforeValidator(leaves.text), STRING]
Switch: TypeAlias = Annotated[bool, BeforeValidator(leaves.switch), or_expanded({"type": "boolean"})]
JsonValue: TypeAlias = Annotated[object, BeforeValidator(leaves.json_value), ANYTHING]
Body: TypeAlias = Annotated[bytes | None, BeforeValidator(leaves.body_bytes), ANYTHING]
BaseUrl: TypeAlias = Annotated[str, BeforeValidator(lambda tree: "" if tree is None else web.base_url(tree)), STRING]
RequestPath: TypeAlias = Annotated[str | None, BeforeValidator(web.request_path), STRING]
HeaderName: TypeAlias = Annotated[str, AfterValidator(web.header_name)]
HeaderValue: TypeAlias = Annotated[str, BeforeValidator(web.header_value), LOOSE]
HeaderMap: TypeAlias = Annotated[dict[HeaderName, HeaderValue], AfterValidator(web.distinct_headers)]
_SCALAR: Final = {"type": ["string", "number", "boolean"]}
QueryValues: TypeAlias = Annotated[
    tuple[str, ...],
    BeforeValidator(web.query_values),
    WithJsonSchema({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}),
]
Files: TypeAlias = Annotated[
    tuple[str, ...], in_context(lambda tree, context: named_files.contract_files(tree, context.root)), STRING
]
ContractFiles: TypeAlias = Annotated[
    tuple[str, ...],
    in_context(lambda tree, context: named_files.contract_files(tree, context.root, unbuilt=context.unbuilt)),
    STRING,
]
SourceFile: TypeAlias = Annotated[
    InstanceOf[LoadedFile] | None, in_context(lambda tree, context: named_files.text_file(tree, context.root)), STRING
]
SchemaFile: TypeAlias = Annotated[
    InstanceOf[LoadedSchema] | None,
    in_context(lambda tree, context: named_files.schema_file(tree, context.root)),
    STRING,
]
Folder: TypeAlias = Annotated[str, in_context(lambda tree, context: named_files.folder(tree, context.root)), STRING]
Verify: TypeAlias = Annotated[
    bool | str,
    in_context(lambda tree, context: named_files.verification(tree, context.root)),
    WithJsonSchema({"type": ["boolean", "string"]}),
]
Language: TypeAlias = Annotated[str, in_context(lambda tree, context: leaves.one_of(tree, context.kinds)), STRING]
VendorName: TypeAlias = Annotated[str, AfterValidator(names.vendor_name)]
DomainName: TypeAlias = Annotated[str, AfterValidator(names.domain_name)]
SeverityKey: TypeAlias = Annotated[str, AfterValidator(names.severity_key)]
SeverityName: TypeAlias = Annotated[
    str,
    BeforeValidator(lambda tree: leaves.one_of(tree, SEVERITIES)),
    WithJsonSchema({"enum": list(SEVERITIES)}),
]


class Section(BaseModel):
    """A mapping of monitor.yaml."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )

    def __repr__(self) -> str:  # the values may hold secrets
        return f"{type(self).__name__}(...)"

    __str__ = __repr__
