"""pip-audit over the locked dependencies: fails on a known vulnerability, is told and passed over without an index."""

from __future__ import annotations

import json
import subprocess
import sys


def main(constraints: str) -> int:
    command = [sys.executable, "-m", "pip_audit", "-r", constraints, "--require-hashes", "--disable-pip"]
    command += ["--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"pip-audit: skipped, the index did not answer ({reason[:200]})")
        return 0
    audited = [package for package in packages if "skip_reason" not in package]
    for package in audited:
        for found in package["vulns"]:
            print(f"{package['name']} {package['version']}: {found['id']}, fixed in {found['fix_versions']}")
    print(f"pip-audit: {len(audited)} of {len(packages)} packages audited; the index knows nothing of the others")
    return 1 if any(package["vulns"] for package in audited) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
