"""What a right monitor.yaml becomes, and how it is found."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.load import SecretsMode, find, load
from monitor.errors import ConfigError, UsageError
from monitor.model import (
    ActionExample,
    ActionSource,
    Limits,
    RequestOverride,
    Retention,
    Secret,
    Settings,
    StateBinding,
    TranslationSource,
)
from tests.config.projects import Project

WHOLE = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_BASE_URL:-http://127.0.0.1:8765}/
    contracts: ["contracts/crm/*.json", "contracts/**/er.json", "contracts/crm/lookup.json"]
    headers: {X-API-Key: "${secret:env:CRM_API_KEY}", X-Version: 1.10, X-Phone: +49}
    states:
      A customer with phone 15555551234 exists: {params: {phone: "15555551234", tags: [a, 1, 2.5, true, null]}}
    requests:
      a lookup: {path: /other, query: {phone: 015, tag: [a, 2], all: true}, headers: {X-A: b}, read_only: true}
      an order: {body: {name: "Zoë", n: [1, 1.5, 1e3]}, allow_writes: true}
      a note: {body: "{as: it is}"}
    skip: {a gone one: removed}
    translations:
      - {interaction: a lookup, kind: jsonata, file: contracts/crm/pop.jsonata, schema: contracts/crm/pop.schema.json}
      - {interaction: a lookup, kind: jsonata, expression: $.fullName}
      - {interaction: a lookup, kind: jsonpath, expression: "$${x}", name: third}
    limits: {concurrency: "${N:-7}", per_second: 0, connect_timeout: .5, max_body: 50MiB, judge_memory: 1GB}
    allow_writes: ${WRITES:-true}
    verify: ca.pem
    severity: {added read: warning, mismatch: info, loss unread: breaking}
recordings: {dir: kept, keep_days: 30, keep_last: 0, max_size: 1.5TB, min_free: 0}
ledger: sqlite:///db/ledger.db?timeout=5
state_dir: ../state
"""


ACTIONS = """\
version: 1
vendors:
  crm:
    contracts: ["contracts/crm/**/*.json"]
    data_actions:
      - file: contracts/crm/actions/*.json
        integration: CRM
        inputs: {phone: 15555550100, tags: [a, null]}
        credentials: {apiKey: "${secret:env:CRM_API_KEY}"}
        auth_response: {access_token: T}
        headers: {X-A: b}
        query: {a: [1, b]}
        read_only: true
      - file: contracts/crm/actions/get-order.json
        examples: {gold: {id: "1"}, none: {}}
        allow_writes: true
    flows: [contracts/crm/flows/*.yaml, contracts/crm/flows/sales.yaml]
    domains: {crm-read: ["Get *", a lookup], crm-write: []}
"""


def test_data_actions_flows_and_domains(project: Project) -> None:
    vendor = project.load(ACTIONS, {"CRM_API_KEY": "s3cret"}).vendors["crm"]
    folder = project.root / "contracts" / "crm"
    customer, order, again = vendor.data_actions
    assert vendor.base_url == ""  # an import comes before anybody knows where staging is
    assert customer == ActionSource(
        str(folder / "actions" / "get-customer.json"),
        "CRM",
        (ActionExample("", {"phone": 15555550100, "tags": ["a", None]}),),
        {"apiKey": "s3cret"},
        {"access_token": "T"},
        RequestOverride(query={"a": ("1", "b")}, headers={"X-A": "b"}, read_only=True),
    )
    assert order == dataclasses.replace(customer, file=str(folder / "actions" / "get-order.json"))
    assert again.examples == (ActionExample("gold", {"id": "1"}), ActionExample("none", {}))
    assert (again.integration, again.override) == ("", RequestOverride(allow_writes=True))
    assert vendor.flows == (str(folder / "flows" / "sales.yaml"),)
    assert vendor.domains == {"crm-read": ("Get *", "a lookup"), "crm-write": ()}
    # what is an action is no contract, although the glob finds it
    assert not any("actions" in file for file in vendor.contracts)
    assert "s3cret" not in repr(vendor)
    assert "15555550100" not in repr(vendor)


