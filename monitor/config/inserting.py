"""Data actions added to a monitor.yaml, or an entry to another file of YAML, whose other text stays byte for byte as it
is, comments included.

1. Text is only ever inserted, at one place, which the nodes of the YAML parser show: after the last entry of
   data_actions, else after the vendor's last line, else after the last vendor.
2. A block's own trailing comments (those that are indented as it is) stay with it; what follows is the next one's.
3. There may be several places, and some are wrong (an alias, a text block that ends in blank lines, or in the file's
   last line, which has no line break). What was made is read again: it counts only if it is the old tree and the new
   entries, no more and no less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from monitor.config.expansion import AsWritten
from monitor.config.template import HEAD, TAIL, quoted
from monitor.config.tree import Kind, Scalar, Tree
from monitor.config.yamlfile import composed, parse

Lines: TypeAlias = Sequence[str]
_Place: TypeAlias = tuple[int, str]  # a position, and what is inserted there

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_STEP: Final = 2
_VENDORS: Final = "vendors"
_ACTIONS: Final = "data_actions"


@dataclass(frozen=True, slots=True)
class Addition:
    """``entries`` are the new ones of the vendor, each as its lines ``key: value`` and ``# comment``.

    ``about`` are comments that stand above them where the vendor is new.
    """

    vendor: str
    entries: Sequence[Lines]
    about: Lines = ()

    def block(self, indent: int) -> Iterator[str]:
        """The entries as a block list."""
        yield from _block(self.entries, indent)

    def flow(self) -> str:
        """The entries on one line, which has no place for comments."""
        return ", ".join(
            f"{{{', '.join(line for line in entry if not line.startswith('#'))}}}" for entry in self.entries
        )

    def key(self, indent: int) -> Iterator[str]:
        """data_actions with its entries."""
        yield f"{' ' * indent}{_ACTIONS}:"
        yield from self.block(indent + _STEP)

    def whole(self, indent: int, step: int = _STEP) -> Iterator[str]:
        """The vendor."""
        yield f"{' ' * indent}{quoted(self.vendor)}:"
        yield from (f"{' ' * (indent + step)}{line}" for line in self.about)
        yield from self.key(indent + step)

    def pasted(self) -> str:
        """To be pasted under ``vendors:`` by a person."""
        return "\n".join(self.whole(_STEP)) + "\n"


def starter(addition: Addition) -> str:
    """A monitor.yaml of this vendor alone."""
    return "".join((HEAD, *(f"{line}\n" for line in addition.whole(_STEP)), TAIL))


def with_actions(text: str, addition: Addition) -> str | None:
    """``text`` with the entries; None where no place was found at which nothing else changes.

    ``text`` must be YAML without faults.
    """
    root = composed(text)
    if not isinstance(root, yaml.Node):
        return None
    old = parse(text, "", AsWritten()).tree or {}
    wanted = _grown(old, addition)
    return _first_that_holds(text, _places(text, root, addition), wanted)


def appended(text: str, key: str, entry: Lines) -> str | None:
    """``text`` with one more entry, as its lines, of the list at a top key; None as of ``with_actions``."""
    root = composed(text)
    old = parse(text, "", AsWritten()).tree
    if not isinstance(root, yaml.Node) or old is None:
        return None
    listed, added = old.get(key), _entries([*_block([entry], 0)])
    if added is None or not (listed is None or isinstance(listed, list) or _is_empty(listed)):
        return None
    wanted: dict[str, Tree] = {**old, key: [*(listed if isinstance(listed, list) else ()), *added]}
    standing, flow = _value(root, key), f"{{{', '.join(entry)}}}"
    if standing is None:
        block = "\n".join((f"{key}:", *_block([entry], _STEP)))
        places = _in_mapping(text, root, block, f"{key}: [{flow}]")
    else:
        places = _in(text, standing, "\n".join(_block([entry], _indent(standing))), flow)
    return _first_that_holds(text, places, wanted)


def _first_that_holds(text: str, places: Iterable[_Place], wanted: dict[str, Tree] | None) -> str | None:
    for position, inserted in places:
        new = f"{text[:position]}{inserted}{text[position:]}"
        read = parse(new, "", AsWritten())
        if not read.faults and read.tree == wanted:
            return new
    return None


def _block(entries: Iterable[Lines], indent: int) -> Iterator[str]:
    """The entries as a block list."""
    for lines in entries:
        first = next(index for index, line in enumerate(lines) if not line.startswith("#"))
        for index, line in enumerate((lines[first], *lines[:first], *lines[first + 1 :])):
            yield f"{' ' * indent}{'  ' if index else '- '}{line}"


def _entries(block: Lines) -> list[Tree] | None:
    """What the lines of a block list are read as; None where they are none."""
    added = parse("\n".join(("a:", *block)), "", AsWritten())
    entries = (added.tree or {}).get("a")
    return entries if isinstance(entries, list) and not added.faults else None


# -- the tree that must come out --------------------------------------------------------------------------


def _grown(old: dict[str, Tree], addition: Addition) -> dict[str, Tree] | None:
    vendors = _mapping(old.get(_VENDORS))
    vendor = _mapping(vendors.get(addition.vendor)) if vendors is not None else None
    listed = vendor.get(_ACTIONS) if vendor is not None else None
    if vendors is None or vendor is None or not (listed is None or isinstance(listed, list) or _is_empty(listed)):
        return None
    entries = _entries([*addition.block(0)])
    if entries is None:
        return None
    whole: Tree = [*(listed if isinstance(listed, list) else ()), *entries]
    return {**old, _VENDORS: {**vendors, addition.vendor: {**vendor, _ACTIONS: whole}}}


def _is_empty(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.kind is Kind.EMPTY


def _mapping(tree: Tree | None) -> dict[str, Tree] | None:
    """A mapping; an empty one where nothing is written. None: something else."""
    if tree is None or _is_empty(tree):
        return {}
    return tree if isinstance(tree, dict) else None


# -- places -----------------------------------------------------------------------------------------------


def _places(text: str, root: yaml.Node, addition: Addition) -> Iterator[_Place]:
    """Where the entries may go, and how they are written there; the best first."""
    vendors = _value(root, _VENDORS)
    if vendors is None:
        top = "\n".join((f"{_VENDORS}:", *addition.whole(_STEP)))
        yield from _in_mapping(text, root, top, f"{_VENDORS}: {{{_flow_vendor(addition)}}}")
        return
    vendor = _value(vendors[1], addition.vendor)
    if vendor is None:
        indent, step = _indent(vendors), _step(vendors[1])
        yield from _in(text, vendors, "\n".join(addition.whole(indent, step)), _flow_vendor(addition))
        return
    actions = _value(vendor[1], _ACTIONS)
    if actions is None:
        yield from _in(text, vendor, "\n".join(addition.key(_indent(vendor))), f"{_ACTIONS}: [{addition.flow()}]")
    else:
        yield from _in(text, actions, "\n".join(addition.block(_indent(actions))), addition.flow())


def _flow_vendor(addition: Addition) -> str:
    return f"{quoted(addition.vendor)}: {{{_ACTIONS}: [{addition.flow()}]}}"


_Pair: TypeAlias = tuple[yaml.Node, yaml.Node]


def _value(node: yaml.Node, name: str) -> _Pair | None:
    """A key of a mapping, and what stands there."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == name), None)


