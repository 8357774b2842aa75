"""Runs generated cases: the factory's models on an engine against the oracle, row for row."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pprint import pformat
from typing import Any

import sqlglot
from metric_brute_force import FIRST_DAY, expected_rows
from metric_columns import peers, reads_history
from metric_engines import Engine, Rows
from metric_shapes import Evaluation, MetricCase, Timing
from metric_sql import author_sql
from metric_world import BOTS, SOURCES, Table, World, tables

from oso_dagster.reads import Reads
from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import (
    MetricModelDefinition,
    MetricQueryDef,
    RollingConfig,
    TimeseriesMetrics,
    factory_options,
    load,
)

RELATIVE = 1e-9
CRONS = {Grain.DAILY: "@daily", Grain.WEEKLY: "0 0 * * 1", Grain.MONTHLY: "@monthly"}
MODEL_COLUMNS = ("metrics_sample_date", "event_source", "to_{entity}_id", "from_artifact_id", "metric", "amount")


class MismatchError(AssertionError):
    """A model and the oracle disagree; the message shows the SQL, the data and the rows."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A case and where it is looked at."""

    case: MetricCase
    evaluation: Evaluation


@dataclass
class Harness:
    """Compares trials on one engine; `compared` counts the models compared, `told` those that had rows to give."""

    engine: Engine
    folder: Path
    compared: int = 0
    told: int = 0
    by_strategy: dict[str, int] = field(default_factory=dict)

    def check(self, world: World, trials: Sequence[Trial]) -> None:
        """Raise MismatchError where a trial's model gives other rows than the oracle in `world`."""
        metrics = self.load([trial.case for trial in trials])
        self.engine.create(list(tables(world)))
        for trial in trials:
            self.check_one(metrics, world, trial)

    def check_one(self, metrics: TimeseriesMetrics, world: World, trial: Trial) -> None:
        """One trial, with its peers computed first."""
        model = metrics.models[model_name(trial.case)]
        strategy = metrics.explain(model.name).split(":")[0].split(" (")[0]
        rows = 0
        for batch in trial.evaluation.batches:
            self.compute_peers(metrics, trial.case, batch)
            got = self.run(metrics, model, batch)
            want = expected_rows(trial.case, world, batch)
            rows += len(want)
            if difference := different(got, want):
                raise MismatchError(self.report(metrics, world, trial, batch, difference))
        read_back(metrics.render(model.name, "trino", trial.evaluation.span))
        self.compared += 1
        self.told += bool(rows)
        self.by_strategy[strategy] = self.by_strategy.get(strategy, 0) + 1

    def load(self, cases: Iterable[MetricCase]) -> TimeseriesMetrics:
        """The factory over the cases' files, and over those of their peers."""
        queries = dict(entry for case in cases for entry in self.entries(case))
        return load(
            factory_options(
                start=FIRST_DAY,
                queries_dir=self.folder,
                timeseries_sources={source.table: source.time for source in SOURCES.values()},
                relations=[BOTS],
                metric_queries=queries,
            )
        )

    def entries(self, case: MetricCase) -> Iterator[tuple[str, MetricQueryDef]]:
        """The registry entries of a case, its peers' before its own."""
        for peer in peers(case.final.facts):
            yield from self.entries(peer.metric)
        written = author_sql(case)
        (self.folder / f"{case.name}.sql").write_text(written.text)
        options: dict[str, Any] = {}
        timing = case.timing
        if timing.rolling:
            window, unit = timing.rolling
            cron = CRONS[timing.grain or Grain.DAILY]
            options["rolling"] = RollingConfig(windows=[window], unit=unit, cron=cron)
        elif timing.grain:
            options["time_aggregations"] = [timing.grain.value]
        else:
            options["over_all_time"] = True
        if case.attribution != "current":
            options["attribution"] = case.attribution
        yield (
            case.name,
            MetricQueryDef(
                ref=f"{case.name}.sql",
                entity_types=[case.entity_type],
                vars=written.variables,
                dialect=None if case.spelling.dialect == "trino" else case.spelling.dialect,
                reads="history" if reads_history(case) else "window",
                incremental=not timing.whole,
                is_intermediate=case.final.by_actor,
                start=timing.start,
                **options,
            ),
        )

    def compute_peers(self, metrics: TimeseriesMetrics, case: MetricCase, window: Window) -> None:
        """Tables of the metrics that `case` reads, for as much as it reads of them."""
        mine = metrics.models[model_name(case)]
        for peer in peers(case.final.facts):
            model = metrics.models[model_name(peer.metric)]
            read = needed(mine, model, peer.metric.timing, window)
            self.compute_peers(metrics, peer.metric, read)
            rows = self.run(metrics, model, read)
            names = [name.format(entity=case.entity_type) for name in MODEL_COLUMNS]
            kinds = ["DATE", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "DOUBLE"]
            table = Table(name=model.name, columns=dict(zip(names, kinds, strict=True)), rows=rows)
            self.engine.create([table])

    def run(self, metrics: TimeseriesMetrics, model: MetricModelDefinition, window: Window) -> Rows:
        """Rows of a model for a window."""
        return self.engine.fetch(metrics.render(model.name, self.engine.name, window))

    def report(self, metrics: TimeseriesMetrics, world: World, trial: Trial, batch: Window, difference: str) -> str:
        """Everything that is needed to see what went wrong."""
        model = metrics.models[model_name(trial.case)]
        return "\n".join(
            [
                f"{model.name} over {batch} on {self.engine.name} ({model.strategy})",
                *(f"\n-- peer {p.metric.name}\n{author_sql(p.metric).text}" for p in peers(trial.case.final.facts)),
                f"\n-- as written ({trial.case.spelling.dialect}, vars {author_sql(trial.case).variables})",
                author_sql(trial.case).text,
                f"-- as rendered\n{metrics.render(model.name, self.engine.name, batch)}",
                f"\n-- rows\n{difference}",
                f"\n-- data\n{pformat(world, width=120)}",
            ]
        )


