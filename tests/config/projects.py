"""A folder as a user has it, and what loading a monitor.yaml in it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.load import SecretsMode, load
from monitor.errors import ConfigError
from monitor.model import Settings, Vendor
from tests.config.alerting_kinds import KINDS

FILES = {
    "contracts/crm/lookup.json": "{}",
    "contracts/crm/orders.json": "{}",
    "contracts/crm/deep/er.json": "{}",
    "contracts/crm/pop.jsonata": "$.customerId\n",
    "contracts/crm/pop.schema.json": '{"type": "object"}',
    "contracts/crm/broken.schema.json": '{"type":\n  object}',
    "contracts/crm/twice.schema.json": '{"type": "object", "type": "array"}',
    "contracts/crm/list.schema.json": "[]",
    "contracts/crm/actions/get-customer.json": "{}",
    "contracts/crm/actions/get-order.json": "{}",
    "contracts/crm/flows/sales.yaml": "{}",
    "ca.pem": "certificates",
    "secrets/key": "from-a-file\n",
    "secrets/empty": "\n",
    "secrets/large": "x" * 65_537,
}


@dataclass(frozen=True)
class Project:
    """The folder of a monitor.yaml."""

    root: Path

    @property
    def file(self) -> Path:
        return self.root / "monitor.yaml"

    def write(self, text: str | bytes) -> None:
        self.file.write_bytes(text.encode() if isinstance(text, str) else text)

    def load(
        self, text: str | bytes, environ: Mapping[str, str] | None = None, mode: SecretsMode = SecretsMode.REQUIRE
    ) -> Settings:
        self.write(text)
        return load(self.file, environ or {}, secrets=mode, kinds=("jsonata", "jsonpath"), channels=KINDS)

    def vendor(
        self, keys: str, environ: Mapping[str, str] | None = None, mode: SecretsMode = SecretsMode.REQUIRE
    ) -> Vendor:
        """The vendor crm with a base_url and these keys (a block, not indented)."""
        return self.load(self.text(keys), environ, mode).vendors["crm"]

    @staticmethod
    def text(keys: str) -> str:
        block = "\n".join(f"    {line}" for line in keys.splitlines())
        return f"version: 1\nvendors:\n  crm:\n    base_url: https://api.example.com\n{block}\n"

    def told(
        self, text: str | bytes, environ: Mapping[str, str] | None = None, mode: SecretsMode = SecretsMode.REQUIRE
    ) -> str:
        """What is printed for a wrong file, without the folder's name; nothing for a right one."""
        try:
            self.load(text, environ, mode)
        except ConfigError as error:
            return str(error).replace(f"{self.root}/", "")
        return ""


@dataclass(frozen=True)
class Case:
    """One case of a file in ``told/``: what is written, with what environment, and what is printed."""

    text: str
    environ: Mapping[str, str]
    told: str


def _unescaped(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")


def cases(name: str) -> list[Case]:
    blocks = (Path(__file__).parent / "told" / f"{name}.txt").read_text().split("\n\n")[1:]
    found: list[Case] = []
    for lines in (block.splitlines() for block in blocks if block.strip()):
        text = "\n".join(_unescaped(line[2:]) for line in lines if line.startswith("|"))
        pairs = (_unescaped(line[2:]).partition("=") for line in lines if line.startswith("$ "))
        told = "\n".join(line for line in lines if not line.startswith(("|", "$ ")))
        found.append(Case(text, {key: value for key, _, value in pairs}, told))
    return found
