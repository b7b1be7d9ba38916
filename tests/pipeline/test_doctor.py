"""doctor: each check on what it must notice, and that nothing is hidden, left behind or told."""

from __future__ import annotations

import dataclasses
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.calling.certificates import expiry
from monitor.calling.client import Caller
from monitor.model import (
    ActionExample,
    ActionSource,
    Case,
    Exchange,
    Finding,
    Judgement,
    Limits,
    Loss,
    Mismatch,
    Outcome,
    Request,
    RequestOverride,
    Response,
    Severity,
    StateBinding,
    StoredCase,
    Vendor,
)
from monitor.pipeline.doctor import Check, State, World, examine, exit_of
from monitor.pipeline.doctor.configuration import needs_unset
from monitor.pipeline.doctor.engines import of_judgement, of_version, pinned
from monitor.pipeline.doctor.places import network_disk, private
from monitor.pipeline.doctor.vendors import of_expiry, skew
from monitor.pipeline.tools import Judges
from monitor.recordings.locks import vendor_lock
from monitor.recordings.masking import Masker
from monitor.workers.pool import JudgePool
from tests.contracts.actions.exports import text_of
from tests.road.scripted import ScriptedVendor, interaction, json_answer, pact_of, serving

MOMENT = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
SECRET = "s3cr3t-canary-key"
CONFIG = """\
version: 1
vendors:
  crm: {base_url: "${CRM_URL}", contracts: [contracts/*.json], headers: {X-API-Key: "${secret:env:CRM_KEY}"}}
"""
FOUND = Judgement(
    Outcome.DRIFTED,
    (
        Finding("$", Severity.BREAKING, True, Mismatch("$", "body", "x", "y")),
        Finding("output:x", Severity.BREAKING, True, Loss("output:x", "x", "x", "String", "missing")),
    ),
)


class Quick:
    """Judges that find what must be found, without a process."""

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        future: Future[Judgement] = Future()
        future.set_result(FOUND)
        return future


@contextmanager
def quick() -> Iterator[Judges]:
    yield Quick()


@dataclasses.dataclass(frozen=True)
class Place:
    """A folder with a monitor.yaml, and doctor in it."""

    folder: Path
    url: str

    def world(self, **changes: object) -> World:
        environ = {"CRM_URL": self.url, "CRM_KEY": SECRET}
        base = World(
            config=None,
            folder=self.folder,
            environ=environ,
            clock=lambda: datetime.now(UTC),
            judges=quick,
            caller=lambda vendor: Caller(vendor, lambda: datetime.now(UTC), ""),
            masker=lambda settings: Masker(settings.secrets),
        )
        return dataclasses.replace(base, **changes)  # type: ignore[arg-type]  # fields of World

    def examine(self, *vendors: str, **changes: object) -> tuple[Check, ...]:
        return tuple(examine(self.world(**changes), vendors))

    def write(self, text: str) -> None:
        (self.folder / "monitor.yaml").write_text(text)


@pytest.fixture
def vendor() -> Iterator[ScriptedVendor]:
    with serving() as scripted:
        scripted.answers["/c"] = json_answer({"id": 1})
        yield scripted


@pytest.fixture
def place(tmp_path: Path, vendor: ScriptedVendor) -> Place:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "a.json").write_text(pact_of(interaction("a lookup", "/c", {"id": 1})))
    made = Place(tmp_path, vendor.url)
    made.write(CONFIG)
    return made


def told(checks: tuple[Check, ...], *states: State) -> dict[str, str]:
    wanted = states or (State.FAILED, State.WARNING, State.SKIPPED)
    return {check.name: f"{check.what}; {check.fix}" for check in checks if check.state in wanted}


# -- the whole --------------------------------------------------------------------------------------------


def test_all_is_well_and_nothing_is_left_behind(place: Place, vendor: ScriptedVendor) -> None:
    before = sorted(place.folder.rglob("*"))
    checks = place.examine(judges=lambda: JudgePool(1))
    assert told(checks) == {}
    names = [check.name for check in checks]
    assert names == [
        "python",
        *["engine"] * 2,
        *["jsonata"] * 2,
        "config",
        "contracts crm",
        *["permissions"] * 2,
        "disk",
        "lock crm",
        "ledger",
        "secrets",
        "proxy crm",
        "reachability crm",
        "clock crm",
    ]
    assert exit_of(checks) == 0
    assert vendor.seen == ["/c"]
    assert sorted(place.folder.rglob("*")) == before


