"""Names for the gates of a cell whose arrays hold all gates along their first axis."""

from typing import Any

from numpy import ndarray


def view(array: str, gate: int) -> property:
    """A property: the part of an array that belongs to one gate, as a read-only view, such as W_xi of W_x."""

    def part(cell: Any) -> ndarray:
        result: ndarray = getattr(cell, array)[gate]
        result.setflags(write=False)
        return result

    return property(part, doc=f"``{array}[{gate}]``, read-only.")
