"""Losses: what a response costs the flows that read it."""

from __future__ import annotations

import copy
import http.server
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checking import translations
from monitor.checking.masked import Answer
from monitor.checking.translations import blank_outputs, precision_note, reads
from monitor.errors import ContractError, JsonError, NotJudgedError
from monitor.jsonpaths import Json, format_path
from monitor.model import FILLED, Case, Loss, Response, Translation

SCREEN_POP = """{
    "customerName": fullName,
    "greeting": "Hello " & fullName,
    "shown": fullName ?? "Unknown",
    "tier": accountTier,
    "isVip": accountTier = "VIP",
    "tickets": openTickets,
    "mail": contact.email,
    "mobile": contact.phones[type = "mobile"].number,
    "card": {"id": customerId, "name": fullName},
    "lines": items.{"sku": sku, "price": price}
}"""
CUSTOMER: dict[str, Json] = {
    "customerId": "c-1",
    "fullName": "Ann Lee",
    "accountTier": "VIP",
    "openTickets": 3,
    "isBlacklisted": False,
    "contact": {"email": "ann@example.org", "phones": [{"type": "mobile", "number": "1"}, {"type": "home"}]},
    "items": [{"sku": "a", "price": 1.5}, {"sku": "b", "price": 2}],
    "tags": ["x", "y"],
}


def _translation(source: str, schema: Json = None) -> Translation:
    return Translation("screen-pop", "jsonata", source, "contracts/screen-pop.jsonata", schema)


def _response(value: Json | bytes) -> Response:
    return Response(200, "OK", "HTTP/1.1", (), value if isinstance(value, bytes) else json.dumps(value).encode())


def losses(
    translation: Translation, baseline: Response | None, response: Response, roots: Sequence[str]
) -> tuple[Loss, ...]:
    """Of a case without masks."""
    case = Case("crm", "lookup", None, (translation,), response, response, baseline)
    answer = translations.losses(translation, case, roots)
    assert not [note for note in answer.notes if not note.startswith(FILLED)]
    return answer.found


def _lost(
    source: str, before: Json | bytes, after: Json | bytes, roots: Sequence[str] = (), schema: Json = None
) -> tuple[Loss, ...]:
    return losses(_translation(source, schema), _response(before), _response(after), roots)


def _lines(found: Sequence[Loss]) -> list[str]:
    return [f"{loss.output}: {loss.before} -> {loss.after}" for loss in found]


def _customer(**changed: Json) -> dict[str, Json]:
    return {**copy.deepcopy(CUSTOMER), **changed}


def _without(*keys: str) -> dict[str, Json]:
    return {key: value for key, value in _customer().items() if key not in keys}


# -- what is a loss ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"x": "a"}, {}, "String -> missing"),
        ({"x": "a"}, {"x": None}, "String -> null"),
        ({"x": "a"}, {"x": ""}, "String -> empty"),
        ({"x": [1]}, {"x": []}, "Array -> empty"),
        ({"x": 1}, {"x": "1"}, "Integer -> String"),
        ({"x": 1.5}, {"x": "1"}, "Decimal -> String"),
        ({"x": True}, {"x": 1}, "Boolean -> Integer"),
        ({"x": "a"}, {"x": [{"y": 1}]}, "String -> Array"),
        ({"x": ["a"]}, {"x": "a"}, ""),  # one of a list comes out alone: the same type to JSONata
        ({"x": ["a"]}, {"x": 1}, "String -> Integer"),
        ({"x": ["a"]}, {"x": [1]}, "Array of String -> Array of Integer"),
        ({"x": [1, 2]}, {"x": [1.5]}, ""),
        ({"x": 1}, {"x": 1.0}, ""),
        ({"x": 1}, {"x": 2.5}, ""),
        ({"x": "a"}, {"x": "b"}, ""),
        ({"x": 1}, {"x": 0}, ""),
        ({"x": True}, {"x": False}, ""),
        ({}, {"x": "a"}, ""),
        ({}, {}, ""),
        ({}, {"x": None}, ""),
        ({"x": None}, {}, ""),
        ({"x": ""}, {"x": None}, ""),
        ({"x": []}, {}, ""),
        ({"x": None}, {"x": 1}, ""),
    ],
)
def test_an_output_is_lost(before: Json, after: Json, told: str) -> None:
    found = _lost('{"out": x}', before, after)
    assert _lines(found) == ([f"out: {told}"] if told else [])
    assert all(loss.reads == ("$.x",) and loss.translation == "screen-pop" for loss in found)