def test_a_file_that_cannot_be_read_hides_neither_python_nor_engines(place: Place) -> None:
    place.write("version: 1\nvendors:\n  crm: {base_url: nothing, limits: {concurency: 3}}\n  b: {}\n")
    checks = place.examine()
    failed = [check for check in checks if check.state is State.FAILED]
    assert {check.name for check in failed} == {"config"}
    assert len(failed) == 3
    assert "did you mean" in " ".join(check.fix for check in failed)
    assert [check.name for check in checks[:2]] == ["python", "engine"]
    assert exit_of(checks) == 2


def test_no_file_at_all_says_how_to_make_one(tmp_path: Path) -> None:
    checks = Place(tmp_path, "").examine()
    assert "monitor init" in told(checks, State.FAILED)["config"]
    assert exit_of(checks) == 2


def test_an_unknown_vendor_is_told(place: Place, vendor: ScriptedVendor) -> None:
    checks = place.examine("cmr")
    assert "did you mean 'crm'?" in told(checks, State.FAILED)["config"]
    assert (exit_of(checks), vendor.seen) == (2, [])


def test_what_is_not_set_is_named_and_sent_nowhere(place: Place, vendor: ScriptedVendor) -> None:
    place.write(CONFIG + '  other: {base_url: "${CRM_URL}", contracts: [contracts/*.json]}\n')
    checks = place.examine(environ={"CRM_URL": vendor.url})
    assert "CRM_KEY is not set" in told(checks, State.FAILED)["secrets"]
    assert "see secrets" in told(checks, State.SKIPPED)["reachability crm"]
    assert "reachability other" in told(checks, State.OK)
    assert exit_of(checks) == 2
    assert vendor.seen == ["/c"]


def test_a_short_secret_is_named_and_no_value_is_told(place: Place, vendor: ScriptedVendor) -> None:
    checks = place.examine(environ={"CRM_URL": vendor.url, "CRM_KEY": "x9z"})
    assert "CRM_KEY" in told(checks, State.WARNING)["secrets"]
    assert "x9z" not in repr(checks)
    assert SECRET not in repr(place.examine())


# -- contracts --------------------------------------------------------------------------------------------


def test_a_broken_contract_is_told_and_base_url_is_called(place: Place, vendor: ScriptedVendor) -> None:
    (place.folder / "contracts" / "b.json").write_text('{"interactions": [{}]}')
    checks = place.examine()
    assert "contracts/b.json" in told(checks, State.FAILED)["contracts crm"]
    assert exit_of(checks) == 2
    assert "base_url" in told(checks, State.OK)["reachability crm"]


def test_interactions_that_will_not_run_are_counted(place: Place) -> None:
    write = interaction("a write", "/c", {})
    write["request"] = {"method": "DELETE", "path": "/c"}
    (place.folder / "contracts" / "b.json").write_text(pact_of(write))
    warned = told(place.examine(), State.WARNING)["contracts crm"]
    assert warned.startswith("1 of 2 interactions will not run, first a write: DELETE may change data")
    (place.folder / "contracts" / "a.json").unlink()
    assert "base_url" in told(place.examine(), State.OK)["reachability crm"]


# -- places -----------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_is_told(place: Place) -> None:
    (place.folder / "file").write_text("")
    place.write(CONFIG + "state_dir: file/state\n")
    checks = place.examine()
    assert "a folder of its path is a file" in told(checks, State.FAILED)["permissions"]
    assert sum(check.name == "permissions" for check in checks) == 2
    assert exit_of(checks) == 3


@pytest.mark.parametrize(("mode", "others", "words"), [(0o755, 0o077, "may read"), (0o720, 0o022, "may write")])
def test_folders_that_others_may_use_are_told(tmp_path: Path, mode: int, others: int, words: str) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    folder.chmod(mode)
    (check,) = private(folder, others)
    assert (check.state, words in check.what) == (State.WARNING, True)
    folder.chmod(0o700)
    assert list(private(folder, others)) == []
    assert list(private(tmp_path / "none", others)) == []


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
nas:/a /mnt/nas nfs4 rw 0 0
/dev/sdb1 /mnt/nas/local xfs rw 0 0
//nas/b /mnt/my\\040share cifs rw 0 0
host: /mnt/ssh fuse.sshfs rw 0 0
rubbish
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me", ""),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas/watch/recordings", "nfs4"),
        ("/mnt/nas/local/recordings", ""),
        ("/mnt/nasty", ""),
        ("/mnt/my share/x", "cifs"),
        ("/mnt/ssh/x", "fuse.sshfs"),
    ],
)
def test_network_disks_are_known(path: str, kind: str) -> None:
    assert network_disk(Path(path), MOUNTS) == kind
    assert network_disk(Path(path), "") == ""


def test_too_little_room_is_told(place: Place) -> None:
    place.write(CONFIG + "recordings: {min_free: 900TB}\n")
    checks = place.examine()
    assert "min_free is 900" in told(checks, State.FAILED)["disk"]
    assert exit_of(checks) == 3


