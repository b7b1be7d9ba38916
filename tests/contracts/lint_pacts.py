"""Contracts with seeded faults, as values. Each says what lint must find in it: rules and where they point."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

JSON: Final = {"Content-Type": "application/json"}
TYPE: Final = {"match": "type"}
INTERACTION: Final = "$.interactions[0]"

Found = tuple[str, str]  # rule and pointer


def rule(*matchers: object, **more: object) -> dict[str, object]:
    return {"combine": "AND", "matchers": list(matchers), **more}


def regex(text: object) -> dict[str, object]:
    return {"match": "regex", "regex": text}


def answering(response: Mapping[str, object], **more: object) -> dict[str, object]:
    """An interaction with that response; a status where it has none."""
    asked = {"method": "GET", "path": "/c"}
    return {"description": "a lookup", "request": asked, "response": {"status": 200, **response}, **more}


def pact(*interactions: object, version: str = "3.0.0") -> dict[str, object]:
    return {
        "consumer": {"name": "screen-pop"},
        "provider": {"name": "crm"},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": version}},
    }


def v2(body: object, rules: Mapping[str, object], headers: Mapping[str, object] = JSON) -> dict[str, object]:
    response = {"headers": dict(headers), "body": body, "matchingRules": dict(rules)}
    return pact(answering(response), version="2.0.0")


def v3(
    body: object, rules: Mapping[str, object], headers: Mapping[str, object] = JSON, **more: object
) -> dict[str, object]:
    """``rules`` of the body; ``more`` are further categories."""
    response = {"headers": dict(headers), "body": body, "matchingRules": {"body": dict(rules), **more}}
    return pact(answering(response))


def v4(body: object, rules: Mapping[str, object], **more: object) -> dict[str, object]:
    content = {"content": body, "contentType": "application/json", "encoded": False}
    response = {"body": content, "matchingRules": {"body": dict(rules), **more}}
    return pact(answering(response, type="Synchronous/HTTP"), version="4.0")


@dataclass(frozen=True)
class Seeded:
    """A contract, what monitor.yaml says of its vendor, and what is to be found."""

    name: str
    contract: Mapping[str, object] | str
    found: Sequence[Found] = ()
    vendor: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.contract if isinstance(self.contract, str) else json.dumps(self.contract, indent=1)


ID_AND_NAME: Final = {"id": "C-1", "name": "Ann"}
BOTH_TYPED: Final = {"$.id": rule(TYPE), "$.name": rule(TYPE)}
MEMBERS: Final = {"$.l": rule({"match": "type", "min": 0}), "$.l[*].id": rule(regex("^C"))}
STATE: Final = "a customer exists"
POST: Final = {"method": "POST", "path": "/c"}
UNBOUND: Final = answering({}, providerStates=[{"name": STATE}])
GENERATORS: Final = {"path": {"type": "ProviderState", "expression": "${id}"}}
NEEDS_ID: Final = {"method": "GET", "path": "/c", "generators": GENERATORS}
VARIANTS: Final = {"match": "arrayContains", "variants": [{"index": 0, "rules": {"$.nope": rule(TYPE)}}]}
BAD_VARIANT: Final = {"match": "arrayContains", "variants": [{"index": 0, "rules": {"$.id": rule(regex("("))}}]}


def translated(expression: str) -> dict[str, object]:
    """A vendor's part of monitor.yaml."""
    return {"translations": [{"interaction": "a lookup", "kind": "jsonata", "expression": expression}]}


def there(rule_id: str, pointer: str) -> Found:
    """``pointer`` below the interaction."""
    return rule_id, INTERACTION + pointer


def ruled(rule_id: str, pointer: str) -> Found:
    """``pointer`` below the response's matching rules."""
    return rule_id, f"{INTERACTION}.response.matchingRules{pointer}"


