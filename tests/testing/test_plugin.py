"""The plug-in as people use it: pytest in a process of its own, in a project of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.contracts.building.files import opened
from monitor.contracts.building.files import written as files_written
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import UsageError
from monitor.jsonpaths import Json, parse_path, values_at
from monitor.model import Response
from monitor.pact_engine import match_response
from monitor.pipeline.building.writing import write
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.tools import Selection
from monitor.testing.actions import DataActions
from monitor.testing.keeping import Kept, keep
from tests.contracts.build_projects import BuildProject, export, interactions_in

NAME = "$.response.body.content.fullName"
FILE = "contracts/crm/crm-read.pact.json"
CONTENT = (("Content-Type", "application/json"),)
URL = "https://crm.example/a b/customers?phone=$esc.url(${input.phone})&token=${credentials.token}"
HEADERS = {"X-API-Key": "${credentials.token}", "Accept": "application/json"}


@pytest.fixture
def project(tmp_path: Path) -> BuildProject:
    made = BuildProject(tmp_path, {"domains": {"crm-read": ["Get *"]}})
    made.action(export("Get customer", URL, headers=HEADERS), credentials={"token": "${secret:env:CRM_TOKEN}"})
    made.write()
    return made


def run(
    project: BuildProject, text: str, *arguments: str, name: str = "test_it.py"
) -> subprocess.CompletedProcess[str]:
    (project.folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "TMPDIR") if name in os.environ}
    plugins = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:syrupy")
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *arguments]
    return subprocess.run(command, cwd=project.folder, env=kept, capture_output=True, text=True, check=False)


def written(project: BuildProject, file: str = FILE) -> Sequence[dict[str, Json]]:
    return interactions_in((project.folder / file).read_bytes())


MANY = """
    import pytest

    ACTION = "actions/a0.json"
    CUSTOMER = {"customerId": "C-1", "fullName": "Jane", "unread": 1}

    def test_passes(data_action):
        lookup = data_action(ACTION, inputs={"phone": "1 2"}, given={"it exists": {"phone": "1 2"}},
                             sends="GET /a b/customers?phone=1+2&token=secret-of-a-test-token")
        outputs = lookup.answers(CUSTOMER)
        assert outputs == {"id": "C-1", "name": "Jane"}
        with pytest.raises(KeyError, match="nope is no output of the action; set are: id, name"):
            outputs["nope"]

    def test_unknown(data_action):
        failure = data_action(ACTION, given="nobody has it").fails({"error": "?"}, status=404)
        assert (failure.step, failure.code) == ("the response's status", "ACTION.REMOTE_ENDPOINT")

    def test_not_kept(data_action):
        lookup = data_action(ACTION, given="another")
        assert lookup.answers(CUSTOMER, keep=False)
        assert lookup.fails({"fullName": "Jane"}).step == "the success template"
        assert lookup.fails(b"<html>").step == "the response's body"

    def test_fails_itself(data_action):
        data_action(ACTION, given="failing").answers(CUSTOMER)
        assert 0

    def test_failure_path(data_action):
        data_action(ACTION).answers({"customer_id": "C-1", "fullName": "Jane"})

    def test_no_failure(data_action):
        data_action(ACTION).fails(CUSTOMER)

    def test_wrong_request(data_action):
        data_action(ACTION, sends="GET /a b/customers?phone=7&token=secret-of-a-test-token").answers(CUSTOMER)

    def test_other_path(data_action):
        data_action(ACTION, sends="POST /clients").answers(CUSTOMER)

    def test_no_file(data_action):
        data_action("actions/none.json")

    def test_no_inputs(data_action):
        data_action(ACTION, inputs={})

    def test_no_request(data_action):
        data_action(ACTION, sends="customers")

    def test_no_json(data_action):
        data_action(ACTION).answers({1, 2})

    def test_contradicts_itself(data_action):
        lookup = data_action(ACTION, given="twice")
        lookup.answers(CUSTOMER)
        lookup.answers({**CUSTOMER, "fullName": "Joe"})
