"""What an author waits for: loading, linting and rendering 700 models, and what one metric more costs among them.

The metrics are the project's own, some of them entered again under other names until there are 700 models, so that
their shapes are those of real ones. Planning is measured on the generated project of the plan benchmark, as there.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from sqlmesh.core.console import NoopConsole, set_console

from benchmarks.measure import Result, best_of, python_seconds, seconds_of
from benchmarks.plan import BASES, METRIC, SELECTED, write_project
from oso_dagster import api
from oso_dagster.authoring.lint import lint
from oso_dagster.authoring.snapshots import ENGINES
from oso_dagster.project import Project
from oso_lake.settings import Settings
from sqlmesh_project.metrics_factory import FactoryOptions, MetricQueryDef, TimeseriesMetrics, load, registry

MODELS = 700
MOST_LOAD_TIMES, MOST_LINT_TIMES, MOST_RENDER_TIMES, MOST_PLAN_TIMES = 5.0, 0.5, 3.0, 1.0


def many_metrics(models: int = MODELS) -> FactoryOptions:
    """The project's registry with metrics entered again until there are at least `models` models."""
    loaded = registry()
    queries: dict[str, MetricQueryDef] = dict(loaded.options.metric_queries)
    # a metric that gives other names than its own cannot be there twice
    plain = [metric for name, metric in loaded.metrics.items() if metric.metric_names == (name,) and name in queries]
    count, turn = len(loaded.models), 0
    while count < models:
        metric = plain[turn % len(plain)]
        queries[f"{metric.name}_again_{turn}"] = replace(queries[metric.name])
        count, turn = count + len(metric.models), turn + 1
    return replace(loaded.options, metric_queries=queries)


def render_all(metrics: TimeseriesMetrics) -> int:
    """Characters of the SQL of every model for every engine."""
    return sum(len(metrics.render(name, engine)) for name in metrics.models for engine in ENGINES)


def plan_one_more(models: int) -> tuple[float, float]:
    """Seconds of planning `models` models from nothing, and of planning again with one more."""
    with tempfile.TemporaryDirectory() as temporary:
        path = write_project(Path(temporary) / "project", models)
        project = Project(settings=Settings(home=Path(temporary) / "home"), path=path)

        def plan(expected: int) -> None:
            added = api.plan(project.settings, project=project).added
            assert len(added) == expected, f"{len(added)} of {expected} models were planned"

        (first,) = seconds_of(lambda: plan(models), 1)
        text = METRIC.format(number=models, events=f"{SELECTED}{models % BASES}")
        (path / "models" / f"metric_{models}_to_artifact_daily.sql").write_text(text)
        (more,) = seconds_of(lambda: plan(1), 1)
        return first, more


def run_benchmark() -> list[Result]:
    """Results for loading, linting, rendering, and for one metric more among 700 models."""
    set_console(NoopConsole())
    options = many_metrics()
    metrics = load(options)
    count = len(metrics.models)
    imported = python_seconds("import sqlmesh")
    loaded = best_of(lambda: load(options))
    rendered = best_of(lambda: render_all(metrics))
    own = len(registry().models)
    linted = best_of(lint)
    own_loaded = best_of(lambda: load(registry().options))
    one = next(name for name in options.metric_queries if len(registry().metrics[name].models) >= 12)
    more = replace(options, metric_queries={**options.metric_queries, "one_more": replace(options.metric_queries[one])})
    with_more = best_of(lambda: load(more))
    first, again = plan_one_more(MODELS)
    return [
        Result(
            name=f"load and check {count} metric models",
            ours_seconds=loaded,
            rival="`import sqlmesh`",
            rival_seconds=imported,
            target=f"at most {MOST_LOAD_TIMES:.0f} times",
            met=loaded <= MOST_LOAD_TIMES * imported,
            note=f"{1000 * loaded / count:.1f} ms a model; with one metric more {with_more:.2f} s",
        ),
        Result(
            name=f"lint rules on {own} models, loaded",
            ours_seconds=linted,
            rival="loading them",
            rival_seconds=own_loaded,
            target=f"at most {MOST_LINT_TIMES} times",
            met=linted <= MOST_LINT_TIMES * own_loaded,
        ),
        Result(
            name=f"render {count} models for {len(ENGINES)} engines",
            ours_seconds=rendered,
            rival="loading them",
            rival_seconds=loaded,
            target=f"at most {MOST_RENDER_TIMES:.0f} times",
            met=rendered <= MOST_RENDER_TIMES * loaded,
            note=f"{1000 * rendered / count / len(ENGINES):.1f} ms a model and engine",
        ),
        Result(
            name=f"plan one model more than {MODELS}",
            ours_seconds=again,
            rival=f"the plan of {MODELS} from nothing",
            rival_seconds=first,
            target="not slower",
            met=again <= MOST_PLAN_TIMES * first,
            note="all files are loaded and compared again; of tables one is made, and every view is checked",
        ),
    ]
