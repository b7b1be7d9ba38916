"""What people read of a wrong monitor.yaml, exactly as printed: the cases stand in ``told/``."""

from __future__ import annotations

import pytest

from monitor.config.load import SecretsMode
from tests.config.projects import Case, Project, cases


@pytest.mark.parametrize("case", cases("files"), ids=lambda case: case.text[-40:])
def test_whole_files(project: Project, case: Case) -> None:
    assert project.told(case.text) == case.told


@pytest.mark.parametrize("case", cases("base_urls"), ids=lambda case: case.text)
def test_base_urls(project: Project, case: Case) -> None:
    assert project.told(f"version: 1\nvendors: {{crm: {{base_url: {case.text}}}}}\n") == case.told


@pytest.mark.parametrize("case", cases("keys"), ids=lambda case: case.text)
def test_keys_of_a_vendor(project: Project, case: Case) -> None:
    assert project.told(project.text(case.text)) == case.told


@pytest.mark.parametrize("case", cases("actions"), ids=lambda case: case.text)
def test_data_actions_flows_and_domains(project: Project, case: Case) -> None:
    assert project.told(project.text(case.text)) == case.told


@pytest.mark.parametrize("case", cases("expanded"), ids=lambda case: case.text)
def test_what_the_environment_brings_is_not_shown(project: Project, case: Case) -> None:
    told = project.told(project.text(case.text), case.environ)
    assert told == case.told
    assert not any(value in told for value in case.environ.values() if len(value) > 1)


@pytest.mark.parametrize("case", cases("offline"), ids=lambda case: case.text)
def test_what_offline_commands_need_all_the_same(project: Project, case: Case) -> None:
    assert project.told(project.text(case.text), {}, SecretsMode.DEFER) == case.told


def test_past_a_hundred_faults_only_their_number_is_told(project: Project) -> None:
    told = project.told("version: 1\n" + "".join(f"key{n}: 1\n" for n in range(500))).splitlines()
    assert len(told) == 101
    assert told[-1] == "monitor.yaml:101:1: and 401 more faults; mend those above first"
