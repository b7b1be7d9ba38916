"""What is suspicious in the exports of data actions, in the light of monitor.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.calling.request import override_of
from monitor.contracts.actions.load import LoadedAction
from monitor.contracts.actions.secrets import names_secret, parameter_names_secret
from monitor.contracts.lint import Remark
from monitor.contracts.lint.actions import ActionSubject, request_suspicions, says_who
from monitor.contracts.lint.answers import SUCCESS_SCHEMA, answer_suspicions
from monitor.contracts.load import Loaded, schema_fault
from monitor.model import Vendor


def of_actions(vendor: Vendor, loaded: Loaded) -> Iterator[Remark]:
    """All that is to be said of the exports whose actions are not all skipped."""
    called = {interaction.id for interaction in loaded.interactions}
    mixed = is_mixed(loaded.actions)
    for one in loaded.actions:
        if not called.isdisjoint(interaction.id for interaction in one.interactions):
            subject = subject_of(vendor, one, mixed=mixed)
            yield from request_suspicions(subject)
            yield from answer_suspicions(subject)
            yield from _wrong_schema(subject)


def subject_of(vendor: Vendor, one: LoadedAction, *, mixed: bool) -> ActionSubject:
    integration = one.source.integration
    return ActionSubject(vendor.name, one.file, one.action, is_authorized(vendor, one), mixed, integration)


def is_mixed(actions: Iterable[LoadedAction]) -> bool:
    """Whether any of a vendor's actions or entries says who is calling, for itself."""
    return any(
        says_who(one.action) or _gives(one.source.override.headers, one.source.override.query) for one in actions
    )


def _gives(headers: Iterable[str], parameters: Iterable[str]) -> bool:
    return any(map(names_secret, headers)) or any(map(parameter_names_secret, parameters))


def _wrong_schema(subject: ActionSubject) -> Iterator[Remark]:
    schema = subject.action.success_schema
    found = None if schema is None else schema_fault(schema, is_old=True)
    if found:
        at, what = found
        yield subject.remark("contract-fault", (*SUCCESS_SCHEMA, *at), what, "see https://json-schema.org")


def is_authorized(vendor: Vendor, action: LoadedAction) -> bool:
    """Whether monitor.yaml says who is calling."""
    overrides = [override_of(vendor, interaction) for interaction in action.interactions]
    headers = [*vendor.headers, *(name for override in overrides for name in override.headers)]
    parameters = (name for override in overrides for name in override.query)
    return _gives(headers, parameters)
