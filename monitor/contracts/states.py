"""A contract's provider states bound to what monitor.yaml says of them, and put into the request.

1. Every state (``given``) of an interaction must be bound under ``states:``; an unbound one makes it not_run,
   with the YAML that mends it: a request whose premise nobody vouches for would raise false drift.
2. Parameters are the contract's own, overlaid by monitor.yaml's.
3. Only ProviderState generators are applied. Random and clock generators are not: the contract's example is
   sent, so that two recordings can be compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.contracts.pact import json_bytes
from monitor.errors import JsonError, MonitorError
from monitor.jsonpaths import Json, Path, parse_path, read_json
from monitor.model import ProviderState, RequestTemplate, StateBinding

_EXPRESSION: Final = re.compile(r"\$\{([^}]*)\}")
PROVIDER_STATE: Final = "ProviderState"


@dataclass(frozen=True, slots=True)
class Bound:
    """States with all their parameters; ``refusal`` says why the interaction cannot be sent (empty: it can)."""

    states: tuple[ProviderState, ...]
    request: RequestTemplate
    refusal: str = ""


class _MissingParamError(MonitorError):
    pass


def _yaml_stub(names: tuple[str, ...], params: tuple[str, ...] = ()) -> str:
    inner = ", ".join(f"{json.dumps(param)}: ..." for param in params)
    states = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {{params: {{{inner}}}}}" for name in names)
    return f"states: {{{states}}}"


def _filled(expression: str, params: Mapping[str, Json]) -> Json:
    """The value of ``${name}``, or the text around several of them. A bare name without ``${`` is one too."""

    def value(name: str) -> Json:
        if name not in params:
            raise _MissingParamError(name)
        return params[name]

    whole = _EXPRESSION.fullmatch(expression)
    if whole or "${" not in expression:
        return value(whole[1] if whole else expression)
    return _EXPRESSION.sub(lambda match: _shown(value(match[1])), expression)


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _generated(generator: Json, params: Mapping[str, Json]) -> Json:
    """The value of a ProviderState generator; raises KeyError for any other generator."""
    if not isinstance(generator, dict) or generator.get("type") != PROVIDER_STATE:
        raise KeyError
    value = _filled(str(generator.get("expression", "")), params)
    return _typed(value, str(generator.get("dataType", "RAW")).upper())


def _typed(value: Json, data_type: str) -> Json:
    if not isinstance(value, str) or data_type not in ("INTEGER", "DECIMAL", "FLOAT", "BOOLEAN"):
        return _shown(value) if data_type == "STRING" else value
    try:
        return read_json(value, exact=False).value
    except JsonError:
        return value


def _named(generators: Json, params: Mapping[str, Json]) -> dict[str, str]:
    """Generated texts of a query or header category, by name (``phone[0]`` and ``$.phone`` name phone too)."""
    texts: dict[str, str] = {}
    for key, generator in generators.items() if isinstance(generators, dict) else ():
        try:
            texts[re.sub(r"\[\d+\]$", "", key.removeprefix("$.").removeprefix("$"))] = _shown(
                _generated(generator, params)
            )
        except KeyError:
            continue
    return texts


def _set(value: Json, path: Path, new: Json) -> Json:
    """A copy of ``value`` with ``new`` at ``path``, where the path exists."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict) and isinstance(step, str) and step in value:
        return {**value, step: _set(value[step], rest, new)}
    if isinstance(value, list):
        return [_set(m, rest, new) if step == i or not isinstance(step, int | str) else m for i, m in enumerate(value)]
    return value


def _body(body: bytes | None, generators: Json, params: Mapping[str, Json]) -> bytes | None:
    if body is None or not isinstance(generators, dict) or not generators:
        return body
    try:
        value = read_json(body, exact=False).value
    except JsonError:
        return body
    for key, generator in generators.items():
        try:
            value = _set(value, parse_path(key), _generated(generator, params))
        except (KeyError, JsonError):
            continue
    return json_bytes(value)


def _replaced(pairs: tuple[tuple[str, str], ...], texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    folded = {name.lower(): text for name, text in texts.items()}
    return tuple((name, folded.get(name.lower(), value)) for name, value in pairs)


def _path(path: str, generators: Json, params: Mapping[str, Json]) -> str:
    try:
        return _shown(_generated(generators, params))
    except KeyError:
        return path


def fill(request: RequestTemplate, generators: Mapping[str, Json], params: Mapping[str, Json]) -> RequestTemplate:
    """``request`` with its ProviderState generators applied."""
    query = _named(generators.get("query"), params)
    return replace(
        request,
        path=_path(request.path, generators.get("path"), params),
        query=tuple((name, query.get(name, value)) for name, value in request.query),
        headers=_replaced(request.headers, _named(generators.get("header") or generators.get("headers"), params)),
        body=_body(request.body, generators.get("body"), params),
    )


def bind(
    states: tuple[ProviderState, ...],
    request: RequestTemplate,
    generators: Mapping[str, Json],
    bindings: Mapping[str, StateBinding],
) -> Bound:
    """States and request as they will be sent, or the refusal that says which YAML is missing."""
    unbound = tuple(state.name for state in states if state.name not in bindings)
    if unbound:
        names = " and ".join(f"'{name}'" for name in unbound)
        return Bound(states, request, f"provider state {names} is not bound; add to the vendor: {_yaml_stub(unbound)}")
    full = tuple(ProviderState(s.name, {**s.params, **bindings[s.name].params}) for s in states)
    params = {name: value for state in full for name, value in state.params.items()}
    try:
        return Bound(full, fill(request, generators, params))
    except _MissingParamError as missing:
        stub = _yaml_stub(tuple(state.name for state in states[:1]) or ("...",), (missing.what,))
        return Bound(
            full,
            request,
            f"a generator of its request needs the state parameter '{missing.what}'; add to the vendor: {stub}",
        )
