"""Leaves of routes: severities, and the names of channels that monitor.yaml has.

Which names there are is known before the sections are read, so that a wrong route is told beside every other fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from monitor.config.leaves import closest, fail, kind_of, members, must_be, nearest, scalar_of, text, wrong
from monitor.config.tree import Kind, Scalar, Tree
from monitor.model import DIGEST, Severity
from monitor.printable import printable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named:
    """The channels that the file names, and whether its digest goes to any."""

    channels: tuple[str, ...] = ()
    gathers: bool = False


UNNAMED: Final = Named()


def named_in(tree: Tree | None) -> Named:
    """As far as the tree of a file, faults and all, tells."""
    alerts = tree.get("alerts") if isinstance(tree, dict) else None
    found = alerts.get("channels") if isinstance(alerts, dict) else None
    digest = alerts.get("digest") if isinstance(alerts, dict) else None
    return Named(
        tuple(name for name in found if name != DIGEST) if isinstance(found, dict) else (),
        # wrong channels of the digest are told where they stand
        gathers=isinstance(digest, dict) and "channels" in digest,
    )


def severity(name: str) -> str:
    known = [str(level) for level in Severity]
    if name not in known:
        raise fail(f"'{printable(name, 60)}' is no severity", nearest(name, known))
    return name


def channel_ref(tree: object, named: Named) -> str:
    """The name of a channel."""
    scalar = scalar_of(tree)
    name = text(tree)
    if not scalar.known or name in named.channels:
        return name
    if name == DIGEST:
        raise fail("the digest is no channel", f"name a channel: {', '.join(named.channels)}" if named.channels else "")
    what = "no channel has this name" if scalar.expanded else f"no channel is named '{printable(name, 60)}'"
    near = "" if scalar.expanded else closest(name, named.channels)
    fix = f"known are {', '.join(named.channels)}" if named.channels else "add it to alerts: channels:"
    raise fail(what, near or fix)


def channel_list(tree: object, named: Named) -> tuple[str, ...]:
    if not isinstance(tree, list):
        raise wrong(must_be("a list", kind_of(tree), "put it in brackets: [...]"))
    if not tree:
        raise fail("is empty", f"name at least one channel{': ' * bool(named.channels)}{', '.join(named.channels)}")
    return members(tree, lambda member: channel_ref(member, named))


def route(tree: object, named: Named) -> tuple[str, ...]:
    """The channels of one severity: a list, or the name of one; DIGEST is taken as a name."""

    def one(member: object) -> str:
        if not isinstance(member, Scalar) or member.value != DIGEST:
            return channel_ref(member, named)
        if not named.gathers:
            raise fail("nothing says where the digest goes", "add to alerts: digest: {channels: [...]}")
        return DIGEST

    if isinstance(tree, Scalar) and tree.kind is Kind.STRING:
        return (one(tree),)
    if not isinstance(tree, list):
        raise wrong(must_be("a list of channels", kind_of(tree), "write for instance [team]"))
    if not tree:
        raise fail("is empty: nobody would be told", "name a channel, or remove the key")
    return members(tree, one)


def not_empty(found: Mapping[str, T]) -> Mapping[str, T]:
    if not found:
        raise fail("is empty: nobody would be told", "write for instance {breaking: [team]}, or remove the key")
    return found


def at_most(found: Sequence[T], most: int) -> Sequence[T]:
    if len(found) > most:
        raise fail(f"has {len(found)} members, at most {most} are taken")
    return found
