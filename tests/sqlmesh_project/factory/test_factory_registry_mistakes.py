"""Every kind of registry mistake, one by one and all at once: file, line and remedy, before anything runs."""

import re
import textwrap
from pathlib import Path

import pytest
from sqlglot import exp
from sqlmesh.core.dialect import parse

from sqlmesh_project.metrics_factory import MetricQueryDef, MetricsError, RollingConfig, registry
from sqlmesh_project.metrics_factory.columns import columns_of_models

PROJECT = Path(__file__).parents[3] / "sqlmesh_project"
GOOD = """\
select @metrics_sample_date(events.bucket_day) as metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' as from_artifact_id,
  @metric_name() as metric,
  sum(events.amount) as amount
from oso.int_events_daily__github as events
where events.event_type = 'STARRED'
  and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
group by 1, metric, from_artifact_id, to_artifact_id, event_source
"""
PEER = """\
select a.metrics_sample_date, a.event_source, a.to_artifact_id, '' as from_artifact_id,
  @metric_name() as metric, sum(a.amount) as amount
from @metrics_peer_ref(PEER) as a
group by 1, 2, 3, 4, 5
"""
# each mistake: what the file says, what the entry says, and what is said about it
MISTAKES = {
    "unknown_option": (GOOD, "time_agregations=['daily']", r"registry\.py:{line}: .*did you mean 'time_aggregations'"),
    "wrong_type": (GOOD, "time_aggregations='daily'", r"registry\.py:{line}: .*'time_aggregations' must be a list"),
    "missing_file": (None, "time_aggregations=['daily']", r"there is no file missing_file\.sql below"),
    "syntax_error": (
        GOOD.replace("as events\n", "as as events\n"),
        "time_aggregations=['daily']",
        r"syntax_error\.sql:7: .*cannot be parsed as trino",
    ),
    "unknown_source": (
        GOOD.replace("__github", "__githb"),
        "time_aggregations=['daily']",
        r"unknown_source\.sql:7: .*unknown source oso\.int_events_daily__githb; did you mean",
    ),
    "unknown_column": (
        GOOD.replace("events.amount", "events.ammount"),
        "time_aggregations=['daily']",
        r"unknown_column\.sql:6: .*unknown column events\.ammount; did you mean 'amount'",
    ),
    "one_cycle": (
        PEER.replace("PEER", "other_cycle"),
        "time_aggregations=['daily'], entity_types=['artifact']",
        r"_cycle_to_artifact_daily → oso\.\w+_cycle_to_artifact_daily → oso\.\w+_cycle_to_artifact_daily",
    ),
    "other_cycle": (PEER.replace("PEER", "one_cycle"), "time_aggregations=['daily'], entity_types=['artifact']", None),
    "duplicate": (
        GOOD,
        "name='sound', time_aggregations=['daily']",
        r"registry\.py:{line}: .*has the same name 'sound' as 'sound'",
    ),
    "window_of_zero": (
        GOOD,
        "rolling=RollingConfig(windows=[30, 0])",
        r"registry\.py:{line}: .*rolling window of 0 day holds nothing",
    ),
    "unknown_entity": (
        GOOD,
        "time_aggregations=['daily'], entity_types=['projekt']",
        r"registry\.py:{line}: .*unknown entity type 'projekt'; did you mean 'project'",
    ),
    "senseless_bound": (
        GOOD.replace("between @metrics_start('DATE') and", "<>"),
        "time_aggregations=['daily']",
        r"senseless_bound\.sql:9: .*cannot read `events\.bucket_day <> @metrics_end\('DATE'\)`",
    ),
    "inexact": (
        GOOD.replace("sum(events.amount)", "approx_percentile(events.amount, 2)"),
        "time_aggregations=['daily']",
        r"inexact\.sql:6: .*cannot be computed exactly: give one fraction from 0 to 1",
    ),
}
REGISTRY = """\
from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig, timeseries_metrics

timeseries_metrics(
    start="2024-01-01",
    queries_dir={queries!r},
    models_dir={models!r},
    timeseries_sources=["int_events_daily__github"],
    metric_queries={{
        "sound": MetricQueryDef(ref="sound.sql", time_aggregations=["monthly"]),
{entries}
    }},
)
"""


@pytest.fixture
def load_registry(tmp_path):
    """Write the files of some mistakes and the registry, beside a sound metric, and load it."""

    def load(names, *, strict=True):
        (tmp_path / "sound.sql").write_text(GOOD)
        lines = []
        for name in names:
            sql, options, _ = MISTAKES[name]
            if sql is not None:
                (tmp_path / f"{name}.sql").write_text(sql)
            lines.append(f'        "{name}": MetricQueryDef(ref="{name}.sql", {options}),')
        path = tmp_path / "registry.py"
        path.write_text(
            REGISTRY.format(queries=str(tmp_path), models=str(PROJECT / "models"), entries="\n".join(lines))
        )
        return registry(path=path, strict=strict)

    return load


def line_of_entry(names, name):
    return 10 + list(names).index(name)


@pytest.mark.parametrize("name", [name for name in MISTAKES if MISTAKES[name][2]])
def test_a_mistake_is_told_with_its_place_and_the_sound_metric_stays(load_registry, name):
    names = [name, "other_cycle"] if name == "one_cycle" else [name]
    message = str(MISTAKES[name][2]).replace("{line}", str(line_of_entry(names, name)))
    found = load_registry(names, strict=False)
    assert list(found.metrics) == ["sound"]
    assert any(re.search(message, str(problem)) for problem in found.problems), found.problems
    assert "bucket_day" in found.render("oso.sound_to_project_monthly")


