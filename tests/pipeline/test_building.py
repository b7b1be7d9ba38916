"""Contracts built in a project: of which interactions, into which files, and what becomes of the files there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.contracts.actions.export import read_export, source_of
from monitor.contracts.actions.inputs import declared, sample_of
from monitor.contracts.actions.rendering import pieces_of
from monitor.contracts.actions.secrets import literal_secrets
from monitor.contracts.building.files import PactFile, opened, written
from monitor.errors import ConfigError, UsageError
from monitor.jsonpaths import Json, parse_path, values_at
from monitor.languages import compile_translation
from monitor.languages.data_action import DataActionTranslation
from monitor.pipeline.building import Construction, Made
from monitor.pipeline.building.writing import Action, write
from monitor.pipeline.lint import lint
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.tools import Selection
from tests.checking.actions.synthesis import body_for
from tests.contracts.build_projects import SHARED_ACTIONS, BuildProject, export, interactions_in

BODY: dict[str, Json] = {"customerId": "C-1", "fullName": "Ann", "unread": 1}
PACT: dict[str, Json] = {
    "consumer": {"name": "pop"},
    "provider": {"name": "crm"},
    "interactions": [
        {
            "description": "by hand",
            "request": {"method": "GET", "path": "/customers", "query": {"phone": ["15555550100"]}},
            "response": {"status": 200},
        }
    ],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}
FILE = "contracts/crm/crm.pact.json"


@pytest.fixture
def project(tmp_path: Path) -> BuildProject:
    return BuildProject(tmp_path)


@pytest.fixture
def lookup(project: BuildProject) -> BuildProject:
    """One action with an approved recording."""
    project.action(export("Get customer"))
    project.approve("Get customer", BODY)
    return project


def told(found: Construction) -> dict[str, str]:
    """By description: the domain it is built into, or why it is not."""
    return {made.home.description: made.why or made.home.domain for made in found.made}


def at(value: Json, path: str) -> Json:
    """What stands at ``path``; None where nothing does."""
    return next(values_at(value, parse_path(path)), None)


def changes(found: Construction, project: BuildProject) -> dict[str, str]:
    return {change.path.relative_to(project.folder).as_posix(): change.action.value for change in found.changes}


def made(found: Construction) -> Made:
    (one,) = found.made
    return one


# -- what is built ----------------------------------------------------------------------------------------


def test_only_what_is_read_and_all_of_it(lookup: BuildProject) -> None:
    (change,) = lookup.build().changes
    (interaction,) = interactions_in(change.data)
    assert at(interaction, "$.response.body.content") == {"customerId": "C-1", "fullName": "Ann"}
    (change,) = lookup.build(everything=True).changes
    (interaction,) = interactions_in(change.data)
    assert at(interaction, "$.response.body.content") == BODY


def test_a_filter_demands_what_it_reads_and_nothing_beside_it(project: BuildProject) -> None:
    project.action(export("Search", paths={"id": "$.results[0].id", "vip": "$.results[?(@.vip == true)].id"}))
    project.approve("Search", {"results": [{"id": "C-1", "vip": True, "tags": [], "owner": {"id": "O-1"}}]})
    (change,) = project.build().changes
    (interaction,) = interactions_in(change.data)
    assert at(interaction, "$.response.body.content") == {"results": [{"id": "C-1", "vip": True}]}


def test_without_a_baseline_it_is_told_how_to_make_one(project: BuildProject) -> None:
    project.action(export("Get customer"))
    found = project.build()
    assert found.changes == ()
    assert made(found).why == "it has no baseline"
    assert made(found).fix.startswith("monitor record --vendor crm --interaction get-customer-")
    assert made(found).fix.endswith(" --approve")


def test_a_damaged_baseline_is_told(lookup: BuildProject) -> None:
    (har,) = (lookup.folder / "recordings/baseline/crm").glob("*.har")
    har.write_text("{", encoding="utf-8")
    assert har.name in made(lookup.build()).why


def test_what_cannot_be_called_is_not_built(project: BuildProject) -> None:
    project.action(export("Get customer"), inputs={})
    assert "it lacks the input 'phone'" in made(project.build()).why


def test_an_action_of_which_flows_see_nothing_demands_the_status_alone(project: BuildProject) -> None:
    project.action(export("Notify", paths={}, properties={}))
    project.approve("Notify", {"ok": True})
    (change,) = project.build().changes
    (interaction,) = interactions_in(change.data)
    assert at(interaction, "$.response.body") is None


def test_enumerations_of_success_schema_and_translation_schema(project: BuildProject) -> None:
    (project.folder / "pop.schema.json").write_text('{"properties": {"n": {"enum": ["Ann", "Bob", null]}}}')
    project.vendor["translations"] = [
        {"interaction": "Get customer", "kind": "jsonata", "expression": '{"n": fullName, "u": $uppercase(customerId)}',
         "schema": "pop.schema.json"},
    ]  # fmt: skip
    properties: dict[str, Json] = {"id": {"type": "string", "enum": ["C-1", "C-2"]}, "name": {"type": "string"}}
    project.action(export("Get customer", properties=properties))
    project.approve("Get customer", BODY)
    (change,) = project.build().changes
    (interaction,) = interactions_in(change.data)
    rules = at(interaction, "$.response.matchingRules.body")
    assert isinstance(rules, dict)
    assert {path: at(rule, "$.matchers[0].regex") for path, rule in rules.items()} == {
        "$.customerId": "^(C-1|C-2)$",
        "$.fullName": "^(Ann|Bob)$",
    }


def test_no_secret_whether_it_is_known_or_not(project: BuildProject) -> None:
    url = "https://crm.example/customers?phone=${input.phone}&access_token=${credentials.token}&tag=${input.tag}"
    headers = {"X-API-Key": "${credentials.token}", "X-Tenant": "${credentials.tenant}", "Accept": "application/json"}
    project.action(
        export("Get customer", url, headers=headers),
        credentials={"token": "${secret:env:TOKEN}", "tenant": "${secret:env:TENANT}"},
        inputs={"phone": "15555550100", "tag": "${TAG}"},
    )
    project.environment = {"TOKEN": "t0ken-canary", "TENANT": "tenant-canary", "TAG": "tag-canary"}
    project.approve("Get customer", BODY)
    (known,) = project.build().changes
    project.environment = {}
    (unknown,) = project.build().changes
    assert known.data == unknown.data
    (interaction,) = interactions_in(known.data)
    assert at(interaction, "$.request.query") == {"phone": ["15555550100"]}
    assert at(interaction, "$.request.headers") == {"Accept": ["application/json"]}
    assert b"canary" not in (known.data or b"")


# -- domains ----------------------------------------------------------------------------------------------


def test_domains_and_what_is_in_none(project: BuildProject) -> None:
    project.vendor["domains"] = {"read": ["Get *", "get-tickets-*"], "write": ["Create *"]}
    for name in ("Get customer", "Get tickets", "Notify"):
        project.action(export(name))
        project.approve(name, BODY)
    found = project.build()
    assert told(found) == {"Get customer": "read", "Get tickets": "read", "Notify": "crm"}
    assert changes(found, project) == {"contracts/crm/crm.pact.json": "new", "contracts/crm/read.pact.json": "new"}
    assert found.notes[0] == "in no domain of monitor.yaml, and so in crm: 'Notify'"
    assert "vendors.crm.domains.write[0]: 'Create *' names no interaction" in found.notes[1]
    assert changes(project.build(domain="read"), project) == {"contracts/crm/read.pact.json": "new"}
    with pytest.raises(UsageError, match="there is no domain 'reed'") as caught:
        project.build(domain="reed")
    assert caught.value.fix == "did you mean 'read'?"


def test_a_domain_of_several_consumers_is_a_file_for_each(project: BuildProject) -> None:
    for name, integration in (("Get customer", "CRM"), ("Get tickets", "Help Desk")):
        project.action(export(name), integration=integration)
        project.approve(name, BODY)
    found = project.build()
    assert changes(found, project) == {
        "contracts/crm/crm.crm.pact.json": "new",
        "contracts/crm/crm.help-desk.pact.json": "new",
    }


def test_an_interaction_in_two_domains_is_a_fault_with_its_place(lookup: BuildProject) -> None:
    lookup.vendor["domains"] = {"read": ["Get *"], "all": ["x", "*"]}
    with pytest.raises(ConfigError) as caught:
        lookup.build()
    (fault,) = caught.value.faults
    assert fault.path == "vendors.crm.domains.all[1]"
    line = lookup.write().read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert line[fault.column - 1 :] == '"*"'
    assert fault.what == "'Get customer' is in the domains read and all"


# -- what has a contract ----------------------------------------------------------------------------------


def by_hand(project: BuildProject) -> None:
    project.vendor["contracts"] = ["pact.json"]
    (project.folder / "pact.json").write_text(json.dumps(PACT), encoding="utf-8")


def test_what_has_a_contract_is_left_alone_unless_it_is_asked_for(lookup: BuildProject) -> None:
    by_hand(lookup)
    found = lookup.build()
    assert told(found) == {"by hand": "it has a contract already: pact.json $.interactions[0]"}
    assert found.changes == ()
    lookup.approve("by hand", BODY)
    again = lookup.build(again=True)
    assert told(again) == {"by hand": "crm"}
    (interaction,) = interactions_in(again.changes[0].data)
    assert interaction["request"] == {"method": "GET", "path": "/customers", "query": {"phone": ["15555550100"]}}
    with pytest.raises(UsageError, match="would stand in two files of this folder"):
        lookup.build(again=True, folder=str(lookup.folder))


def test_what_was_built_is_judged_on_the_action_s_call_and_keeps_its_history(lookup: BuildProject) -> None:
    before = plan_jobs(lookup.settings, Selection()).jobs
    write(lookup.build().changes)
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    (job,) = plan_jobs(lookup.settings, Selection()).jobs
    assert job.key == before[0].key
    assert job.request == before[0].request
    assert job.interaction.contract is not None
    assert job.interaction.contract.file == FILE
    assert [one.kind for one in job.interaction.translations] == ["data_action"]
    # other inputs, the same contract
    lookup.actions[0]["inputs"] = {"phone": "15555559999"}
    (job,) = plan_jobs(lookup.settings, Selection()).jobs
    assert job.request is not None
    assert job.request.url.endswith("phone=15555559999")
    assert job.interaction.contract is not None


def test_lint_has_nothing_against_what_was_built(project: BuildProject) -> None:
    project.action(export("Search", method="POST"), read_only=True)
    project.approve("Search", BODY)
    write(project.build().changes)
    project.vendor["contracts"] = ["contracts/crm/*.json"]
    remarks = lint(project.settings, project.tools, ()).remarks
    assert [remark.rule for remark in remarks if remark.file == FILE] == []


# -- files that are there ---------------------------------------------------------------------------------


def test_building_again_changes_nothing(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    assert changes(lookup.build(), lookup) == {FILE: "unchanged"}


def test_what_is_built_does_not_depend_on_what_was_built(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    lookup.action(export("Get again"))  # the same call
    lookup.approve("Get again", BODY)
    (fresh,) = lookup.build().changes
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    (after,) = lookup.build().changes
    assert len(interactions_in(fresh.data)) == 2
    assert after.data == fresh.data


def test_another_baseline_changes_the_file(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    lookup.approve("Get customer", {**BODY, "fullName": 7})
    (change,) = lookup.build().changes
    assert change.action is Action.CHANGED
    assert '-            "fullName": "Ann"' in change.difference
    assert '+            "fullName": 7' in change.difference


EDITS: dict[str, tuple[str, str, str]] = {
    "edited": ('"Ann"', '"Eve"', "it was edited since it was made"),
    "foreign": ('"monitor": {', '"other": {', "monitor did not make it"),
    "broken": ('"consumer": {', '"consumer" {', "monitor did not make it"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_file_that_somebody_edited_is_written_over_only_by_force(name: str, lookup: BuildProject) -> None:
    old, new, why = EDITS[name]
    write(lookup.build().changes)
    path = lookup.folder / FILE
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(old, new), encoding="utf-8")
    (change,) = lookup.build().changes
    assert (change.action, change.why) == (Action.REFUSED, why)
    assert any(line.startswith("-") and new in line for line in change.difference)
    write([change])
    assert path.read_text(encoding="utf-8") == whole.replace(old, new)
    write(lookup.build(force=True).changes)
    assert path.read_text(encoding="utf-8") == whole


def test_a_file_into_which_nothing_belongs_any_more_goes(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    lookup.vendor["domains"] = {"read": ["Get *"]}
    (lookup.folder / "contracts/crm/other.pact.json").write_text(json.dumps({**PACT, "interactions": []}))
    found = lookup.build()
    assert changes(found, lookup) == {FILE: "removed", "contracts/crm/read.pact.json": "new"}
    assert changes(lookup.build(domain="read"), lookup) == {"contracts/crm/read.pact.json": "new"}
    write(found.changes)
    assert not (lookup.folder / FILE).exists()
    assert (lookup.folder / "contracts/crm/other.pact.json").exists()


def as_tested(project: BuildProject, **more: Json) -> None:
    """The file that is there, its interaction made by a test."""
    path = project.folder / FILE
    file = opened(path.read_bytes())
    assert file is not None
    made_by_test: dict[str, Json] = {
        **file.interactions[0],
        "comments": {"testname": "tests/test_x.py::test_x"},
        **more,
    }
    path.write_bytes(written(PactFile(file.consumer, file.provider, (made_by_test,))))


def test_what_a_test_made_stands(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    as_tested(lookup)
    found = lookup.build()
    assert made(found).why == f"a test says it: tests/test_x.py::test_x ({FILE} $.interactions[0])"
    assert changes(found, lookup) == {FILE: "unchanged"}
    lookup.action(export("Get tickets", "https://crm.example/tickets?phone=${input.phone}"))
    lookup.approve("Get tickets", BODY)
    (change,) = lookup.build().changes
    assert [one["description"] for one in interactions_in(change.data)] == ["Get customer", "Get tickets"]


def test_what_a_test_made_stands_where_monitor_yaml_does_not_name_it(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    as_tested(lookup)
    for again in (False, True):
        found = lookup.build(again=again)
        assert (made(found).built, made(found).why) == (None, "a test says it: tests/test_x.py::test_x")
        assert changes(found, lookup) == {FILE: "unchanged"}


def test_lint_tells_a_domain_that_names_nothing(lookup: BuildProject) -> None:
    lookup.vendor["domains"] = {"read": ["Get *", "Gte customer"]}
    told = [one for one in lint(lookup.settings, lookup.tools, ()).remarks if one.rule == "unbound-name"]
    assert [(one.file, one.pointer, one.what, one.fix) for one in told] == [
        ("monitor.yaml", "vendors.crm.domains.read[1]", "'Gte customer' names no interaction",
         "did you mean 'Get customer'?"),
    ]  # fmt: skip
    assert told[0].line > 1


def test_made_files_that_hold_the_same_are_tidied(lookup: BuildProject) -> None:
    """A domain came between two runs of the tests: nobody can read the contracts any more, but build mends them."""
    read = "contracts/crm/read.pact.json"
    lookup.action(export("Find tickets", "https://crm.example/tickets?phone=${input.phone}"))
    lookup.approve("Find tickets", BODY)
    write(lookup.build().changes)
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    old, new = lookup.folder / FILE, lookup.folder / read
    file = opened(old.read_bytes())
    assert file is not None
    found, got = file.interactions
    tested: Mapping[str, Json] = {**got, "comments": {"testname": "tests/test_x.py::test_x"}}
    old.write_bytes(written(PactFile(file.consumer, file.provider, (found, tested))))
    new.write_bytes(written(PactFile(file.consumer, file.provider, (tested,))))
    lookup.vendor["domains"] = {"read": ["Get *"]}
    with pytest.raises(ConfigError, match="already stands in"):
        plan_jobs(lookup.settings, Selection())
    assert changes(lookup.build(domain="read"), lookup) == {
        FILE: "changed",
        read: "unchanged",
    }
    write(lookup.build().changes)
    assert [one["description"] for one in interactions_in(old.read_bytes())] == ["Find tickets"]
    assert interactions_in(new.read_bytes()) == [tested]
    assert len(plan_jobs(lookup.settings, Selection()).jobs) == 2
    old.write_bytes(written(PactFile(file.consumer, file.provider, (tested,))))
    assert changes(lookup.build(), lookup) == {FILE: "changed", read: "unchanged"}
    old.write_bytes(old.read_bytes().replace(b'"Ann"', b'"Eve"'))  # an edited file is nobody's to tidy
    with pytest.raises(ConfigError, match="already stands in"):
        lookup.build()


def test_a_test_s_contract_is_the_action_s_but_not_that_of_an_error(lookup: BuildProject) -> None:
    write(lookup.build().changes)
    lookup.vendor["contracts"] = ["contracts/crm/*.json"]
    lookup.vendor["states"] = {"it exists": {}}
    as_tested(lookup, providerStates=[{"name": "it exists"}])
    (job,) = plan_jobs(lookup.settings, Selection()).jobs
    assert job.interaction.contract is not None
    assert job.interaction.action == "Get customer"
    lookup.vendor["states"] = {}
    (job,) = plan_jobs(lookup.settings, Selection()).jobs
    assert "provider state 'it exists' is not bound" in job.refusal
    lookup.vendor["states"] = {"it exists": {}}
    lookup.actions[0]["inputs"] = {"phone": "1"}
    as_tested(lookup, providerStates=[{"name": "it exists"}], response={"status": 404})
    jobs = plan_jobs(lookup.settings, Selection()).jobs
    assert sorted((job.interaction.action, job.interaction.contract is not None) for job in jobs) == [
        ("", True),
        ("Get customer", False),
    ]


# -- real exports -----------------------------------------------------------------------------------------


def third_party() -> Mapping[str, str]:
    index = json.loads((SHARED_ACTIONS / "INDEX.json").read_text(encoding="utf-8"))
    return {entry["file"]: entry["backend"] for entry in index if not entry["backend"].startswith("genesys-api")}


@pytest.mark.skipif(not SHARED_ACTIONS.is_dir(), reason=f"the exports are not at {SHARED_ACTIONS}")
def test_every_third_party_export_is_built_and_proven(project: BuildProject) -> None:
    """However many there are: their contracts are read back, linted, and match their recordings."""
    project.vendor["allow_writes"] = True
    bodies: dict[str, Json] = {}
    for file in third_party():
        data = (SHARED_ACTIONS / "exports" / file).read_bytes()
        action = read_export(data)
        compiled = compile_translation("data_action", source_of(action))
        assert isinstance(compiled, DataActionTranslation)
        inputs = {name: sample_of(schema) for name, schema in declared(action.input_schema).items()}
        names = pieces_of(action).names()
        given = {
            root: {name: "given" for one, name in names if one == root} for root in ("credentials", "authResponse")
        }
        headers = {secret.name: "given" for secret in literal_secrets(action)}
        project.action(
            data.decode("utf-8-sig"),
            inputs=inputs,
            integration="Web Services",
            credentials=given["credentials"],
            auth_response=given["authResponse"],
            headers=headers,
        )
        bodies[action.name] = body_for(compiled)
    for job in plan_jobs(project.settings, Selection(), calls=False).jobs:
        project.approve_job(job, bodies[job.interaction.action])
    found = project.build()
    assert len(found.made) == len(bodies)
    refused = sorted(one.why[:34] for one in found.made if not one.built)
    assert refused == ["it calls an AWS Lambda function, w", "monitor does not know $esc.url($ms"]
    write(found.changes)
    assert {change.action for change in project.build().changes} == {Action.UNCHANGED}
