"""The monitor.yaml that `monitor init` writes loads as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.load import SecretsMode, load
from monitor.config.template import quoted, starter
from monitor.errors import UsageError
from monitor.model import DIGEST, Digest, Schedule, Settings, Severity, StateBinding
from tests.config.alerting_kinds import KINDS

ODD = [
    "A customer with phone 15555551234 exists",
    'it\'s "quoted": yes # no comment',
    "yes",
    "null",
    "1e3",
    "2024-01-01",
    "- dash",
    "? question",
    "{braces} [brackets]",
    "*alias &anchor !tag",
    "${NOT_EXPANDED}",
    "back\\slash",
    "tab\there, line\nbreak",
    "日本語 😀 Zoë",
    "\u202e\u2028\x00\x85\ufeff",
    " spaces ",
    "",
    "<<",
    "=",
    "ends with:",
    "k" * 3000,
]


def loaded(folder: Path, text: str) -> Settings:
    (folder / "monitor.yaml").write_text(text, encoding="utf-8")
    return load(folder / "monitor.yaml", {}, secrets=SecretsMode.REQUIRE, kinds=("jsonata",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template")
    for vendor in ("crm", "null", "1e3", "a-b.c_d"):
        (root / "contracts" / vendor).mkdir(parents=True)
        (root / "contracts" / vendor / "a.json").touch()
    return root


@pytest.mark.parametrize("vendor", ["crm", "null", "1e3", "a-b.c_d"])
def test_it_loads(folder: Path, vendor: str) -> None:
    read = loaded(folder, starter(vendor, "http://127.0.0.1:8765", ODD))
    assert list(read.vendors) == [vendor]
    assert read.vendors[vendor].base_url == "http://127.0.0.1:8765"
    assert read.vendors[vendor].contracts == (str(folder / "contracts" / vendor / "a.json"),)
    assert read.vendors[vendor].states == dict.fromkeys(ODD, StateBinding())
    assert read.secrets == ()


def test_what_it_comments_out_is_right_too(folder: Path) -> None:
    (folder / "contracts/crm/screen-pop.jsonata").write_text("$")
    (folder / "contracts/crm/screen-pop.schema.json").write_text("{}")
    lines = starter("crm", "https://a.example").splitlines()
    first = lines.index("  crm:")
    kept = [line for line in lines if line.startswith("    # ") and not line.endswith(".")]
    text = "\n".join(lines[: first + 3] + [line.replace("    # ", "    ", 1) for line in kept])
    (folder / "monitor.yaml").write_text(text)
    vendor = load(
        folder / "monitor.yaml", {"CRM_API_KEY": "k"}, secrets=SecretsMode.REQUIRE, kinds=("jsonata",)
    ).vendors["crm"]
    assert vendor.headers == {"Authorization": "Bearer k"}
    assert set(vendor.states) == {"A customer exists"}
    assert len(vendor.requests) == 2
    assert len(vendor.translations) == 1
    assert vendor.limits.max_body == 20_000_000
    assert vendor.schedule == Schedule("17 5 * * 1", "Europe/Berlin")


def test_the_alerts_that_it_comments_out_are_right_too(folder: Path) -> None:
    lines = starter("crm", "https://a.example").splitlines()
    begin = lines.index("# alerts:")
    text = "\n".join([*lines[:begin], *(line.removeprefix("# ") for line in lines[begin:])])
    (folder / "monitor.yaml").write_text(text)
    environ = {"SLACK_TOKEN": "xoxb-1", "MONITOR_ALERTS": "true"}
    secrets = SecretsMode.REQUIRE
    read = load(folder / "monitor.yaml", environ, secrets=secrets, kinds=("jsonata",), channels=KINDS).alerts
    assert read.enabled
    assert read.channels["team"].options == {"token": "xoxb-1", "channel": "#vendor-drift"}
    assert read.routes[Severity.INFO] == (DIGEST,)
    assert read.digest == Digest("0 8 * * 1", ("team",))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.text(st.characters(codec="utf-8")), max_size=4))
def test_any_states(folder: Path, states: list[str]) -> None:
    read = loaded(folder, starter("crm", "https://a.example", states))
    assert set(read.vendors["crm"].states) == set(states)


def test_half_characters_are_left_out(folder: Path) -> None:
    assert set(loaded(folder, starter("crm", "https://a.example", ["\ud800", "a"])).vendors["crm"].states) == {"a"}


@pytest.mark.parametrize("name", ["", "..", "a/b", "CRM", "con", "nul.x", "a" * 65, "-a", "a."])
def test_a_vendor_that_cannot_be_a_folder(name: str) -> None:
    with pytest.raises(UsageError):
        starter(name, "https://a.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a plain one", "a plain one"), ("https://a.example:1/b", "https://a.example:1/b"), ("no", '"no"'), ("", '""')],
)
def test_quotes_stand_only_where_needed(text: str, expected: str) -> None:
    assert quoted(text) == expected
