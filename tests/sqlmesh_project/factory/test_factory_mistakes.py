"""Mistakes in the registry and in SQL: one clear message each, with its place; the other metrics keep working."""

from pathlib import Path

import pytest

from sqlmesh_project.metrics_factory import (
    MetricMetadata,
    MetricQueryDef,
    MetricsError,
    RollingConfig,
    factory_options,
    load,
    registry,
)

GOOD = """
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
    FROM oso.int_events_daily__github
    WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, 2, 3
"""
DAILY = {"time_aggregations": ["daily"]}
PEER = """
    SELECT @metrics_sample_date(a.metrics_sample_date) AS metrics_sample_date, a.event_source, a.to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, SUM(a.amount) AS amount
    FROM @metrics_peer_ref({peer}) AS a
    WHERE a.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, 2, 3
"""


def with_option(cls, name):
    """An entry with an option that its class does not know."""
    return cls(**{name: "x"})


def messages(make_metrics, entries, **options):
    """All messages of a strict load, which must fail."""
    with pytest.raises(MetricsError) as caught:
        make_metrics(entries, **options)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_agregations": ["daily"]}, "has no option 'time_agregations'; did you mean 'time_aggregations'?"),
        ({"time_aggregations": "daily"}, "option 'time_aggregations' must be a list, not 'daily'"),
        ({"time_aggregations": ["dayly"]}, "unknown time aggregation 'dayly'; did you mean 'daily'?"),
        ({"entity_types": ["projct"], **DAILY}, "unknown entity type 'projct'; did you mean 'project'?"),
        ({"rolling": RollingConfig(windows=[30, 0])}, "a rolling window of 0 day holds nothing"),
        ({"rolling": RollingConfig(windows=[-7])}, "a rolling window of -7 day holds nothing"),
        ({"rolling": RollingConfig(windows=[30], unit="dya")}, "unknown rolling unit 'dya'; did you mean 'day'?"),
        ({"rolling": RollingConfig(windows=[30], cron="@hourly")}, "unknown rolling cron '@hourly'"),
        ({"rolling": {"windows": [30]}}, "option 'rolling' must be RollingConfig(...)"),
        ({"over_all_time": "yes"}, "option 'over_all_time' must be True or False, not 'yes'"),
        ({"start": "last year", **DAILY}, "option 'start' must be a date YYYY-MM-DD, not 'last year'"),
        ({"reads": "everything", **DAILY}, "option 'reads' must be 'window' or 'history'"),
        ({}, "makes no model: give time_aggregations, rolling or over_all_time=True"),
        ({"metadata": with_option(MetricMetadata, "descripton"), **DAILY}, "MetricMetadata has no option 'descripton'"),
    ],
)
def test_a_wrong_option_names_itself_and_its_remedy(make_metrics, options, message):
    [found] = messages(make_metrics, {"stars": (GOOD, options)})
    assert message in found
    assert "metric 'stars'" in found


@pytest.mark.parametrize(
    ("sql", "line", "message"),
    [
        (GOOD.replace("GROUP BY 1", "GROUP BY BY 1"), 6, "cannot be parsed as trino"),
        (GOOD.replace("__github", "__githb"), 4, "unknown source oso.int_events_daily__githb; did you mean"),
        (
            GOOD.replace("@metrics_start", "@metric_start"),
            None,
            "unknown macro @metric_start; did you mean 'metrics_start'?",
        ),
        (GOOD.replace("'' AS from", "@actor AS from"), None, "unknown variable @actor"),
        (GOOD.replace("event_source, ", ""), None, "the outermost SELECT lacks event_source"),
        (GOOD.replace("'' AS from_artifact_id", "from_artifact_id"), 3, "from_artifact_id is not constant"),
        (GOOD + "; SELECT 1", None, "holds 2 statements"),
        (PEER.format(peer="starz"), None, "@metrics_peer_ref: unknown metric 'starz'; did you mean 'stars'?"),
    ],
)
def test_wrong_sql_names_file_and_line(make_metrics, sql, line, message):
    [found] = messages(make_metrics, {"stars": (sql, DAILY)})
    assert message in found
    assert "code/stars.sql" in found
    assert line is None or f"stars.sql:{line}:" in found


def test_a_missing_file(tmp_path):
    with pytest.raises(MetricsError, match=r"there is no file stars\.sql below"):
        load(
            factory_options(
                start="2024-01-01", queries_dir=tmp_path, timeseries_sources=[],
                metric_queries={"stars": MetricQueryDef(ref="stars.sql", time_aggregations=["daily"])},
            )
        )  # fmt: skip


def test_a_cycle_is_printed(make_metrics):
    found = messages(
        make_metrics,
        {
            "one": (PEER.format(peer="two"), {**DAILY, "entity_types": ["artifact"]}),
            "two": (PEER.format(peer="one"), {**DAILY, "entity_types": ["artifact"]}),
        },
    )
    one, two = "oso.one_to_artifact_daily", "oso.two_to_artifact_daily"
    assert any(f"{one} → {two} → {one}" in m or f"{two} → {one} → {two}" in m for m in found)


