"""A hundred data actions, of the forms that real exports have, each judged on a response of 1 KB."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from monitor.checking import translations
from monitor.checking.judge import judge
from monitor.jsonpaths import Json
from monitor.languages import data_action
from monitor.model import Case, Response, Translation
from tests.bench.bodies import members, renamed, response
from tests.bench.measuring import Row, Scale, quickest, shown, under, within, worked
from tests.bench.projects import VENDOR

LIMIT = 0.001  # seconds of CPU
_FIRST = "${successTemplateUtils.firstFromArray"
_FIELDS = ("customerId", "fullName", "accountTier", "openTickets")
_STRING: Json = {"type": "string"}


def _source(paths: dict[str, Json], defaults: dict[str, Json], template: str, properties: dict[str, Json]) -> str:
    return json.dumps(
        {
            "translationMap": paths,
            "translationMapDefaults": defaults,
            "successTemplate": template,
            "successSchema": {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "type": "object",
                "properties": properties,
                "additionalProperties": True,
            },
        }
    )


def _template(fillings: dict[str, str]) -> str:
    return f"{{{', '.join(json.dumps(name) + ': ' + filling for name, filling in fillings.items())}}}"


def _by_index(number: int) -> str:
    """Definite paths with defaults, the most frequent form."""
    names = {f"f{at}": f"$.members[{number % 4}].{field}" for at, field in enumerate(_FIELDS)}
    return _source(
        {**names},
        dict.fromkeys(names, '"none"'),
        _template({name: f"${{{name}}}" for name in names}),
        {name: {} for name in names},
    )


def _by_list(number: int) -> str:
    """Parallel lists."""
    names = {f"l{at}": f"$.members[*].{field}" for at, field in enumerate(_FIELDS[: 1 + number % 4])}
    schema: Json = {"type": "array", "items": {}}
    return _source({**names}, {}, _template({name: f"${{{name}}}" for name in names}), dict.fromkeys(names, schema))


def _by_filter(number: int) -> str:
    """The first of those that a filter takes, or a blank."""
    names = {
        f"x{at}": f"$.members[?(@.openTickets >= {number % 3} && @.accountTier != '')].{field}"
        for at, field in enumerate(_FIELDS[:2])
    }
    fillings = {name: f'{_FIRST}("${{{name}}}", "$esc.quote$esc.quote")}}' for name in names}
    return _source({**names}, {}, _template(fillings), dict.fromkeys(names, _STRING))


def _anywhere(number: int) -> str:
    name = _FIELDS[number % 3]
    return _source({"any": f"$..{name}"}, {}, '{"any": ${any}}', {"any": {"type": "array"}})


def _passing(number: int) -> str:
    kept: dict[str, Json] = {name: {} for name in _FIELDS[: 1 + number % 4]}
    return _source(
        {}, {}, "${rawResult}", {"members": {"type": "array", "items": {"type": "object", "properties": kept}}}
    )


_FORMS = (_by_index, _by_list, _by_filter, _passing, _by_index, _by_list, _by_filter, _passing, _by_index, _anywhere)


def actions(many: int) -> tuple[Translation, ...]:
    return tuple(
        Translation(f"action {number}", "data_action", _FORMS[number % len(_FORMS)](number), f"{number}.json")
        for number in range(many)
    )


# -- measuring --------------------------------------------------------------------------------------------

_ABOUT_1_KB = 4  # members


def _judging(made: Sequence[Translation], after: Response) -> Callable[[], float]:
    """CPU seconds of one judgement. Each time in bytes that nobody has seen: what is known are the actions."""
    baseline = response({"members": members(_ABOUT_1_KB)})
    spaces = count(1)

    def run(answer: Response) -> None:
        for translation in made:
            judge(Case(VENDOR, "a-1", None, (translation,), answer, answer, baseline))

    def work() -> float:
        answer = replace(after, body=after.body + b" " * (next(spaces) % 1_000))
        return worked(lambda: run(answer)) / len(made)

    return work


def _translating(made: Sequence[Translation], after: Response) -> Callable[[], float]:
    cases = [Case(VENDOR, "a-1", None, (translation,), after, after, None) for translation in made]
    return lambda: worked(lambda: [translations.losses(case.translations[0], case, ()) for case in cases]) / len(made)


def rows(scale: Scale) -> Iterator[Row]:
    """Compiled once; then judged, quiet and after a rename."""
    made = actions(scale.count(100, least=len(_FORMS)))
    body = members(_ABOUT_1_KB)
    quiet = response({"members": body})
    drifted = response({"members": [renamed(one, "customerId", "customer_id") for one in body]})
    taken = quickest(
        {
            "compiled": lambda: worked(lambda: [data_action.compile(one.source) for one in made]) / len(made),
            "parsed": lambda: worked(lambda: [json.loads(quiet.body) for _ in made]) / len(made),
            "translated": _translating(made, quiet),
            "quiet": _judging(made, quiet),
            "loud": _judging(made, drifted),
        },
        scale.runs(11),
    )
    yield Row(f"compiling one of {len(made)} data actions, templates and paths known already", shown(taken["compiled"]))
    yield within("one translated, schema and all", taken["translated"], "json.loads", taken["parsed"])
    yield under("one judged against a baseline, nothing changed", taken["quiet"], LIMIT)
    yield within("one judged against a baseline, a rename", taken["loud"], "nothing changed", taken["quiet"])
