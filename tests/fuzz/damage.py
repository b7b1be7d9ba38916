"""Documents damaged step by step. A case is a valid document and a few Edits.

1. An Edit is one small number that Hypothesis draws: that is quick, and a failure shrinks by leaving edits out and by
   making their numbers small.
2. ``damaged`` edits a JSON tree, and then the bytes that come of it: cut, flipped, doubled, thrown about. Only text
   can hold a key twice, ``1e999``, ``NaN`` or a hundred thousand brackets: such things stand in the tree as Raw, and
   twofold keys with a mark at their end.
3. No edit makes a key out of a value: what is planted in values (canaries) never becomes a name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Final, TypeAlias

from hypothesis import strategies as st

_HOW, _WHERE, _WHAT = 5, 10, 9  # bits


@dataclass(frozen=True, slots=True)
class Edit:
    """One step: ``how`` to damage, ``where`` and with ``what``; each counts modulo the choices that there are."""

    number: int

    @property
    def how(self) -> int:
        return self.number % (1 << _HOW)

    @property
    def where(self) -> int:
        return self.number >> (_HOW + _WHAT)

    @property
    def what(self) -> int:
        return (self.number >> _HOW) % (1 << _WHAT)

    def at(self, data: bytes) -> int:
        """A place in ``data``, its end included."""
        return self.where * (len(data) + 1) >> _WHERE


EDITS: Final = st.lists(st.builds(Edit, st.integers(0, (1 << _HOW + _WHERE + _WHAT) - 1)), max_size=4)

# -- material ---------------------------------------------------------------------------------------------

_TWICE: Final = "\0twice"
_MOST: Final = 600  # places of a tree; past it nothing is added
_LONGEST: Final = 300_000  # bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """What will stand in the file as it is."""

    text: str


Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | Raw | None"

HOSTILE_TEXTS: Final = (
    "", " ", "\0", "\ud800", "\udfff\ud800", "\u202e\u2066", "\x1b[31mred", "\r\n", "\ufeff", "é\u0301", "\U0001d518",
    "${X}", "${", "../../etc/passwd", "/", "//evil.example/", "http://evil.example/", "?a=1#b", "%", "%00", "%2e%2e",
    "$", "$.", "$..", "$[", "$[*]", "$.*", "$[-1]", "$[99999999999999999999999]", "$['", "$['a\\'b']",
    "$.a[0][*]['b c']", "$.é", "@.x", ".", "*", "[0]", "'", '"', "\\", "null", "true", "NaN", "Infinity", "-1", "0",
    "1.0", "1e999", "9" * 400, "x" * 5_000, "a," * 500, "(a+)+$", "^(a|aa|a+)+$", "(?<=a+)b", "(", "[",
    "a{1000000000}", "((a{99}){99}){99}",
    "(" * 2_000 + "a" + ")" * 2_000, "\\p{L}+", "(?i)(?P<x>a)(?P=x)", "\\1", "yyyy-MM-dd'T'HH:mm:ss", "yyyy'",
    "%Y", "application/json; charset=\0", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/xml", "text/html", "a/b/c; d", "Synchronous/HTTP", "Asynchronous/Messages", "2022-02-30",
    "99999-01-01T00:00:00Z", "__proto__", "base64", "===",
)  # fmt: skip
HOSTILE_VALUES: Final[tuple[Tree, ...]] = (
    None, True, False, 0, -1, 1, 65_536, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30, 0.1, -0.0, 5e-324,
    Raw("1e999"), Raw("-1e999"), Raw("1e-999"), Raw("1E400"), Raw("-0"), Raw("1.0"), Raw("NaN"), Raw("Infinity"),
    Raw("1" * 5_000), Raw("1e" + "9" * 30), Raw("01"), Raw(""), Raw("{"), Raw("["), Raw("\ud800"), Raw("'a'"),
    [], {}, [[]], [{}], {"": {}}, {"": None}, [None], ["", ""], {"matchers": []}, {"match": "type"},
)  # fmt: skip
_DEPTHS: Final = (1, 2, 60, 99, 100, 101, 126, 127, 128, 199, 250, 900, 3_000, 20_000)
_NAMES: Final = (
    "consumer", "provider", "interactions", "messages", "metadata", "pactSpecification", "version", "description",
    "type", "request", "response", "method", "path", "query", "headers", "body", "content", "contentType", "encoded",
    "status", "matchingRules", "generators", "providerStates", "providerState", "name", "params", "header", "match",
    "matchers", "combine", "regex", "min", "max", "rules", "value", "variants", "index", "format", "json", "base64",
    "pluginConfiguration", "equality", "include", "number", "integer", "decimal", "boolean", "null", "date", "time",
    "timestamp", "datetime", "values", "arrayContains", "statusCode", "notEmpty", "semver", "eachKey", "eachValue",
    "OR", "AND", "success", "ProviderState", "expression", "dataType", "plugins", "$", "$.body", "$.body.id", "$.id",
    "$.rows[*]", "$.*", "log", "entries", "_monitor", "digest", "postData", "text", "encoding", "fault", "complete",
)  # fmt: skip


def material(number: int) -> Tree:
    """The value that ``number`` stands for: hostile, or a word that the formats know."""
    choices: Sequence[Tree] = (HOSTILE_VALUES, HOSTILE_TEXTS, _NAMES)[number % 3]
    return _copied(choices[number // 3 % len(choices)])


def word(number: int) -> str:
    choices = (HOSTILE_TEXTS, _NAMES)[number % 2]
    return choices[number // 2 % len(choices)]


# -- trees ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a tree: a member of ``parent``."""

    parent: dict[str, Tree] | list[Tree]
    key: str | int

    def get(self) -> Tree:
        return self.parent[self.key]  # type: ignore[index]

    def set(self, value: Tree) -> None:
        self.parent[self.key] = value  # type: ignore[index]


