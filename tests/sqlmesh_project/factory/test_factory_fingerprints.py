"""Through a real SQLMesh context: models evaluate, and a fingerprint follows its own model's SQL and nothing else."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmesh import Context
from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig
from sqlmesh.core.snapshot import DeployabilityIndex

STARS = """
SELECT
  @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
  '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
FROM oso.int_events_daily__github
WHERE event_type = 'STARRED' AND bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3
"""
REGISTRY = """
from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, RollingConfig, timeseries_metrics

timeseries_metrics(
    start="2024-01-01", schema="oso", queries_dir={queries!r}, default_dialect="trino",
    timeseries_sources=["int_events_daily__github"], additional_tags=["owner=oso"],
    metric_queries={{
        {entries}
    }},
)
"""
STARS_ENTRY = """"stars": MetricQueryDef(
    ref="code/stars.sql", time_aggregations=["daily", "weekly", "monthly"], over_all_time=True,
    rolling=RollingConfig(windows=[30]), entity_types=["artifact"], metadata=MetricMetadata({metadata})),"""


class Project:
    """A SQLMesh project in a folder, opened anew on each look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "models").mkdir()
        (folder / "queries" / "code").mkdir(parents=True)
        (folder / "external_models.yaml").write_text(
            "- name: oso.int_events_daily__github\n  columns:\n    bucket_day: date\n    event_source: varchar\n"
            "    event_type: varchar\n    from_artifact_id: varchar\n    to_artifact_id: varchar\n    amount: double\n"
        )

    def write(self, *entries: str, **queries: str) -> "Project":
        for name, sql in queries.items():
            (self.folder / "queries" / "code" / f"{name}.sql").write_text(sql)
        registry = REGISTRY.format(queries=str(self.folder / "queries"), entries="\n".join(entries))
        (self.folder / "models" / "metrics_factories.py").write_text(registry)
        return self

    def context(self) -> Context:
        connection = DuckDBConnectionConfig(catalogs={"metrics": str(self.folder / "compute.duckdb")})
        config = Config(
            gateways={"duckdb": GatewayConfig(connection=connection)},
            model_defaults=ModelDefaultsConfig(dialect="duckdb", start="2024-01-01"),
            disable_anonymized_analytics=True,
        )
        return Context(paths=str(self.folder), config=config)

    def fingerprints(self) -> dict[str, tuple[str, str, str, str]]:
        context = self.context()
        try:
            found = {s.model.name: s.fingerprint for s in context.snapshots.values() if s.is_model}
            return {
                name: (f.data_hash, f.metadata_hash, f.parent_data_hash, f.parent_metadata_hash)
                for name, f in found.items()
            }
        finally:
            context.close()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def stars_entry(metadata: str = "display_name='Stars'") -> str:
    return STARS_ENTRY.format(metadata=metadata)


def test_t8_adding_a_metric_changes_no_other_fingerprint(project):
    before = project.write(stars_entry(), stars=STARS).fingerprints()
    forks = '"forks": MetricQueryDef(ref="code/forks.sql", time_aggregations=["daily"]),'
    after = project.write(forks, stars_entry(), forks=STARS.replace("STARRED", "FORKED")).fingerprints()
    assert len(after) == len(before) + 3
    assert {name: after[name] for name in before} == before


def test_formatting_and_comments_change_no_fingerprint(project):
    before = project.write(stars_entry(), stars=STARS).fingerprints()
    reformatted = "-- what a star is\n" + STARS.replace(" AND ", "\n    AND\n  ").replace("SUM(", "sum( /* all */ ")
    assert project.write(stars_entry(), stars=reformatted).fingerprints() == before


def test_describing_a_metric_recomputes_nothing(project):
    before = project.write(stars_entry(), stars=STARS).fingerprints()
    after = project.write(
        stars_entry("display_name='Stars', description='Who starred it.'"), stars=STARS
    ).fingerprints()
    assert {name: hashes[0] for name, hashes in after.items()} == {name: hashes[0] for name, hashes in before.items()}


