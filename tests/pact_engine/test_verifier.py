"""The official Verifier over loopback: what it judges, what cannot be carried to it, and the guards around it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import pytest

from monitor.errors import NotJudgedError
from monitor.model import Case, Contract, Limits, Mismatch, Outcome, Response
from monitor.pact_engine import EngineMismatch, match_response
from monitor.pact_engine.carried import page_of
from monitor.pact_engine.expected import read_expected
from monitor.pact_engine.replay import Page, serving
from monitor.pact_engine.verifier import verify_all, verify_response
from monitor.workers.pool import JudgePool

PactMaker = Callable[..., bytes]
ResponseMaker = Callable[..., Response]
TEXT = {"Content-Type": "text/plain"}
SLOW = {"body": {"$.a": {"matchers": [{"match": "regex", "regex": "(a+)+b"}]}}}
REFUSED = {"body": {"nonsense path": {"matchers": [{"match": "type"}]}}}
ENDLESS = "a" * 60


# -- what it judges ---------------------------------------------------------------------------------------


def test_its_mismatches_look_like_ours(pact_file: PactMaker, answer: ResponseMaker) -> None:
    headers = {"Content-Type": "application/json", "X-A": "b", "X-B": ["1", "2"]}
    pact = pact_file({"status": 200, "headers": headers, "body": {"id": 1, "name": "x"}}, "3.0.0")
    response = answer({"id": "1"}, 201, [("Content-Type", "application/json"), ("x-b", "2")])

    def told(found: Sequence[EngineMismatch]) -> list[tuple[str, str, str, str, str]]:
        return [(one.place, one.path, one.expected, one.actual, one.kind) for one in found]

    ours, official = match_response(pact, response), verify_response(pact, response)
    assert told(ours) == told(official)
    assert [one.message for one in ours if one.place == "body"] == [
        one.message for one in official if one.place == "body"
    ]


BODIES: tuple[tuple[bytes, bytes, bool], ...] = (
    (b"text", b"text", True),
    (b"text", b"", False),
    (b"text", b"te\0xt", False),
    (b"text", b"\xff\xfe", False),
    (b"x" * 10_000_000, b"x" * 10_000_000, True),
    (b"", b"", True),
    (b"", b"x", False),
)


@pytest.mark.parametrize(("wanted", "got", "passes"), BODIES, ids=range(len(BODIES)))
def test_bodies_of_all_kinds_arrive(
    pact_file: PactMaker, answer: ResponseMaker, wanted: bytes, got: bytes, passes: bool
) -> None:
    pact = pact_file({"headers": TEXT, "body": wanted.decode()}, "3.0.0")
    response = answer(got, headers=list(TEXT.items()))
    assert (verify_response(pact, response) == ()) is passes
    assert verify_response(pact, response) == match_response(pact, response)


@pytest.mark.parametrize("status", [200, 204, 205, 302, 304, 404, 407, 503, 600, 999])
def test_statuses_arrive(pact_file: PactMaker, answer: ResponseMaker, status: int) -> None:
    response = answer(b"", status, [("Location", "/elsewhere"), ("Content-Type", "text/plain")])
    pact = pact_file({"status": status, "headers": {"Location": "/elsewhere"}}, "3.0.0")
    assert verify_response(pact, response) == ()
    assert [one.place for one in verify_response(pact_file({"status": 201}, "3.0.0"), response)] == ["status"]


def test_what_would_change_the_question_is_left_out(pact_file: PactMaker, answer: ResponseMaker) -> None:
    more = {
        "providerStates": [{"name": "a customer", "params": {"id": 1}}],
        "transport": "grpc",
        "pending": True,
        "key": "k",
        "comments": {"text": ["x"]},
        "interactionMarkup": {"markup": "x"},
    }
    pact = pact_file({"status": 200}, **more)
    assert verify_response(pact, answer()) == ()
    assert verify_response(pact, answer(status=500)) != ()


# -- many at once -----------------------------------------------------------------------------------------


def test_one_that_cannot_be_judged_costs_no_other(pact_file: PactMaker, answer: ResponseMaker) -> None:
    example = {"body": {"a": "x"}}
    good = pact_file(example, "3.0.0")
    slow = pact_file({**example, "matchingRules": SLOW}, "3.0.0")
    refused = pact_file({**example, "matchingRules": REFUSED}, "4.0")
    cases = [
        (good, answer({"a": "x"})),
        (slow, answer({"a": ENDLESS})),
        (good, answer({"a": "y"})),
        (refused, answer({"a": "x"})),
        (b"{", answer()),
        (pact_file({"status": 200}, "2.0.0"), answer()),
        (good, answer(status=101)),
    ]
    verdicts = verify_all(cases)
    assert [isinstance(one, NotJudgedError) for one in verdicts] == [False, True, False, True, True, False, True]
    assert [len(one) for one in verdicts if isinstance(one, tuple)] == [0, 1, 0]
    assert not any(ENDLESS in str(one) for one in verdicts)


def test_a_failure_inside_the_library_is_no_pass(pact_file: PactMaker, answer: ResponseMaker) -> None:
    # verify() raises then, while its results say true and hold no interaction
    pact = pact_file({"body": {"a": "x"}, "matchingRules": SLOW}, "3.0.0")
    with pytest.raises(NotJudgedError, match="gave up"):
        verify_response(pact, answer({"a": ENDLESS}))


def test_none_at_all() -> None:
    assert verify_all([]) == ()


# -- multipart --------------------------------------------------------------------------------------------


def form(*parts: tuple[str, str, str]) -> bytes:
    """``form((name and so on, content type, text), ...)``"""
    text = "".join(
        f"--sep\r\nContent-Disposition: form-data; {named}\r\nContent-Type: {kind}\r\n\r\n{content}\r\n"
        for named, kind, content in parts
    )
    return f"{text}--sep--\r\n".encode()


MULTIPART = {"Content-Type": "multipart/form-data; boundary=sep"}
NAME, FILE = ('name="id"', "text/plain", "12"), ('name="file"; filename="a.json"', "application/json", '{"a": 1}')
TWO = form(NAME, FILE)
FORMS: tuple[tuple[bytes, bytes, Mapping[str, object], tuple[str, ...]], ...] = (
    # in the contract, received, rules of the body, paths of the mismatches
    (TWO, TWO, {}, ()),
    (TWO, form(FILE, NAME), {}, ()),
    (TWO, form(NAME, FILE, ('name="more"', "text/plain", "x")), {}, ()),
    (TWO, form(FILE), {}, ("$.id",)),
    (TWO, form(('name="id"', "text/plain", "13"), FILE), {}, ("$.id",)),
    (TWO, form(NAME, (FILE[0], FILE[1], '{"a": 2}')), {}, ("$.a",)),
    (TWO, form(NAME, (FILE[0], FILE[1], '{"a": 1, "b": 2}')), {}, ()),
    (TWO, TWO[:-9], {}, ("$",)),
    (TWO, b"no form at all", {}, ("$",)),
    (TWO, b"", {}, ("$",)),
    (TWO, form(('name="id"', "text/plain", "13"), FILE), {"$.id": {"match": "regex", "regex": "[0-9]+"}}, ()),
    (TWO, form(('name="id"', "text/plain", "x"), FILE), {"$.id": {"match": "regex", "regex": "[0-9]+"}}, ("$.id",)),
)


@pytest.mark.parametrize(("wanted", "got", "rules", "paths"), FORMS, ids=range(len(FORMS)))
def test_multipart_is_judged_by_the_verifier(
    pact_file: PactMaker,
    answer: ResponseMaker,
    wanted: bytes,
    got: bytes,
    rules: Mapping[str, object],
    paths: tuple[str, ...],
) -> None:
    matching = {"body": {path: {"matchers": [rule]} for path, rule in rules.items()}}
    pact = pact_file({"headers": MULTIPART, "body": wanted.decode(), "matchingRules": matching}, "3.0.0")
    response = answer(got, headers=list(MULTIPART.items()))
    found = match_response(pact, response)
    assert tuple(one.path for one in found) == paths, found


def test_rules_for_members_of_a_header_are_judged_by_the_verifier(pact_file: PactMaker, answer: ResponseMaker) -> None:
    each = {"match": "eachValue", "rules": [{"match": "regex", "regex": "^b.*"}]}
    pact = pact_file({"headers": {"X-A": "b"}, "matchingRules": {"header": {"X-A": {"matchers": [each]}}}})
    assert match_response(pact, answer(headers=[("X-A", "b1"), ("X-A", "b2")])) == ()
    assert match_response(pact, answer(headers=[("X-A", "b1"), ("X-A", "c")])) != ()


def test_where_neither_judges_both_say_why(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"body": {"a": "x"}, "matchingRules": SLOW}, "3.0.0")
    with pytest.raises(NotJudgedError) as caught:
        match_response(pact, answer({"a": ENDLESS}))
    assert "Pact's engine gave up on the body" in str(caught.value)
    assert "the official verifier" in str(caught.value)
    assert ENDLESS not in str(caught.value)


def test_a_judging_process_can_ask_it(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"headers": MULTIPART, "body": TWO.decode()}, "3.0.0")
    response = answer(form(NAME), headers=list(MULTIPART.items()))
    contract = Contract("c.json", "$", pact, "digest")
    with JudgePool(1) as pool:
        judgement = pool.submit(Case("crm", "form-1", contract, (), response, response, None), Limits()).result()
    assert judgement.outcome is Outcome.DRIFTED, judgement
    (finding,) = judgement.findings
    assert isinstance(finding.detail, Mismatch)
    assert (finding.root, finding.detail.missing) == ("$.file", True)


# -- what cannot be carried -------------------------------------------------------------------------------

UNCARRIED: tuple[tuple[Mapping[str, object], Response], ...] = (
    ({"Content-Encoding": "gzip"}, Response(200, "", "", (("Content-Encoding", "gzip"),), b"{}")),
    ({"connection": "close"}, Response(200, "", "", (("Connection", "close"),), b"{}")),
    ({"Transfer-Encoding": "chunked"}, Response(200, "", "", (("transfer-encoding", "chunked"),), b"{}")),
    ({"Content-Length": "20"}, Response(200, "", "", (("Content-Length", "20"),), b"{}")),
    ({"X-A": "b"}, Response(200, "", "", (("X-A", "\u00e9"),), b"{}")),
    ({"X-A": "b"}, Response(200, "", "", (("X-A", "b\r\nX-B: c"),), b"{}")),
    ({"X A": "b"}, Response(200, "", "", (("X A", "b"),), b"{}")),
    ({}, Response(200, "", "", (("Content-Type", "text/\u00e9"),), b"{}")),
    ({}, Response(101, "", "", (), b"")),
    ({}, Response(1_000, "", "", (), b"")),
    ({}, Response(204, "", "", (), b"{}")),
    ({}, Response(304, "", "", (), b"{}")),
)


@pytest.mark.parametrize(("headers", "response"), UNCARRIED, ids=range(len(UNCARRIED)))
def test_what_cannot_be_carried_is_told(
    pact_file: PactMaker, headers: Mapping[str, object], response: Response
) -> None:
    with pytest.raises(NotJudgedError, match="cannot be replayed over HTTP"):
        verify_response(pact_file({"status": response.status, "headers": headers}, "3.0.0"), response)


def test_headers_that_the_contract_does_not_name_are_not_sent(pact_file: PactMaker) -> None:
    lines = (
        ("Content-Encoding", "gzip"),
        ("X-\u00e9", "\u00e9"),
        ("Connection", "close"),
        ("Content-Length", "99"),
        ("x-a", "1"),
        ("X-A", "2"),
        ("content-type", "text/plain"),
    )
    expected = read_expected(pact_file({"headers": {"X-A": ["1", "2"]}}, "3.0.0"))
    page = page_of(expected, Response(200, "", "", lines, b"{}"))
    assert page.headers == (("x-a", "1"), ("X-A", "2"), ("content-type", "text/plain"), ("Content-Length", "2"))


@pytest.mark.parametrize(("lines", "missing"), [((("Content-Length", "2"),), False), ((), True)])
def test_a_length_that_the_contract_names_is_judged(
    pact_file: PactMaker, lines: tuple[tuple[str, str], ...], missing: bool
) -> None:
    pact = pact_file({"headers": {"Content-Length": "2"}, "body": {}}, "3.0.0")
    response = Response(200, "", "", lines, b"{}")
    assert bool(verify_response(pact, response)) is missing
    assert verify_response(pact, response) == match_response(pact, response)


# -- guards -----------------------------------------------------------------------------------------------

GUARDED = """
import json, os, sys
from monitor.model import Response
from monitor.pact_engine.verifier import verify_response
pact = json.dumps({
    "consumer": {"name": "c"}, "provider": {"name": "p"},
    "interactions": [{"description": "d", "request": {"method": "GET", "path": "/"},
                      "response": {"status": 200, "body": {"id": 1}}}],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}).encode()