"""
TOLD = [
    "Genesys takes the failure path at the success template",
    "and says ACTION.PROCESSING: Transform failed to process result using 'successTemplate' template due to error:",
    "'Variable $id has not been set at successTemplate[line 1, column 8]'",
    "not found: id <- $.customerId: unset ($.customerId is not there)",
    'Genesys reports success, not failure\n  outputs: {"id": "C-1", "name": "Jane"}',
    "its request is not the one that is expected",
    "  Query mismatch: Expected query parameter 'phone' with value '7' but was '15555550100'",
    "it sent GET /a%20b/customers",
    "actions/none.json: it cannot be read: No such file or directory; name an export by its path from ",
    "it cannot be called: it lacks the input 'phone'",
    "'customers' is no request; write sends=\"GET /customers/lookup?phone=1555\"",
    "what the vendor is to answer is no JSON; give JSON, or bytes",
    "the test says two things of what the action answers in one state; give one of them a state of its own",
]


def test_outcomes_and_the_contract_of_what_passed(project: BuildProject) -> None:
    done = run(project, MANY)
    assert "9 failed, 4 passed, 1 error" in done.stdout, done.stdout
    assert [line for line in TOLD if line not in done.stdout] == []
    assert "During handling" not in done.stdout
    passed, unknown = written(project)
    assert [one["providerStates"] for one in (passed, unknown)] == [
        [{"name": "it exists", "params": {"phone": "1 2"}}],
        [{"name": "nobody has it"}],
    ]
    assert passed["comments"] == {"testname": "test_it.py::test_passes"}
    assert passed["request"] == {
        "method": "GET",
        "path": "/a%20b/customers",
        "query": {"phone": ["1 2"]},
        "headers": {"Accept": ["application/json"]},
    }
    entries, errors = parse_pact((project.folder / FILE).read_bytes(), FILE)
    assert not errors
    entry = entries[0]
    assert isinstance(entry, PactInteraction)
    assert (entry.consumer, entry.description) == ("CRM", "Get customer")

    def judged(body: Json, status: int = 200) -> bool:
        answer = Response(status, "", "HTTP/1.1", CONTENT, json.dumps(body).encode())
        return not match_response(entry.contract.pact, answer)

    assert judged({"customerId": "C-9", "fullName": "Joe"})
    assert not judged({"customer_id": "C-9", "fullName": "Joe"})
    assert not judged({"customerId": "C-9", "fullName": "Joe"}, 201)


WORKERS = """
    import pytest

    @pytest.mark.parametrize("number", range(8))
    def test_many(data_action, number):
        data_action("actions/a0.json", given=f"state {number}").answers({"customerId": "C-1", "fullName": "Jane"})
"""


def test_several_processes_write_one_file(project: BuildProject) -> None:
    done = run(project, WORKERS, "-n", "2")
    assert done.returncode == 0, done.stdout
    data = (project.folder / FILE).read_bytes()
    file = opened(data)
    assert file is not None
    assert not file.edited
    assert [one["providerStates"] for one in file.interactions] == [[{"name": f"state {n}"}] for n in range(8)]
    assert files_written(file) == data  # in the order that one process writes
    assert [path.name for path in (project.folder / "contracts/crm").iterdir()] == ["crm-read.pact.json"]


# -- what tests keep, in this process ---------------------------------------------------------------------


def says(project: BuildProject, name: str, test: str = "t.py::a", **more: str) -> None:
    """A test that passed."""
    actions = DataActions(project.folder, project.folder / "contracts", test)
    actions("actions/a0.json", **more).answers({"customerId": "C-1", "fullName": name})  # type: ignore[arg-type]
    keep(actions.kept(), actions.state_dir)


def named(project: BuildProject) -> list[str]:
    """The customers' names in the contract."""
    return [str(next(values_at(one, parse_path(NAME)))) for one in written(project)]


def test_a_test_may_change_its_mind(project: BuildProject) -> None:
    project.vendor["contracts"] = ["contracts/crm/*.pact.json"]  # of which there are none yet
    project.write()
    says(project, "Jane")
    says(project, "Joe")
    assert named(project) == ["Joe"]
    says(project, "Jane", given="another state")
    assert named(project) == ["Joe", "Jane"]


def test_two_tests_may_say_the_same_but_not_otherwise(project: BuildProject) -> None:
    says(project, "Jane", "t.py::b")
    says(project, "Jane", "t.py::a")
    assert [one["comments"] for one in written(project)] == [{"testname": "t.py::a"}]
    before = (project.folder / FILE).read_bytes()
    says(project, "Jane", "t.py::b")
    assert (project.folder / FILE).read_bytes() == before
    with pytest.raises(UsageError) as caught:
        says(project, "Joe", "t.py::b")
    assert caught.value.what == "t.py::a says otherwise what 'Get customer' answers in the same state"
    assert (project.folder / FILE).read_bytes() == before


