"""The author's interface: options of entries and of the call, variables and macros, by what they do to the models."""

import warnings
from datetime import date
from typing import Any

import pytest

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, MetricsError, RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 7, 1)
STARS = """
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source, events.to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, sum(events.amount) as amount,
    from oso.int_events_daily__github as events
    where events.event_type in @kinds and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source,
"""
KINDS = {"kinds": ["STARRED"]}
DAYS = """
    select @metrics_sample_date(bucket_day) as metrics_sample_date, event_source, to_artifact_id,
      from_artifact_id as from_artifact_id, @metric_name() as metric, count(distinct bucket_day) as amount
    from oso.int_events_daily__github
    where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, 2, 3, 4, 5
"""
PEOPLE = """
    select people.metrics_sample_date, people.event_source, people.to_artifact_id, '' as from_artifact_id,
      @metric_name() as metric, count(*) as amount
    from @metrics_peer_ref({arguments}) as people
    group by 1, 2, 3, 4, 5
"""


def peers_of(make_metrics, arguments, **options):
    """The peers that each model of a metric reads, by model."""
    every = {"time_aggregations": ["daily", "monthly"], "rolling": RollingConfig(windows=[7, 30]), "is_intermediate": 1}
    every["is_intermediate"] = True
    metrics = make_metrics({"days": (DAYS, every), "people": (PEOPLE.format(arguments=arguments), options)})
    return {
        name.removeprefix("oso.people_to_"): {peer.removeprefix("oso.days_to_") for peer in model.depends_on}
        for name, model in metrics.models.items()
        if model.metric == "people"
    }


