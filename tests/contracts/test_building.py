"""Example bodies and matching rules made of what is read: tables, and a law that Pact's own engine holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.contracts.building import matchers
from monitor.contracts.building.domains import domains_of, idle, matches
from monitor.contracts.building.files import PactFile, file_name, key_of, opened, written
from monitor.contracts.building.formats import FORMATS, enumeration_of, format_of, matchers_of
from monitor.contracts.building.interactions import EVERYTHING, Asked, Readings, interaction_of
from monitor.contracts.building.matchers import Body, body_of
from monitor.contracts.building.requests import request_of
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.jsonpaths import ANY, Json, Path, Touch, format_path, general, parse_path, touch
from monitor.model import ProviderState, RequestTemplate, Response
from monitor.pact_engine import EngineMismatch, match_response
from monitor.pipeline.impact.taking import without

CONTENT_TYPE = (("Content-Type", "application/json; charset=utf-8"),)


def built(document: Json, *reads: str, enums: Mapping[str, Sequence[str]] | None = None) -> Body:
    found = body_of(
        document, [parse_path(read) for read in reads], {parse_path(k): v for k, v in (enums or {}).items()}
    )
    assert found is not None
    return found


def rules_of(body: Body) -> dict[str, object]:
    """Each rule short: its matchers' names, regular expressions as ``~``, with ``|`` where one is enough."""
    told: dict[str, object] = {}
    for path, rule in body.rules.items():
        assert isinstance(rule, dict)
        assert isinstance(rule["matchers"], list)
        names = []
        for one in rule["matchers"]:
            assert isinstance(one, dict)
            least = f" {one['min']}" if "min" in one else ""
            names.append("~" if one["match"] == "regex" else f"{one['match']}{least}")
        told[path] = (" | " if rule["combine"] == "OR" else " & ").join(names)
    return told


CUSTOMER: Json = {
    "id": "C-1",
    "tier": "VIP",
    "visits": 3,
    "rate": 0.5,
    "vip": True,
    "note": None,
    "since": "2024-02-29",
    "contact": {"mail": "a@x.example", "odd key": 1, "it's": 2},
    "tickets": [{"no": 1, "at": "2024-02-29T10:00:00Z", "by": None}, {"no": 2.5, "at": "2024-03-01T11:30:00.5+01:00"}],
    "mixed": [{"v": 1}, {"v": "x"}, {"v": None}],
    "deep": [{"c": {"d": 1}}, {"c": None}],
    "none": [],
    "grid": [[1], [2, 3]],
    "crew": [{"name": "Ann", "roles": ["x"]}],
}
MADE: list[tuple[tuple[str, ...], Json, dict[str, object]]] = [
    (("$.id",), {"id": "C-1"}, {"$.id": "type"}),
    (("$.visits", "$.rate"), {"visits": 3, "rate": 0.5}, {"$.visits": "type", "$.rate": "type"}),
    (("$.vip",), {"vip": True}, {"$.vip": "type"}),
    (("$.since", "$.contact.mail"), {"since": "2024-02-29", "contact": {"mail": "a@x.example"}},
     {"$.contact.mail": "~", "$.since": "~"}),
    (("$.contact['odd key']",), {"contact": {"odd key": 1}}, {"$.contact['odd key']": "type"}),
    (("$.note",), {"note": None}, {"$.note": "null | notEmpty | ~"}),
    (("$.tickets[*].no",), {"tickets": [{"no": 1}]}, {"$.tickets": "type 1", "$.tickets[*].no": "type"}),
    (("$.tickets.at",), {"tickets": [{"at": "2024-02-29T10:00:00Z"}]}, {"$.tickets": "type 1", "$.tickets[*].at": "~"}),
    (("$.tickets[1].no",), {"tickets": [{"no": 1}, {"no": 1}]}, {"$.tickets": "type 2", "$.tickets[*].no": "type"}),
    (("$.tickets[9].no",), {"tickets": [{"no": 1}, {"no": 1}]}, {"$.tickets": "type 2", "$.tickets[*].no": "type"}),
    (("$..no",), {"tickets": [{"no": 1}]}, {"$.tickets": "type 1", "$.tickets[*].no": "type"}),
    (("$.mixed.v",), {"mixed": [{"v": "x"}]}, {"$.mixed": "type 1", "$.mixed[*].v": "null | number | type"}),
    (("$.none",), {"none": []}, {"$.none": "type"}),
    (("$.none[*].x",), {"none": []}, {"$.none": "type"}),
    (("$.grid",), {"grid": [[1]]}, {"$.grid": "type 1", "$.grid[*]": "type 1", "$.grid[*][*]": "type"}),
    (("$.crew[*].name",), {"crew": [{"name": "Ann"}]}, {"$.crew": "type 1", "$.crew[*].name": "type"}),
    (("$.deep.c",), {"deep": [{"c": None}]}, {"$.deep": "type 1", "$.deep[*].c": "null | notEmpty | ~"}),
]  # fmt: skip


