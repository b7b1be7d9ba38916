"""Data actions out of Terraform: what an export says comes back as the same action; what cannot be known is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.contracts.actions.export import DataAction, read_export
from monitor.contracts.actions.secrets import PLACEHOLDER
from monitor.contracts.actions.terraform import TerraformAction, read_terraform
from monitor.errors import ContractError
from monitor.jsonpaths import Json
from tests.contracts.exports import COUNT, FILES, needed

WHOLE = """\
variable "host" {}
resource "genesyscloud_integration" "crm" { name = "x" }

resource "genesyscloud_integration_action" "lookup" {
  name                   = "Get customer"
  category               = "CRM web services"
  integration_id         = genesyscloud_integration.crm.id
  secure                 = false
  config_timeout_seconds = 20
  contract_input = jsonencode({
    "type" = "object", "properties" = { "phone" = { "type" = "string" } }, "required" = ["phone"]
  })
  contract_output = <<-EOT
    {"type": "object", "properties": {"name": {"type": "string"}}}
  EOT
  config_request {
    request_url_template = "https://api.crm.example/customers?phone=$esc.url($${input.phone})"
    request_type         = "POST"
    request_template     = "$${input.rawRequest}"
    headers              = { "Content-Type" = "application/json", x-version = 2 }
  }
  config_response {
    translation_map          = { name = "$.customer.name" }
    translation_map_defaults = { name = "\\"UNKNOWN\\"" }
    success_template         = "{ \\"name\\": $${name} }"
  }
}
"""


def only(text: str) -> TerraformAction:
    (found,) = read_terraform(text.encode())
    return found


def action_of(text: str) -> DataAction:
    found = only(text)
    assert found.action is not None, found.fault
    return found.action


def told(text: str) -> str:
    try:
        fault = only(text).fault
    except ContractError as error:
        fault = error
    assert fault is not None
    return f"{fault.where}: {fault.what}"


def test_a_resource_is_what_its_export_would_be() -> None:
    found = only(WHOLE)
    assert (found.label, found.line) == ("genesyscloud_integration_action.lookup", 4)
    assert found.action is not None
    assert found.action.value == {
        "name": "Get customer",
        "category": "CRM web services",
        "config": {
            "request": {
                "requestUrlTemplate": "https://api.crm.example/customers?phone=$esc.url(${input.phone})",
                "requestType": "POST",
                "requestTemplate": "${input.rawRequest}",
                "headers": {"Content-Type": "application/json", "x-version": "2"},
            },
            "response": {
                "translationMap": {"name": "$.customer.name"},
                "translationMapDefaults": {"name": '"UNKNOWN"'},
                "successTemplate": '{ "name": ${name} }',
            },
            "timeoutSeconds": 20,
        },
        "contract": {
            "input": {
                "inputSchema": {
                    "type": "object",
                    "properties": {"phone": {"type": "string"}},
                    "required": ["phone"],
                }
            },
            "output": {"successSchema": {"type": "object", "properties": {"name": {"type": "string"}}}},
        },
        "secure": False,
    }
    assert found.notes == (
        "integration_id is genesyscloud_integration.crm.id (line 7), which only Terraform knows: it is left out",
    )


def test_line_breaks_and_a_byte_order_mark() -> None:
    assert action_of("\ufeff" + WHOLE.replace("\n", "\r\n")).url == action_of(WHOLE).url


def test_another_language_and_other_resources_hold_none() -> None:
    assert read_terraform(b"") == ()
    assert read_terraform(b'resource "genesyscloud_flow" "x" {}') == ()
    assert read_terraform(b"# genesyscloud_integration_action\n") == ()


# -- what only Terraform knows ------------------------------------------------------------------------------

HOST = "https://api.crm.example"


@pytest.mark.parametrize(
    ("instead", "url", "note"),
    [
        ("${var.host}", "https://host.known.to.terraform.invalid", "${var.host} (line 17)"),
        ("https://${var.host}", "https://host.known.to.terraform.invalid", "base_url says who is called"),
        ("https://${var.host}.example", "https://host.known.to.terraform.invalid.example", "for its host"),
    ],
)
def test_a_host_may_be_unknown(instead: str, url: str, note: str) -> None:
    found = only(WHOLE.replace(HOST, instead))
    assert found.action is not None
    assert found.action.url == f"{url}/customers?phone=$esc.url(${{input.phone}})"
    assert note in " ".join(found.notes)


def test_a_header_may_be_unknown() -> None:
    found = only(WHOLE.replace("x-version = 2", 'x-key = "Bearer ${var.key}"'))
    assert found.action is not None
    assert dict(found.action.headers)["x-key"] == f"Bearer {PLACEHOLDER}"
    assert "header 'x-key' holds ${var.key} (line 20): monitor.yaml has to give it" in found.notes


def test_a_category_may_be_unknown() -> None:
    found = only(WHOLE.replace('"CRM web services"', "var.category"))
    assert found.action is not None
    assert found.action.category == ""
    assert "category is var.category (line 6)" in found.notes[0]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"Get customer"', "var.name", "line 5, column 28: var.name is no plain value"),
        ("customers?", "${var.path}?", "line 17, column 53: ${var.path} is no plain value"),
        ("secure                 = false", "secure = var.secure", "line 8, column 12: var.secure is no plain value"),
        ("jsonencode({\n", "jsonencode({ a = local.b,\n", "line 10, column 37: local.b is no plain value"),
        ("<<-EOT", "<<-EOT\n x", "line 13, column 21: contract_output is no JSON"),
        ('{ "Content-Type"', 'merge(local.h, { "Content-Type"', "it is no HCL"),
        ('{ name = "$.customer.name" }', "local.map", "line 23, column 32: local.map is no plain value"),
        ("config_request {", "config_requests {", "line 4, column 1: it has no block config_request"),
        ("config_response {", 'dynamic "config_response" {', "line 22, column 3: a dynamic block is made by Terraform"),
        ('"POST"', '"FETCH"', "line 4, column 1: $.config.request.requestType is no method"),
        ('name                   = "Get customer"', "name = 3", "line 4, column 1: $.name must be a string"),
    ],
)
def test_what_cannot_be_done_without_is_told_at_its_line(old: str, new: str, what: str) -> None:
    assert what in told(WHOLE.replace(old, new, 1))


def test_a_broken_resource_leaves_the_others_whole() -> None:
    broken, whole = read_terraform((WHOLE.replace('"Get customer"', "var.n") + WHOLE).encode())
    assert broken.action is None
    assert whole.action is not None


def test_many_of_one_are_one() -> None:
    assert only(WHOLE.replace("  secure ", "  for_each = var.many\n  secure ")).notes[0] == (
        "it has for_each, and is imported once"
    )


# -- the real exports, as Terraform would keep them -----------------------------------------------------------


def hcl(value: Json, indent: str = "  ") -> str:
    if isinstance(value, dict):
        inner = "".join(f"{indent}  {text(name)} = {hcl(one, f'{indent}  ')}\n" for name, one in value.items())
        return f"{{\n{inner}{indent}}}"
    if isinstance(value, list):
        return f"[{', '.join(hcl(one, indent) for one in value)}]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def text(value: str) -> str:
    if "\n" in value and value.endswith("\n") and "\r" not in value:
        return f"<<EOT\n{value.replace('${', '$${')}EOT\n"
    return json.dumps(value, ensure_ascii=False).replace("${", "$${")


def resource(action: DataAction) -> Iterator[str]:
    yield f'resource "genesyscloud_integration_action" "a" {{\n  name = {text(action.name)}'
    yield f"  contract_input = jsonencode({hcl(action.input_schema)})"
    yield f"  contract_output = jsonencode({hcl(action.success_schema)})"
    yield f"  config_request {{\n    request_url_template = {text(action.url)}"
    yield f"    request_type = {text(action.method)}"
    yield f"    headers = {hcl(dict(action.headers))}"
    yield "" if action.body is None else f"    request_template = {text(action.body)}"
    yield f"  }}\n  config_response {{\n    translation_map = {hcl(dict(action.translation_map))}"
    yield f"    translation_map_defaults = {hcl(dict(action.defaults))}"
    yield f"    success_template = {text(action.success_template)}\n  }}\n}}\n"


@needed
def test_every_real_export_comes_back() -> None:
    exports = [read_export(file.read_bytes()) for file in FILES]
    assert len(exports) == COUNT
    for export in exports:
        back = action_of("\n".join(resource(export)))
        known = replace(export, integration_type="", category="", action_type="custom", secure=False, value=back.value)
        assert back == known, export.name
