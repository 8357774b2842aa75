"""A small registry of one's own, for tests of what helps authors: SQL files and the file that registers them."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from oso_dagster.authoring.findings import Finding
from oso_dagster.authoring.lint import lint

STARS = """SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  SUM(events.amount) AS amount
FROM oso.int_events_daily__github AS events
WHERE
  events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
"""
REGISTRY = '''
"""A registry."""

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, RollingConfig, timeseries_metrics

DAILY = ("daily",)
ENTRIES = {
%s
}

timeseries_metrics(
    start="2025-01-01",
    queries_dir=%r,
    timeseries_sources=["int_events_daily__github"],
    relations=["int_bots"],
    metric_queries=ENTRIES,
)
'''
DESCRIBED = (
    'MetricMetadata(display_name="Stars", description="Stars.", unit="stars", owner="oso", additivity="additive")'
)


@dataclass(frozen=True)
class Registry:
    """A registry file, with `folder` for families and SQL files."""

    path: Path
    folder: Path

    def lint(self, *names: str) -> list[Finding]:
        """What lint finds in it."""
        return lint(names, folder=self.folder, path=self.path)


def write_registry(folder: Path, metrics: dict[str, tuple[str, str]]) -> Registry:
    """For each name its SQL in a file `code/{name}.sql`, and an entry with the options as they are written."""
    queries = folder / "oso_metrics"
    (queries / "code").mkdir(parents=True)
    lines = []
    for name, (sql, options) in metrics.items():
        (queries / "code" / f"{name}.sql").write_text(dedent(sql))
        lines.append(f'    "{name}": MetricQueryDef(ref="code/{name}.sql", {options}),')
    path = folder / "metrics_factories.py"
    path.write_text(REGISTRY % ("\n".join(lines), str(queries)))
    return Registry(path, queries)