@pytest.mark.parametrize(("reads", "example", "rules"), MADE)
def test_the_example_and_its_rules(reads: tuple[str, ...], example: Json, rules: dict[str, object]) -> None:
    body = built(CUSTOMER, *reads)
    assert body.example == example
    assert rules_of(body) == rules
    assert not found_by_pact(body, CUSTOMER)


@pytest.mark.parametrize("reads", [(), ("$.nope",), ("$..nope",), ("$.none.x.y", "$.id.x")])
def test_what_is_not_there_demands_nothing_but_its_list(reads: tuple[str, ...]) -> None:
    body = body_of({"id": "C-1", "other": []}, [parse_path(read) for read in reads])
    assert body is None


CONTACTS: Json = {"results": [{"id": "C-1", "vip": True, "tags": [], "owner": {"id": "O-1"}}]}


def test_a_read_that_names_its_lists_demands_nothing_beside_its_way() -> None:
    """A filter is a step of its own: what stands beside it in a member, and below that, is not read."""
    reads = [("results", ANY, "id"), ("results", ANY, "vip")]
    body = body_of(CONTACTS, reads, None, reads)
    assert body is not None
    assert body.example == {"results": [{"id": "C-1", "vip": True}]}
    assert rules_of(body) == {"$.results": "type 1", "$.results[*].id": "type", "$.results[*].vip": "type"}
    assert not found_by_pact(body, {"results": [{"id": "C-2", "vip": False}]})


LEFT_OUT: list[tuple[str, list[tuple[str, str]]]] = [
    ("$.tickets.by", [("$.tickets[*].by", matchers.NOT_EVERY)]),
    ("$.contact", [("$.contact['it\\'s']", matchers.UNNAMED)]),
    ("$.deep.c.d", [("$.deep[*].c", matchers.MIXED)]),
    ("$.none", [("$.none", matchers.EMPTY)]),
    ("$.id", []),
]


@pytest.mark.parametrize(("read", "told"), LEFT_OUT)
def test_what_is_read_and_cannot_be_demanded_is_told(read: str, told: list[tuple[str, str]]) -> None:
    assert [(left.path, left.why) for left in built(CUSTOMER, read).left_out] == told