@pytest.mark.parametrize(
    ("source", "before", "after", "told"),
    [
        ("x", {"x": "a"}, {}, "result: String -> missing"),
        ("$sum(items.price)", CUSTOMER, {"items": []}, "result: Decimal -> missing"),
        ("contact", CUSTOMER, {"contact": {"email": "b"}}, "phones: Array -> missing"),
        ("contact", CUSTOMER, {}, "email: String -> missing; phones: Array -> missing"),
        ("contact.{'e': email}", CUSTOMER, {}, "e: String -> missing"),
        ("contact.{'e': email}", CUSTOMER, {"contact": {"email": ""}}, "e: String -> empty"),
        # keys that are data come and go
        ("items{sku: price}", CUSTOMER, {"items": [{"sku": "z", "price": 1}]}, ""),
        ("items{sku: price}", CUSTOMER, {"items": []}, "result: Object -> empty"),
        # a list gets longer, shorter, or has one member
        ("items.price", CUSTOMER, {"items": [{"price": 7}]}, ""),
        ("items[0].price", CUSTOMER, {"items": [{"price": 7}]}, ""),
        ("items.price", {"items": [{"price": 7}]}, CUSTOMER, ""),
        ("items.price", CUSTOMER, {"items": [{"price": "7"}]}, "result: Decimal -> String"),
        # inside an output only what the translation itself names is looked at
        ("{'c': contact}", CUSTOMER, {"contact": {"email": "b"}}, ""),
        ("{'c': {'e': contact.email, 'x': 1}}", CUSTOMER, {}, "c.e: String -> missing"),
        ("{'c': items.{'p': price, 'x': 1}}", CUSTOMER, {"items": [{"sku": "a"}]}, "c.p: Decimal -> missing"),
        ("{'c': items.{'p': price, 'x': 1}}", CUSTOMER, {"items": [{"price": 1}, {}]}, ""),
        ("{'c': items.{'p': other, 'x': 1}}", CUSTOMER, CUSTOMER, ""),
        ("{'c': {'a.b': fullName, 'x': 1}}", CUSTOMER, {}, "c['a.b']: String -> missing"),
    ],
)
def test_results_of_every_form(source: str, before: Json, after: Json, told: str) -> None:
    assert "; ".join(_lines(_lost(source, before, after))) == told


@pytest.mark.parametrize(
    ("source", "after", "told"),
    [
        ('fullName ?? "Unknown"', _without("fullName"), "result: String -> default"),
        ('fullName ? fullName : "Unknown"', _without("fullName"), "result: String -> default"),
        ('fullName ?: "Unknown"', _customer(fullName=None), "result: String -> default"),
        ('fullName ?? "Unknown"', _customer(fullName="Unknown"), ""),  # as the vendor says
        ('fullName ?? "Unknown"', _customer(fullName="Bob"), ""),
        ('accountTier = "VIP"', _without("accountTier"), "result: Boolean -> default"),
        ('accountTier = "VIP"', _customer(accountTier="Standard"), ""),
        ('{"c": {"n": fullName ?? "Unknown", "m": 1}}', _without("fullName"), "c.n: String -> default"),
        ('{"c": items.{"n": price ?? 0, "m": sku}}', _customer(items=[{"sku": "a"}]), "c.n: Decimal -> default"),
        ('openTickets ?? "none"', _without("openTickets"), "result: Integer -> default"),
        ("$count(items)", _without("items"), "result: Integer -> default"),
        ("$count(items)", _customer(items=[1]), ""),
        ('"Hello " & fullName', _without("fullName"), "result: String -> default"),
        ('contact.phones[type = "mobile"].number ?? "none"', _without("contact"), "result: String -> default"),
        (
            'contact.phones[type = "mobile"].number ?? "none"',
            _customer(contact={"phones": [{"type": "mobile", "no": "1"}]}),
            "result: String -> default",
        ),
    ],
)
def test_an_output_that_falls_back_to_its_default_is_lost(source: str, after: Json, told: str) -> None:
    assert "; ".join(_lines(_lost(source, CUSTOMER, after))) == told


