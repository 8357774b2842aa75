"""What is due at a given time: which days to land, and which windows of a grain are complete and not computed.

Pure over the clock and what is known of the installation, so that it is safe to ask late, early or twice: what is
landed or computed is not due. The schedules in defs/schedules.py ask; corrections and late events are the sensor's.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.runner.inputs import first_window_start
from oso_dagster.spans import hull, merged, without
from oso_lake.calendar import ONE_DAY, Grain, Window

# the hour of an event of 23:59 is complete two hours after midnight; a third is left to its publication
LATENESS = timedelta(hours=3)
# a machine that was off for a week catches up by itself; longer gaps are a backfill somebody decides on
CATCH_UP_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known: for each source the end of the days that are wholly landed, with what comes late to them; for each
    model the windows that are computed as it is planned now.
    """

    start: date
    landed_end: Mapping[str, date]
    computed: Mapping[str, Sequence[Window]]


@dataclass(frozen=True, kw_only=True)
class Due:
    """Windows (ascending, apart) of each model of `grain` that are complete and not computed; at least one."""

    grain: Grain
    windows: Mapping[str, tuple[Window, ...]]

    @property
    def span(self) -> Window:
        """From the first window that is due to the last."""
        return hull([window for windows in self.windows.values() for window in windows])

    def run_key(self, now: datetime) -> str:
        """The same work on one day (UTC) is one key, which Dagster runs once; what failed is due again a day later."""
        said = ";".join(f"{name}:{' '.join(map(str, windows))}" for name, windows in sorted(self.windows.items()))
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        return f"{self.grain.value}/{self.span.start}/{digest}/{_today(now)}"


def land_due(now: datetime, start: date, landed_end: date) -> Window | None:
    """The days to land at `now` when all before `landed_end` is landed; None before the first day is over.

    The last day is asked for again although it is landed: sources that are no daily files are looked at with it.
    """
    end = _today(now - LATENESS)
    if end <= start:
        return None
    oldest = max(start, end - CATCH_UP_DAYS * ONE_DAY)
    return Window(min(max(landed_end, oldest), end - ONE_DAY), end)


def compute_due(grain: Grain, now: datetime, manifest: Manifest, state: State) -> Due | None:
    """What is due of `grain` at `now`; None when nothing is.

    A window is complete when it is over and every source that the model depends on is landed to its end: a source that
    is late holds back what reads it and nothing else. Due are the last complete window and those of the week before.
    """
    windows = {
        model.name: lacking
        for model in manifest.models
        if model.grain is grain and (lacking := _lacking(model, grain, _ready_end(model, now, manifest, state), state))
    }
    return Due(grain=grain, windows=windows) if windows else None


def explain_none(grain: Grain, now: datetime, state: State) -> str:
    """Why nothing of `grain` is due at `now`: when the window of today is over, and which sources are late."""
    today = _today(now)
    late = [f"{source} is landed until {end}" for source, end in sorted(state.landed_end.items()) if end < today]
    over = f"no {grain.value} window is complete and not computed; this one is over on {grain.next(today)}"
    return "; ".join([over, *late])


def _ready_end(model: ModelEntry, now: datetime, manifest: Manifest, state: State) -> date:
    sources = {raw.split(".", maxsplit=1)[0] for raw in manifest.raw_of[model.name]}
    return min([_today(now), *(state.landed_end[source] for source in sources)])


def _lacking(model: ModelEntry, grain: Grain, ready_end: date, state: State) -> tuple[Window, ...]:
    end = grain.floor(ready_end)
    first = min(grain.floor(end - ONE_DAY), grain.floor(ready_end - CATCH_UP_DAYS * ONE_DAY))
    begin = max(first, first_window_start(model, state.start))
    if begin >= end:
        return ()
    gaps = without(Window(begin, end), state.computed.get(model.name, ()))
    return merged(Window(grain.floor(gap.start), grain.next(gap.end - ONE_DAY)) for gap in gaps)


def _today(now: datetime) -> date:
    """The day of `now` in UTC, whatever its time zone."""
    return now.astimezone(UTC).date()