CLEAN: Final = (
    Seeded("types", v3(ID_AND_NAME, BOTH_TYPED)),
    Seeded("a cascade", v3({"a": {"b": [1, {"c": "x"}]}}, {"$": rule(TYPE)})),
    Seeded("V2", v2(ID_AND_NAME, {"$.body.id": TYPE, "$.body['name']": regex("^A.*")})),
    Seeded("V2, all", v2(ID_AND_NAME, {"$.body": TYPE})),
    Seeded("V4", v4(ID_AND_NAME, BOTH_TYPED)),
    Seeded("equality is meant", v3({"code": "X"}, {"$.code": rule({"match": "equality"})})),
    Seeded("paths without a root", v3(ID_AND_NAME, {"id": rule(TYPE), "name": rule(TYPE)})),
    Seeded("the body's own matchers", pact(answering({"body": {"a": 1}, "matchingRules": {"body": rule(TYPE)}}))),
    Seeded("stars", v3({"l": [{"id": "C"}], "m": {"k": 1}}, {**MEMBERS, "$.m.*": rule(TYPE)})),
    Seeded("eachValue", v4({"m": {"k": 1, "o": 2}}, {"$.m": rule({"match": "eachValue", "rules": [TYPE]})})),
    Seeded("values", v3({"m": {"k": 1}}, {"$.m": rule({"match": "values"}), "$.m.*": rule({"match": "integer"})})),
    Seeded(
        "data keys", v3({"m": {"k": 1}}, {"$.m": rule({"match": "values"}), "$.m.*": rule(TYPE), "$.m.z": rule(TYPE)})
    ),
    Seeded(
        "a second member",
        v3({"l": [1]}, {"$.l": rule({"match": "type", "min": 1}), "$.l[1]": rule({"match": "integer"})}),
    ),
    Seeded("a list of no members", v3({"l": []}, {"$.l": rule({"match": "type", "min": 0})})),
    Seeded("an object that may hold anything", v3({"o": {}, "a": "x"}, {"$.a": rule(TYPE)})),
    Seeded("null is meant", v3({"n": None}, {"$.n": rule({"match": "null"})})),
    Seeded("look-around, which the engine can", v3({"a": "xy"}, {"$.a": rule(regex("(?=x)(.)y(?!z)"))})),
    Seeded("no body", pact(answering({"status": 204}))),
    Seeded("text", pact(answering({"headers": {"Content-Type": "text/plain"}, "body": "hello"}))),
    Seeded("a status rule", v3({}, {}, status=rule({"match": "statusCode", "status": "success"}))),
    Seeded("a header rule", v3({}, {}, {**JSON, "X-Total": "5"}, header={"x-total": rule(regex("^\\d+$"))})),
    Seeded("a header rule, V2", v2({}, {"$.headers.X-Total": regex("^\\d+$")}, {**JSON, "X-Total": "5"})),
    Seeded(
        "old names", pact(answering({"body": {"a": 1}, "responseMatchingRules": {"$.body.a": TYPE}}), version="1.0.0")
    ),
    Seeded("empty categories of requests", v3({}, {}, query={}, path={"combine": "AND", "matchers": []})),
    Seeded("a costly regex that is none for its example", v3({"a": "aaa"}, {"$.a": rule(regex("(a+)+$"))})),
    Seeded(
        "another header is another request",
        pact(
            answering({}),
            {
                **answering({}),
                "description": "no token",
                "request": {"method": "GET", "path": "/c", "headers": {"A": "1"}},
            },
        ),
    ),
    Seeded("a bound state", pact(UNBOUND), vendor={"states": {STATE: {}}}),
    Seeded(
        "a write that only reads",
        pact(answering({}, request=POST)),
        vendor={"requests": {"a lookup": {"read_only": True}}},
    ),
    Seeded("skipped", pact(answering({"body": {"a": 1}}, request=POST)), vendor={"skip": {"a lookup": "not ours"}}),
)