class TestEntry:
    """Options of one metric."""

    def test_none_means_that_an_option_is_not_given(self, make_metrics):
        nothing = dict.fromkeys(["entity_types", "name", "dialect", "rolling", "start", "end", "additional_tags"])
        nothing |= dict.fromkeys(["audits", "incremental_audits", "metadata", "over_all_time"])
        metrics = make_metrics({"m": (STARS, {**nothing, "vars": KINDS, "time_aggregations": ["daily"]})})
        assert list(metrics.models) == [f"oso.m_to_{entity}_daily" for entity in ("artifact", "project", "collection")]

    def test_a_name_of_its_own(self, make_metrics):
        metrics = make_metrics(
            {
                "m": (
                    STARS,
                    {"name": "likes", "vars": KINDS, "time_aggregations": ["daily"], "entity_types": ["artifact"]},
                )
            }
        )
        assert list(metrics.models) == ["oso.likes_to_artifact_daily"]
        assert [row["metric"] for row in metrics.catalogue()] == ["likes_daily"]

    @pytest.mark.parametrize("dialect", ["trino", "duckdb", "clickhouse"])
    def test_a_dialect_of_its_own(self, warehouse, make_metrics, dialect):
        counted = {
            "trino": "approx_distinct(from_artifact_id) + date_diff('day', min(bucket_day), max(bucket_day))",
            "duckdb": "approx_count_distinct(from_artifact_id) + datediff('day', min(bucket_day), max(bucket_day))",
            "clickhouse": "uniq(from_artifact_id) + dateDiff('day', min(bucket_day), max(bucket_day))",
        }
        exact = "count(distinct from_artifact_id) + date_diff('day', min(bucket_day), max(bucket_day))"
        options = {"vars": KINDS, "time_aggregations": ["monthly"]}
        metrics = make_metrics(
            {
                "m": (STARS.replace("sum(events.amount)", counted[dialect]), {**options, "dialect": dialect}),
                "n": (STARS.replace("sum(events.amount)", exact), options),
            }
        )
        got = warehouse.rows(metrics, "oso.m_to_project_monthly", BEGIN, END)
        want = warehouse.rows(metrics, "oso.n_to_project_monthly", BEGIN, END)
        assert [row[:3] + row[5:] for row in got] == [row[:3] + row[5:] for row in want]
        assert got

    def test_start_and_end(self, make_metrics):
        options = {"vars": KINDS, "time_aggregations": ["daily"], "over_all_time": True, "entity_types": ["artifact"]}
        metrics = make_metrics({"m": (STARS, {**options, "start": "2024-02-01", "end": date(2024, 5, 31)})})
        daily = metrics.models["oso.m_to_artifact_daily"]
        assert (daily.start, daily.end) == (date(2024, 2, 1), date(2024, 5, 31))
        assert ">= CAST('2024-02-01' AS DATE)" in metrics.render("oso.m_to_artifact_over_all_time", window=(BEGIN, END))

    def test_not_incremental_means_all_of_history_without_partitions(self, warehouse, make_metrics):
        options = {"vars": KINDS, "time_aggregations": ["monthly"], "entity_types": ["project"]}
        metrics = make_metrics({"m": (STARS, {**options, "incremental": False}), "n": (STARS, options)})
        model = metrics.models["oso.m_to_project_monthly"]
        assert (model.kind, model.grain) == ("FULL", None)
        got = warehouse.rows(metrics, model.name, date(2024, 5, 1), END)
        want = warehouse.rows(metrics, "oso.n_to_project_monthly", BEGIN, END)
        assert [row[:3] + row[5:] for row in got] == [row[:3] + row[5:] for row in want]

    @pytest.mark.parametrize(
        ("cron", "days"),
        [
            ("@weekly", [date(2024, 1, 7), date(2024, 1, 14), date(2024, 1, 21), date(2024, 1, 28)]),
            ("@monthly", [date(2024, 1, 31), date(2024, 2, 29)]),
        ],
    )
    def test_sample_dates_of_rolling_windows_follow_their_cron(self, warehouse, make_metrics, cron, days):
        options = {"vars": {"kinds": ["STARRED", "COMMIT_CODE"]}, "entity_types": ["project"]}
        metrics = make_metrics({"m": (STARS, {**options, "rolling": RollingConfig(windows=[60], cron=cron)})})
        [model] = metrics.models.values()
        assert model.cron == {"@weekly": "0 0 * * 1", "@monthly": "0 0 1 * *"}[cron]
        last = {"@weekly": date(2024, 1, 29), "@monthly": date(2024, 3, 1)}[cron]
        rows = warehouse.rows(metrics, model.name, BEGIN, last)
        assert sorted({row[0] for row in rows}) == days

    def test_audits_of_all_and_of_incremental_models(self, make_metrics):
        options = {"vars": KINDS, "time_aggregations": ["daily"], "over_all_time": True, "entity_types": ["artifact"]}
        entry = {**options, "audits": [("a", {})], "incremental_audits": ["b"]}
        metrics = make_metrics({"m": (STARS, entry)}, audits=[("c", {})], incremental_audits=[("d", {"n": 1})])
        names = {
            model.suffix: {call if isinstance(call, str) else call[0] for call in model.audits}
            for model in metrics.models.values()
        }
        always = {"not_null", "unique_combination_of_columns", "a", "c"}
        assert names == {"daily": always | {"b", "d"}, "over_all_time": always}

    def test_tags(self, make_metrics):
        options = {"vars": KINDS, "time_aggregations": ["daily"], "entity_types": ["artifact"]}
        entry = {
            **options,
            "additional_tags": ["data_category=code", "bare"],
            "metadata": MetricMetadata(owner="alice"),
        }
        [model] = make_metrics({"m": (STARS, entry)}, additional_tags=["owner=oso", "tier=one"]).models.values()
        assert {"data_category=code", "bare", "owner=alice", "tier=one", "grain=daily", "metric=m"} <= set(model.tags)
        assert "owner=oso" not in model.tags
        assert model.owner == "alice"

    def test_lists_and_numbers_in_vars(self, warehouse, make_metrics):
        sql = STARS.replace("sum(events.amount)", "sum(events.amount * @weight)")
        options = {"time_aggregations": ["monthly"], "entity_types": ["artifact"]}
        metrics = make_metrics(
            {
                "both": (sql, {**options, "vars": {"kinds": ["STARRED", "COMMIT_CODE"], "weight": 2}}),
                "one": (sql, {**options, "vars": {"kinds": ("STARRED",), "weight": 0.5}}),
            }
        )
        sums = {}
        for name, kinds, weight in (("both", {"STARRED", "COMMIT_CODE"}, 2), ("one", {"STARRED"}, 0.5)):
            sums[name] = sum(row[5] for row in warehouse.rows(metrics, f"oso.{name}_to_artifact_monthly", BEGIN, END))
            wanted = [e.amount for e in warehouse.events if e.kind in kinds and BEGIN <= e.day < END]
            assert sums[name] == weight * sum(wanted)

    def test_a_metric_that_is_off(self, make_metrics):
        on = {"vars": KINDS, "time_aggregations": ["daily"]}
        assert list(make_metrics({"m": (STARS, {**on, "enabled": False}), "n": (STARS, on)}).metrics) == ["n"]


