"""``make demo``: a vendor on loopback, a baseline, a renamed field, and what monitor tells.

Works in a folder of its own, so that nothing of the project changes. Real processes: the vendor is
``monitor sandbox``, and every command is the one a person would type.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[1]
API_KEY: Final = "demo-key-1234"
CONTRACT_FILES: Final = ("monitor.yaml", "contracts")


def _say(text: str) -> None:
    print(f"\n# {text}", flush=True)


@contextmanager
def _vendor(version: int, port: int = 0) -> Iterator[str]:
    """The sandbox in another process; yields its URL."""
    command = [sys.executable, "-m", "monitor", "sandbox", "--port", str(port), "--version", str(version)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            announced = process.stderr.readline()
            url = next((word for word in announced.split() if word.startswith("http")), "")
            if not url:
                raise RuntimeError(announced or "the sandbox did not start")
            yield url
        finally:
            process.terminate()


def _run(folder: Path, url: str, *arguments: str) -> int:
    print(f"\n$ monitor {shlex.join(arguments)}", flush=True)
    environment = {**os.environ, "CRM_BASE_URL": url, "CRM_API_KEY": API_KEY}
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def _walk(folder: Path) -> int:
    _say("1. The vendor's CRM as it is today. Its responses are recorded and approved as the baseline.")
    with _vendor(version=1) as url:
        port = int(url.rsplit(":", 1)[1])
        recorded = _run(folder, url, "record", "--vendor", "crm", "--approve", "--note", "first baseline")
        _say("2. A check while nothing has changed: quiet.")
        quiet = _run(folder, url, "check", "--vendor", "crm")
    _say("3. The vendor renames customerId to customer_id. Nothing fails over there; here:")
    with _vendor(version=2, port=port) as url:
        drift = _run(folder, url, "check", "--vendor", "crm")
    _say("4. The vendor is down: that is told, and is never taken for drift or for recovery.")
    down = _run(folder, url, "check", "--vendor", "crm")
    print(f"\nexit codes: record {recorded}, quiet {quiet}, drift {drift}, down {down} (expected 0, 0, 1, 3)")
    return 0 if (recorded, quiet, drift, down) == (0, 0, 1, 3) else 1


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as name:
        folder = Path(name)
        for item in CONTRACT_FILES:
            source = PROJECT / item
            if source.is_dir():
                shutil.copytree(source, folder / item)
            else:
                shutil.copy(source, folder / item)
        return _walk(folder)


if __name__ == "__main__":
    sys.exit(main())