def test_all_mistakes_are_told_together(load_registry):
    with pytest.raises(MetricsError) as caught:
        load_registry(MISTAKES)
    told = [str(problem) for problem in caught.value.problems]
    for name, (_, _, message) in MISTAKES.items():
        if message is not None:
            wanted = message.replace("{line}", str(line_of_entry(MISTAKES, name)))
            assert any(re.search(wanted, problem) for problem in told), (name, told)
    assert str(caught.value).startswith(f"{len(told)} mistakes in the metrics:\n  ")
    assert list(load_registry(MISTAKES, strict=False).metrics) == ["sound"]


def test_every_unknown_column_of_a_file_is_told(tmp_path, load_registry):
    MISTAKES["several"] = (
        """\
with daily as (
  select event_source, to_artifact_id, bucket_day, amount from oso.int_events_daily__github
  where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
)
select @metrics_sample_date(daily.bucket_dai) as metrics_sample_date, daily.event_source, daly.to_artifact_id,
  '' as from_artifact_id, @metric_name() as metric, count(distinct from_artifact) as amount
from daily
where exists (select 1 from oso.int_events_daily__github as inside where inside.bucketday = daily.bucket_day)
group by 1, 2, 3
""",
        "time_aggregations=['daily']",
        None,
    )
    try:
        problems = [str(problem) for problem in load_registry(["several"], strict=False).problems]
    finally:
        MISTAKES.pop("several")
    assert [tuple(re.findall(r"sql:(\d+): metric 'several': (.*)", p)[0]) for p in sorted(problems)] == [
        ("5", "daly.to_artifact_id: there is no relation 'daly' here; did you mean 'daily'?"),
        ("5", "unknown column daily.bucket_dai; did you mean 'bucket_day'?"),
        ("6", "unknown column from_artifact; did you mean 'from_artifact_id'?"),
        ("8", "unknown column inside.bucketday; did you mean 'bucket_day'?"),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        GOOD.replace("sum(events.amount)", "sum(amount)"),
        GOOD.replace("where ", "join oso.artifacts_by_project_v1 as known using (artifact_id) where ").replace(
            "oso.int_events_daily__github as events",
            "(select *, to_artifact_id as artifact_id from oso.int_events_daily__github) as events",
        ),
        GOOD.replace("sum(events.amount)", "date_diff('day', min(bucket_day), max(events.bucket_day))"),
        GOOD.replace("sum(events.amount)", "sum(reduce(array[1, 2], 0, (s, x) -> s + x, s -> s))"),
        "with renamed(day, source, artifact, n) as (select bucket_day, event_source, to_artifact_id, amount "
        "from oso.int_events_daily__github) select @metrics_sample_date(day) as metrics_sample_date, "
        "source as event_source, artifact as to_artifact_id, '' as from_artifact_id, @metric_name() as metric, "
        "sum(n) as amount from renamed where day between @metrics_start('DATE') and @metrics_end('DATE') "
        "group by metrics_sample_date, event_source, to_artifact_id having amount > 0",
    ],
)
def test_columns_that_exist_are_found_whatever_the_way(tmp_path, sql):
    (tmp_path / "fine.sql").write_text(sql)
    path = tmp_path / "registry.py"
    entry = '        "fine": MetricQueryDef(ref="fine.sql", time_aggregations=["daily"], entity_types=["artifact"]),'
    (tmp_path / "sound.sql").write_text(GOOD)
    path.write_text(REGISTRY.format(queries=str(tmp_path), models=str(PROJECT / "models"), entries=entry))
    assert "unknown column" not in str(registry(path=path, strict=False).problems)


def test_columns_are_those_of_the_models_own_descriptions():
    known = columns_of_models(PROJECT / "models")
    assert len(known) > 20
    for path in sorted((PROJECT / "models").rglob("*.sql")):
        properties = {p.name: p for p in parse(path.read_text(), default_dialect="duckdb")[0].expressions}
        described = properties.get("column_descriptions")
        names = {pair.this.name.lower() for pair in described.find_all(exp.EQ)} if described else set()
        assert known.get(properties["name"].args["value"].sql().lower(), frozenset()) == names, path


class TestOptions:
    """Mistakes in how an option is given."""

    def test_a_missing_ref_and_an_option_without_a_name(self, make_metrics):
        queries = {"stars": MetricQueryDef(time_aggregations=["daily"]), "forks": MetricQueryDef("code/forks.sql")}  # ty: ignore
        messages = mistakes_of(queries)
        assert "metric 'stars': needs the option 'ref'" in messages
        assert "metric 'forks': takes its options by name: 'code/forks.sql' has none" in messages
        assert "metric 'forks': needs the option 'ref'" in messages

    def test_windows_that_are_no_list_and_variables_that_are_no_values(self):
        queries = {
            "stars": MetricQueryDef(ref="a.sql", rolling=RollingConfig(windows=None)),  # ty: ignore
            "forks": MetricQueryDef(ref="a.sql", rolling=RollingConfig(windows=7)),  # ty: ignore
            "likes": MetricQueryDef(ref="a.sql", time_aggregations=["daily"], vars={"kinds": [{}]}),
        }
        messages = mistakes_of(queries)
        assert "metric 'stars': needs the option 'windows'" in messages
        assert "metric 'forks': option 'rolling.windows' must be a list of whole numbers, not 7" in messages
        assert "the variable 'kinds' must be text, a number, a date or a list of them, not {}" in messages

    def test_an_entry_that_is_no_definition(self):
        assert "metric 'stars': is a str; expected MetricQueryDef(...)" in mistakes_of({"stars": "code/stars.sql"})


def mistakes_of(queries):
    from sqlmesh_project.metrics_factory import factory_options, load

    options = factory_options(start="2024-01-01", timeseries_sources=[], metric_queries=queries)
    return textwrap.dedent("\n".join(map(str, load(options, strict=False).problems)))