before = dict(os.environ)
sys.stdout.write("before;")
for body in (b'{"id": 1}', b'{"id": 4711}', b""):
    found = verify_response(pact, Response(200, "", "", (("Content-Type", "application/json"),), body))
    print([one.path for one in found], file=sys.stderr)
assert os.environ == before
os.write(1, b"after")
"""
DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "variables",
    [
        {"HTTP_PROXY": DEAD, "http_proxy": DEAD, "ALL_PROXY": DEAD, "NO_PROXY": "example.org"},
        {"PACT_MATCHING_ENGINE": "v2", "PACT_DO_NOT_TRACK": "false", "RUST_BACKTRACE": "1", "RUST_LOG": "trace"},
        {},
    ],
    ids=["proxies", "switches", "empty"],
)
def test_the_environment_changes_nothing(variables: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED],
        env={**variables, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "before;after"), done.stderr
    assert done.stderr == "[]\n['$.id']\n['$']\n"


def test_a_closed_standard_output_is_no_matter() -> None:
    code = f"import os\nos.close(1)\n{GUARDED}".replace('sys.stdout.write("before;")', "").replace(
        'os.write(1, b"after")', ""
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "[]\n['$.id']\n['$']\n" in done.stderr


def ask(base: str, path: str) -> bytes:
    address = urlsplit(base)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        pieces = []
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def test_the_replay_is_for_who_knows_the_place_and_ends() -> None:
    threads = threading.active_count()
    with serving({"/r/0": Page(200, (("X-A", "b"),), b"body")}) as base:
        path = urlsplit(base).path
        assert len(path) > 30
        assert ask(base, f"{path}/r/0") == b"HTTP/1.0 200 Replayed\r\nX-A: b\r\n\r\nbody"
        for other in ("/r/0", f"{path}/r/1", "*", "/"):
            assert ask(base, other).startswith(b"HTTP/1.0 404")
    assert threading.active_count() == threads
    with pytest.raises(OSError):
        ask(base, "/")


def test_a_caller_that_breaks_off_is_no_matter(capfd: pytest.CaptureFixture[str]) -> None:
    with serving({"/r/0": Page(200, (), b"x" * 1_000_000)}) as base:
        address = urlsplit(base)
        for said in (b"", b"\xff\xff\r\n\r\n", b"GET\r\n\r\n", f"GET {address.path}/r/0 HTTP/1.1\r\n\r\n".encode()):
            with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as connection:
                connection.sendall(said)
        assert ask(base, f"{address.path}/r/0").endswith(b"xx")
    assert capfd.readouterr() == ("", "")


def test_the_pact_is_not_needed_as_a_whole(pact_file: PactMaker, answer: ResponseMaker) -> None:
    """A file's other metadata is no matter: it is not shown to the Verifier."""
    pact = json.loads(pact_file({"status": 200}))
    pact["metadata"] |= {"pactRust": {"ffi": "0"}, "plugins": [{"name": "none", "version": "0"}]}
    pact["_links"] = {"pb:publish-verification-results": {"href": "http://127.0.0.1:9"}}
    assert verify_response(json.dumps(pact).encode(), answer()) == ()