# -- errors -----------------------------------------------------------------------------------------------


def test_an_error_loses_every_output_that_was_there() -> None:
    source = '{"total": $sum(items.price), "name": fullName, "gone": nothing}'
    after = _customer(items=[{"price": "SECRET"}])
    found = _lost(source, CUSTOMER, after, ["$.items[*].price"])
    assert _lines(found) == ["total: Decimal -> error", "name: String -> error"]
    assert {loss.root for loss in found} == {"$.items[*].price"}
    assert all(loss.detail.startswith("T0412: ") and "SECRET" not in loss.detail for loss in found)


@pytest.mark.parametrize("baseline", [None, _response(b"<html>"), _response(b""), _response(b'{"x": 1} junk')])
def test_without_a_readable_baseline_errors_and_schema_still_count(baseline: Response | None) -> None:
    translation = _translation('{"n": -x, "m": y}')
    found = losses(translation, baseline, _response({"x": "a"}), ())
    assert _lines(found) == ["n:  -> error", "m:  -> error"]
    translation = _translation('{"n": x, "m": y}', {"required": ["m"], "properties": {"n": {"type": "integer"}}})
    found = losses(translation, baseline, _response({"x": "a"}), ())
    assert _lines(found) == ["m:  -> missing", "n:  -> invalid"]
    assert losses(_translation("{'n': x}"), baseline, _response({}), ()) == ()


def test_a_translation_that_fails_on_the_baseline_as_well_is_no_drift() -> None:
    what = "translation 'screen-pop' fails on the baseline as well (D1002: the operand of unary minus is not a number)"
    with pytest.raises(NotJudgedError) as caught:
        _lost('{"n": -x}', {"x": "a"}, {"x": "b"})
    assert str(caught.value) == f"{what}; correct contracts/screen-pop.jsonata"
    before, after = _response({"x": "a"}), _response({"x": "b"})
    case = Case("crm", "lookup", None, (), after, after, before, accepted_losses=("n",))
    assert translations.losses(_translation('{"n": -x}'), case, ()) == Answer((), (what,))
    assert _lost('{"n": -x}', {"x": "a"}, {"x": 1}) == ()


def test_a_translation_that_can_never_be_right_is_no_drift() -> None:
    with pytest.raises(NotJudgedError, match="translation 'screen-pop' is wrong itself"):
        _lost('{"n": $contains(x, /(/)}', {"x": "a"}, {"x": "b"})


def test_a_function_for_a_value_is_an_error() -> None:
    found = _lost('{"n": x ? $sum : 1}', {}, {"x": 1})
    assert _lines(found) == ["n: Integer -> error"]
    assert found[0].detail == "a function instead of a value"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"x": ', b"\xff", b"NaN", b"[" * 5000])
def test_a_response_that_is_no_json_is_told_upwards(body: bytes) -> None:
    with pytest.raises(JsonError):
        _lost("x", {"x": 1}, body)


def test_a_wrong_translation_is_a_contract_error_with_file_and_place() -> None:
    for ask in (reads, lambda t: losses(t, None, _response({}), ())):
        with pytest.raises(ContractError) as caught:
            ask(_translation("a +"))
        assert caught.value.where == "contracts/screen-pop.jsonata: line 1, column 4"


def test_a_recursion_without_an_end_is_not_judged() -> None:
    with pytest.raises(NotJudgedError):
        _lost("($f := function($x) {1 + $f($x)}; $f(1))", {}, {})


# -- schema -----------------------------------------------------------------------------------------------

TIER: dict[str, Json] = {"properties": {"tier": {"enum": ["Standard", "Premium", "VIP"]}}}