def _indent(pair: _Pair) -> int:
    """Of what stands in the value, or would stand there."""
    key, value = pair
    return key.start_mark.column + _STEP if isinstance(value, yaml.ScalarNode) else value.start_mark.column


def _step(node: yaml.Node) -> int:
    """How much deeper the keys of the mapping's own mappings stand."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    steps = (value.start_mark.column - key.start_mark.column for key, value in pairs if _is_block(value))
    return next((step for step in steps if step > 0), _STEP)


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _in(text: str, pair: _Pair, block: str, flow: str) -> Iterator[_Place]:
    """At the end of what stands at a key."""
    key, value = pair
    if isinstance(value, yaml.ScalarNode):  # nothing, or it would be no list or mapping
        yield _line_end(text, key.end_mark.index, block)
    else:
        yield from _in_mapping(text, value, block, flow)


def _in_mapping(text: str, node: yaml.Node, block: str, flow: str) -> Iterator[_Place]:
    """At the end of a mapping or list."""
    if _is_block(node):
        end = min(node.end_mark.index, len(text))
        lines = _lines_until(text, end)
        position = _own_end(text, lines, node.start_mark.column)
        apart = isinstance(node, yaml.MappingNode) and _is_comment(text[:position])
        yield _line(text, position, f"\n{block}" if apart else block)
        yield _line(text, lines[-1], block)
        yield _line(text, node.start_mark.index - node.start_mark.column, block)
    else:
        end = node.end_mark.index - 1
        for comma in (", ", ""):
            yield end, f"{comma}{flow}"


def _lines_until(text: str, end: int) -> list[int]:
    """Where the lines begin up to the one in which a block has ended: the next thing stands there."""
    starts = [0, *(match.end() for match in _BREAK.finditer(text, 0, end))]
    if end == len(text) and starts[-1] < end:  # a last line without a break
        starts.append(end)
    return starts


def _own_end(text: str, lines: Sequence[int], column: int) -> int:
    """Where the block's own lines end: what is blank, or a comment that is indented less, is not its own."""
    position = lines[-1]
    for start, end in zip(reversed(lines[:-1]), reversed(lines[1:]), strict=True):
        line = text[start:end]
        stripped = line.lstrip(" \t")
        is_own_comment = stripped.startswith("#") and len(line) - len(stripped) >= column
        if stripped.strip() and (is_own_comment or not stripped.startswith("#")):
            return position
        position = start
    return position


def _is_comment(before: str) -> bool:
    """Whether the last line is one: a new key right below would look as if it were what the comment tells of."""
    lines = _BREAK.split(before)
    return len(lines) > 1 and lines[-2].lstrip(" \t").startswith("#")


def _line_end(text: str, position: int, block: str) -> _Place:
    match = _BREAK.search(text, position)
    return _line(text, match.end() if match else len(text), block)


def _line(text: str, position: int, block: str) -> _Place:
    """``block`` as lines of its own at ``position``, with the file's line breaks."""
    found = _BREAK.search(text)
    mark = found[0] if found and found[0] in ("\r\n", "\n", "\r") else "\n"
    lines = block.replace("\n", mark) + mark
    before = text[:position]
    return position, lines if not before or _BREAK.search(before, position - 1) else f"{mark}{lines}"
