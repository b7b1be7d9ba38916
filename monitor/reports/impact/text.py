"""A tree for a terminal: interaction, field, contract and translations, outputs, variables of flows.

crm: a GET request to look up customer by phone
  $.customerId
    contract contracts/crm/pop.json $.interactions[0]: broken without it
    data_action Get customer
      customerId: blank without it (silent)
        Flow.customerId in "Inbound Sales" (Get customer), no failure branch
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.model import Use
from monitor.printable import printable
from monitor.reports import Options
from monitor.reports.impact import Effect, Field, Lineage, Output, Reader, Traced
from monitor.reports.impact._words import NAME, OTHER_MEMBER, becomes, branch, figures, leads, step, whole_fails

_LONG: Final = 400  # characters of a path, place or note
_MOST: Final = 5  # paths that only the contract names
_COLORS: Final = {"silent": "33;1", "loud": "31;1", "dim": "2"}


def _paint(text: str, color: str, options: Options) -> str:
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if options.color else text


def _use(use: Use) -> str:
    no_branch = f", {branch(use)}" if branch(use) else ""
    return f'{printable(use.variable, NAME)} in "{printable(use.flow, NAME)}" ({step(use)}){no_branch}'


def _output(output: Output, field: Field, options: Options) -> Iterator[str]:
    said = becomes(output)
    if output.effect.silent or output.effect.loud:
        said = _paint(said, "silent" if output.effect.silent else "loud", options)
    reads = f" <- {printable(', '.join(output.shown), _LONG)}" if leads(output, field) else ""
    other = f" ({OTHER_MEMBER})" if output.other_member else ""
    yield f"      {printable(output.name, NAME)}{reads}{other}: {said}"
    yield from (f"        {_use(use)}" for use in output.uses)


def _reader(reader: Reader, field: Field, options: Options) -> Iterator[str]:
    yield f"    {printable(reader.kind, NAME)} {printable(reader.name, NAME)}"
    for output in reader.reading:
        yield from _output(output, field, options)
    if too := whole_fails(reader):
        yield f"      {_paint(too, 'loud', options)}"
    if any(output.effect is Effect.FAILS for output in reader.outputs):
        for use in reader.steps:
            path = "its failure path" if use.failure_branch else "its failure path, which is empty"
            yield f'      {step(use)} in "{printable(use.flow, NAME)}" takes {path}'


def _contract(traced: Traced, field: Field) -> str:
    said = {True: "broken without it", False: "not broken without it", None: "names it"}[field.forbidden]
    return f"    contract {printable(traced.contract, _LONG)}: {said}"


def _field(traced: Traced, field: Field, options: Options) -> Iterator[str]:
    yield f"  {printable(field.path, _LONG)}"
    if field.contract:
        yield _contract(traced, field)
    for reader in field.readers:
        yield from _reader(reader, field, options)
    if field.unknown:
        yield _paint(f"    {printable(field.unknown, _LONG)}: what would happen is not known", "dim", options)
    yield from (f"    note: {printable(note, _LONG)}" for note in field.notes)


def _interaction(lineage: Lineage, traced: Traced, options: Options) -> Iterator[str]:
    yield f"{lineage.vendor}: {printable(traced.description)}"
    read = [field for field in traced.fields if field.readers or lineage.field]
    for field in read:
        yield from _field(traced, field, options)
    only = [field.path for field in traced.fields if field not in read]
    if only:
        more = f" and {len(only) - _MOST:,} more" if len(only) > _MOST else ""
        named = ", ".join(printable(path, NAME) for path in only[:_MOST])
        yield f"  only the contract names {named}{more}"


def _nothing(lineage: Lineage) -> str:
    if not lineage.looked:
        return f"{lineage.vendor} has no interaction to look at"
    what = f"nothing reads {printable(lineage.field, _LONG)}" if lineage.field else "nothing is read"
    looked = f"of {lineage.looked:,} interaction{'' if lineage.looked == 1 else 's'}"
    return f"{what} {looked} of {lineage.vendor}{f'; {lineage.hint}' if lineage.hint else ''}"


def render(lineage: Lineage, options: Options) -> str:
    """Lines for people; foreign text is escaped."""
    lines = [line for one in lineage.interactions for line in _interaction(lineage, one, options)]
    lines += [f"note: {printable(note, _LONG * 2)}" for note in lineage.notes]
    lines.append(figures(lineage) if lineage.interactions else _nothing(lineage))
    return "\n".join(lines) + "\n"
