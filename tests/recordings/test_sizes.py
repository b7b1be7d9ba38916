"""Sizes as people read them; room on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import StorageError
from monitor.recordings.sizes import shown_size
from monitor.recordings.space import require_free


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 KB"),
        (1_999, "1.9 KB"),
        (12_345_678, "12 MB"),
        (100_000_000, "100 MB"),
        (999_999_999, "999 MB"),
        (5_000_000_000, "5 GB"),
        (1_500_000_000_000, "1.5 TB"),
        (12_345_000_000_000_000, "12,345 TB"),
    ],
)
def test_shown(size: int, shown: str) -> None:
    assert shown_size(size) == shown


@given(st.integers(0, 10**18))
def test_never_more_than_it_is(size: int) -> None:
    number, unit = shown_size(size).replace(",", "").split()
    power = 1000 ** ("B", "KB", "MB", "GB", "TB").index(unit)
    tenths = round(float(number) * 10)
    assert tenths * power <= size * 10 < (tenths + 10) * power


def test_room(tmp_path: Path) -> None:
    missing = tmp_path / "not" / "there"
    require_free(missing, 0, "recordings are")
    require_free(missing, 1, "recordings are")
    with pytest.raises(StorageError, match=r"min_free is 1,000,000 TB") as caught:
        require_free(missing, 10**18, "recordings are")
    assert caught.value.what.startswith("only ")
    assert "B are free where recordings are kept" in caught.value.what
    assert caught.value.where == str(missing)
    assert "prune" in caught.value.fix
    assert not missing.parent.exists()


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="no disk here that has no size")  # noqa: PTH110
def test_a_disk_without_a_size_is_taken_to_have_room() -> None:
    require_free(Path("/proc/self"), 10**18, "recordings are")