INTEGER: dict[str, Json] = {"properties": {"n": {"type": "integer"}}}
DRAFT_7: dict[str, Json] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "properties": {"n": {"minimum": 9}},
}
REFERRED: dict[str, Json] = {"$defs": {"t": {"const": 1}}, "properties": {"n": {"$ref": "#/$defs/t"}}}
CLOSED: dict[str, Json] = {"additionalProperties": False, "properties": {"n": True}}
CHOICE: dict[str, Json] = {"anyOf": [{"properties": {"n": {"const": 1}}}]}
NULLABLE: dict[str, Json] = {"properties": {"n": {"type": ["integer", "null"]}}}


@pytest.mark.parametrize(
    ("schema", "after", "told", "detail"),
    [
        (TIER, _customer(accountTier="SECRET"), "tier: String -> invalid", "must be one of 3 values at /tier"),
        (TIER, _customer(), "", ""),
        (TIER, _without("accountTier"), "tier: String -> missing", ""),
        ({"required": ["tier"]}, _without("accountTier"), "tier: String -> missing", ""),
        (
            {"required": ["nope"]},
            _customer(),
            "nope: missing -> missing",
            "it is required",
        ),  # blank in the baseline as well
        (INTEGER, _customer(openTickets=2.5), "n: Integer -> invalid", "must be integer at /n"),
        (INTEGER, _customer(openTickets=2.0), "", ""),
        (NULLABLE, _customer(openTickets="SECRET"), "n: Integer -> String", "must be integer or null at /n"),
        (NULLABLE, _customer(openTickets=None), "n: Integer -> null", ""),
        (
            {"properties": {"n": {"maximum": 5}}},
            _customer(openTickets=9),
            "n: Integer -> invalid",
            "must be at most 5 at /n",
        ),
        ({"properties": {"n": False}}, _customer(), "n: Integer -> invalid", "is not allowed"),
        (CLOSED, _customer(), "tier: String -> invalid", "has a key that is not allowed"),
        (CHOICE, _customer(), "n: Integer -> invalid", "fits none of the alternatives"),
        (DRAFT_7, _customer(), "n: Integer -> invalid", "must be at least 9 at /n"),
        (REFERRED, _customer(), "n: Integer -> invalid", "must be the constant 1 at /n"),
        ({"properties": {"n": {"format": "ipv4"}}}, _customer(openTickets="no"), "n: Integer -> String", ""),
        (True, _customer(), "", ""),
        ({}, _customer(), "", ""),
    ],
)
def test_an_output_that_its_schema_forbids_is_lost(schema: Json, after: Json, told: str, detail: str) -> None:
    found = _lost('{"tier": accountTier, "n": openTickets}', CUSTOMER, after, schema=schema)
    assert "; ".join(_lines(found)) == told
    assert [loss.detail for loss in found if loss.detail] == ([f"schema: {detail}"] if detail else [])
    assert "SECRET" not in repr(found)


def test_a_schema_is_that_of_the_result_where_that_is_no_object() -> None:
    schema: Json = {"type": "array", "items": {"type": "number"}}
    assert _lost("[items.price]", CUSTOMER, CUSTOMER, schema=schema) == ()
    found = _lost("[items.sku]", CUSTOMER, CUSTOMER, schema=schema)
    assert _lines(found) == ["result: Array -> invalid"]
    assert found[0].detail == "schema: must be number at /0"
    assert _lines(losses(_translation("x", schema), None, _response({}), ())) == ["result:  -> missing"]


def test_a_violation_deep_in_an_output_is_rooted_at_what_stands_there() -> None:
    schema: Json = {"properties": {"card": {"properties": {"name": {"maxLength": 3}}}}}
    after = _customer(fullName="Bartholomew", customerId="c-2")
    found = _lost(SCREEN_POP, CUSTOMER, after, ["$.customerId", "$.fullName"], schema=schema)
    assert [(loss.output, loss.root) for loss in found] == [("card", "$.fullName")]


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ("SECRET", "schema of translation 'screen-pop'"),
        ([], "schema of translation 'screen-pop'"),
        (5, "schema of translation 'screen-pop'"),
        ({"type": "strin"}, "schema of translation 'screen-pop', $.type"),
        ({"properties": {"n": {"minimum": "1"}}}, "schema of translation 'screen-pop', $.properties.n.minimum"),
        ({"$ref": "#/$defs/nope"}, "schema of translation 'screen-pop'"),
        ({"$ref": "#"}, "schema of translation 'screen-pop'"),
    ],
)
def test_a_schema_that_is_none_is_a_contract_error(schema: Json, where: str) -> None:
    with pytest.raises(ContractError) as caught:
        _lost('{"n": openTickets}', CUSTOMER, CUSTOMER, schema=schema)
    assert caught.value.where == where