def test_a_whole_file(project: Project) -> None:
    read = project.load(WHOLE, {"CRM_API_KEY": "s3cret"})
    root = project.root
    vendor = read.vendors["crm"]
    assert (read.file, read.root) == (str(root / "monitor.yaml"), str(root))
    assert read.recordings_dir == str(root / "kept")
    assert read.retention == Retention(keep_days=30, keep_last=0, max_size=1_500_000_000_000, min_free=0)
    assert read.state_dir == str(root.parent / "state")
    assert read.ledger == f"sqlite:///{root}/db/ledger.db?timeout=5"
    assert read.secrets == (Secret("CRM_API_KEY", "s3cret"),)
    assert vendor.name == "crm"
    assert vendor.base_url == "http://127.0.0.1:8765"
    # the schemas lie beside the contracts; the one that a translation names is not taken for a contract
    names = (
        "broken.schema.json",
        "deep/er.json",
        "list.schema.json",
        "lookup.json",
        "orders.json",
        "twice.schema.json",
    )
    assert vendor.contracts == tuple(str(root / "contracts/crm" / name) for name in names)
    assert vendor.headers == {"X-API-Key": "s3cret", "X-Version": "1.10", "X-Phone": "+49"}
    assert vendor.states == {
        "A customer with phone 15555551234 exists": StateBinding(
            {"phone": "15555551234", "tags": ["a", 1, 2.5, True, None]}
        )
    }
    assert vendor.requests == {
        "a lookup": RequestOverride(
            path="/other",
            query={"phone": ("015",), "tag": ("a", "2"), "all": ("true",)},
            headers={"X-A": "b"},
            read_only=True,
        ),
        "an order": RequestOverride(body='{"name":"Zoë","n":[1,1.5,1000.0]}'.encode(), allow_writes=True),
        "a note": RequestOverride(body=b"{as: it is}"),
    }
    assert vendor.skip == {"a gone one": "removed"}
    assert vendor.limits == Limits(
        concurrency=7, per_second=0, connect_timeout=0.5, max_body=52_428_800, judge_memory=1_000_000_000
    )
    assert vendor.allow_writes is True
    assert vendor.verify == str(root / "ca.pem")
    assert vendor.severity == {"added read": "warning", "mismatch": "info", "loss unread": "breaking"}
    folder, lookup = root / "contracts/crm", "a lookup"
    pop, schema = str(folder / "pop.jsonata"), str(folder / "pop.schema.json")
    assert vendor.translations == (
        TranslationSource(lookup, "pop", "jsonata", "$.customerId\n", pop, {"type": "object"}, schema),
        TranslationSource(lookup, "jsonata-2", "jsonata", "$.fullName", read.file),
        TranslationSource(lookup, "third", "jsonpath", "${x}", read.file),
    )


def test_the_least_file_takes_the_defaults(project: Project) -> None:
    read = project.load(project.text(""))
    vendor = read.vendors["crm"]
    assert read.recordings_dir == str(project.root / "recordings")
    assert read.retention == Retention()
    assert read.state_dir == str(project.root / ".monitor")
    assert read.ledger == f"sqlite:///{project.root}/.monitor/ledger.db"
    assert read.secrets == ()
    assert vendor.limits == Limits()
    assert (vendor.verify, vendor.allow_writes, vendor.contracts, vendor.translations) == (True, False, (), ())


def test_state_dir_of_the_environment_wins(project: Project) -> None:
    read = project.load(project.text("") + "state_dir: here\n", {"MONITOR_STATE_DIR": "there"})
    assert read.state_dir == str(project.root / "there")
    assert read.ledger == f"sqlite:///{project.root}/there/ledger.db"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///a.db", "sqlite:///{root}/a.db"),
        ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("sqlite:///a%20b%3F100%25.db", "sqlite:///{root}/a b%3F100%25.db"),
        ("sqlite+pysqlite:///a.db?timeout=2.5", "sqlite:///{root}/a.db?timeout=2.5"),
        ("postgresql://me:pass@db:5433/a?sslmode=require", "postgresql://me:pass@db:5433/a?sslmode=require"),
        ("postgresql+psycopg://monitor@db/monitor", "postgresql+psycopg://monitor@db/monitor"),
    ],
)
def test_ledger_urls(project: Project, url: str, expected: str) -> None:
    read = project.load(project.text("") + f"ledger: {url}\n")
    assert read.ledger == expected.format(root=project.root)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ledger.db", "is not a database URL"),
        ("mysql://db/a", "SQLite or PostgreSQL"),
        ("postgres://db/a", "SQLite or PostgreSQL"),
        ("postgresql+asyncpg://db/a", "SQLite or PostgreSQL"),
        ("sqlite://", "forgets everything"),
        ("'sqlite:///:memory:'", "forgets everything"),
        ("sqlite:///file:a?mode=memory&uri=true", "forgets everything"),
        ("sqlite:///a.db?mode=ro", "one option"),
    ],
)
def test_what_is_no_ledger(project: Project, url: str, said: str) -> None:
    assert said in project.told(project.text("") + f"ledger: {url}\n")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("https://api.example.com/v1//", "https://api.example.com/v1"),
        ("HTTP://[::1]:8080/a", "HTTP://[::1]:8080/a"),
        ("http://bücher.example", "http://bücher.example"),
        ("http://under_score.example:1", "http://under_score.example:1"),
        ("http://a.example/@me", "http://a.example/@me"),
    ],
)
def test_base_urls(project: Project, written: str, expected: str) -> None:
    read = project.load(f"version: 1\nvendors: {{crm: {{base_url: '{written}'}}}}\n")
    assert read.vendors["crm"].base_url == expected


