"""Channels of alerts: what each may hold is said by its kind, whose pydantic model is handed in.

Of a kind's model only the words are shown: never what was written, which may be a secret. Its own validators' words are
shown too, unless a value is in them. An option that is not known offline is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from monitor.config.leaves import below, closest, fail, json_value, kind_of, must_be, nearest, one_of, wrong
from monitor.config.tree import Kind, Problem, Scalar, Tree
from monitor.jsonpaths import Json
from monitor.jsonpaths import Path as Steps
from monitor.model import DIGEST
from monitor.printable import printable

Options: TypeAlias = type[BaseModel]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_EXPANDED: Final[Json] = {"type": "string", "pattern": r"\$\{"}
_LEAST: Final = 6  # characters: as in recordings, shorter texts are hidden only where they stand alone
_NOT_SHOWN: Final = "is not as this kind of channel wants it"


def _no_options(kind: str) -> Options:
    raise KeyError(kind)


@dataclass(frozen=True, slots=True)
class ChannelKinds:
    """The kinds of channels that there are. ``options`` gives a kind's model; it may import that kind."""

    names: Callable[[], Collection[str]] = tuple
    options: Callable[[str], Options] = _no_options


NO_CHANNELS: Final = ChannelKinds()


@dataclass(frozen=True, slots=True)
class LoadedChannel:
    """A channel's kind, and its options as they are written, expanded."""

    kind: str
    options: Mapping[str, Json] = field(repr=False)


def channel_name(name: str) -> str:
    if name == DIGEST:
        raise fail(f"'{DIGEST}' is what routes call the digest", "choose another name")
    if not _NAME.fullmatch(name):
        fix = "use 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit"
        raise fail(f"'{printable(name, 70)}' is no name of a channel", fix)
    return name


def channel(tree: object, kinds: ChannelKinds) -> LoadedChannel:
    """``{kind: slack, ...}``, its options judged by the kind's own model."""
    if not isinstance(tree, dict):
        raise wrong(must_be("a mapping", kind_of(tree), "write for instance {kind: slack, ...}"))
    names = kinds.names()
    if "kind" not in tree:
        fix = closest("kind", [str(key) for key in tree]) and "rename its key"
        raise fail("the key 'kind' is missing", fix or f"add for instance kind: {next(iter(names), 'slack')}")
    kind = _kind(tree["kind"], names)
    written: dict[str, Tree] = {key: value for key, value in tree.items() if key != "kind"}
    options, problems = _options(written)
    if kind in names:
        problems += _judged(options, written, _model(kind, kinds))
    if problems:
        raise wrong(*problems)
    return LoadedChannel(kind, options)


def _options(written: dict[str, Tree]) -> tuple[Mapping[str, Json], list[Problem]]:
    """As JSON. What JSON cannot hold is told, and stands in ``written`` as not known."""
    options: dict[str, Json] = {}
    problems: list[Problem] = []
    for key, tree in list(written.items()):
        try:
            options[key] = json_value(tree)
        except PydanticCustomError as error:
            problems += below(key, error)
            options[key], written[key] = "", Scalar(Kind.STRING, "", "", known=False)
    return options, problems


def _kind(tree: object, names: Collection[str]) -> str:
    try:
        return one_of(tree, names)
    except PydanticCustomError as error:
        problems = tuple(below("kind", error))
    raise wrong(*problems)


def _model(kind: str, kinds: ChannelKinds) -> Options:
    try:
        return kinds.options(kind)
    except Exception as error:  # noqa: BLE001 - a kind of another package may fail in any way
        what = f"the kind '{kind}' cannot be loaded: {type(error).__name__}"
    raise wrong(Problem(what, "mend or remove the package that brings it", ("kind",)))


# -- a model's errors ---------------------------------------------------------------------------------------


def _judged(options: Mapping[str, Json], written: Mapping[str, Tree], model: Options) -> list[Problem]:
    try:
        model.model_validate(options)
    except ValidationError as error:
        # ctx holds the exceptions of a model's own validators, and these what they were given
        errors = error.errors(include_url=False, include_input=False, include_context=False)
    else:
        return []
    hidden = {text for text in _texts(dict(written)) if len(text) >= _LEAST} - _choices(model)
    return [problem for details in errors if (problem := _problem(details, written, model, hidden))]