@dataclass
class _Counter:
    """A server on loopback that counts who comes."""

    url: str
    calls: list[str]


@pytest.fixture
def counter() -> object:
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield _Counter(f"http://127.0.0.1:{server.server_port}/schema.json", calls)
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_for_a_schema(counter: _Counter) -> None:
    for schema in ({"$ref": counter.url}, {"$schema": counter.url, "properties": {"n": {"$ref": counter.url}}}):
        with pytest.raises(ContractError, match="nothing is fetched"):
            _lost('{"n": openTickets}', CUSTOMER, CUSTOMER, schema=schema)  # type: ignore[arg-type]
    assert counter.calls == []


# -- roots ------------------------------------------------------------------------------------------------


def test_one_rename_gives_losses_of_one_root() -> None:
    after = _without("fullName") | {"full_name": "Ann Lee"}
    found = _lost(SCREEN_POP, CUSTOMER, after, ["$.fullName", "$.isBlacklisted", "status"])
    assert _lines(found) == [
        "customerName: String -> missing",
        "greeting: String -> default",
        "shown: String -> default",
        "card.name: String -> missing",
    ]
    assert {loss.root for loss in found} == {"$.fullName"}


@pytest.mark.parametrize(
    ("source", "roots", "root"),
    [
        ("{'o': contact.email}", ["$.contact.email"], "$.contact.email"),
        ("{'o': contact.email}", ["$.contact", "$.fullName"], "$.contact"),
        ("{'o': contact.email}", ["$"], "$"),
        ("{'o': contact.email}", ["$.contact.phones", "status"], "status"),
        ("{'o': contact.email}", ["$.contact.phones"], "$.contact.email"),
        ("{'o': contact.email}", ["header:etag", "not a path"], "$.contact.email"),
        ("{'o': contact.email}", [], "$.contact.email"),
        ("{'o': $lookup(contact, 'email')}", ["$.contact.email"], "$.contact.email"),
        ("{'o': contact.email & contact.name}", [], "output:screen-pop.o"),
        ("{'o': $.contact ~> $lookup('email')}", ["$.contact.email", "$.contact"], "$.contact.email"),
        ("{'o': items.price}", ["$.items[*].price"], "$.items[*].price"),
        ("{'o': items.price}", ["$.items[0].price"], "$.items[0].price"),
        ("{'o': items}", ["$.items[*].price"], "$.items[*].price"),
        ("{'o': items}", ["$.items[*].price", "$.items"], "$.items"),
        ("{'o': **.price}", ["$.items[*].price"], "$.items[*].price"),
    ],
)
def test_the_root_is_that_of_the_change_that_explains_the_loss(source: str, roots: list[str], root: str) -> None:
    before = CUSTOMER | {"contact": {"email": "a", "name": "b"}}
    found = _lost(source, before, {}, roots)
    assert [loss.root for loss in found] == [root]


def test_names_of_a_vendor_are_made_safe() -> None:
    found = _lost("x", {"x": {"\x1b[2J": 1, "\u202e": 2}}, {"x": {"y": 1}})
    assert [loss.output for loss in found] == ["\\x1b[2J", "\\u202e"]


def test_reads_are_those_of_all_outputs() -> None:
    told = [format_path(path) for path in reads(_translation(SCREEN_POP))]
    assert "$.contact.phones.number" in told
    assert "$.isBlacklisted" not in told
    assert len(told) == len(set(told))


# -- laws -------------------------------------------------------------------------------------------------

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "fullName": VALUES,
        "accountTier": st.sampled_from(["VIP", "Standard", None]),
        "openTickets": VALUES,
        "contact": st.none() | st.dictionaries(st.sampled_from(["email", "phones"]), VALUES),
        "items": st.lists(st.dictionaries(st.sampled_from(["sku", "price"]), VALUES), max_size=3),
    },
)