@pytest.mark.parametrize(
    ("written", "size"),
    [("1000", 1000), ("1KB", 1000), ("1.5 MB", 1_500_000), ("20mb", 20_000_000), ('"${S}"', 4096), ("1GB", 10**9)],
)
def test_sizes(project: Project, written: str, size: int) -> None:
    vendor = project.vendor(f"limits:\n  max_body: {written}", {"S": "4KiB"})
    assert vendor.limits.max_body == size


@pytest.mark.parametrize(
    ("written", "environ", "expected"),
    [
        ("true", {}, True),
        ("no", {}, False),
        ("${V:-false}", {}, False),
        ("${V}", {"V": "True"}, True),
        ("${V}", {"V": "ca.pem"}, "ca.pem"),
    ],
)
def test_verify(project: Project, written: str, environ: dict[str, str], expected: bool | str) -> None:
    verify = project.vendor(f"verify: {written}", environ).verify
    assert verify == (str(project.root / expected) if isinstance(expected, str) else expected)


def test_anchors_and_merges_are_followed(project: Project) -> None:
    text = """\
version: 1
vendors:
  a: &a
    base_url: https://a.example
    limits: &limits {concurrency: 2, read_timeout: 3}
  b:
    <<: *a
    base_url: https://b.example
    limits: {<<: *limits, concurrency: 9}
  c:
    <<: [{base_url: https://c.example}, *a]
"""
    read = project.load(text)
    seen = {name: (v.base_url, v.limits.concurrency, v.limits.read_timeout) for name, v in read.vendors.items()}
    assert seen == {
        "a": ("https://a.example", 2, 3),
        "b": ("https://b.example", 9, 3),
        "c": ("https://c.example", 2, 3),
    }


def test_offline_needs_no_secrets_but_lists_those_that_are_set(project: Project) -> None:
    text = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_BASE_URL}
    headers: {X-API-Key: "Bearer ${secret:env:KEY}", X-File: "${secret:file:secrets/none}", X-Set: "${SET}"}
    limits: {concurrency: "${N}", max_body: "${SIZE}"}
    allow_writes: ${WRITES}
    verify: ${VERIFY}
    requests: {a: {path: "${P}", query: {q: "${Q}"}, body: "${B}"}}
    states: {a: {params: {p: "${P}"}}}