def _slots(tree: Tree) -> list[Slot]:
    found: list[Slot] = []
    left: list[Tree] = [tree]
    while left:
        node = left.pop()
        members: list[Slot] = []
        if isinstance(node, dict):
            members = [Slot(node, key) for key in node]
        elif isinstance(node, list):
            members = [Slot(node, index) for index in range(len(node))]
        found += members
        left += [value for slot in members if isinstance(value := slot.get(), dict | list)]
    return found


def _drop(slot: Slot, _: int, __: Tree) -> None:
    del slot.parent[slot.key]  # type: ignore[arg-type]


def _replace(slot: Slot, what: int, _: Tree) -> None:
    slot.set(material(what))


def _retype(slot: Slot, what: int, _: Tree) -> None:
    value = slot.get()
    ways: tuple[Tree, ...] = ([value], {"a": value}, written(value)[:200], [value, _copied(value)], {word(what): value})
    slot.set(ways[what % len(ways)])


def _rename(slot: Slot, what: int, _: Tree) -> None:
    if isinstance(slot.parent, dict):
        value = slot.parent.pop(str(slot.key))
        slot.parent[word(what)] = value
    else:
        slot.parent.insert(int(slot.key), material(what))


def _add(slot: Slot, what: int, _: Tree) -> None:
    if isinstance(slot.parent, dict):
        slot.parent[word(what)] = material(what // 7)
    else:
        slot.parent.append(material(what))


def _double(slot: Slot, what: int, _: Tree) -> None:
    if isinstance(slot.parent, dict):
        slot.parent[f"{slot.key}{_TWICE}"] = material(what) if what % 2 else _copied(slot.get())
    else:
        slot.parent.append(_copied(slot.get()))


def _nest(slot: Slot, what: int, _: Tree) -> None:
    depth = _DEPTHS[what % len(_DEPTHS)]
    opened, closed = (("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"))[what // 16 % 3]
    slot.set(Raw(opened * depth + written(slot.get()) + closed * depth))


def _borrow(slot: Slot, what: int, tree: Tree) -> None:
    others = _slots(tree)
    slot.set(_copied(others[what % len(others)].get()))


def _repeat(slot: Slot, what: int, _: Tree) -> None:
    value, times = slot.get(), (2, 10, 100)[what % 3]
    if isinstance(value, str):
        slot.set(value * min(times, 20_000 // (len(value) + 1)))
        return
    members: list[Tree] = value if isinstance(value, list) else [value]
    times = min(times, _MOST // (len(_slots(members)) + 1))
    slot.set([_copied(member) for _ in range(times) for member in members])


def _copied(value: Tree) -> Tree:
    if isinstance(value, dict):
        return {key: _copied(member) for key, member in value.items()}
    return [_copied(member) for member in value] if isinstance(value, list) else value


Way: TypeAlias = Callable[[Slot, int, Tree], None]
WAYS: Final[tuple[Way, ...]] = (
    _replace, _drop, _retype, _rename, _add, _borrow, _double, _replace, _repeat, _replace, _borrow, _nest,
)  # fmt: skip


def written(tree: Tree) -> str:
    """``tree`` as JSON, or what would be JSON but for what is raw in it."""
    if isinstance(tree, str):
        return encode_basestring_ascii(tree)
    if isinstance(tree, dict):
        return "{" + ",".join([f"{written(k.removesuffix(_TWICE))}:{written(v)}" for k, v in tree.items()]) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(written, tree)) + "]"
    return tree.text if isinstance(tree, Raw) else json.dumps(tree)


def _edited(seed: str, edits: Sequence[Edit]) -> bytes:
    if not edits:
        return seed.encode()
    root: list[Tree] = [json.loads(seed)]
    for edit in edits:
        places = _slots(root)
        if 0 < len(places) <= _MOST:
            WAYS[edit.how % len(WAYS)](places[edit.where % len(places)], edit.what, root)
    # the root itself may be replaced, dropped, doubled
    return "".join(map(written, root)).encode("utf-8", "surrogatepass")[:_LONGEST]


# -- bytes ------------------------------------------------------------------------------------------------

HOSTILE_BYTES: Final = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xef\xbb\xbf", b"\xfe\xff", b"{", b"}", b"[", b"]", b'"', b"\\", b",",
    b":", b"\\u", b"\\ud800", b"\n", b"\r\n", b"\t", b"-", b"e", b"1e999", b"null", b"/*", b"//", b"#", b"'", b"&a ",
    b"*a", b"!!int ", b"%", b"${", b"<<: ", b"\x85", b"\xe2\x80\xa8", b"9" * 400, b"[" * 500, b"{" * 500, b"(" * 500,
)  # fmt: skip
_OF_BYTES: Final = 5
_ENCODINGS: Final = ("utf-16", "utf-8-sig", "utf-32", "utf-7")


def _flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] if at < len(data) else data


def _cut_once(data: bytes, edit: Edit) -> bytes:
    at, piece = edit.at(data), HOSTILE_BYTES[edit.what % len(HOSTILE_BYTES)]
    low, high = sorted((at, edit.what * 7 % (len(data) + 1)))
    ways = (
        lambda: data[:at] + piece + data[at:],
        lambda: _flipped(data, at, edit.what % 8),
        lambda: data[:at],
        lambda: data[at:],
        lambda: data[:low] + data[high:],
        lambda: data[:high] + data[low:],
        lambda: data[:at] + piece + data[at + len(piece) :],
        lambda: data[high:] + data[low:high] + data[:low],
        lambda: data.decode("utf-8", "replace").encode(_ENCODINGS[edit.what % len(_ENCODINGS)]),
    )
    return ways[(edit.how ^ edit.what) % len(ways)]()


def cut(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Any bytes, damaged as bytes."""
    for edit in edits:
        data = _cut_once(data, edit)
    return data


def damaged(seed: str, edits: Sequence[Edit], *, whole: bool = False) -> bytes:
    """The JSON text ``seed`` with its tree damaged, and then its bytes; ``whole``: only its tree.

    One edit of six is of bytes: what is no JSON at all is refused at the door, which is soon tested.
    """
    of_bytes = [edit for edit in edits if edit.how < _OF_BYTES and not whole]
    return cut(_edited(seed, [edit for edit in edits if edit not in of_bytes]), of_bytes)


# -- tokens -----------------------------------------------------------------------------------------------


def shuffled(tokens: Sequence[str], edits: Sequence[Edit], words: Sequence[str]) -> str:
    """Source code with tokens dropped, doubled, swapped, and ``words`` put in."""
    held = list(tokens)
    for edit in edits:
        at, other = edit.where % (len(held) + 1), edit.what % (len(held) + 1)
        word = words[edit.what % len(words)]
        match edit.how % 6:
            case 0:
                held[at : at + 1] = [word]
            case 1:
                held.insert(at, word)
            case 2:
                del held[at : at + 1 + edit.what % 3]
            case 3:
                held[at:at] = held[min(at, other) : max(at, other)]
            case 4:
                held[at : at + 1] = held[other : other + 1]
            case _:
                held[at:at] = [word] * min(edit.where, 2_000 // (len(word) + 1))
    return "".join(held)
