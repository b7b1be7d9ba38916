"""`monitor test-action` as people run it: every step, what is wrong with what was asked, and no secret."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.jsonpaths import Json
from monitor.languages.data_action.assumptions import TAIL_IS_IGNORED
from monitor.model import Approval, Exchange, Recording, Request, Response
from monitor.recordings.store import Store
from tests.contracts.actions.exports import STRING, text_of

ANSWER = '{"fullName": "Ann s3cr3t-canary", "tier": null, "tickets": [{"id": 1}, {"id": 2}]}'
OUTPUTS: Json = {
    "name": {"type": "string"},
    "tier": {"type": ["string", "null"]},
    "since": {"type": "string"},
    "tickets": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}},
    "note": {"type": "string"},
}
EXPORT = text_of(
    url="https://crm.example/customers?phone=$esc.url(${input.phone})",
    headers={"X-Api-Key": "${credentials.key}"},
    map={"name": "$.fullName", "tier": "$.tier", "since": "$.since", "tickets": "$.tickets"},
    defaults={"since": '"unknown"'},
    template='{"name": ${name}, "tier": ${tier}, "since": ${since}, "tickets": ${tickets}}',
    outputs=OUTPUTS,
)
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: https://crm.example
    data_actions:
      - file: actions/get-customer.json
        examples: {gold: {phone: "+1 555"}, none: {phone: "0"}}
        credentials: {key: "${secret:env:CRM_KEY}"}
"""
STEPS = """\
Get customer
1 request
  GET /customers?phone=+1 555
  X-Api-Key: MASKED-CRM_KEY
2 response
  status 200, 82 bytes
3 extracted by the translation map
  name <- $.fullName: found "Ann MASKED-CRM_KEY"
  tier <- $.tier: found null
  since <- $.since: default "unknown" ($.since is not there)
  tickets <- $.tickets: found [{"id":1},{"id":2}]
4 rendered by the success template
  {"name": "Ann MASKED-CRM_KEY", "tier": null, "since": "unknown", "tickets": [{"id":1},{"id":2}]}
5 parsed, and held against the success schema
  {"name": "Ann MASKED-CRM_KEY", "tier": null, "since": "unknown", "tickets": [{"id": 1}, {"id": 2}]}
  it conforms
6 outputs, as a flow gets them
  name = "Ann MASKED-CRM_KEY"
  tier = null
  since = "unknown"  (default taken)
  tickets.id = [1, 2]
  note = (blank)
"""
NOT_REACHED = "  not reached"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "get-customer.json").write_text(EXPORT)
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    (tmp_path / "answer.json").write_text(ANSWER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_KEY", "s3cr3t-canary")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["test-action", *arguments])
    told = capsys.readouterr()
    assert "s3cr3t" not in told.out + told.err
    return code, told.out, told.err


def after(out: str, step: int) -> list[str]:
    """The lines of a step."""
    lines = out.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"{step} ")) + 1
    return lines[begin : next((n for n in range(begin, len(lines)) if not lines[n].startswith("  ")), len(lines))]


