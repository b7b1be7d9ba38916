"""An example to copy: the customer lookup by phone, a data action tested as a consumer.

Each test says what the vendor answers in one state, and asserts what the flow gets. Once it has passed, that is written
as a Pact contract, here to .monitor/contracts/crm/crm.pact.json (pytest's setting ``drift_monitor_contracts``).
"""

from __future__ import annotations

from monitor.testing.actions import DataActions

ACTION = "contracts/crm/actions/get-customer.json"
CUSTOMER = {
    "customerId": "CUST-12345",
    "fullName": "Jane Smith",
    "accountTier": "VIP",
    "openTickets": 2,
    "isBlacklisted": False,
}


def test_a_customer_is_looked_up_by_phone(data_action: DataActions) -> None:
    lookup = data_action(
        ACTION,
        inputs={"phone": "15555551234"},
        given="A customer with phone 15555551234 exists",
        sends="GET /api/v1/customers/lookup?phone=15555551234",
    )
    outputs = lookup.answers({**CUSTOMER, "internalNote": "no flow reads this, so it is not in the contract"})
    assert outputs == CUSTOMER
    assert not outputs.defaults


def test_a_field_that_is_renamed_leaves_the_default(data_action: DataActions) -> None:
    lookup = data_action(ACTION, inputs={"phone": "15555551234"})
    renamed = {"customer_id" if name == "customerId" else name: value for name, value in CUSTOMER.items()}
    outputs = lookup.answers(renamed, keep=False)
    assert outputs == {**CUSTOMER, "customerId": ""}
    assert outputs.defaults == {"customerId"}


def test_an_unknown_phone_takes_the_failure_path(data_action: DataActions) -> None:
    lookup = data_action(ACTION, inputs={"phone": "15555550199"}, given="No customer has phone 15555550199")
    failure = lookup.fails({"error": {"code": "CUSTOMER_NOT_FOUND"}}, status=404)
    assert failure.code == "ACTION.REMOTE_ENDPOINT"