def test_what_was_built_makes_room(project: BuildProject) -> None:
    project.action(export("Get tickets"))
    for name in ("Get customer", "Get tickets"):
        project.approve(name, {"customerId": "C", "fullName": name})
    write(project.build().changes)
    assert named(project) == ["Get customer", "Get tickets"]
    says(project, "Jane", given="it exists")
    assert named(project) == ["Jane", "Get tickets"]


def test_a_new_domain_takes_its_interactions_along(project: BuildProject) -> None:
    says(project, "Jane")
    says(project, "Jane", domain="other", given="it exists")
    project.approve("Get customer", {"customerId": "C", "fullName": "Built"})
    project.vendor["contracts"] = ["contracts/crm/*.pact.json"]
    project.vendor["domains"] = {"lookup": ["Get *"]}
    project.write()
    actions = DataActions(project.folder, project.folder / "contracts", "t.py::a")
    keep([replace(one, path=one.path.with_name("lookup.pact.json")) for one in kept_of(project)], actions.state_dir)
    assert sorted(path.name for path in (project.folder / FILE).parent.iterdir()) == [
        "lookup.pact.json",
        "other.pact.json",
    ]
    (interaction,) = written(project, "contracts/crm/lookup.pact.json")
    assert interaction["comments"] == {"testname": "t.py::a"}
    assert plan_jobs(project.settings, Selection(), calls=False).jobs


def test_a_new_domain_takes_what_was_built_along_but_not_what_was_edited(project: BuildProject) -> None:
    project.approve("Get customer", {"customerId": "C", "fullName": "Built"})
    project.vendor["domains"] = {}
    write(project.build().changes)
    old = project.folder / "contracts/crm/crm.pact.json"
    whole = old.read_text(encoding="utf-8")
    old.write_text(whole.replace('"Built"', '"Eve"'), encoding="utf-8")
    with pytest.raises(UsageError, match="json is not written: this file says the same, and was edited"):
        says(project, "Jane", domain="crm-read")
    assert not (project.folder / FILE).exists()
    old.write_text(whole, encoding="utf-8")
    says(project, "Jane", domain="crm-read")
    assert named(project) == ["Jane"]
    assert not old.exists()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [('"GET"', '"PUT"', "it was edited since it was made"), ('"monitor": {', '"m": {', "tests did not make it")],
)
def test_what_people_wrote_is_left_alone(old: str, new: str, why: str, project: BuildProject) -> None:
    says(project, "Jane")
    path = project.folder / FILE
    edited = path.read_text(encoding="utf-8").replace(old, new)
    path.write_text(edited, encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        says(project, "Joe")
    assert path.read_text(encoding="utf-8") == edited


def test_a_file_has_one_consumer(project: BuildProject) -> None:
    says(project, "Jane")
    with pytest.raises(UsageError, match="it is the contract of 'CRM' with 'crm'"):
        keep([replace(one, consumer="Other") for one in kept_of(project)], project.folder / ".monitor")


def kept_of(project: BuildProject) -> Sequence[Kept]:
    actions = DataActions(project.folder, project.folder / "contracts", "t.py::a")
    actions("actions/a0.json").answers({"customerId": "C-1", "fullName": "Ann"})
    return actions.kept()


def test_without_monitor_yaml(tmp_path: Path) -> None:
    project = BuildProject(tmp_path)
    project.action(export("Get customer"))
    actions = DataActions(tmp_path, tmp_path / "pacts", "t.py::a")
    answer = {"customerId": "C-1", "fullName": "Ann"}
    assert actions("actions/a0.json", vendor="crm", inputs={"phone": "1"}).answers(answer)["name"] == "Ann"
    with pytest.raises(pytest.fail.Exception, match="nobody says which vendor it calls; list it under data_actions"):
        actions("actions/a0.json", inputs={"phone": "1"})
    (one,) = actions.kept()
    assert (one.path, one.consumer) == (tmp_path / "pacts/crm/crm.pact.json", "custom-rest-actions")