def _problem(details: ErrorDetails, written: Mapping[str, Tree], model: Options, hidden: set[str]) -> Problem | None:
    """What one error of pydantic says; None where it is about what is not known."""
    path, at = _below(details["loc"], dict(written))
    if not _is_known(at):
        return None
    key = str(details["loc"][0]) if details["loc"] else ""
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    about = fields.get(key)
    if details["type"] == "missing" and len(details["loc"]) == 1:
        return Problem(f"the key '{printable(key, 60)}' is missing", _example(key, about))
    if details["type"] == "extra_forbidden" and len(details["loc"]) == 1:
        return Problem(f"unknown key '{printable(key, 60)}'", nearest(key, ["kind", *fields]), path)
    fix = f"{key}: {about.description}" if about and about.description else ""
    return Problem(_words(details["msg"], hidden), fix, path)


def _example(key: str, about: FieldInfo | None) -> str:
    if about and about.examples:
        return f"add for instance {key}: {about.examples[0]}"
    return f"add {key}: {about.description}" if about and about.description else f"add {key}:"


def _choices(model: Options) -> set[str]:
    """The words that options are chosen from (starttls, tls): no secret is among them."""
    words = (word for field in model.model_fields.values() for word in get_args(field.annotation))
    return {word for word in words if isinstance(word, str)}


def _words(told: str, hidden: set[str]) -> str:
    """pydantic's words, or those of a model's own validator, unless they hold what was written."""
    if any(text in told for text in hidden):
        return _NOT_SHOWN
    words = told.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return printable(words.replace("Input should be", "must be", 1), 200)


def _below(loc: Steps | tuple[int | str, ...], tree: Tree) -> tuple[Steps, Tree]:
    """As much of ``loc`` as leads through the file, and what stands there: pydantic adds steps of its own."""
    path: list[int | str] = []
    for step in loc:
        if isinstance(tree, dict) and step in tree:
            tree = tree[str(step)]
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            break
        path.append(step)
    return tuple(path), tree


def _leaves(tree: Tree) -> Iterator[Scalar]:
    if isinstance(tree, Scalar):
        yield tree
        return
    for member in tree.values() if isinstance(tree, dict) else tree:
        yield from _leaves(member)


def _is_known(tree: Tree) -> bool:
    return all(leaf.known for leaf in _leaves(tree))


def _texts(tree: Tree) -> Iterator[str]:
    """What came through ``${...}``, or is long enough to be a secret written out."""
    for leaf in _leaves(tree):
        if isinstance(leaf.value, str) and (leaf.expanded or len(leaf.value) >= 4):
            yield leaf.value


# -- for editors -------------------------------------------------------------------------------------------


def kinds_schema(kinds: ChannelKinds) -> Json:
    """The JSON Schema of one channel: for each kind, the options of its model; any of them may be ``${...}``."""
    names = sorted(kinds.names())
    made: dict[str, Json] = {
        "type": "object",
        "description": "A channel: its kind, and that kind's options.",
        "required": ["kind"],
        "properties": {"kind": {"enum": [*names], "description": "What sort of channel it is."}},
    }
    if names:
        made["allOf"] = [{"if": _of_kind(name), "then": {"$ref": f"#/$defs/{_definition(name)}"}} for name in names]
    return made


def _of_kind(name: str) -> Json:
    return {"properties": {"kind": {"const": name, "description": f"It is {name}."}}, "required": ["kind"]}


def kinds_definitions(kinds: ChannelKinds) -> dict[str, Json]:
    """What ``kinds_schema`` refers to."""
    return {_definition(name): _options_schema(name, kinds) for name in sorted(kinds.names())}


def _definition(kind: str) -> str:
    return f"channel_{re.sub(r'[^A-Za-z0-9_]', '_', kind)}"


def _options_schema(kind: str, kinds: ChannelKinds) -> Json:
    try:
        model = kinds.options(kind)
        made: dict[str, Json] = model.model_json_schema(ref_template=f"#/$defs/{_definition(kind)}/$defs/{{model}}")
    except Exception:  # noqa: BLE001 - of another package, and broken: loading a file that names it says so
        return {"title": f"kind: {kind}"}
    properties = made.get("properties")
    own = properties if isinstance(properties, dict) else {}
    kind_itself: Json = {"const": kind, "description": "What sort of channel it is."}
    expanded = {key: _or_expanded(value) for key, value in own.items()}
    return {**made, "title": f"kind: {kind}", "properties": {"kind": kind_itself, **expanded}}


def _or_expanded(schema: Json) -> Json:
    description = schema.get("description", "") if isinstance(schema, dict) else ""
    return {"anyOf": [schema, _EXPANDED], "description": description}