@given(document=DOCUMENTS)
def test_nothing_is_lost_where_nothing_changed(document: dict[str, Json]) -> None:
    assert _lost(SCREEN_POP, document, document) == ()


@given(before=DOCUMENTS, after=DOCUMENTS)
def test_every_loss_was_there_and_is_told_once(before: dict[str, Json], after: dict[str, Json]) -> None:
    found = _lost(SCREEN_POP, before, after)
    assert len({loss.output for loss in found}) == len(found)
    assert not {"missing", "null", "empty", ""} & {loss.before for loss in found}
    assert all(loss.root.startswith(("$", "output:screen-pop.")) for loss in found)


@given(document=DOCUMENTS, more=st.integers(1, 3))
def test_a_list_that_gets_longer_loses_nothing(document: dict[str, Json], more: int) -> None:
    items = document.get("items")
    if isinstance(items, list):
        longer = {**document, "items": items + items * more}
        assert _lost(SCREEN_POP, document, longer) == ()


@given(before=DOCUMENTS, added=VALUES)
def test_what_is_not_read_costs_nothing(before: dict[str, Json], added: Json) -> None:
    assert _lost(SCREEN_POP, before, {**before, "unread": added}) == ()


# -- precision --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b'{"a": 12345678901234567890}', 1),
        (b'{"a": 9007199254740992, "b": 9007199254740993}', 1),
        (b'{"a": -9007199254740993}', 1),
        (b'{"a": [0.1, 1.10, 1e300, 123456789.123456]}', 0),
        (b'{"a": 0.12345678901234567890}', 1),
        (b"[1e400, 1e-400, 0e999, 1e999999999999]", 3),
        (b'{"a": "12345678901234567890"}', 0),
        (b'{"id": "c-1", "n": 3}', 0),
        (b"12345678901234567890 junk", 0),
        (b"", 0),
        (b"9" * 5000, 1),
    ],
)
def test_numbers_that_a_translation_cannot_hold_are_said(body: bytes, count: int) -> None:
    note = precision_note(_response(body))
    assert bool(note) == bool(count)
    assert not count or note.startswith("1 number " if count == 1 else f"{count} numbers ")
    assert not any(digit in note.replace("2^53", "") for digit in "456789")


# -- what a recording cannot tell the loss of ---------------------------------------------------------------

NOTHING: dict[str, Json] = {"fullName": None, "items": []}
FALLBACKS = '{"name": fullName ?? "Unknown", "isVip": accountTier = "VIP", "kind": "lookup", "lines": items.sku}'


@pytest.mark.parametrize(
    ("source", "document", "expected"),
    [
        pytest.param(FALLBACKS, CUSTOMER, (), id="all of it is the response's"),
        pytest.param(FALLBACKS, {"items": []}, ("name (default)", "isVip (default)", "lines"), id="found nothing"),
        pytest.param('{"card": {"id": customerId, "at": 1}}', NOTHING, ("card.id",), id="a nested output"),
        pytest.param('$error("no")', NOTHING, (), id="the judgement tells why it fails"),
        pytest.param("{", NOTHING, (), id="and that it is wrong"),
    ],
)
def test_outputs_that_are_blank_in_a_recording(source: str, document: Json, expected: tuple[str, ...]) -> None:
    assert blank_outputs(_translation(source), _response(document), masked=False) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"items": []}, CUSTOMER, "name, isVip, lines"),
        ({**CUSTOMER, "items": []}, CUSTOMER, "lines"),
        (CUSTOMER, {**CUSTOMER, "fullName": "Bo"}, ""),
        ({"items": []}, {"items": [], "other": 1}, ""),
        (CUSTOMER, {"items": []}, ""),
    ],
)
def test_outputs_that_are_filled_now_are_noted(before: Json, after: Json, expected: str) -> None:
    response = _response(after)
    case = Case("crm", "lookup", None, (_translation(FALLBACKS),), response, response, _response(before))
    notes = translations.losses(_translation(FALLBACKS), case, ()).notes
    more = "(screen-pop); approve this recording to watch them"
    assert notes == ((f"{FILLED}{expected} {more}",) if expected else ())