class TestCall:
    """Options of `timeseries_metrics`."""

    def test_modifiers_add_audits_and_tags_to_the_models_they_choose(self, make_metrics):
        def tag_projects(config):
            return {"tags": ["tier=one"]} if config["ref"]["entity_type"] == "project" else {}

        def watch_gaps(config):
            aggregation = config["ref"].get("time_aggregation")
            return {"audits": [("no_gaps", {"part": aggregation})]} if aggregation == "daily" else {}

        options = {"vars": KINDS, "time_aggregations": ["daily", "monthly"], "rolling": RollingConfig(windows=[7])}
        modifiers = [tag_projects, watch_gaps]
        models = make_metrics({"m": (STARS, options)}, metadata_modifiers=modifiers).models.values()
        assert {m.name for m in models if "tier=one" in m.tags} == {m.name for m in models if "project" in m.name}
        assert {m.name for m in models if ("no_gaps", {"part": "daily"}) in m.audits} == {
            m.name for m in models if m.suffix == "daily"
        }

    def test_what_means_nothing_any_more_is_warned_about_once(self, make_metrics):
        options = {"vars": KINDS, "time_aggregations": ["daily"], "use_python_model": False}
        retired: dict[str, Any] = {"slots": 3, "model_batch_size": 30}
        rolling = RollingConfig(windows=[7], **retired)
        entries = {name: (STARS, {**options, "rolling": rolling}) for name in ("one", "two", "three")}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            make_metrics(entries, model_prefix="timeseries")
        assert sorted(str(warning.message) for warning in caught) == [
            "model_prefix has no effect: models are named after their metric",
            "these options have no effect any more: model_batch_size, slots, use_python_model",
        ]

    def test_nothing_is_made_when_all_is_off(self, make_metrics):
        assert make_metrics({"m": (STARS, {"vars": KINDS, "time_aggregations": ["daily"]})}, enabled=False).models == {}


