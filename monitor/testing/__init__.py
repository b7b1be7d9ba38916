"""The pytest plug-in ``drift_monitor``: a data action tested as a consumer, which writes its contract.

    def test_lookup(data_action):
        lookup = data_action("get-customer.json", inputs={"phone": "15555551234"}, given="The customer exists")
        outputs = lookup.answers({"customerId": "CUST-12345", "fullName": "Jane Smith"})
        assert outputs["fullName"] == "Jane Smith"

`plugin` is what pytest loads: it is kept light, for it is loaded in every session. `subjects` finds the action and what
monitor.yaml says of it, `vendors` is Pact's mock server, `actions` is what a test holds in its hands, and `keeping`
writes the contracts of tests that passed.
"""