def model_name(case: MetricCase) -> str:
    """The name of the one model that a case's entry makes."""
    return f"oso.{case.name}_to_{case.entity_type}_{case.timing.suffix}"


def needed(model: MetricModelDefinition, peer: MetricModelDefinition, timing: Timing, window: Window) -> Window:
    """What `model` reads of `peer` for `window`, in whole buckets of the peer."""
    earliest = model.start if timing.grain is None and not timing.rolling else FIRST_DAY
    if not model.incremental:
        return window
    read = Reads.parse(model.reads).window(window, earliest, Reads.parse(peer.reads))
    grain = timing.grain or Grain.DAILY
    return Window(grain.floor(read.start), grain.window_of(read.end).end if not grain.is_aligned(read) else read.end)


def read_back(sql: str) -> None:
    """Parse Trino's text as Trino's."""
    parsed = sqlglot.parse_one(sql, dialect="trino")
    if parsed.find(sqlglot.exp.Command) is not None:
        raise AssertionError(f"Trino's text is not a query:\n{sql}")


def different(got: Rows, want: Rows) -> str:
    """What stands in one and not in the other, or nothing; amounts may differ by 1e-9 of themselves."""
    left, right = sorted(got, key=_order), sorted(want, key=_order)
    if len(left) == len(right) and all(map(_same, left, right)):
        return ""
    mine, theirs = _by_key(left), _by_key(right)
    lines = []
    for key in sorted(mine.keys() | theirs.keys(), key=_order):
        if not _same_amounts(mine.get(key, []), theirs.get(key, [])):
            lines.append(f"{key}: model {mine.get(key, [])}, oracle {theirs.get(key, [])}")
    return "\n".join(lines)


def _order(row: tuple[Any, ...]) -> tuple[tuple[bool, Any], ...]:
    return tuple((value is None, 0 if value is None else value) for value in row)


def _same(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    return left[:-1] == right[:-1] and _same_amount(left[-1], right[-1])


def _same_amount(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=RELATIVE)


def _same_amounts(left: list[Any], right: list[Any]) -> bool:
    return len(left) == len(right) and all(map(_same_amount, left, right))


def _by_key(rows: Rows) -> Mapping[tuple[Any, ...], list[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        found.setdefault(row[:-1], []).append(row[-1])
    return found