ledger: ${LEDGER}
"""
    read = project.load(text, {"SET": "1"}, SecretsMode.DEFER)
    vendor = read.vendors["crm"]
    assert vendor.base_url == "${CRM_BASE_URL}"
    headers = {"X-API-Key": "Bearer ${secret:env:KEY}", "X-File": "${secret:file:secrets/none}", "X-Set": "1"}
    assert vendor.headers == headers
    assert vendor.limits == Limits()
    assert (vendor.allow_writes, vendor.verify, read.ledger) == (False, True, "${LEDGER}")
    assert read.secrets == (Secret("SET", "1"),)


SECRET = "hunter2-s3cret-value"
LEAKS = {
    "base_url": "base_url: ${S}",
    "header": 'base_url: https://a.example\n    headers: {X-A: "${S}"}',
    "number": 'base_url: https://a.example\n    limits: {concurrency: "${S}", max_body: "${S}", read_timeout: "${S}"}',
    "switch": "base_url: https://a.example\n    allow_writes: ${S}\n    verify: ${S}",
    "choice": 'base_url: https://a.example\n    severity: {added: "${S}"}',
    "path": 'base_url: https://a.example\n    contracts: ["${S}/*.json"]\n    requests: {a: {path: "${S}"}}',
    "translation": 'base_url: https://a.example\n    translations: [{interaction: a, kind: "${S}", file: "${S}"}]',
    "mapping": "base_url: https://a.example\n    limits: ${S}\n    states: ${S}\n    contracts: ${S}",
}


@pytest.mark.parametrize("keys", LEAKS.values(), ids=LEAKS)
def test_no_secret_in_a_fault_or_in_what_hangs_on_it(project: Project, keys: str) -> None:
    project.write(f"version: ${{S}}\nvendors:\n  crm:\n    {keys}\nledger: ${{S}}\nrecordings: ${{S}}\n")
    with pytest.raises(ConfigError) as caught:
        load(project.file, {"S": SECRET + "\r\n"}, secrets=SecretsMode.REQUIRE, kinds=("jsonata",))
    error = caught.value
    assert "hunter2" not in str(error) + repr(error) + repr(error.faults) + repr(error.args)
    assert error.__context__ is None  # pydantic's error holds its input
    assert error.__cause__ is None


def test_no_secret_in_the_repr_of_settings(project: Project) -> None:
    vendor = project.vendor('headers: {X-A: "${S}"}', {"S": SECRET})
    shown = {f.name for f in dataclasses.fields(vendor) if f.repr}
    if "headers" in shown:
        pytest.skip("model.Vendor shows its headers in its repr")
    assert SECRET not in repr(vendor)


def test_all_faults_stand_in_file_order(project: Project) -> None:
    text = "version: 1\nvendors:\n  b: {base_url: x, nope: 1}\n  a: {base_url: ftp://x}\nledger: x\n"
    project.write(text)
    with pytest.raises(ConfigError) as caught:
        load(project.file, {}, secrets=SecretsMode.REQUIRE, kinds=())
    places = [(fault.line, fault.column) for fault in caught.value.faults]
    assert places == [(3, 17), (3, 20), (4, 17), (5, 9)]


# -- finding -----------------------------------------------------------------------------------------------


def test_find(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").touch()
    (tmp_path / "other.yaml").touch()
    assert find(None, tmp_path) == tmp_path / "monitor.yaml"
    assert find(Path("other.yaml"), tmp_path) == tmp_path / "other.yaml"
    assert find(tmp_path / "other.yaml", Path("/nowhere")) == tmp_path / "other.yaml"


def test_find_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no monitor.yaml in this folder; run `monitor init` to make one"):
        find(None, tmp_path)
    with pytest.raises(UsageError, match=r"x.yaml: there is no such file; run `monitor init` to make one"):
        find(Path("x.yaml"), tmp_path)
    (tmp_path / "monitor.yml").touch()
    with pytest.raises(UsageError, match=r"rename monitor.yml to monitor.yaml"):
        find(None, tmp_path)


def test_a_file_is_shown_as_the_user_gave_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(Path("no/such.yaml"), {}, secrets=SecretsMode.REQUIRE, kinds=())
    assert caught.value.faults[0].file == "no/such.yaml"
    with pytest.raises(ConfigError) as caught:
        load(Path.cwd() / "no/such.yaml", {}, secrets=SecretsMode.REQUIRE, kinds=())
    assert caught.value.faults[0].file == "no/such.yaml"
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "x.yaml", {}, secrets=SecretsMode.REQUIRE, kinds=())
    assert caught.value.faults[0].file == str(tmp_path / "x.yaml")


# -- laws --------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    [
        "version",
        "1",
        "vendors",
        "crm",
        "base_url",
        "https://a.example",
        "limits",
        "concurrency",
        "states",
        "params",
        "requests",
        "query",
        "translations",
        "interaction",
        "kind",
        "jsonata",
        "expression",
        "contracts",
        "verify",
        "ledger",
        "headers",
        "severity",
        "max_body",
        "${S}",
        "${",
        "on",
        "~",
        "010",
        "2024-01-01",
        ".inf",
        "1e999",
        "<<",
    ]
)
_TOKENS = st.sampled_from(
    [": ", ":\n  ", "\n", "\n  ", "\n    ", "- ", "{", "}", "[", "]", ", ", '"', "'", "&a ", "*a", "\t"]
)
_YAMLISH = st.lists(_WORDS | _TOKENS | st.characters()).map("".join).map(lambda text: text.encode("utf-8", "replace"))
_TREES = st.recursive(
    _WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=6),
    max_leaves=20,
)


def _answer(project: Project, data: bytes) -> Settings | ConfigError:
    project.write(data)
    try:
        return load(project.file, {"S": SECRET}, secrets=SecretsMode.REQUIRE, kinds=("jsonata",))
    except ConfigError as error:
        return error


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary() | _YAMLISH)
def test_any_bytes_give_settings_or_a_config_error(project: Project, data: bytes) -> None:
    answer = _answer(project, data)
    if isinstance(answer, ConfigError):
        assert answer.faults
        assert SECRET not in str(answer)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=st.fixed_dictionaries({"version": st.just(1), "vendors": st.fixed_dictionaries({"crm": _TREES}) | _TREES}))
def test_any_structure_gives_faults_in_our_words(project: Project, tree: object) -> None:
    answer = _answer(project, yaml.safe_dump(tree, allow_unicode=True).encode())
    if isinstance(answer, ConfigError):
        assert "is wrong" not in str(answer)  # what is said of an error of pydantic that the table lacks
        assert all(fault.line and fault.what and "\n" not in str(fault) for fault in answer.faults)
