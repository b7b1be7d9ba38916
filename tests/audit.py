"""pip-audit over the locked dependencies: fails on a known vulnerability, is told and passed over without an index."""

from __future__ import annotations

import subprocess
import sys


def main(constraints: str) -> int:
    command = [sys.executable, "-m", "pip_audit", "-r", constraints, "--require-hashes", "--disable-pip"]
    done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        print("pip-audit: no known vulnerability")
        return 0
    if "known vulnerabilit" in done.stdout + done.stderr:
        print(done.stdout, done.stderr, sep="\n")
        return 1
    reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    print(f"pip-audit: skipped, the index did not answer ({reason[:200]})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
