"""Names in flows that are nearly those of data actions are told; what may well be another action is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.jsonpaths import Json
from tests.contracts.actions.exports import STRING, text_of
from tests.pipeline.test_lint import lint_in

FLOW = """\
inboundCall:
  name: Support
  tasks:
    - task:
        actions:
          - callData:
              name: find
              category:
                CATEGORY:
                  dataAction:
                    ACTION:
                      successOutputs:
                        OUTPUT: {var: Flow.id}
"""
OUTPUTS: Json = {"contactId": STRING, "customer": {"type": "object", "properties": {"id": STRING}}}


NO_OUTPUT = "flow.yaml:7 unknown-output 'Flow.id' is bound to the output"
NO_ACTION = "flow.yaml:7 unknown-action a step calls the data action"
NO_CATEGORY = "unknown-action no flow has a category 'CRM', so no flow calls the data actions of that integration"


@pytest.mark.parametrize(
    ("action", "output", "category", "told"),
    [
        ("Search Contacts", "contactId", "CRM", ""),
        ("Search Contacts", "customer.id", "CRM", ""),
        ("Search Contacts - Exported 2021-06-21 @ 8:42", "contactId", "CRM", ""),
        (
            "Search Contacts",
            "contactID",
            "CRM",
            f"{NO_OUTPUT} 'contactID', which the data action has not; did you mean 'contactId'?",
        ),
        (
            "Search Contacts",
            "phone",
            "CRM",
            f"{NO_OUTPUT} 'phone', which the data action has not; its outputs are 'contactId', 'customer.id'",
        ),
        (
            "Search Contcts",
            "contactId",
            "CRM",
            f"{NO_ACTION} 'Search Contcts', which no entry of the vendor lists; did you mean 'Search Contacts'?",
        ),
        (
            "Search Contacts",
            "contactId",
            "CRM.",
            f"monitor.yaml:0 {NO_CATEGORY}; did you mean 'CRM.'?",
        ),
        ("Search Contact", "x", "CRM", ""),  # another one: both may be there
        ("Search Contacts 2", "x", "CRM", ""),
        ("Search Cases", "x", "CRM", ""),  # of nobody
        ("Search Contacs", "x", "Billing", ""),  # of another integration
        ("Search Contract", "x", "CRM", ""),  # of another vendor
        ("{{action}}", "x", "CRM", ""),
    ],
)
def test_names_that_are_nearly_right(action: str, output: str, category: str, told: str, tmp_path: Path) -> None:
    text = FLOW.replace("ACTION", action).replace("OUTPUT", output).replace("CATEGORY", category)
    (tmp_path / "flow.yaml").write_text(text)
    (tmp_path / "a.json").write_text(text_of(name="Search Contacts", outputs=OUTPUTS))
    (tmp_path / "b.json").write_text(text_of(name="Search Contract"))
    entry = {"file": "a.json", "integration": "CRM"}
    crm = {"data_actions": [entry], "flows": ["flow.yaml"]}
    vendors = {"crm": crm, "other": {"data_actions": [{"file": "b.json"}]}}
    (tmp_path / "monitor.yaml").write_text(json.dumps({"version": 1, "vendors": vendors}))
    found = [one for one in lint_in(tmp_path).remarks if one.rule in ("unknown-output", "unknown-action")]
    assert "\n".join(f"{one.file}:{one.line} {one.rule} {one.what}; {one.fix}" for one in found) == told
