"""Which data actions make a contract's call, and what the two become together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import (
    Contract,
    Interaction,
    RequestOverride,
    RequestTemplate,
    Translation,
    Use,
    Vendor,
)
from monitor.pipeline.joining import Joined, joined

VENDOR = Vendor("crm", "https://crm.example.com/api")
ASKED = RequestTemplate("GET", "/c", (("a", "1"), ("b", "x y")), (("Accept", "application/json"), ("X-Key", "example")))
POSTED = RequestTemplate("POST", "/c", body=b'{"a": 1, "b": [true]}')
USE = Use("CRM", "Get", "id", "Flow.id", "Inbound", "Step")


def contract_of(request: RequestTemplate, name: str = "lookup") -> Interaction:
    contract = Contract("crm.json", "$.interactions[0]", b"{}", "0" * 64)
    return Interaction(f"{name}-1", "crm", "us", name, request, contract=contract, translations=(_translation("pop"),))


def action_of(request: RequestTemplate, name: str = "Get") -> Interaction:
    return Interaction(
        f"{name}-2", "crm", "CRM", name, request, translations=(_translation(name),), action=name, uses=(USE,)
    )


def _translation(name: str) -> Translation:
    return Translation(name, "jsonata", "a", f"{name}.jsonata")


@pytest.mark.parametrize(
    ("of_contract", "of_action", "same"),
    [
        pytest.param(ASKED, ASKED, True, id="the same"),
        pytest.param(ASKED, replace(ASKED, query=(("b", "x y"), ("a", "1"))), True, id="parameters in another order"),
        pytest.param(ASKED, replace(ASKED, headers=()), True, id="other headers"),
        pytest.param(ASKED, replace(ASKED, query=(("a", "1"),)), False, id="a parameter less"),
        pytest.param(ASKED, replace(ASKED, query=(("a", "2"), ("b", "x y"))), False, id="another value"),
        pytest.param(ASKED, replace(ASKED, path="/d"), False, id="another path"),
        pytest.param(ASKED, replace(ASKED, method="POST"), False, id="another method"),
        pytest.param(POSTED, replace(POSTED, body=b'{"b":[true],"a":1}'), True, id="the same JSON, written otherwise"),
        pytest.param(POSTED, replace(POSTED, body=b'{"b":[false],"a":1}'), False, id="another body"),
        pytest.param(POSTED, replace(POSTED, body=None), False, id="no body"),
        pytest.param(replace(POSTED, body=b"a=1"), replace(POSTED, body=b"a=1"), True, id="a body that is no JSON"),
    ],
)
def test_the_same_call(of_contract: RequestTemplate, of_action: RequestTemplate, same: bool) -> None:
    kept, told = joined(VENDOR, [action_of(of_action), contract_of(of_contract)])
    assert [one.id for one in kept] == (["lookup-1"] if same else ["lookup-1", "Get-2"])
    assert told == ((Joined("crm", "Get-2", "Get", "lookup-1"),) if same else ())


def test_the_contract_stays_and_gets_what_is_the_actions() -> None:
    action = replace(
        action_of(replace(ASKED, headers=(("x-key", "real"), ("Via", "g")))),
        override=RequestOverride(headers={"X-Tenant": "t"}, read_only=True),
    )
    ((one,), _) = joined(VENDOR, [contract_of(ASKED), action])
    assert (one.id, one.consumer, one.description, one.action) == ("lookup-1", "us", "lookup", "Get")
    assert [translation.name for translation in one.translations] == ["pop", "Get"]
    assert one.request.headers == (("Accept", "application/json"), ("x-key", "real"), ("Via", "g"))
    assert one.uses == (USE,)
    assert one.contract is not None
    assert (dict(one.override.headers), one.override.read_only) == ({"X-Tenant": "t"}, True)


def test_two_actions_on_one_contract() -> None:
    ((one,), told) = joined(VENDOR, [contract_of(ASKED), action_of(ASKED), action_of(ASKED, "Find")])
    assert [translation.name for translation in one.translations] == ["pop", "Get", "Find"]
    assert [together.id for together in told] == ["Get-2", "Find-2"]


def test_what_monitor_yaml_replaces_counts() -> None:
    vendor = replace(VENDOR, requests={"lookup": RequestOverride(query={"a": ("7",)})})
    other = replace(ASKED, query=(("a", "7"), ("b", "x y")))
    assert len(joined(vendor, [contract_of(ASKED), action_of(other)])[0]) == 1
    assert len(joined(vendor, [contract_of(ASKED), action_of(ASKED)])[0]) == 2


@pytest.mark.parametrize("base_url", ["", "${secret:env:NOT_SET}", "crm"])
def test_an_unknown_address_keeps_none_apart(base_url: str) -> None:
    vendor = replace(VENDOR, base_url=base_url)
    assert len(joined(vendor, [contract_of(ASKED), action_of(ASKED)])[0]) == 1


def test_what_is_not_sent_joins_nothing() -> None:
    refused = replace(action_of(ASKED), refusal="no example")
    kept, told = joined(VENDOR, [contract_of(ASKED), refused])
    assert ([one.id for one in kept], told) == (["lookup-1", "Get-2"], ())


def test_without_actions_nothing_is_built() -> None:
    contracts = (contract_of(ASKED), contract_of(replace(ASKED, path="no path")))
    assert joined(VENDOR, contracts) == (contracts, ())
