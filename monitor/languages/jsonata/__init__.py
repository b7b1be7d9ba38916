"""JSONata, by jsonata2py: ``engine`` runs it, ``reads`` finds what it reads, ``words`` says what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jsonata2py.expression import CompiledExpression

from monitor.jsonpaths import ROOT, Json, Path, format_path, starts_with
from monitor.languages import MISSING, RESULT, Evaluation, EvaluationFault, Example, State, Suspicion, Value
from monitor.languages.jsonata.engine import build, parse, refuse_eval, run, uncalled
from monitor.languages.jsonata.reads import source_of
from monitor.languages.jsonata.sources import Source


@dataclass(frozen=True, slots=True)
class JsonataTranslation:
    """One compiled expression. The keys of an object that it yields are its outputs; anything else is `RESULT`.

    ``names`` are the outputs that the source names. ``keyed_by_data``: the object's keys are data (a group-by),
    and no outputs.
    """

    expression: CompiledExpression
    names: tuple[str, ...]
    reads: Mapping[str, tuple[Path, ...]]
    source: Source
    keyed_by_data: bool
    suspicions: tuple[Suspicion, ...] = ()

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.names or (RESULT,)

    @property
    def copies(self) -> Mapping[Path, Path]:
        return dict(_copies(self.source, ROOT))

    def reads_of(self, output: str) -> tuple[Path, ...]:
        if output in self.reads:
            return self.reads[output]
        return (self.source if output == RESULT else self.source.member(output)).reads()

    def evaluate(self, document: Json) -> Evaluation:
        result = run(self.expression, document)
        if isinstance(result, EvaluationFault):
            return Evaluation({}, result)
        absent: dict[str, Value] = dict.fromkeys(self.names, MISSING)
        if isinstance(result, dict) and (result or absent) and not self.keyed_by_data:
            return Evaluation({**absent, **result})
        if absent and result is MISSING:
            return Evaluation(absent)
        return Evaluation({**absent, RESULT: _whole(result)}, named=False)


def _whole(result: Value | dict[str, Value]) -> Value:
    """A result as one value: a function anywhere in it spoils all of it."""
    if not isinstance(result, dict):
        return result
    members = {key: value for key, value in result.items() if not isinstance(value, State)}
    return State.FUNCTION if len(members) < len(result) else members


def compile(source: str) -> JsonataTranslation:  # noqa: A001 the name that every language offers
    """``source`` made ready. Raises ContractError: not JSONata, nested too deeply, or `$eval` in it."""
    tree = parse(source)
    refuse_eval(source)
    expression = build(source)
    found = source_of(tree)
    names = _names(found)
    whole = {} if names else {RESULT: found.reads()}
    only_data = found.fields.keys() == {None} and not found.paths
    suspicions = tuple(_suspicions(source, found))
    return JsonataTranslation(expression, names, whole | dict(_nested(found)), found, only_data, suspicions)


def _names(source: Source) -> tuple[str, ...]:
    """The outputs that the expression names itself, if an object of its own is all that it can yield."""
    if source.paths or source.many or source.functions:
        return ()
    return tuple(key for key in source.fields if key is not None)


def _members(source: Source, prefix: str = "") -> Iterator[tuple[str, Source]]:
    """Every field that the expression names, at any depth: ``customer``, ``customer.name``."""
    for key in source.fields:
        if key is None:
            continue
        member = source.member(key)
        name = f"{prefix}{format_path((key,))[1:]}" if prefix else key
        yield name, member
        yield from _members(member, name)


def _nested(source: Source) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """What each of those fields reads."""
    return ((name, member.reads()) for name, member in _members(source))


def _copies(source: Source, place: Path) -> Iterator[tuple[Path, Path]]:
    """Every place of the result that one place of the response fills, and nothing beside it decides."""
    if len(source.paths) == 1 and not (source.decides or source.fields or source.functions):
        (path,) = source.paths
        if all(starts_with(path, test) for test in source.tests):
            yield place, path
    for key in source.fields:
        if key is not None:
            yield from _copies(source.member(key), (*place, key))


def _suspicions(text: str, source: Source) -> Iterator[Suspicion]:
    """Outputs that are, or may be, a function: nobody calls it, and JSON cannot say it."""
    for output, found in ((RESULT, source), *_members(source)):
        for name in dict.fromkeys(function.name for function in found.functions):
            if name and run(build(f"${name}"), MISSING) is not State.FUNCTION:
                continue  # a variable that nobody bound: it is missing, and no function
            what = f"the function ${name} itself, which is not called" if name else "a function that is not called"
            fix = f"call it: ${name}(...)" if name else "call it, or leave it out"
            yield Suspicion(output, what, fix, uncalled(text, name) if name else "")


EXAMPLES: Final = (
    Example(
        '{"customerName": fullName, "isVip": accountTier = "VIP", "openTickets": $count(tickets[open].id)}',
        {"fullName": "Ann", "accountTier": "VIP", "tickets": [{"id": 1, "open": True}, {"id": 2, "open": False}]},
        {"customerName": "Ann", "isVip": True, "openTickets": 1},
        {
            "customerName": ["$.fullName"],
            "isVip": ["$.accountTier"],
            "openTickets": ["$.tickets.id", "$.tickets.open"],
        },
    ),
    Example(
        "$sum(items.(price * quantity))",
        {"items": [{"price": 2.5, "quantity": 4}, {"price": 1, "quantity": 1}]},
        {"result": 11},
        {"result": ["$.items.price", "$.items.quantity"]},
    ),
    Example('{"email": contact.email}', {"contact": {}}, {"email": MISSING}, {"email": ["$.contact.email"]}),
    Example('{"email": contact.email}', {"contact": {"email": None}}, {"email": None}),
)