BAD: Final = (
    # rule-without-value
    Seeded(
        "a key that is not there",
        v3({"id": "C"}, {"$.id": rule(TYPE), "$.naem": rule(TYPE)}),
        [ruled("rule-without-value", ".body['$.naem']")],
    ),
    Seeded(
        "the same, V2",
        v2({"id": "C"}, {"$.body.id": TYPE, "$.body.naem": TYPE}),
        [ruled("rule-without-value", "['$.body.naem']")],
    ),
    Seeded(
        "the same, V4",
        v4({"id": "C"}, {"$.id": rule(TYPE), "$.naem": rule(TYPE)}),
        [ruled("rule-without-value", ".body['$.naem']")],
    ),
    Seeded("below an empty list", v3({"l": []}, MEMBERS), [ruled("rule-without-value", ".body['$.l[*].id']")]),
    Seeded(
        "below a scalar",
        v3({"a": 1}, {"$.a": rule(TYPE), "$.a.b": rule(TYPE)}),
        [ruled("rule-without-value", ".body['$.a.b']")],
    ),
    Seeded(
        "a list passed over",
        v3([{"id": 1}], {"$": rule(TYPE), "$.id": rule(TYPE)}),
        [ruled("rule-without-value", ".body['$.id']")],
    ),
    Seeded(
        "$.body in V3",
        v3({"id": 1}, {"$": rule(TYPE), "$.body.id": rule(TYPE)}),
        [ruled("rule-without-value", ".body['$.body.id']")],
    ),
    Seeded(
        "no body at all",
        pact(answering({"matchingRules": {"body": {"$.a": rule(TYPE)}}})),
        [ruled("rule-without-value", ".body['$.a']")],
    ),
    Seeded(
        "a header that is not there",
        v3({}, {}, header={"X-Total": rule(TYPE)}),
        [ruled("rule-without-value", ".header.X-Total")],
    ),
    Seeded(
        "a header that is not there, V2",
        v2({}, {"$.headers.X-Total": TYPE}),
        [ruled("rule-without-value", "['$.headers.X-Total']")],
    ),
    Seeded(
        "a variant's key",
        v4({"l": [{"id": 1}]}, {"$.l": rule(VARIANTS)}),
        [ruled("rule-without-value", ".body['$.l'].matchers[0].variants[0].rules['$.nope']")],
    ),
    # bad-regex
    Seeded(
        "a bad regex", v3({"a": "x"}, {"$.a": rule(regex("("))}), [ruled("bad-regex", ".body['$.a'].matchers[0].regex")]
    ),
    Seeded(
        "a bad regex, V2",
        v2({"a": "x"}, {"$.body.a": {"regex": "(?P<n>x)"}}),
        [ruled("bad-regex", "['$.body.a'].regex")],
    ),
    Seeded(
        "a repetition out of bounds",
        v3({"a": "x"}, {"$.a": rule(regex("a{1000000}"))}),
        [ruled("bad-regex", ".body['$.a'].matchers[0].regex")],
    ),
    Seeded(
        "a bad regex, header",
        v3({}, {}, {**JSON, "X-A": "x"}, header={"X-A": rule(regex("["))}),
        [ruled("bad-regex", ".header.X-A.matchers[0].regex")],
    ),
    Seeded(
        "a bad regex, status", v3({}, {}, status=rule(regex("*"))), [ruled("bad-regex", ".status.matchers[0].regex")]
    ),
    Seeded(
        "a bad regex in eachValue",
        v4({"m": {"k": "x"}}, {"$.m": rule({"match": "eachValue", "rules": [regex("(")]})}),
        [ruled("bad-regex", ".body['$.m'].matchers[0].rules[0].regex")],
    ),
    Seeded(
        "a bad regex in eachKey",
        v4({"m": {"k": "x"}}, {"$.m": rule({"match": "eachKey", "rules": [regex("(")]})}),
        [ruled("bad-regex", ".body['$.m'].matchers[0].rules[0].regex")],
    ),
    Seeded(
        "a bad regex in a variant",
        v4({"l": [{"id": "x"}]}, {"$.l": rule(BAD_VARIANT)}),
        [ruled("bad-regex", ".body['$.l'].matchers[0].variants[0].rules['$.id'].matchers[0].regex")],
    ),
    Seeded(
        "two matchers, one bad",
        v3({"a": "x"}, {"$.a": rule(TYPE, regex("("))}),
        [ruled("bad-regex", ".body['$.a'].matchers[1].regex")],
    ),
    # example-breaks-rule
    Seeded(
        "the example does not match",
        v3({"id": "X-1"}, {"$.id": rule(regex("^C"))}),
        [there("example-breaks-rule", ".response.body.id")],
    ),
    Seeded(
        "the same, V4",
        v4({"id": "X-1"}, {"$.id": rule(regex("^C"))}),
        [there("example-breaks-rule", ".response.body.content.id")],
    ),
    Seeded(
        "the same, V2",
        v2({"id": "X-1"}, {"$.body.id": regex("^C")}),
        [there("example-breaks-rule", ".response.body.id")],
    ),
    Seeded(
        "another type",
        v3({"l": [{"n": "5"}]}, {"$.l": rule({"match": "type", "min": 1}), "$.l[*].n": rule({"match": "integer"})}),
        [there("example-breaks-rule", ".response.body.l[0].n")],
    ),
    Seeded(
        "too few members",
        v3({"l": [1]}, {"$.l": rule({"match": "type", "min": 2})}),
        [there("example-breaks-rule", ".response.body.l")],
    ),
    Seeded(
        "a header's example",
        v3({}, {}, {**JSON, "X-A": "x"}, header={"X-A": rule(regex("^\\d$"))}),
        [there("example-breaks-rule", ".response.headers.X-A")],
    ),
    Seeded(
        "a status's example",
        v3({}, {}, status=rule({"match": "statusCode", "status": "error"})),
        [there("example-breaks-rule", ".response.status")],
    ),
    # unknown-matcher, rule-ignored, engine-refuses
    Seeded(
        "an unknown matcher",
        v3({"a": "x"}, {"$.a": rule({"match": "Type"})}),
        [ruled("unknown-matcher", ".body['$.a'].matchers[0].match")],
    ),
    Seeded(
        "an unknown matcher, V2",
        v2({"a": "x"}, {"$.body.a": {"match": "uuid"}}),
        [ruled("unknown-matcher", "['$.body.a'].match")],
    ),
    Seeded(
        "min-max-type",
        v3({"l": [1]}, {"$.l": rule({"match": "min-max-type", "min": 1, "max": 2})}),
        [ruled("unknown-matcher", ".body['$.l'].matchers[0].match")],
    ),
    Seeded(
        "matchers that are no list",
        v3({"a": "x", "b": 1}, {"$.b": rule(TYPE), "$.a": {"matchers": "type"}}),
        [ruled("rule-ignored", ".body['$.a']"), there("exact-value", ".response.body.a")],
    ),
    Seeded(
        "a V2 rule in V3",
        v3({"a": "x", "b": 1}, {"$.b": rule(TYPE), "$.a": {"match": "type"}}),
        [ruled("rule-ignored", ".body['$.a']"), there("exact-value", ".response.body.a")],
    ),
    Seeded(
        "null for a rule, V4",
        v4({"a": "x", "b": 1}, {"$": rule(TYPE), "$.a": None}),
        [ruled("rule-ignored", ".body['$.a']")],
    ),
    Seeded("no matchers", v3({"a": "x"}, {"$": rule(TYPE), "$.a": rule()}), [ruled("rule-ignored", ".body['$.a']")]),
    Seeded("rules that are no object", pact(answering({"matchingRules": "type"})), [ruled("rule-ignored", "")]),
    Seeded(
        "an unknown category", v3({"a": "x"}, {}, boddy={"$.a": rule(TYPE)}), [ruled("rule-ignored", ".boddy['$.a']")]
    ),
    Seeded(
        "a category of requests",
        v3({"a": "x"}, {"$.a": rule(TYPE)}, query={"a": rule(TYPE)}),
        [ruled("rule-ignored", ".query.a")],
    ),
    Seeded("V2 without .body", v2({"a": "x"}, {"$.body": TYPE, "$.a": TYPE}), [ruled("rule-ignored", "['$.a']")]),
    Seeded(
        "a matcher that is none",
        v3({"a": "x"}, {"$.a": rule({})}),
        [ruled("engine-refuses", ".body['$.a'].matchers[0]")],
    ),
    Seeded(
        "a regex without one",
        v3({"a": "x"}, {"$.a": rule({"match": "regex"})}),
        [ruled("engine-refuses", ".body['$.a'].matchers[0]")],
    ),
    Seeded(
        "V3 among V2",
        v2({"a": "x"}, {"$.body": TYPE, "$.body.a": rule(TYPE)}),
        [ruled("engine-refuses", "['$.body.a']")],
    ),
    Seeded(
        "a path that cannot be read",
        v3({"a": "x"}, {"$": rule(TYPE), "$.a[": rule(TYPE)}),
        [ruled("engine-refuses", ".body['$.a[']")],
    ),
    Seeded(
        "a category that is no object",
        v3({}, {}, header="x"),
        [ruled("engine-refuses", ".header")],
    ),
    # tied-rules
    Seeded(
        "a tie",
        v3({"a": {"b": "x"}}, {"$.a.*": rule(TYPE), "$.*.b": rule(regex("^x$"))}),
        [ruled("tied-rules", ".body['$.*.b']")],
    ),
    Seeded(
        "a tie, V2",
        v2({"a": {"b": "x"}}, {"$.body.a.*": TYPE, "$.body.*.b": regex("^x$")}),
        [ruled("tied-rules", "['$.body.*.b']")],
    ),
    # exact-value
    Seeded("one exact value", v3(ID_AND_NAME, {"$.id": rule(TYPE)}), [there("exact-value", ".response.body.name")]),
    Seeded("one exact value, V2", v2(ID_AND_NAME, {"$.body.id": TYPE}), [there("exact-value", ".response.body.name")]),
    Seeded(
        "one exact value, V4",
        v4(ID_AND_NAME, {"$.id": rule(TYPE)}),
        [there("exact-value", ".response.body.content.name")],
    ),
    Seeded(
        "a whole subtree",
        v3({"id": 1, "o": {"a": 1, "b": [True]}}, {"$.id": rule(TYPE)}),
        [there("exact-value", ".response.body.o")],
    ),
    Seeded("nothing has a rule", v3({"id": 1, "o": {"a": 1}}, {}), [there("exact-value", ".response.body")]),
    Seeded("a body that is one value", v3("ok", {}), [there("exact-value", ".response.body")]),
    Seeded(
        "a length",
        v3({"l": [{"id": 1}, {"id": 2}]}, {"$.l[*].id": rule(TYPE)}),
        [there("exact-value", ".response.body.l")],
    ),
    Seeded("an empty list", v3({"l": [], "a": 1}, {"$.a": rule(TYPE)}), [there("exact-value", ".response.body.l")]),
    Seeded(
        "a null without a rule",
        v3({"n": None, "a": 1}, {"$.a": rule(TYPE)}),
        [there("exact-value", ".response.body.n")],
    ),
    Seeded("a null for ever", v3({"n": None, "a": 1}, {"$": rule(TYPE)}), [there("exact-value", ".response.body.n")]),
    Seeded(
        "every member alike",
        v3({"l": [{"a": 1, "b": 2}, {"a": 1, "b": 3}]}, {"$.l[*].a": rule(TYPE), "$.l": rule({"match": "values"})}),
        [there("exact-value", ".response.body.l[0].b")],
    ),
    Seeded(
        "a value whose key is data",
        v3({"m": {"k": 1}}, {"$.m": rule({"match": "values"})}),
        [there("exact-value", ".response.body.m.k")],
    ),
    Seeded(
        "an exact header", v3({}, {}, {**JSON, "X-Total": "5"}), [there("exact-value", ".response.headers.X-Total")]
    ),
    # the rest
    Seeded(
        "headers of proxies",
        v3(
            {},
            {},
            {**JSON, "Date": "x", "X-Cache": "HIT", "Retry-After": "3"},
            header={"retry-after": rule(TYPE), "date": rule(TYPE)},
        ),
        [there("proxy-header", ".response.headers.Date"), there("proxy-header", ".response.headers.X-Cache")],
    ),
    Seeded("twice the same", pact(answering({}), answering({})), [("duplicate-interaction", "$.interactions[1]")]),
    Seeded(
        "the same request",
        pact(answering({}), {**answering({}), "description": "again"}),
        [("same-request", "$.interactions[1].request")],
    ),
    Seeded("an unbound state", pact(UNBOUND), [there("never-sent", ".providerStates")]),
    Seeded(
        "an unbound state, V2",
        pact(answering({}, providerState=STATE), version="2.0.0"),
        [there("never-sent", ".providerState")],
    ),
    Seeded(
        "a parameter that is missing",
        pact(answering({}, request=NEEDS_ID, providerStates=[{"name": STATE}])),
        [there("never-sent", ".request.generators")],
        {"states": {STATE: {}}},
    ),
    Seeded("a write", pact(answering({}, request=POST)), [there("never-sent", ".request.method")]),
    Seeded(
        "a write in an unbound state",
        pact({**UNBOUND, "request": POST}),
        [there("never-sent", ".providerStates"), there("never-sent", ".request.method")],
    ),
    Seeded(
        "a method that cannot be sent",
        pact(answering({}, request={"method": "G T", "path": "/"})),
        [there("never-sent", ".request.method"), there("never-sent", ".request")],
    ),
    Seeded(
        "a state that no contract has",
        pact(UNBOUND),
        [("unbound-name", "vendors.{vendor}.states")],
        {"states": {STATE: {}, "a customer exits": {}}},
    ),
    Seeded(
        "a request that no contract has",
        pact(answering({})),
        [("unbound-name", "vendors.{vendor}.requests")],
        {"requests": {"a lokup": {}}},
    ),
    Seeded("broken JSON", '{"interactions": [', [("contract-fault", "")]),
    Seeded("no Pact file", "[]", [("contract-fault", "$")]),
    Seeded(
        "wrong types", pact({**answering({}), "description": 3}), [("contract-fault", "$.interactions[0].description")]
    ),
    Seeded(
        "a wrong status", pact(answering({"status": "200"})), [("contract-fault", "$.interactions[0].response.status")]
    ),
    Seeded("a wrong translation", pact(answering({})), [("contract-fault", "line 1, column 2")], translated("{")),
    Seeded(
        "a function",
        pact(answering({})),
        [("function-result", "vendors.{vendor}.translations")],
        translated('{"n": $count}'),
    ),
    Seeded(
        "a path that the example has not",
        v3(ID_AND_NAME, BOTH_TYPED),
        [("reads-missing", "vendors.{vendor}.translations")],
        translated('{"n": fullName, "i": id}'),
    ),
)