def test_an_enumeration_is_a_regular_expression_where_the_recording_fits_it() -> None:
    enums = {"$.tier": ("Standard", "V.I.P", "VIP")}
    body = built({"tier": "VIP"}, "$.tier", enums=enums)
    assert body.rules["$.tier"] == {
        "combine": "AND",
        "matchers": [{"match": "regex", "regex": r"^(Standard|V\.I\.P|VIP)$"}],
    }
    assert not found_by_pact(body, {"tier": "Standard"})
    assert found_by_pact(body, {"tier": "VxIxP"})
    assert found_by_pact(body, {"tier": "Gold"})
    assert rules_of(built({"tier": "Gold"}, "$.tier", enums=enums)) == {"$.tier": "type"}
    numbers = built({"tier": "1"}, "$.tier", enums={"$.tier": ("1", "2")})
    assert rules_of(numbers) == {"$.tier": "type & ~"}
    assert found_by_pact(numbers, {"tier": 1})
    nullable = built([{"tier": "VIP"}, {"tier": None}], "$[*].tier", enums={"$[*].tier": ("VIP",)})
    assert rules_of(nullable)["$[*].tier"] == "null | ~"


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("2024-02-29T10:00:00Z", "2024-02-29t10:00:00.123456+01:00"), "date-time"),
        (("2024-02-29T10:00:00",), "local date-time"),
        (("2024-02-29", "1999-12-31"), "date"),
        (("23:59:60", "10:00:00Z"), "time"),
        (("0f8fad5b-d9cb-469f-a165-70867728950e",), "uuid"),
        (("a.b+c@x-y.example",), "email"),
        (("https://x.example/a?b=c#d",), "url"),
        (("2024-02-30x",), ""),
        (("2024-13-01",), ""),
        (("29.02.2024",), ""),
        (("2024-02-29", "soon"), ""),
        (("2024-02-29", "2024-02-29T10:00:00Z"), ""),
        (("15555551234",), ""),
        (("a@b",), ""),
        (("",), ""),
        ((), ""),
    ],
)
def test_formats(texts: tuple[str, ...], name: str) -> None:
    assert format_of(texts) == (FORMATS[name] if name else "")


def test_an_enumeration_that_is_no_rule() -> None:
    assert enumeration_of((), ("a",)) == ""
    assert enumeration_of(("a",), ()) == ""
    assert enumeration_of(("a",), [str(n) for n in range(201)]) == ""
    assert enumeration_of(("a",), ("a", "b\n")) == ""
    assert matchers_of(["2024-02-29"], ("2024-02-29", "never"))[0] == {
        "match": "regex",
        "regex": "^(2024-02-29|never)$",
    }


# -- the law ----------------------------------------------------------------------------------------------


def contract_of(body: Body) -> bytes:
    response = {
        "status": 200,
        "body": {"content": body.example, "contentType": "application/json", "encoded": False},
        "matchingRules": {"body": dict(body.rules)},
    }
    request = {"method": "GET", "path": "/"}
    one: dict[str, Json] = {"type": "Synchronous/HTTP", "description": "d", "request": request, "response": response}  # type: ignore[dict-item]
    return written(PactFile("c", "v", (one,)))


def found_by_pact(body: Body, actual: Json) -> tuple[EngineMismatch, ...]:
    return match_response(contract_of(body), Response(200, "", "HTTP/1.1", CONTENT_TYPE, json.dumps(actual).encode()))


def places_in(value: Json, at: Path = ()) -> Iterator[Path]:
    yield at
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places_in(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places_in(child, (*at, ANY))
            yield from places_in(child, (*at, index))


KEYS = st.sampled_from(["a", "b", "c", "d e", "7", "07", "é", "it's", "", "*"]) | st.text(max_size=2)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.sampled_from(["", "a", "2024-02-29", "x@y.zz", "7", "null", "https://a.b"])
    | st.text(max_size=3)
)
DOCUMENTS: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)


@settings(max_examples=150)
@given(DOCUMENTS, st.data())
def test_pact_holds_the_vendor_to_what_is_read_and_to_nothing_else(document: Json, data: st.DataObject) -> None:
    assume("\\ud" not in json.dumps(document))  # half a character is no JSON to anybody
    places = list(dict.fromkeys(places_in(document)))
    reads = data.draw(st.lists(st.sampled_from(places), max_size=4, unique=True))
    body = body_of(document, reads)
    if body is None:
        return
    assert not found_by_pact(body, document)
    assert not found_by_pact(body, body.example)
    members = [place for place in places if place and isinstance(place[-1], str)]
    for place in members:
        # a member of a list stands for all
        if all(touch(general(read), general(place)) is Touch.NONE for read in reads):
            assert not found_by_pact(body, without(document, place)), format_path(place)
    for place in body.demanded:
        if place and isinstance(place[-1], str):
            assert found_by_pact(body, without(document, place)), format_path(place)