@pytest.mark.parametrize(
    "name",
    ["Get customer", "Get customer (gold)", "actions/get-customer.json", "./actions/../actions/get-customer.json"],
)
def test_every_step(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, err = run(capsys, name, "--body", "answer.json")
    assert (code, err) == (0, "")
    if name.startswith("."):  # not as monitor.yaml names it: the file alone
        assert "  not sent: no inputs are given to call it with and nothing stands for ${credentials.key}; " in out
    else:
        assert out == STEPS


def test_inputs_go_above_those_of_the_example(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "Get customer (none)", "--body", "answer.json", "--input", "phone=a=b")
    assert (code, after(out, 1)[0]) == (0, "  GET /customers?phone=a=b")
    assert after(run(capsys, "Get customer (none)", "--body", "answer.json")[1], 1)[0] == "  GET /customers?phone=0"


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "Get customer", "--body", "answer.json", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert told["request"] == {
        "method": "GET",
        "path": "/customers",
        "query": [["phone", "+1 555"]],
        "headers": [["X-Api-Key", "MASKED-CRM_KEY"]],
        "body": None,
    }
    assert [one["origin"] for one in told["extracted"]] == ["found", "found", "default", "found"]
    assert told["outputs"] == {"name": "Ann MASKED-CRM_KEY", "tier": None, "since": "unknown", "tickets.id": [1, 2]}
    assert (told["blank"], told["defaults"], told["fault"], told["reached"]) == (["note"], ["since"], None, "outputs")


@pytest.mark.parametrize(
    ("body", "status", "step", "said"),
    [
        ("{}", "404", 2, "failed: the status is 404, and the body is not translated"),
        (
            "nope",
            "200",
            2,
            "failed: the response's body is no JSON that can be read (line 1, column 1): it is not JSON",
        ),
        (
            '{"tier": 1, "tickets": []}',
            "200",
            4,
            (
                "failed: Transform failed to process result using 'successTemplate' template due to error:"
                "'Variable $name has not been set at successTemplate[line 1, column 10]'"
            ),
        ),
        (
            '{"fullName": 5, "tier": null, "tickets": []}',
            "200",
            5,
            "failed: the result does not conform to the success schema: must be string at /name",
        ),
    ],
)
def test_the_failure_path(
    folder: Path, capsys: pytest.CaptureFixture[str], body: str, status: str, step: int, said: str
) -> None:
    (folder / "answer.json").write_text(body)
    code, out, _ = run(capsys, "Get customer", "--body", "answer.json", "--status", status)
    assert code == 1
    *_, failed, path = after(out, step)
    assert failed.strip().startswith(said)
    kind = "ACTION.REMOTE_ENDPOINT" if status == "404" else "ACTION.PROCESSING"
    assert path == f"  Genesys Cloud takes the failure path, with details.errorCode {kind}"
    assert all(after(out, later) == [NOT_REACHED] for later in range(step + 1, 7))


def test_text_that_is_no_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.json").write_text(text_of(template='{"name": ${name}}', defaults={"name": "nobody"}))
    (folder / "answer.json").write_text("")
    code, out, _ = run(capsys, "bad.json", "--input", "phone=1", "--body", "answer.json")
    assert code == 1
    assert after(out, 4) == ['  {"name": nobody}']
    assert after(out, 5)[0] == "  failed: the text that the successTemplate makes is no JSON at line 1, column 10"
    assert out.endswith("note: assumed: an empty body is translated like {}\n")


def test_standard_input(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ANSWER.encode())))
    assert run(capsys, "Get customer", "--body", "-")[1] == STEPS


def test_a_recording(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), ANSWER.encode())
    exchange = Exchange(Request("GET", "https://crm.example/c"), response, None, moment, 0.1)
    recording = Recording("", "20261122T085800Z-000001", "crm", "get-customer-1", "Get customer", exchange)
    kept = Store(folder / "recordings").approve(recording, Approval("ada", moment, "runs/x.har"))
    assert run(capsys, "Get customer", "--recording", kept.path)[1] == STEPS
    assert run(capsys, "Get customer", "-r", kept.path, "--body", "answer.json")[0] == 2


def test_what_is_assumed_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = json.loads(EXPORT)
    export["config"]["response"]["successTemplate"] += "}"
    (folder / "actions" / "get-customer.json").write_text(json.dumps(export))
    _, out, _ = run(capsys, "Get customer", "--body", "answer.json")
    assert out.splitlines()[-1] == f"note: {TAIL_IS_IGNORED}"


