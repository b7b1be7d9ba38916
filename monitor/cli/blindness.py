"""What a recording, once it is the baseline, cannot tell a drift of; said when it is made and when it is approved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Interaction, Recording, Response

_MOST: Final = 5  # lists that are told


def blind_spots(interaction: Interaction, recording: Recording) -> Iterator[str]:
    """A line each; nothing where there is no response."""
    response = recording.exchange.response
    if response is not None:
        yield from _empty_lists(response)
        yield from _blank_outputs(interaction, recording, response)


def _blank_outputs(interaction: Interaction, recording: Recording, response: Response) -> Iterator[str]:
    """Outputs that hold nothing of the response: they cannot be lost."""
    from monitor.checking.translations import blank_outputs, listed
    from monitor.pipeline.cases import body_is_masked

    for translation in interaction.translations:
        names = blank_outputs(translation, response, masked=body_is_masked(recording))
        of = f" of {printable(translation.name)}" if len(interaction.translations) > 1 else ""
        if names:
            yield f"  note: outputs{of} blank in this recording: {listed(names)}; a loss of these cannot be told"


def _empty_lists(response: Response) -> Iterator[str]:
    """The members of lists that are empty in it."""
    from monitor.checking.shape import Shape, learn
    from monitor.errors import JsonError
    from monitor.jsonpaths import ANY, Path, format_path, read_json

    def empty(shape: Shape, path: Path) -> Iterator[Path]:
        if shape.arrays and shape.items is None:
            yield path
        for key, child in shape.keys.items():
            yield from empty(child, (*path, key))
        if shape.items is not None:
            yield from empty(shape.items, (*path, ANY))

    try:
        paths = list(empty(learn(read_json(response.body).value), ()))
    except JsonError:
        return
    for path in paths[:_MOST]:
        what = "the structure of its members is not compared until a recording that has some is approved"
        yield f"  note: the list at {format_path(path)} is empty: {what}"
