"""What a model reads of its parents for a window: the `reads` tag, parsed, and turned into windows and offsets.

`window` is the window itself, `history` everything from the start, `lookback:N` also N days before it,
`lookback:1:month` the month before it, `rolling:30:day` the 30 days that end with each sample date, `rolling:30:day:1`
also the one window before.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from oso_lake.calendar import ONE_DAY, Grain, Window, rolling_window, shift

# how many days a partition mapping must reach back for one unit; the runner itself counts by the calendar
_UNIT_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class ReadKind(StrEnum):
    """The first word of the tag."""

    WINDOW = "window"
    HISTORY = "history"
    LOOKBACK = "lookback"
    ROLLING = "rolling"


@dataclass(frozen=True, kw_only=True)
class Reads:
    """`count` units; `previous` rolling windows before the current one."""

    kind: ReadKind = ReadKind.WINDOW
    count: int = 0
    unit: str = "day"
    previous: int = 0

    @classmethod
    def parse(cls, tag: str) -> "Reads":
        """Read the tag's value; raises ValueError that says what is allowed."""
        word, *rest = tag.split(":")
        try:
            kind = ReadKind(word)
            match kind, rest:
                case ((ReadKind.WINDOW | ReadKind.HISTORY), []):
                    return cls(kind=kind)
                case ReadKind.LOOKBACK, [count]:
                    return cls(kind=kind, count=_positive(count))
                case ReadKind.LOOKBACK, [count, unit] if unit in _UNIT_DAYS:
                    return cls(kind=kind, count=_positive(count), unit=unit)
                case ReadKind.ROLLING, [count, unit, *more] if unit in _UNIT_DAYS and len(more) <= 1:
                    return cls(kind=kind, count=_positive(count), unit=unit, previous=_positive(more[0]) if more else 0)
        except ValueError:
            pass
        raise ValueError(
            f"tag reads={tag!r}: expected window, history, lookback:DAYS, lookback:COUNT:UNIT, rolling:COUNT:UNIT or "
            "rolling:COUNT:UNIT:PREVIOUS"
        )

    def tag(self) -> str:
        """The tag's value again."""
        match self.kind:
            case ReadKind.LOOKBACK:
                return f"lookback:{self.count}" + ("" if self.unit == "day" else f":{self.unit}")
            case ReadKind.ROLLING:
                return f"rolling:{self.count}:{self.unit}" + (f":{self.previous}" if self.previous else "")
            case _:
                return self.kind.value

    def window(self, window: Window, earliest: date, parent: "Reads | None" = None) -> Window:
        """The part of a parent that is read for `window`, not before `earliest`.

        A parent that is rolling over the same units has whole windows as rows: it is read at the sample dates alone.
        """
        start = window.start
        if self.kind is ReadKind.HISTORY:
            start = earliest
        elif self.kind is ReadKind.LOOKBACK:
            start = shift(start, -self.count, self.unit)
        elif self.kind is ReadKind.ROLLING:
            for _ in range(self.previous):
                start = rolling_window(start, self.count, self.unit).start - ONE_DAY
            if not self.is_same_window(parent):
                start = rolling_window(start, self.count, self.unit).start
        return Window(max(start, earliest), window.end)

    def is_same_window(self, parent: "Reads | None") -> bool:
        """Whether `parent` rolls over the same units."""
        return (
            parent is not None
            and parent.kind is self.kind is ReadKind.ROLLING
            and (parent.count, parent.unit) == (self.count, self.unit)
        )

    def days_before(self, parent: "Reads | None" = None) -> int | None:
        """How many days before a day its parent is read; None for all of them."""
        if self.kind is ReadKind.HISTORY:
            return None
        if self.kind is ReadKind.LOOKBACK:
            return self.count * _UNIT_DAYS[self.unit]
        if self.kind is ReadKind.ROLLING:
            length = self.count * _UNIT_DAYS[self.unit]
            return length * self.previous if self.is_same_window(parent) else length * (self.previous + 1) - 1
        return 0

    def partitions_before(self, grain: Grain, parent: "Reads | None" = None) -> int | None:
        """How many partitions of `grain` before its own a model reads of its parent; None for all of them."""
        days = self.days_before(parent)
        if days is None or grain is Grain.DAILY:
            return days
        months = _UNIT_MONTHS.get(self.unit, 0) * self.count
        if self.kind is ReadKind.LOOKBACK and grain.months and months:
            return -(-months // grain.months)
        return -(-days // _SHORTEST[grain])


_SHORTEST = {Grain.WEEKLY: 7, Grain.MONTHLY: 28, Grain.QUARTERLY: 90, Grain.BIANNUALLY: 181, Grain.YEARLY: 365}


def _positive(text: str) -> int:
    value = int(text)
    if value <= 0:
        raise ValueError(text)
    return value
