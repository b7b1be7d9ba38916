"""The monitor.yaml that ``monitor init`` writes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from monitor.config.names import vendor_name_problem
from monitor.errors import UsageError

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*[A-Za-z0-9)]|https?://[A-Za-z0-9.:/_-]*[A-Za-z0-9]")
_MAX_SIMPLE_KEY = 900  # YAML takes a key on one line up to 1,024 characters

HEAD = """\
# What monitor watches. Paths are relative to this file. Check it with: monitor config check
# ${NAME} and ${NAME:-default} come from the environment, ${secret:env:NAME} and ${secret:file:PATH} from where
# secrets are kept. No value that came in so is ever written to a recording or report.
version: 1
vendors:
"""
_VENDOR = """\
  {vendor}:
    base_url: {base_url}

    # Pact files; ** crosses folders.
    {unless}contracts: [contracts/{folder}/*.json]

    # Data actions that Genesys Cloud exported are added by monitor import data-action FILE --vendor {folder}.

    # Sent with every request.
    # headers: {{Authorization: "Bearer ${{secret:env:{variable}}}"}}

    # What the contracts' provider states mean on staging: values for their generators.
{states}
    # What staging needs instead of a contract's example, by the interaction's description or id.
    # requests:
    #   a GET request to look up a customer: {{query: {{phone: "15555550100"}}}}
    #   a POST request that only searches: {{read_only: true}}

    # Interactions that are not called, each with the reason.
    # skip: {{a GET request that is gone: removed in version 2}}

    # What turns responses into the outputs that flows read.
    # translations:
    #   - interaction: a GET request to look up a customer
    #     kind: jsonata
    #     file: contracts/{folder}/screen-pop.jsonata
    #     schema: contracts/{folder}/screen-pop.schema.json

    # GET, HEAD and OPTIONS are sent; anything else only where this, or the request, allows it.
    # allow_writes: false

    # Times in seconds.
    # limits:
    #   {{concurrency: 4, per_second: 10, connect_timeout: 5, read_timeout: 15, total_timeout: 60, max_body: 20MB}}

    # When it is checked; monitor schedule prints this for cron, systemd and Kubernetes.
    # schedule: {{cron: "17 5 * * 1", timezone: Europe/Berlin, grace: 1h}}
"""
TAIL = """\

# After each run those go that are older than keep_days, then the oldest until all take at most max_size. Never deleted:
# baselines, the newest keep_last runs of each vendor, the newest recording of an interaction, a run without a report.
recordings: {dir: recordings, keep_days: 90, keep_last: 10, max_size: 5GB}

# Who is told of what. Alerts are sent by monitor check --notify, and by any check where MONITOR_ALERTS is true.
# alerts:
#   enabled: ${MONITOR_ALERTS:-false}
#   channels:
#     team: {kind: slack, token: "${secret:env:SLACK_TOKEN}", channel: "#vendor-drift"}
#   routes: {breaking: [team], warning: [team], info: digest}
#   digest: {cron: "0 8 * * 1", channels: [team]}
#   timezone: Europe/Berlin
"""


def quoted(text: str) -> str:
    """``text`` as one YAML scalar on one line: plain where nobody can misread it, else in double quotes."""
    if _PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    # a plain dump appends a document end, and folds at the width
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=len(text) * 12 + 80).removesuffix("\n")


def _encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _state(name: str) -> str:
    key = quoted(name)
    if len(key) <= _MAX_SIMPLE_KEY:
        return f"      {key}: {{params: {{}}}}"
    return f"      ? {key}\n      : {{params: {{}}}}"


def _states(names: Sequence[str]) -> str:
    # half a surrogate pair cannot stand in a UTF-8 file
    stubs = [_state(name) for name in dict.fromkeys(names) if _encodable(name)]
    if stubs:
        return "\n".join(["    states:", *stubs, ""])
    return '    # states:\n    #   A customer exists: {params: {phone: "15555550100"}}\n'


def key_variable(vendor: str) -> str:
    """The environment variable in which a new repository looks for the vendor's key."""
    variable = f"{re.sub(r'[^A-Z0-9]', '_', vendor.upper())}_API_KEY"
    return variable if variable[0].isalpha() else f"_{variable}"


def starter(vendor: str, base_url: str, states: Sequence[str] = (), *, has_contracts: bool = True) -> str:
    """A commented monitor.yaml of one vendor whose contracts lie in ``contracts/<vendor>/``, once there are any.

    ``base_url`` is written as it is, ``${...}`` included; ``states`` are the names of provider states.
    Raises UsageError for a vendor's name that could not be a folder's.
    """
    problem = vendor_name_problem(vendor)
    if problem:
        raise UsageError(problem.what, fix=problem.fix)
    variable = key_variable(vendor)
    whole = _VENDOR.format(
        vendor=quoted(vendor),
        folder=vendor,
        base_url=quoted(base_url),
        unless="" if has_contracts else "# ",
        variable=variable,
        states=_states(states),
    )
    return f"{HEAD}{whole}{TAIL}"