# -- interactions -----------------------------------------------------------------------------------------


def hidden(text: str) -> bool:
    return "hush" in text


def test_a_request_without_its_secrets() -> None:
    body = b'{"phone": "1", "token": "hush", "since": "2024-02-29", "list": [1, 2]}'
    request = RequestTemplate(
        "POST",
        "/v1/hush/search",
        (("phone", "1"), ("phone", "2"), ("api_key", "k"), ("q", "hush")),
        (("X-API-Key", "k"), ("Authorization", "Bearer t"), ("X-Trace", "hush"), ("Accept", "application/json")),
        body,
    )
    made = request_of(request, hidden)
    assert made["path"] == "/v1/MASKED/search"
    assert made["query"] == {"phone": ["1", "2"]}
    assert made["headers"] == {"Accept": ["application/json"], "Content-Type": ["application/json"]}
    content = {"phone": "1", "token": "MASKED", "since": "2024-02-29", "list": [1, 2]}
    assert made["body"] == {"content": content, "contentType": "application/json", "encoded": False}
    assert "hush" not in json.dumps(made)
    (entry,) = parse_pact(file_of(interaction_of(Asked("d", made), OK, EVERYTHING).interaction), "f.json")[0]
    assert isinstance(entry, PactInteraction)
    assert json.loads(entry.request.body or b"") == content


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("text/plain", b"a=1", {"content": "a=1", "contentType": "text/plain", "encoded": False}),
        ("", b"no json", {"content": "no json", "contentType": "text/plain", "encoded": False}),
        ("image/png", b"\xff\xd8", {"content": "/9g=", "contentType": "image/png", "encoded": "base64"}),
        ("text/plain", b"hush", None),
        ("application/json", b"", None),
    ],
)
def test_a_request_of_text(kind: str, body: bytes, told: Json) -> None:
    headers = (("Content-Type", kind),) if kind else ()
    assert request_of(RequestTemplate("POST", "/", (), headers, body), hidden).get("body") == told


def file_of(*interactions: Mapping[str, Json]) -> bytes:
    return written(PactFile("c", "v", interactions))


OK = Response(200, "", "HTTP/1.1", CONTENT_TYPE, b'{"id": "C-1", "n": 1.50, "more": {"x": []}}')


def test_an_interaction_is_read_back_as_it_was_meant() -> None:
    states = (ProviderState("it exists", {"id": 1}), ProviderState("it is new"))
    asked = Asked("look up", {"method": "GET", "path": "/c"}, states, "tests/test_x.py::test_y")
    made = interaction_of(asked, OK, Readings((("id",), ("n",))))
    (entry,), errors = parse_pact(file_of(made.interaction), "f.json")
    assert not errors
    assert isinstance(entry, PactInteraction)
    assert (entry.description, entry.states, entry.expected_status) == ("look up", states, 200)
    assert not match_response(entry.contract.pact, OK)
    assert made.demanded == 2


@pytest.mark.parametrize(
    ("content_type", "body", "why"),
    [
        ("text/html", b"<p>", "it is not of a JSON type"),
        ("application/json", b" ", "is empty"),
        ("application/json", b"{", "cannot be read"),
    ],
)
def test_a_response_that_is_no_json_leaves_the_status(content_type: str, body: bytes, why: str) -> None:
    response = Response(200, "", "HTTP/1.1", (("Content-Type", content_type),), body)
    made = interaction_of(Asked("d", {"method": "GET", "path": "/"}), response, Readings((("id",),)))
    assert "body" not in json.loads(json.dumps(made.interaction["response"]))
    assert [left.path for left in made.left_out] == ["$.id"]
    assert why.removeprefix("it ") in made.left_out[0].why
    (entry,) = parse_pact(file_of(made.interaction), "f.json")[0]
    assert isinstance(entry, PactInteraction)
    assert not match_response(entry.contract.pact, response)
    assert match_response(entry.contract.pact, Response(500, "", "HTTP/1.1", response.headers, body))