class TestMacros:
    """Macros that depend on the variant."""

    @pytest.mark.parametrize("macro", ["@metric_name('likes')", "@metrics_name('likes')"])
    def test_both_names_of_the_macro_that_names(self, warehouse, make_metrics, macro):
        options = {"vars": KINDS, "time_aggregations": ["monthly"], "entity_types": ["artifact"]}
        metrics = make_metrics({"m": (STARS.replace("@metric_name()", macro), options)})
        rows = warehouse.rows(metrics, "oso.m_to_artifact_monthly", BEGIN, END)
        assert {row[4] for row in rows} == {"likes_monthly"}

    @pytest.mark.parametrize(
        "arguments",
        ["days", "'days'", "days, time_aggregation := @time_aggregation", "days, window := NULL, unit := NULL,",
         "days, entity_type := @entity_type", "days, window := @rolling_window, unit := @rolling_unit"],
    )  # fmt: skip
    def test_a_peer_is_the_callers_own_variant_unless_told_otherwise(self, make_metrics, arguments):
        options = {"time_aggregations": ["daily"], "entity_types": ["artifact", "project"]}
        rolling = {} if "time_agg" in arguments else {"rolling": RollingConfig(windows=[30])}
        found = peers_of(make_metrics, arguments, **options, **rolling)
        assert found == {name: {name} for name in found}
        assert set(found) >= {"artifact_daily", "project_daily"}

    def test_a_peer_of_another_entity_time_or_window(self, make_metrics):
        daily = {"time_aggregations": ["daily"], "entity_types": ["artifact"]}
        assert peers_of(make_metrics, "days, time_aggregation := 'monthly'", **daily) == {
            "artifact_daily": {"artifact_monthly"}
        }
        rolling = {"rolling": RollingConfig(windows=[30]), "entity_types": ["artifact"]}
        assert peers_of(make_metrics, "days, window := 7, unit := 'day'", **rolling) == {
            "artifact_over_30_day_window": {"artifact_over_7_day_window"}
        }

    def test_a_peer_without_that_variant_says_what_to_add(self, make_metrics):
        with pytest.raises(MetricsError, match="'days' has no model for artifact weekly; add it to its definition"):
            peers_of(make_metrics, "days", time_aggregations=["weekly"])

    def test_the_entity_as_column_alias_and_table(self, warehouse, make_metrics):
        warehouse.connection.execute(
            "create view oso.int_known_artifacts as select distinct to_artifact_id, event_source, bucket_day, amount "
            "from oso.int_events_daily__github"
        )
        warehouse.connection.execute(
            "create view oso.int_known_projects as select distinct p.project_id as to_project_id, e.event_source, "
            "e.bucket_day, e.amount from oso.int_events_daily__github e join oso.artifacts_by_project_v1 p "
            "on p.artifact_id = e.to_artifact_id"
        )
        sql = """
            select @metrics_sample_date(known.bucket_day) as metrics_sample_date, known.event_source,
              @metrics_entity_type_alias(
                @metrics_entity_type_col('to_{entity_type}_id', table_alias := known), 'to_{entity_type}_id'),
              '' as from_artifact_id, @metric_name() as metric, count(*) as amount
            from @metrics_entity_type_table('oso.int_known_{entity_type}s') as known
            where known.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
            group by 1, 2, @metrics_entity_type_col('to_{entity_type}_id', table_alias := known), 4, 5
        """
        options = {"time_aggregations": ["monthly"], "entity_types": ["artifact", "project"]}
        relations = ["int_known_artifacts", "int_known_projects"]
        metrics = make_metrics({"m": (sql, options)}, relations=relations)
        for entity in options["entity_types"]:
            keys = {row[2] for row in warehouse.rows(metrics, f"oso.m_to_{entity}_monthly", BEGIN, END)}
            assert keys
            assert keys <= set(warehouse.members(entity))

    def test_an_argument_that_a_macro_does_not_have(self, make_metrics):
        sql = PEOPLE.format(arguments="days, windw := 7")
        with pytest.raises(MetricsError, match="@metrics_peer_ref has no argument 'windw'; did you mean 'window'"):
            make_metrics({"days": (DAYS, {"time_aggregations": ["daily"], "is_intermediate": True}),
                          "m": (sql, {"time_aggregations": ["daily"]})})  # fmt: skip


def test_definitions_are_frozen_and_compare_by_what_they_say():
    one = MetricQueryDef(ref="a.sql", time_aggregations=["daily"])
    assert one == MetricQueryDef(ref="a.sql", time_aggregations=["daily"])
    assert one != MetricQueryDef(ref="a.sql", time_aggregations=["weekly"])
    with pytest.raises(AttributeError):
        one.ref = "b.sql"  # ty: ignore