def test_without_a_monitor_yaml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "monitor.yaml").unlink()
    (folder / "answer.json").write_text(ANSWER.replace("s3cr3t-canary", "Bell"))
    code, out, _ = run(capsys, "actions/get-customer.json", "--body", "answer.json", "--input", "phone=1")
    assert (code, after(out, 6)[0]) == (0, '  name = "Ann Bell"')
    assert "nothing stands for ${credentials.key}" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["Get custmer", "--body", "answer.json"],
            "there is no data action 'Get custmer'; did you mean 'Get customer'?",
        ),
        (["nothing like it", "--body", "answer.json"], "name an action of monitor.yaml, or the file of an export"),
        (["Get customer", "--body", "answer.json", "--input", "fone=1"], "no input 'fone'; did you mean 'phone'?"),
        (
            ["Get customer", "--body", "answer.json", "--input", "phone"],
            "'phone' is no input; write --input phone=1555",
        ),
        (["Get customer"], "one body is needed; give --body FILE (- for standard input), or --recording R"),
        (["Get customer", "--body", "nowhere.json"], "nowhere.json: it cannot be read: No such file or directory"),
        (["Get customer", "--body", "."], ".: it cannot be read: Is a directory"),
        (["Get customer", "--body", "/dev/zero"], "/dev/zero: it has more than 50,000,000 bytes"),
        (["Get customer", "--recording", "nowhere.har"], "there is no such recording"),
        (["answer.json", "--body", "answer.json"], "answer.json: $: it is no exported data action: it has no config"),
        (["Get customer", "--body", "answer.json", "--config", "no.yaml"], "there is no such file"),
    ],
)
def test_what_is_asked_wrongly(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_one_name_for_two_actions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.json").write_text(EXPORT)
    (folder / "monitor.yaml").write_text(f"{CONFIG}      - {{file: b.json, integration: Other}}\n")
    code, _, err = run(capsys, "Get customer", "--body", "answer.json")
    assert code == 2
    assert "more than one data action is called 'Get customer'; name its file: actions/get-customer.json, b.json" in err
    assert run(capsys, "b.json", "--body", "answer.json")[0] == 0


def test_a_part_of_a_name_lists_what_has_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, "GET-CUST", "--body", "answer.json")
    assert "there is no data action 'GET-CUST'; did you mean 'Get customer'?" in err
    (folder / "b.json").write_text(EXPORT.replace('"Get customer"', '"Get customer by id"'))
    (folder / "monitor.yaml").write_text(f"{CONFIG}      - {{file: b.json, inputs: {{phone: '1'}}}}\n")
    code, out, err = run(capsys, "customer", "--body", "answer.json")
    assert (code, out) == (2, "")
    assert "there is no data action 'customer'; name one of: 'Get customer', 'Get customer by id'" in err


def test_secrets_of_an_export_and_a_body_that_is_no_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    headers: Json = {"Authorization": "Bearer s3cr3t-of-the-author", "Content-Type": "application/json"}
    url = "/c?access_key=s3cr3t-of-the-url"
    text = text_of(
        method="POST", url=url, headers=headers, body='{"q": "${input.q}"}', inputs={"q": STRING}, required=[]
    )
    (folder / "a.json").write_text(text)
    (folder / "answer.json").write_text('{"fullName": "s3cr3t-of-the-author"}')
    code, out, _ = run(capsys, "a.json", "--body", "answer.json", "--input", 'q=say "hi"')
    assert code == 0
    assert after(out, 1)[0].startswith("  not sent: its export holds a secret (the parameter 'access_key')")
    (folder / "a.json").write_text(text.replace("?access_key=s3cr3t-of-the-url", ""))
    code, out, _ = run(capsys, "a.json", "--body", "answer.json", "--input", 'q=say "hi"')
    assert after(out, 1)[0:2] == ["  POST /c", "  Authorization: Bearer MASKED-GET_CUSTOMER_AUTHORIZATION"]
    assert "note: the request's body is no JSON at line 1, column 13: is every input in it escaped" in out


ENDLESS: dict[str, tuple[dict[str, Json], int]] = {
    "a path's regex": ({"map": {"name": "$.rows[?(@.x =~ /(a|aa)+/)]"}}, 3),
    "loops": ({"template": "#foreach($a in [1..200000])#foreach($b in [1..200000])$a#end#end"}, 3),
    "recursion": ({"template": "#macro(m)#m()#m()#end#m()"}, 1),
    "a schema's regex": (
        {"outputs": {"name": {"type": "string", "pattern": "^(a|aa)+$"}}, "map": {"name": "$.rows[0].x"}},
        3,
    ),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_what_never_ends_is_ended(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    changes, expected = ENDLESS[case]
    (folder / "slow.json").write_text(text_of(**changes))
    config = CONFIG.replace("    data_actions:\n", "    limits: {judge_timeout: 0.2}\n    data_actions:\n")
    (folder / "monitor.yaml").write_text(f"{config}      - {{file: slow.json, integration: Slow}}\n")
    (folder / "answer.json").write_text(json.dumps({"rows": [{"x": "a" * 50 + "!?"}] * 50, "fullName": "x"}))
    code, _, err = run(capsys, "slow.json", "--body", "answer.json", "--input", "phone=1")
    assert code == expected
    assert ("takes" in err) == (expected == 3)


def test_our_own_bounds_are_no_failure_of_genesys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "slow.json").write_text(text_of(template='#set($x="0123456789")' + '#set($x="$x$x")' * 20))
    code, _, err = run(capsys, "slow.json", "--body", "answer.json", "--input", "phone=1")
    assert (code, err.partition(";")[0]) == (3, "monitor: the template makes more than 5,000,000 characters")