def test_two_entries_of_one_name(make_metrics):
    [found] = messages(make_metrics, {"stars": (GOOD, DAILY), "likes": (GOOD, {**DAILY, "name": "stars"})})
    assert "has the same name 'stars' as 'stars'" in found


def test_a_peer_without_the_callers_variant(make_metrics):
    [found] = messages(
        make_metrics, {"stars": (GOOD, DAILY), "more": (PEER.format(peer="stars"), {"time_aggregations": ["weekly"]})}
    )
    assert "'stars' has no model for artifact weekly; add it to its definition" in found


def test_what_a_window_cannot_hold(make_metrics):
    sql = """
        WITH top AS (
          SELECT event_source, to_artifact_id, amount FROM oso.int_events_daily__github
          WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') LIMIT 3
        )
        SELECT @metrics_end('DATE') AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
          @metric_name() AS metric, SUM(amount) AS amount FROM top GROUP BY 1, 2, 3
    """
    [found] = messages(make_metrics, {"top": (sql, {"rolling": RollingConfig(windows=[7])})})
    assert "LIMIT of what depends on the window needs a number, an ORDER BY and no DISTINCT" in found


def test_all_mistakes_come_together_and_the_rest_keeps_working(make_metrics):
    entries = {
        "good": (GOOD, DAILY),
        "mistyped": (GOOD, {"time_agregations": ["daily"]}),
        "misread": (GOOD.replace("__github", "__nowhere"), DAILY),
        "orphan": (PEER.format(peer="misread"), DAILY),
        "peer": (PEER.format(peer="good"), DAILY),
    }
    found = messages(make_metrics, entries)
    assert len(found) == 3
    assert "needs oso.misread_to_artifact_daily, which cannot be made" in found[2]
    rest = make_metrics(entries, strict=False)
    assert set(rest.metrics) == {"good", "peer"}
    assert [problem.metric for problem in rest.problems] == ["mistyped", "misread", "orphan"]
    order = list(rest.models)
    assert order.index("oso.good_to_project_daily") < order.index("oso.peer_to_project_daily")
    with pytest.raises(KeyError, match=r"did you mean 'oso\.good_to_project_daily'"):
        rest.render("oso.god_to_project_daily")


def test_the_registrys_line_is_named(make_metrics):
    [found] = messages(make_metrics, {"stars": (GOOD, {"time_agregations": ["daily"]})})
    assert f"{Path(__file__).parent / 'conftest.py'}:" in found


def test_retired_options_are_accepted_and_warned_about(make_metrics):
    with pytest.warns(UserWarning, match="no effect any more: use_python_model"):
        metrics = make_metrics({"stars": (GOOD, {**DAILY, "use_python_model": False})})
    assert list(metrics.metrics) == ["stars"]


def test_meaning_is_inferred_or_declared(make_metrics):
    metrics = make_metrics(
        {
            "stars": (GOOD, DAILY),
            "people": (GOOD.replace("SUM(amount)", "COUNT(DISTINCT from_artifact_id)"), DAILY),
            "declared": (GOOD, {**DAILY, "metadata": MetricMetadata(additivity="semi_additive", unit="stars")}),
            "off": (GOOD, {**DAILY, "enabled": False}),
        },
        additional_tags=["owner=oso"],
    )
    assert {name: metric.additivity for name, metric in metrics.metrics.items()} == {
        "stars": "additive", "people": "non_additive", "declared": "semi_additive",
    }  # fmt: skip
    model = metrics.models["oso.stars_to_project_daily"]
    assert set(model.tags) == {
        "model_type=metric", "metric=stars", "entity=project", "reads=window", "category=code", "grain=daily",
        "owner=oso",
    }  # fmt: skip
    assert model.depends_on == {"oso.int_events_daily__github", "oso.artifacts_by_project_v1"}
    assert [row["metric"] for row in metrics.catalogue()] == ["declared_daily", "people_daily", "stars_daily"]


def test_a_registry_is_read_without_sqlmesh_and_keeps_what_is_sound(tmp_path):
    (tmp_path / "good.sql").write_text(GOOD)
    registry_file = tmp_path / "metrics_factories.py"
    registry_file.write_text(
        "from sqlmesh_project.metrics_factory import MetricQueryDef, timeseries_metrics\n"
        f"timeseries_metrics(start='2024-01-01', queries_dir={str(tmp_path)!r}, "
        "timeseries_sources=['int_events_daily__github'], metric_queries={\n"
        "  'good': MetricQueryDef(ref='good.sql', time_aggregations=['daily']),\n"
        "  'bad': MetricQueryDef(ref='bad.sql', time_aggregations=['daily']),\n})\n"
    )
    found = registry(path=registry_file, strict=False)
    assert list(found.metrics) == ["good"]
    assert [problem.metric for problem in found.problems] == ["bad"]
    with pytest.raises(MetricsError, match=r"there is no file bad\.sql"):
        registry(path=registry_file)
