"""Events arrive late: only where a model says that it reads them is it computed again, and then all is right."""

from datetime import date

import pytest
from metric_brute_force import FIRST_DAY, expected_rows
from metric_columns import peers
from metric_engines import DuckDB, Rows
from metric_grammar import ALL
from metric_harness import Harness, MismatchError, Trial, different, model_name, needed
from metric_search import FACTOR, search
from metric_shapes import MetricCase
from metric_world import World, tables

from oso_dagster.reads import Reads
from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import TimeseriesMetrics

CASES = 120


class LateData(Harness):
    """Computes a series without some events, then with them what they make stale."""

    def check_one(self, metrics, world, trial):
        case = trial.case
        if case.timing.whole or (case.timing.grain is None and case.timing.rolling is None):
            return
        late = world.events[::3]
        before = World(
            events=tuple(event for event in world.events if event not in late),
            projects=world.projects, collections=world.collections, bots=world.bots,
        )  # fmt: skip
        self.engine.create(list(tables(before)))
        series = {window: self.computed(metrics, case, window) for window in buckets(trial)}
        self.engine.create(list(tables(world)))
        for window in series:
            if self.is_stale(metrics, case, window, {event.at.date() for event in late}):
                series[window] = self.computed(metrics, case, window)
                self.recomputed += 1
        got = [row for rows in series.values() for row in rows]
        want = expected_rows(case, world, trial.evaluation.span)
        self.told += bool(want)
        self.compared += 1
        if difference := different(got, want):
            raise MismatchError(self.report(metrics, world, trial, trial.evaluation.span, difference))

    recomputed = 0

    def computed(self, metrics: TimeseriesMetrics, case: MetricCase, window: Window) -> Rows:
        self.compute_peers(metrics, case, window)
        return self.run(metrics, metrics.models[model_name(case)], window)

    def is_stale(self, metrics: TimeseriesMetrics, case: MetricCase, window: Window, late: set[date]) -> bool:
        return any(read.start <= day < read.end for read in reads_events(metrics, case, window) for day in late)


class OwnBucketsOnly(LateData):
    """Forgets that later windows read a day too."""

    def is_stale(self, metrics, case, window, late):
        return any(window.start <= day < window.end for day in late)


def buckets(trial: Trial) -> list[Window]:
    grain = trial.case.timing.grain or Grain.DAILY
    return list(grain.windows(trial.evaluation.span))


def reads_events(metrics: TimeseriesMetrics, case: MetricCase, window: Window) -> list[Window]:
    """The days of events that a model's `reads` tag names for `window`, and those that its peers' tags name."""
    model = metrics.models[model_name(case)]
    found = [Reads.parse(model.reads).window(window, FIRST_DAY)]
    for peer in peers(case.final.facts):
        read = needed(model, metrics.models[model_name(peer.metric)], peer.metric.timing, window)
        found += reads_events(metrics, peer.metric, read)
    return found


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def test_late_events_are_found_where_a_model_reads_them(folder):
    with DuckDB() as engine:
        harness = LateData(engine, folder)
        search(harness.check, ALL, int(CASES * FACTOR))
    assert harness.recomputed
    assert harness.told >= harness.compared // 5


def test_computing_only_the_buckets_of_late_events_again_is_noticed(folder):
    with DuckDB() as engine, pytest.raises(MismatchError):
        search(OwnBucketsOnly(engine, folder).check, ALL, CASES, shrink=False)