def test_all_of_a_recording() -> None:
    made = interaction_of(Asked("d", {"method": "GET", "path": "/"}), OK, EVERYTHING)
    response = made.interaction["response"]
    assert isinstance(response, dict)
    assert isinstance(response["body"], dict)
    assert response["body"]["content"] == {"id": "C-1", "n": 1.5, "more": {"x": []}}


# -- files and domains ------------------------------------------------------------------------------------


def one(description: str, test: str = "") -> dict[str, Json]:
    return dict(
        interaction_of(Asked(description, {"method": "GET", "path": "/"}, (), test), OK, EVERYTHING).interaction
    )


def test_the_bytes_do_not_depend_on_the_order() -> None:
    assert file_of(one("a"), one("b")) == file_of(one("b"), one("a"))


def test_a_file_knows_whether_it_was_edited() -> None:
    data = file_of(one("a", "t::x"), one("b"))
    file = opened(data)
    assert file is not None
    assert (file.made, file.edited, file.consumer, file.provider) == (True, False, "c", "v")
    assert [key_of(tested)[0] for tested in file.tested()] == ["a"]
    assert written(file) == data
    laid_out = opened(json.dumps(json.loads(data)).encode())
    assert laid_out is not None
    assert not laid_out.edited
    edited = opened(data.replace(b'"GET"', b'"PUT"', 1))
    assert edited is not None
    assert edited.edited
    foreign = json.loads(data)
    del foreign["metadata"]["monitor"]
    by_hand = opened(json.dumps(foreign).encode())
    assert by_hand is not None
    assert not by_hand.made


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"interactions": {}}', b"\xff"])
def test_what_is_no_pact_file_is_not_opened(data: bytes) -> None:
    assert opened(data) is None


def test_half_a_character_makes_no_file_look_edited() -> None:
    file = opened(file_of(one("a\ud800")))
    assert file is not None
    assert not file.edited


@pytest.mark.parametrize(
    ("consumer", "consumers", "name"),
    [
        ("CRM Web", ["CRM Web", "CRM Web"], "read.pact.json"),
        ("CRM Web", ["CRM Web", "Other"], "read.crm-web.pact.json"),
        ("Ö ÄÜ", ["Ö ÄÜ", "Other"], "read.o-au.pact.json"),
        ("日本", ["日本", "Other"], "read.consumer.pact.json"),
        ("A B", ["A B", "a-b"], "read.a-b-fea4c5ce.pact.json"),
    ],
)
def test_the_name_of_a_file(consumer: str, consumers: list[str], name: str) -> None:
    assert file_name("read", consumer, consumers) == name


@pytest.mark.parametrize(
    ("pattern", "name", "told"),
    [
        ("Get *", "Get customer", True),
        ("Get *", "get customer", False),
        ("*[x]*", "a [x] b", True),
        ("*[x]*", "a x b", False),
        ("a?c", "abc", False),
        ("*", "", True),
        ("Get", "Get customer", False),
        ("a*c", "a\nc", True),
    ],
)
def test_a_star_stands_for_anything_and_all_else_for_itself(pattern: str, name: str, told: bool) -> None:
    assert matches(pattern, name) is told


def test_domains() -> None:
    domains = {"read": ["Find*", "Get*"], "write": ["*customer", "Nope*"]}
    assert [(match.domain, match.index) for match in domains_of(("Get customer", "id"), domains)] == [
        ("read", 1),
        ("write", 0),
    ]
    assert domains_of(("Do it",), domains) == ()
    assert [(match.domain, pattern) for match, pattern in idle(domains, ["Get customer"])] == [
        ("read", "Find*"),
        ("write", "Nope*"),
    ]
