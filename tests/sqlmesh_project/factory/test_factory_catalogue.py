"""What readers are told: one catalogue row a metric id, each name with its own meaning, and no name given twice."""

import re
from collections import Counter
from typing import Any

import duckdb
import pytest

from oso_dagster.metrics_catalogue import MetricEntry, catalogue_rows
from oso_dagster.runner.publish import unit_of_rows
from oso_lake.ids import metric_id
from sqlmesh_project.metrics_factory import MetricMetadata, MetricsError, RollingConfig

STARS = """
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
    FROM oso.int_events_daily__github
    WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, 2, 3
"""
BOTH = (
    STARS.replace("@metric_name()", "@metric_name('stars')")
    + "UNION ALL"
    + STARS.replace("@metric_name()", "@metric_name('forks')")
)
FROM_DATA = STARS.replace("@metric_name()", "@metric_name(LOWER(event_type))").replace("1, 2, 3", "1, 2, 3, 5")
MONTHLY = {"time_aggregations": ["monthly"]}


def test_t11_one_catalogue_row_a_metric_id(make_metrics):
    rolling = {"time_aggregations": ["daily", "monthly"], "rolling": RollingConfig(windows=[30]), "over_all_time": True}
    metrics = make_metrics({"attention": (BOTH, rolling), "comments": (STARS, rolling)})
    rows = metrics.catalogue()
    assert Counter(row["metric"] for row in rows).most_common(1)[0][1] == 1
    names = {"stars", "forks", "comments"}
    suffixes = {"daily", "monthly", "over_30_day_window", "over_all_time"}
    assert {row["metric"] for row in rows} == {f"{name}_{suffix}" for name in names for suffix in suffixes}
    assert all(len(row["models"]) == 3 for row in rows)
    assert len({metric_id(f"GITHUB_{row['metric']}") for row in rows}) == len(rows)


def test_each_name_of_a_query_has_its_own_meaning_and_the_rest_is_shared(make_metrics):
    shared = MetricMetadata(
        display_name="Attention", description="Both.", unit="events", owner="oso", additivity="additive"
    )
    by_name = {
        "stars": MetricMetadata(display_name="Stars", description="Who starred it.", unit="stars"),
        "forks": MetricMetadata(bigger_is_better=True, additivity="semi_additive"),
    }
    metrics = make_metrics({"both": (BOTH, {**MONTHLY, "metadata": shared, "metadata_by_name": by_name})})
    told = ("display_name", "description", "unit", "owner", "additivity", "bigger_is_better")
    assert {row["name"]: tuple(row[column] for column in told) for row in metrics.catalogue()} == {
        "stars": ("Stars", "Who starred it.", "stars", "oso", "additive", None),
        "forks": ("Forks", "Both.", "events", "oso", "semi_additive", True),
    }
    assert metrics.metrics["both"].display_name == "Attention"


def test_t11_two_metrics_that_give_one_name_are_a_mistake_and_the_first_stays(make_metrics):
    entries = {"stars": (STARS, MONTHLY), "both": (BOTH, {"time_aggregations": ["daily", "monthly"]})}
    message = r"metric 'both': gives stars_monthly, which 'stars' \(.*conftest\.py:\d+\) gives too"
    with pytest.raises(MetricsError, match=message):
        make_metrics(entries)
    rest = make_metrics(entries, strict=False)
    assert list(rest.metrics) == ["stars"]
    assert [problem.metric for problem in rest.problems] == ["both"]


def test_intermediate_metrics_publish_no_names_that_could_clash(make_metrics):
    metrics = make_metrics({"stars": (STARS, MONTHLY), "both": (BOTH, {**MONTHLY, "is_intermediate": True})})
    assert list(metrics.metrics) == ["stars", "both"]


def test_describing_a_name_that_the_query_does_not_give_is_a_mistake(make_metrics):
    described = {"star": MetricMetadata(display_name="Stars")}
    message = "metadata_by_name describes 'star', which the query does not give; did you mean 'stars'?; it gives stars"
    with pytest.raises(MetricsError, match=re.escape(message)):
        make_metrics({"both": (BOTH, {**MONTHLY, "metadata_by_name": described})})


def test_names_that_only_the_data_knows_are_the_ones_that_the_registry_describes(make_metrics):
    described = {"starred": MetricMetadata(display_name="Stars"), "forked": MetricMetadata(display_name="Forks")}
    metrics = make_metrics({"kinds": (FROM_DATA, {**MONTHLY, "metadata_by_name": described})})
    assert [(row["metric"], row["display_name"]) for row in metrics.catalogue()] == [
        ("forked_monthly", "Forks"), ("starred_monthly", "Stars"),
    ]  # fmt: skip


def test_mistakes_in_a_names_metadata(make_metrics):
    with pytest.raises(MetricsError, match=r"metadata_by_name\['stars'\]\W+must be MetricMetadata"):
        make_metrics({"both": (BOTH, {**MONTHLY, "metadata_by_name": {"stars": "Stars"}})})
    options: dict[str, Any] = {"descripton": "Who starred it."}
    mistyped = MetricMetadata(**options)
    with pytest.raises(MetricsError, match="no option 'descripton'; did you mean 'description'"):
        make_metrics({"both": (BOTH, {**MONTHLY, "metadata_by_name": {"stars": mistyped}})})


def test_the_published_catalogue_tells_each_name_its_own_meaning():
    meaning = {"description": None, "unit": "people", "additivity": None, "owner": "oso", "deprecated": None}
    entry = MetricEntry(
        model="oso.kinds_to_project_monthly", metric="kinds", entity="project", time_aggregation="monthly",
        metric_names=("new_monthly", "churned_monthly"), event_sources=("GITHUB",), display_name="Kinds", unit="rows",
        meanings={
            "new_monthly": meaning | {"display_name": "New developers"},
            "churned_monthly": meaning | {"display_name": "Churned developers"},
        },
    )  # fmt: skip
    rows = catalogue_rows({entry.model: entry}, {entry.model: ["GITHUB_surprise_monthly"]}, [])
    assert {row["metric_name"]: (row["display_name"], row["unit"]) for row in rows} == {
        "GITHUB_new_monthly": ("New developers", "people"),
        "GITHUB_churned_monthly": ("Churned developers", "people"),
        "GITHUB_surprise_monthly": ("Surprise", "rows"),
    }


@pytest.mark.parametrize(
    ("units", "told"),
    [
        ({"new_monthly": "people", "share_monthly": "percent"}, ["people", "percent", "rows"]),
        ({"new_monthly": "rows", "share_monthly": "rows"}, ["rows"] * 3),
    ],
)
def test_a_published_amount_has_the_unit_of_its_name(units, told):
    entry = MetricEntry(
        model="oso.kinds_to_project_monthly", metric="kinds", entity="project", time_aggregation="monthly",
        metric_names=tuple(units), unit="rows", meanings={name: {"unit": unit} for name, unit in units.items()},
    )  # fmt: skip
    sql = (
        f"SELECT {unit_of_rows(entry).sql('duckdb')} FROM (VALUES ('new_monthly'), ('share_monthly'), ('x')) t(metric)"
    )
    assert [row[0] for row in duckdb.connect().execute(sql).fetchall()] == told


def test_the_owner_is_that_of_the_models(make_metrics):
    owned = {**MONTHLY, "metadata": MetricMetadata(owner="alice")}
    metrics = make_metrics({"stars": (STARS, owned), "forks": (STARS, MONTHLY)}, additional_tags=["owner=oso"])
    assert {model.metric: model.owner for model in metrics.models.values()} == {"stars": "alice", "forks": "oso"}