def test_a_change_of_logic_changes_exactly_its_models(project):
    forks = '"forks": MetricQueryDef(ref="code/forks.sql", time_aggregations=["daily"]),'
    before = project.write(stars_entry(), forks, stars=STARS, forks=STARS.replace("STARRED", "FORKED")).fingerprints()
    after = project.write(stars_entry(), forks, stars=STARS.replace("SUM(amount)", "COUNT(*)")).fingerprints()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {name for name in before if name.startswith("oso.stars_")}


def test_models_run_for_the_window_they_are_given(project):
    context = project.write(stars_entry(), stars=STARS).context()
    adapter = context.engine_adapter
    adapter.execute("CREATE SCHEMA IF NOT EXISTS metrics.oso")
    adapter.execute(
        "CREATE TABLE metrics.oso.int_events_daily__github AS SELECT "
        "CAST('2024-01-01' AS DATE) + CAST(n AS INT) AS bucket_day, "
        "'GITHUB' AS event_source, 'STARRED' AS event_type, 'a' AS from_artifact_id, 'r' AS to_artifact_id, "
        "1.0::DOUBLE AS amount FROM range(100) AS t(n)"
    )
    context.plan(auto_apply=True, no_prompts=True, skip_backfill=True)
    snapshots = {s.model.name: s for s in context.snapshots.values() if s.is_model}
    results = {}
    windows = {
        "daily": (datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 2, 3, tzinfo=UTC)),
        "weekly": (datetime(2024, 1, 29, tzinfo=UTC), datetime(2024, 2, 12, tzinfo=UTC)),
        "monthly": (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        "over_30_day_window": (datetime(2024, 1, 20, tzinfo=UTC), datetime(2024, 1, 22, tzinfo=UTC)),
        "over_all_time": (datetime(2024, 1, 21, tzinfo=UTC), datetime(2024, 1, 22, tzinfo=UTC)),
    }
    # what rolling windows are put together from
    states = snapshots["oso.stars_states_to_artifact_daily"]
    context.snapshot_evaluator.evaluate(
        states, start=datetime(2024, 1, 1, tzinfo=UTC), end=windows["over_30_day_window"][1],
        execution_time=windows["over_30_day_window"][1], snapshots={states.name: states},
        deployability_index=DeployabilityIndex.all_deployable(),
    )  # fmt: skip
    for suffix, (start, end) in windows.items():
        snapshot = snapshots[f"oso.stars_to_artifact_{suffix}"]
        context.snapshot_evaluator.evaluate(
            snapshot, start=start, end=end, execution_time=end, snapshots={snapshot.name: snapshot},
            deployability_index=DeployabilityIndex.all_deployable(),
        )  # fmt: skip
        audits = context.snapshot_evaluator.audit(
            snapshot=snapshot, start=start, end=end, execution_time=end, snapshots={snapshot.name: snapshot},
            deployability_index=DeployabilityIndex.all_deployable(),
        )  # fmt: skip
        assert [(audit.audit.name, audit.count) for audit in audits] == [
            ("not_null", 0), ("unique_combination_of_columns", 0),
        ]  # fmt: skip
        rows = adapter.fetchall(f"SELECT metrics_sample_date, amount FROM {snapshot.table_name()} ORDER BY 1")
        results[suffix] = [(row[0] if isinstance(row[0], date) else row[0].date(), row[1]) for row in rows]
    context.close()
    assert results == {
        "daily": [(date(2024, 1, 31), 1.0), (date(2024, 2, 1), 1.0), (date(2024, 2, 2), 1.0)],
        "weekly": [(date(2024, 1, 29), 7.0), (date(2024, 2, 5), 7.0)],
        "monthly": [(date(2024, 1, 1), 31.0), (date(2024, 2, 1), 29.0)],
        "over_30_day_window": [(date(2024, 1, 20), 20.0), (date(2024, 1, 21), 21.0)],
        "over_all_time": [(date(2024, 1, 21), 21.0)],
    }
    assert "owner=oso" in snapshots["oso.stars_to_artifact_daily"].model.tags
    assert snapshots["oso.stars_to_artifact_weekly"].model.cron == "0 0 * * 1"
    assert list(snapshots["oso.stars_to_artifact_daily"].model.columns_to_types) == [
        "metrics_sample_date", "event_source", "to_artifact_id", "from_artifact_id", "metric", "amount",
    ]  # fmt: skip