def test_who_holds_a_vendor_is_told_and_it_is_left_alone(place: Place) -> None:
    with vendor_lock(place.folder / ".monitor", "crm", "monitor check", 0):
        warned = told(place.examine(), State.WARNING)["lock crm"]
        assert "is in use by 'monitor check'" in warned
    assert told(place.examine(), State.OK)["lock crm"].startswith("free")


def test_a_holder_that_died_holds_nothing(place: Place) -> None:
    locks = place.folder / ".monitor" / "locks"
    locks.mkdir(parents=True, mode=0o700)
    (locks / "crm.json").write_text('{"pid": 999999999, "host": "gone", "since": "", "command": "monitor check"}')
    assert told(place.examine(), State.OK)["lock crm"].startswith("free")


# -- engines ----------------------------------------------------------------------------------------------


def test_versions_are_compared_with_the_pin() -> None:
    assert of_version("engine", "x", "1.2", "1.2").state is State.OK
    assert of_version("engine", "x", "1.3", "1.2").fix.endswith("pip install 'x==1.2'")
    assert of_version("engine", "x", "1.3", "").state is State.WARNING
    assert pinned("pact-python-ffi")
    assert pinned("httpx") == pinned("no-such-thing") == ""


@pytest.mark.parametrize(
    ("judgement", "state", "words"),
    [
        (FOUND, State.OK, ""),
        (Judgement(Outcome.SAME), State.FAILED, "did not find"),
        (Judgement(Outcome.DRIFTED, FOUND.findings[1:]), State.FAILED, "did not find"),
        (Judgement(Outcome.NOT_JUDGED, reason="no symbol"), State.FAILED, "no symbol"),
    ],
)
def test_an_engine_must_find_what_is_wrong(judgement: Judgement, state: State, words: str) -> None:
    check = of_judgement("engine", judgement, Mismatch)
    assert check.state is state
    assert words in check.what


# -- vendors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (200, State.OK, "GET answered 200"),
        (404, State.WARNING, "where the contract expects 200"),
        (401, State.FAILED, "status: the vendor answered 401"),
        (503, State.FAILED, "status: the vendor answered 503"),
    ],
)
def test_what_the_vendor_answers(place: Place, vendor: ScriptedVendor, status: int, state: State, words: str) -> None:
    vendor.answers["/c"] = json_answer({"secret": SECRET}, status)
    checks = place.examine()
    assert words in told(checks, state)["reachability crm"]
    assert exit_of(checks) == (3 if state is State.FAILED else 0)
    assert SECRET not in repr(checks)


@pytest.mark.parametrize(
    ("url", "step"), [("http://127.0.0.1:1", "connect"), ("http://no-such-host.invalid", "dns"), ("https:", "tls")]
)
def test_the_step_that_fails_is_named(place: Place, vendor: ScriptedVendor, url: str, step: str) -> None:
    target = vendor.url.replace("http:", "https:") if step == "tls" else url
    checks = place.examine(environ={"CRM_URL": target, "CRM_KEY": SECRET})
    assert told(checks, State.FAILED)["reachability crm"].startswith(f"{step}: ")
    assert "clock crm" not in {check.name for check in checks}
    assert exit_of(checks) == 3


def answered(headers: Mapping[str, str]) -> Response:
    return Response(200, "OK", "HTTP/1.1", tuple(headers.items()), b"")


DATE = "Sun, 22 Nov 2026 08:58:00 GMT"


