"""What doctor says of the ledger, on either database; it makes and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from monitor.ledger.database import open_database, open_existing
from monitor.ledger.tables import incidents
from monitor.model import Settings
from monitor.pipeline.doctor.checks import Check, State, guarded
from monitor.pipeline.doctor.ledger import disk, ledger
from monitor.pipeline.doctor.places import network_disk, of_mount
from tests.ledger.conftest import NOW
from tests.ledger.postgres import Server

ROW = {"vendor": "crm", "interaction_id": "x", "subject": "drift", "severity": "breaking", "seen_at": NOW}


def looked_at(url: str, folder: Path) -> tuple[Check, ...]:
    file, recordings, state = (str(folder / name) for name in ("monitor.yaml", "recordings", "state"))
    settings = Settings(file, str(folder), {}, recordings, state, url)
    return tuple(guarded("ledger", lambda: ledger(settings)))


def test_what_is_there_is_told(database_url: str, tmp_path: Path) -> None:
    with open_database(database_url, NOW) as database, database.write() as connection:
        rows = [{**ROW, "fingerprint": str(n), "open": n != 2, "document": "{}"} for n in range(3)]
        connection.execute(insert(incidents), rows)
    (check,) = looked_at(database_url, tmp_path)
    assert check.state is State.OK
    assert ": revision 0001, " in check.what
    assert check.what.endswith("B, 2 open incidents")


def test_what_is_not_there_is_not_made(tmp_path: Path, postgres: Server) -> None:
    for url in (f"sqlite:///{tmp_path}/deep/ledger.db", postgres.fresh()):
        (check,) = looked_at(url, tmp_path)
        assert check.state is State.OK
        assert "the first check makes" in check.what
        assert open_existing(url, NOW) is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_is_one_failed_check(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"")
    for url, what in (
        (f"sqlite:///{tmp_path}/ledger.db", "it is empty"),
        ("postgresql://me:s3cr3t@127.0.0.1:1/ledger", "it cannot be reached"),
    ):
        check = looked_at(url, tmp_path)[-1]
        assert check.state is State.FAILED
        assert what in check.what
        assert check.fix
        assert "s3cr3t" not in repr(check)


def test_what_is_not_set_is_not_asked(tmp_path: Path) -> None:
    (check,) = looked_at("postgresql://me:${PASSWORD}@db/ledger", tmp_path)
    assert check.state is State.SKIPPED


def test_others_may_not_read_it(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/ledger.db", NOW).close()
    (tmp_path / "ledger.db").chmod(0o644)
    warned = looked_at(f"sqlite:///{tmp_path}/ledger.db", tmp_path)[0]
    assert (warned.state, warned.fix) == (State.WARNING, f"chmod 600 {tmp_path}/ledger.db")


def test_a_network_disk_is_refused(tmp_path: Path) -> None:
    mounts = f"nas:/share {tmp_path} nfs4 rw 0 0\n/dev/sda1 / ext4 rw 0 0\n"
    (check,) = disk(tmp_path / "state" / "ledger.db", mounts)
    assert check.state is State.FAILED
    assert "network disk (nfs4)" in check.what
    assert "PostgreSQL" in check.fix
    (tmp_path / "link.db").symlink_to("/elsewhere/ledger.db")
    assert list(disk(tmp_path / "link.db", mounts)) == []
    assert list(disk(Path("/var/ledger.db"), mounts)) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/Users/me", ""),
        ("/Volumes/my share/x", "smbfs"),
        ("/Volumes/web", "webdav"),
        ("/mnt/nas/a", "nfs"),
    ],
)
def test_what_mount_says_elsewhere(path: str, kind: str) -> None:
    said = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
//me@nas/share on /Volumes/my share (smbfs, nodev, nosuid, mounted by me)
https://dav.example/ on /Volumes/web (webdav, nodev)
nas:/export on /mnt/nas (nfs)
"""
    assert network_disk(Path(path), of_mount(said)) == kind
