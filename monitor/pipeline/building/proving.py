"""What was built, read back, linted and held against its own recordings by Pact's engine, before it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from monitor.contracts.building.files import key_of
from monitor.contracts.lint import Level, subject_of, suspicions
from monitor.contracts.lint.asking import own_example
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import ContractError, MonitorError
from monitor.model import Case, Contract, Interaction, Judgement, Mismatch, Outcome, Response, Vendor
from monitor.pipeline.building.standing import interaction_in
from monitor.pipeline.tools import Judges, Tools
from monitor.printable import printable

_REPORT = "nothing was written; this is a fault of monitor: please report it"


@dataclass(frozen=True, slots=True)
class Claim:
    """A file as it would be written, and the recorded responses by interaction."""

    name: str
    data: bytes = field(repr=False)
    recorded: Mapping[tuple[str, str], Response]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to the engine, and what is wrong if the answer is no."""

    where: str
    what: str
    answer: Future[Judgement]


def prove(tools: Tools, vendor: Vendor, claims: Sequence[Claim]) -> None:
    """Raises MonitorError for the first thing that does not hold."""
    listed = [(claim, entry) for claim in claims for entry in _entries(claim)]
    if not listed:
        return
    tools.listener.planned(len(listed))
    with tools.judges(2 * len(listed)) as judges:
        asked = [one for claim, entry in listed for one in _questions(judges, vendor, claim, entry)]
        for one in asked:
            _check(one)


def _entries(claim: Claim) -> Iterator[PactInteraction]:
    try:
        entries, errors = parse_pact(claim.data, claim.name)
    except ContractError as error:
        raise _fault(claim.name, f"what was built cannot be read back: {error.what}") from None
    if errors:
        raise _fault(f"{claim.name} {errors[0].where}", f"what was built cannot be read back: {errors[0].what}")
    return (entry for entry in entries if isinstance(entry, PactInteraction))


def _fault(where: str, what: str) -> MonitorError:
    return MonitorError(what, where=where, fix=_REPORT)


def _questions(judges: Judges, vendor: Vendor, claim: Claim, entry: PactInteraction) -> Iterator[_Asked]:
    where = f"{claim.name} {entry.pointer} ('{printable(entry.description)}')"
    interaction = Interaction(
        id=entry.id,
        vendor=vendor.name,
        consumer=entry.consumer,
        description=entry.description,
        request=entry.request,
        states=entry.states,
        expected_status=entry.expected_status,
        contract=entry.contract,
    )
    subject = subject_of(interaction)
    for remark in suspicions(subject):
        if remark.level is Level.ERROR:
            raise _fault(where, f"lint says of what was built: {remark.what}")
    yield _Asked(where, "its own example", judges.submit(own_example(subject, entry.contract), vendor.limits))
    response = claim.recorded.get(key_of(interaction_in(entry.contract)))
    if response is not None:  # None: a test made it
        yield _Asked(
            where, "its own recording", judges.submit(_case(interaction, entry.contract, response), vendor.limits)
        )


def _case(interaction: Interaction, contract: Contract, response: Response) -> Case:
    return Case(interaction.vendor, interaction.id, contract, (), response, response, None)


def _check(asked: _Asked) -> None:
    judged = asked.answer.result()
    if not judged.outcome.judged or judged.outcome is Outcome.NOT_JUDGED:
        raise _fault(asked.where, f"Pact's engine cannot judge {asked.what} by what was built: {judged.reason}")
    for finding in judged.findings:
        detail = finding.detail
        if isinstance(detail, Mismatch):
            what = f"what was built does not match {asked.what}: expected {detail.expected}; actual: {detail.actual}"
            raise _fault(asked.where, what)