@pytest.mark.parametrize(
    ("headers", "ahead"),
    [
        ({"Date": DATE}, 90),
        ({"date": DATE, "Age": "85"}, 5),
        ({"Date": DATE, "Age": "-1"}, 90),
        ({"Date": "Sun, 22 Nov 2026 09:00:00 GMT"}, -30),
        ({"Date": "Sun, 22 Nov 2026 08:58:00 -0000"}, 90),
        ({"Date": "yesterday"}, None),
        ({"Date": "Sun, 22 Nov 99999 08:58:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_far_the_clocks_are_apart(headers: Mapping[str, str], ahead: float | None) -> None:
    response = answered(headers)
    exchange = Exchange(Request("GET", "http://x"), response, None, MOMENT + timedelta(seconds=89), 2.0)
    assert skew(exchange, response) == (None if ahead is None else timedelta(seconds=ahead))


def test_a_clock_that_is_off_is_a_warning(place: Place) -> None:
    late = datetime.now(UTC) + timedelta(hours=2)
    checks = place.examine(caller=lambda vendor: Caller(vendor, lambda: late, ""))
    assert "s ahead of the vendor's" in told(checks, State.WARNING)["clock crm"]
    assert exit_of(checks) == 0


@pytest.mark.parametrize(("days", "state"), [(30, State.OK), (14, State.OK), (13, State.WARNING), (-1, State.WARNING)])
def test_a_certificate_that_ends_soon_is_a_warning(days: int, state: State) -> None:
    assert of_expiry("certificate crm", MOMENT + timedelta(days=days), MOMENT).state is state


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Callable[[], Vendor]]:
    """A vendor over TLS whose certificate lasts three days."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is not there to make a certificate")
    key, file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(file), "-days", "3", "-subj", "/CN=test"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as wrapped:
                    wrapped.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield lambda: Vendor("crm", f"https://127.0.0.1:{listener.getsockname()[1]}/api", verify=str(file))
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_when_a_certificate_ends(secure: Callable[[], Vendor]) -> None:
    vendor = secure()
    found = expiry(vendor)
    assert found is not None
    assert timedelta(days=2) < found - datetime.now(UTC) <= timedelta(days=3)
    assert expiry(dataclasses.replace(vendor, verify=False)) is None
    assert expiry(dataclasses.replace(vendor, verify=True)) is None  # nobody signed it
    assert expiry(dataclasses.replace(vendor, base_url="https://127.0.0.1:1")) is None
    assert expiry(Vendor("crm", "http://127.0.0.1:1")) is None


EXAMPLE = ActionExample("", {"phone": "${B}"})


@pytest.mark.parametrize(
    ("vendor", "needs"),
    [
        (Vendor("crm", "https://a.example", headers={"X": "1"}), False),
        (Vendor("crm", "${URL}"), True),
        (Vendor("crm", "https://a", headers={"X": "a ${B}"}), True),
        (Vendor("crm", "https://a", states={"s": StateBinding({"deep": [{"x": "${B}"}]})}), True),
        (Vendor("crm", "https://a", requests={"r": RequestOverride(path="/${B}")}), True),
        (Vendor("crm", "https://a", requests={"r": RequestOverride(query={"q": ("1", "${B}")})}), True),
        (Vendor("crm", "https://a", requests={"r": RequestOverride(headers={"X": "${B}"})}), True),
        (Vendor("crm", "https://a", requests={"r": RequestOverride(body=b'"${B}"')}), True),
        (Vendor("crm", "https://a", data_actions=(ActionSource("a.json"),)), False),
        (Vendor("crm", "https://a", data_actions=(ActionSource("a", credentials={"k": "${B}"}),)), True),
        (Vendor("crm", "https://a", data_actions=(ActionSource("a", auth_response={"k": "${B}"}),)), True),
        (Vendor("crm", "https://a", data_actions=(ActionSource("a", examples=(EXAMPLE,)),)), True),
        (
            Vendor(
                "crm", "https://a", data_actions=(ActionSource("a", override=RequestOverride(headers={"X": "${B}"})),)
            ),
            True,
        ),
    ],
)
def test_what_stands_unexpanded_is_seen(vendor: Vendor, needs: bool) -> None:
    assert needs_unset(vendor) == needs


def test_data_actions_without_a_base_url_are_no_failure(place: Place, vendor: ScriptedVendor) -> None:
    (place.folder / "a.json").write_text(text_of(url="/c", inputs={}, required=[]))
    place.write("version: 1\nvendors:\n  crm: {data_actions: [{file: a.json}]}\n")
    checks = place.examine("crm")
    said = told(checks)
    add = "nobody said where it is called; add to the vendor: base_url: https://api.example.com"
    assert said["reachability crm"] == f"{add}; "
    assert (
        said["contracts crm"]
        == f"1 of 1 interactions will not run, first Get customer: {add}; see: monitor config check"
    )
    assert (vendor.seen, exit_of(checks)) == ([], 0)
    place.write(f"version: 1\nvendors:\n  crm: {{base_url: {vendor.url}, data_actions: [{{file: a.json}}]}}\n")
    assert told(place.examine("crm")) == {}
    assert vendor.seen == ["/c"]


# -- exit codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        ([], 0),
        ([("clock crm", State.WARNING), ("config", State.SKIPPED)], 0),
        ([("engine", State.FAILED)], 3),
        ([("reachability crm", State.FAILED), ("contracts crm", State.FAILED)], 2),
        ([("secrets", State.FAILED)], 2),
    ],
)
def test_exit_codes(checks: list[tuple[str, State]], code: int) -> None:
    assert exit_of([Check(name, state, "") for name, state in checks]) == code


def test_a_check_is_a_value_that_json_can_hold() -> None:
    assert json.dumps(dataclasses.asdict(Check("a", State.OK, "b"))) == (
        '{"name": "a", "state": "ok", "what": "b", "fix": ""}'
    )
