"""May a model be computed for a window? Alignment, completeness, start, and whether what it reads is there.

SQLMesh does not protect from any of this: a month over unaligned days writes nothing without an error, a quarter with 4
of its 91 days goes green with its audits passing (design/runner.md). Pure over what the caller has read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.runner.session import Interval, missing_days
from oso_lake.calendar import Grain, Window

MAX_NAMED = 5
# what is missing of a raw source in a window: names of its windows
MissingRaw = Callable[[str, Window], Sequence[str]]


class WindowRefusedError(ValueError):
    """The window cannot be computed as asked; the message says which one can."""


class UpstreamIncompleteError(RuntimeError):
    """Something the model reads is not there yet; the message names it and what to run."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What is known about inputs: intervals of models, what is missing of raw sources, ends of what is landed."""

    manifest: Manifest
    start: date
    intervals: Callable[[str], Sequence[Interval]]
    missing_raw: MissingRaw
    landed_end: Callable[[str], date]
    default_end: Callable[[], date]


def check_window(model: ModelEntry, window: Window, *, start: date, today: date) -> None:
    """Raise WindowRefusedError unless `window` is whole buckets, in the past and not before the model's start."""
    grain = model.grain
    if grain is None:
        raise WindowRefusedError(f"{model.name} is not partitioned: it is computed as a whole, without a window")
    if not grain.is_aligned(window):
        whole = Window(grain.floor(window.start), _ceiling(grain, window.end))
        raise WindowRefusedError(
            f"{model.name}: {window} is not a whole number of {grain.value} windows; the ones that hold it are {whole}"
        )
    if window.end > today:
        raise WindowRefusedError(
            f"{model.name}: {window} is not over yet (today is {today}, UTC); the last whole {grain.value} window "
            f"ended on {grain.floor(today)}"
        )
    earliest = first_window_start(model, start)
    if window.start < earliest:
        raise WindowRefusedError(
            f"{model.name}: {window} begins before its first whole {grain.value} window, which begins on {earliest}"
        )


def first_window_start(model: ModelEntry, start: date) -> date:
    """Where the first whole window of a partitioned model begins."""
    grain = model.grain or Grain.DAILY
    begin = max(model.start or start, start)
    return begin if grain.floor(begin) == begin else grain.next(begin)


def _ceiling(grain: Grain, day: date) -> date:
    return day if grain.floor(day) == day else grain.next(day)


def whole_window(model: ModelEntry, coverage: Coverage) -> Window:
    """`[start, end of the last complete day)` of an unpartitioned model: as far as everything it reads is landed.

    Raises UpstreamIncompleteError when not even the first day is. Of a mart, which says how things are now, sources of
    which nothing is landed are left out.
    """
    start = max(model.start or coverage.start, coverage.start)
    sources = sorted({raw.split(".")[0] for raw in coverage.manifest.raw_of[model.name]})
    ends = {source: coverage.landed_end(source) for source in sources}
    if model.model_type == "mart":
        ends = {source: end for source, end in ends.items() if end > start} or ends
    end = min(ends.values()) if ends else coverage.default_end()
    if end <= start:
        source = min(ends, key=lambda name: ends[name])
        missing = coverage.missing_raw(source, Window(start, date.fromordinal(start.toordinal() + 1)))
        raise UpstreamIncompleteError(
            f"upstream incomplete: raw source {source}, missing: {named(missing)}; run `oso land --from {start}`"
        )
    return Window(start, end)


def read_window(model: ModelEntry, parent: ModelEntry | None, window: Window, start: date) -> Window:
    """What `model` reads of `parent` (or of a raw table) for `window`."""
    earliest = start if parent is None else max(parent.start or start, start)
    if parent is not None and parent.grain is not None:
        earliest = first_window_start(parent, start)
    if earliest >= window.end:
        return window
    if model.grain is None:
        return Window(min(max(window.start, earliest), window.end), window.end)
    return model.reads.window(window, earliest, parent.reads if parent else None)


def check_inputs(model: ModelEntry, window: Window, coverage: Coverage) -> None:
    """Raise UpstreamIncompleteError, naming every input that does not cover what `model` reads for `window`."""
    faults = [*_raw_faults(model, window, coverage), *_parent_faults(model, window, coverage)]
    if faults:
        raise UpstreamIncompleteError(f"upstream incomplete: {'; '.join(faults)}")


def _raw_faults(model: ModelEntry, window: Window, coverage: Coverage) -> list[str]:
    if model.model_type == "mart" or model.grain is None:
        # its window was cut to what is landed
        return []
    faults = []
    read = read_window(model, None, window, coverage.start)
    for source in sorted({raw.split(".")[0] for raw in model.raw_inputs}):
        if missing := coverage.missing_raw(source, read):
            faults.append(
                f"raw source {source}, missing: {named(missing)}; run `oso land --from {read.start} --to {read.end}`"
            )
    return faults


def _parent_faults(model: ModelEntry, window: Window, coverage: Coverage) -> list[str]:
    faults = []
    for name in model.parents:
        parent = coverage.manifest.by_name[name]
        if parent.kind == "SEED":
            continue
        recorded = coverage.intervals(name)
        if parent.grain is None:
            if not recorded or (needs_time(parent, coverage) and missing_days(recorded, _last_day(window))):
                end = (
                    "nothing"
                    if not recorded
                    else f"computed until {missing_days(recorded, _last_day(window))[0].start}"
                )
                faults.append(f"{name}, missing: {window} ({end}); run `oso materialize {parent.table}`")
            continue
        read = parent.grain.whole(read_window(model, parent, window, coverage.start))
        if read is not None and (gaps := missing_days(recorded, read)):
            faults.append(
                f"{name}, missing: {named([str(gap) for gap in gaps])}; "
                f"run `oso materialize {parent.table} --from {gaps[0].start} --to {gaps[-1].end}`"
            )
    return faults


def needs_time(parent: ModelEntry, coverage: Coverage) -> bool:
    """Whether an unpartitioned parent must be computed up to the child's window: marts say how things are now."""
    return parent.model_type != "mart" and bool(coverage.manifest.raw_of[parent.name])


def _last_day(window: Window) -> Window:
    return Window(date.fromordinal(window.end.toordinal() - 1), window.end)


def named(items: Sequence[str]) -> str:
    """The first few of `items`, and how many more there are."""
    shown = ", ".join(items[:MAX_NAMED])
    return shown if len(items) <= MAX_NAMED else f"{shown} and {len(items) - MAX_NAMED} more"


def checked_window(
    model: ModelEntry, asked: Window | None, coverage: Coverage, *, today: date, partial: bool
) -> Window:
    """The window to compute of `model` when a run is `asked` for one: aligned, over, and, unless `partial`, with all
    that it reads. Raises ValueError, or what says which inputs lack.
    """
    if model.grain is None:
        window = whole_window(model, coverage)
    elif asked is None:
        raise ValueError(f"{model.name} is partitioned by {model.grain.value}: name a partition")
    else:
        earliest = first_window_start(model, coverage.start)
        # a range over models that begin at different days
        window = Window(earliest, asked.end) if asked.start < earliest < asked.end else asked
        check_window(model, window, start=coverage.start, today=today)
    if not partial:
        check_inputs(model, window, coverage)
    return window
