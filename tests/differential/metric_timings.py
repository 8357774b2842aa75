"""Generated ways of time, the spans that are looked at, and how the SQL is spelled."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import strategies as st
from metric_shapes import Evaluation, Spelling, Timing
from metric_world import World
from metric_worlds import Region, upto

from oso_lake.calendar import Grain, Window


@st.composite
def timings(draw: st.DrawFn, region: Region) -> Timing:
    """A way of time that fits into the region."""
    kind = draw(st.sampled_from(("grain", "grain", "rolling", "rolling", "all_time", "whole")))
    long = (Grain.WEEKLY, Grain.MONTHLY, Grain.QUARTERLY, Grain.BIANNUALLY, Grain.YEARLY)
    grain = draw(st.sampled_from(long if region.is_long else (Grain.DAILY, Grain.WEEKLY, Grain.MONTHLY)))
    if kind == "grain":
        return Timing(grain=grain)
    if kind == "whole":
        return Timing(grain=grain, whole=True, start=grain.floor(region.first))
    if kind == "all_time":
        start = region.day(draw(upto(region.days, -3)))
        return Timing(start=draw(st.sampled_from((None, start))))
    if region.is_long:
        rolling = [(30, "day"), (90, "day"), (1, "month"), (3, "month"), (1, "quarter"), (2, "quarter"), (1, "year"),
                   (6, "week")]  # fmt: skip
        return Timing(
            grain=draw(st.sampled_from((Grain.DAILY, Grain.WEEKLY, Grain.MONTHLY))),
            rolling=draw(st.sampled_from(rolling)),
        )
    rolling = [(1, "day"), (2, "day"), (7, "day"), (30, "day"), (1, "week"), (2, "week"), (1, "month")]
    return Timing(
        grain=draw(st.sampled_from((Grain.DAILY, Grain.DAILY, Grain.WEEKLY))), rolling=draw(st.sampled_from(rolling))
    )


@st.composite
def evaluations(draw: st.DrawFn, world: World, region: Region, timing: Timing) -> Evaluation:
    """Whole buckets, at once, one by one, or in parts."""
    if timing.whole or (timing.grain is None and timing.rolling is None):
        first = region.day(draw(st.one_of(upto(region.days + 10), st.just(region.days))))
        if timing.start and first < timing.start:
            first = timing.start
        span = Window(first, first + timedelta(days=1))
        return Evaluation(span=span, batches=(span,))
    grain = timing.grain or Grain.DAILY
    most = {Grain.DAILY: 20, Grain.WEEKLY: 12, Grain.MONTHLY: 14, Grain.QUARTERLY: 7, Grain.BIANNUALLY: 4}.get(grain, 3)
    # spans that begin somewhere, or with a day on which something happened
    days = sorted({event.at.date() for event in world.events}) or [region.first]
    borders = [grain.floor(draw(st.one_of(st.sampled_from(days), upto(region.days, -1).map(region.day))))]
    for _ in range(draw(upto(most, 1))):
        borders.append(grain.next(borders[-1]))
    span = Window(borders[0], borders[-1])
    return Evaluation(span=span, batches=tuple(draw(batches(borders))))


@st.composite
def batches(draw: st.DrawFn, borders: list[date]) -> list[Window]:
    """Windows between some of `borders` that make up the whole."""
    inner = borders[1:-1]
    how = draw(st.sampled_from(("one", "one", "parts", "each")))
    if how == "each" and len(inner) <= 4:
        cuts = inner
    elif how == "one" or not inner:
        cuts = []
    else:
        cuts = sorted(draw(st.sets(st.sampled_from(inner), max_size=2)))
    ends = [borders[0], *cuts, borders[-1]]
    return [Window(a, b) for a, b in pairwise(ends)]


@st.composite
def spellings(draw: st.DrawFn, timing: Timing) -> Spelling:
    """How the file is written."""
    return Spelling(
        dialect=draw(st.sampled_from(("trino", "trino", "duckdb", "clickhouse"))),
        bounds=draw(st.sampled_from(("between", "half_open", "closed", "flipped"))),
        bound_type=draw(st.sampled_from(("DATE", "TIMESTAMP"))),
        grouping=draw(st.sampled_from(("ordinals", "names", "mixed", "reversed"))),
        nesting=draw(st.sampled_from(("cte", "subquery"))),
        using=draw(st.booleans()),
        lower=draw(st.booleans()),
        entity_macro=draw(st.booleans()),
        plain=draw(st.booleans()),
        sample=draw(st.sampled_from(("macro", "end", "bare"))) if timing.rolling else "macro",
    )


def has_previous(timing: Timing) -> bool:
    """Whether each sample date's window begins where that of another one ends."""
    if timing.rolling:
        return timing.grain is Grain.DAILY
    return timing.grain is not None and not timing.whole
