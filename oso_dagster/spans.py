"""Sets of days as ascending windows that neither touch nor overlap: union, and what is left of a window."""

from collections.abc import Iterable, Sequence

from oso_lake.calendar import Window


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The days of `windows`, as few windows as possible, ascending."""
    found: list[Window] = []
    for window in sorted(windows, key=lambda one: one.start):
        if found and window.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return tuple(found)


def without(window: Window, taken: Iterable[Window]) -> tuple[Window, ...]:
    """The days of `window` that are in none of `taken`."""
    left: list[Window] = []
    start = window.start
    for other in merged(taken):
        if other.end <= start or other.start >= window.end:
            continue
        if other.start > start:
            left.append(Window(start, other.start))
        start = other.end
    if start < window.end:
        left.append(Window(start, window.end))
    return tuple(left)


def overlap(one: Window, other: Window) -> bool:
    """Whether the windows share a day."""
    return one.start < other.end and other.start < one.end


def hull(windows: Sequence[Window]) -> Window:
    """The smallest window that holds all of `windows`, of which there is at least one."""
    return Window(min(w.start for w in windows), max(w.end for w in windows))
