"""What each kind of edit makes stale: the fingerprints of the models that it changes, and of no others.

A row of the table is an edit of a small project and the models whose data it makes stale (`data`: they compute again,
and with them what reads them), or whose description alone it changes (`told`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmesh import Context
from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig

STARS = """\
with starred as (
  select events.bucket_day, events.event_source, events.to_artifact_id, events.from_artifact_id, events.amount
  from oso.int_events_daily__github as events
  where events.event_type in @kinds and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
)
select @metrics_sample_date(starred.bucket_day) as metrics_sample_date, starred.event_source, starred.to_artifact_id,
  '' as from_artifact_id, @metric_name() as metric, sum(starred.amount) as amount
from starred
group by 1, 2, 3, 4, 5
"""
DAYS = """\
select @metrics_sample_date(bucket_day) as metrics_sample_date, event_source, to_artifact_id,
  @oso_id('GITHUB', from_artifact_id) as from_artifact_id, @metric_name() as metric,
  count(distinct bucket_day) as amount
from oso.int_events_daily__github
where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
group by 1, 2, 3, 4, 5
"""
PEOPLE = """\
select days.metrics_sample_date, days.event_source, days.to_artifact_id, '' as from_artifact_id,
  @metric_name() as metric, count(*) as amount
from @metrics_peer_ref(days) as days
group by 1, 2, 3, 4, 5
"""
EVENTS = """\
MODEL (
  name oso.int_events_daily__github,
  kind VIEW,
  column_descriptions (bucket_day = 'Day.', event_source = 'Source.', event_type = 'What.', from_artifact_id = 'Who.',
    to_artifact_id = 'To what.', amount = 'How often.')
);
SELECT CAST('2024-01-01' AS DATE) AS bucket_day, 'GITHUB' AS event_source, 'STARRED' AS event_type,
  'someone' AS from_artifact_id, 'something' AS to_artifact_id, CAST(1 AS DOUBLE) AS amount
"""
MACRO = """\
from sqlglot import exp
from sqlmesh import macro


@macro()
def oso_id(evaluator, *parts):
    return exp.func("sha256", exp.func("concat", *parts))
"""
REGISTRY = """\
from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, RollingConfig, timeseries_metrics

timeseries_metrics(
    start="2024-01-01",
    queries_dir={queries!r},
    timeseries_sources=["int_events_daily__github"],
    additional_tags=["owner=oso"],
    metric_queries={{
        {entries}
    }},
)
"""
ENTRIES = {
    "stars": """MetricQueryDef(ref="stars.sql", vars={"kinds": ["STARRED"]}, time_aggregations=["daily", "monthly"],
        entity_types=["artifact", "project"], metadata=MetricMetadata(display_name="Stars"))""",
    "days": """MetricQueryDef(ref="days.sql", time_aggregations=["monthly"], entity_types=["artifact"],
        is_intermediate=True)""",
    "people": """MetricQueryDef(ref="people.sql", time_aggregations=["monthly"], entity_types=["artifact"])""",
}
ALL_STARS = {f"oso.stars_to_{entity}_{grain}" for entity in ("artifact", "project") for grain in ("daily", "monthly")}
DAYS_MODEL, PEOPLE_MODEL = "oso.days_to_artifact_monthly", "oso.people_to_artifact_monthly"
EVERYTHING = {*ALL_STARS, DAYS_MODEL, PEOPLE_MODEL}


class Sources:
    """The files of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries = dict(ENTRIES)
        for name in ("models", "queries", "macros"):
            (folder / name).mkdir()
        (folder / "macros" / "__init__.py").touch()
        self.files = {
            "queries/stars.sql": STARS,
            "queries/days.sql": DAYS,
            "queries/people.sql": PEOPLE,
            "models/int_events_daily__github.sql": EVENTS,
            "macros/ids.py": MACRO,
        }
        (folder / "external_models.yaml").write_text(
            "- name: oso.artifacts_by_project_v1\n  columns:\n    artifact_id: text\n    project_id: text\n"
            "    valid_to: date\n"
        )

    def replace(self, file: str, old: str, new: str) -> None:
        source = self.entries if file in self.entries else self.files
        assert old in source[file]
        source[file] = source[file].replace(old, new)

    def fingerprints(self) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
        """Of each model: what its data follows from, and what its description follows from."""
        for name, text in self.files.items():
            (self.folder / name).write_text(text)
        entries = "\n".join(f'"{name}": {entry},' for name, entry in self.entries.items())
        registry = REGISTRY.format(queries=str(self.folder / "queries"), entries=entries)
        (self.folder / "models" / "metrics_factories.py").write_text(registry)
        connection = DuckDBConnectionConfig(catalogs={"metrics": str(self.folder / "compute.duckdb")})
        config = Config(
            gateways={"duckdb": GatewayConfig(connection=connection)},
            model_defaults=ModelDefaultsConfig(dialect="duckdb", start="2024-01-01"),
            disable_anonymized_analytics=True,
        )
        context = Context(paths=str(self.folder), config=config)
        try:
            found = {s.model.name: s.fingerprint for s in context.snapshots.values() if "_to_" in s.model.name}
        finally:
            context.close()
        return (
            {name: (f.data_hash, f.parent_data_hash) for name, f in found.items()},
            {name: (f.metadata_hash, f.parent_metadata_hash) for name, f in found.items()},
        )


@dataclass(frozen=True)
class Edit:
    """An edit, the models whose data becomes stale, and those that are only described in other words."""

    name: str
    make: Callable[[Sources], object]
    data: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)


def edit(name: str, file: str, old: str, new: str, data: set[str] | None = None, told: set[str] | None = None) -> Edit:
    return Edit(name, lambda sources: sources.replace(file, old, new), data or set(), told or set())


def add_a_metric(sources: Sources) -> None:
    sources.files["queries/forks.sql"] = STARS
    sources.entries = {
        "forks": 'MetricQueryDef(ref="forks.sql", vars={"kinds": ["FORKED"]}, time_aggregations=["daily"])',
        **sources.entries,
    }


EDITS = [
    edit("the SQL's logic", "queries/stars.sql", "sum(starred.amount)", "count(*)", ALL_STARS),
    edit("the SQL of a peer", "queries/days.sql", "count(distinct bucket_day)", "count(*)", {DAYS_MODEL, PEOPLE_MODEL}),
    edit("the SQL of what reads a peer", "queries/people.sql", "count(*)", "sum(days.amount)", {PEOPLE_MODEL}),
    edit("a variable", "stars", '"STARRED"', '"STARRED", "FORKED"', ALL_STARS),
    edit("a variable that the SQL does not name", "stars", '"kinds":', '"unused": 1, "kinds":'),
    edit("the grains, by one more", "stars", '"monthly"]', '"monthly", "yearly"]'),
    edit("the grains, by one less", "stars", '["daily", "monthly"]', '["monthly"]'),
    edit("the entities, by one more", "stars", '"project"]', '"project", "collection"]'),
    edit("a window, by one more", "stars", "metadata=", "rolling=RollingConfig(windows=[30]), metadata="),
    edit("all time, as well", "stars", "metadata=", "over_all_time=True, metadata="),
    edit("the start", "stars", "metadata=", 'start="2024-02-01", metadata=', told=ALL_STARS),
    edit("formatting", "queries/stars.sql", "select @metrics", "SELECT\n\n    @metrics"),
    edit("a comment", "queries/stars.sql", "from starred\n", "from starred -- the stars\n"),
    edit("ordinals into names", "queries/stars.sql", "1, 2, 3, 4, 5", "1, event_source, 3, from_artifact_id, metric"),
    edit("the names of a CTE", "queries/stars.sql", "starred", "given", ALL_STARS),
    edit("the dialect, where it reads the same", "stars", "metadata=", 'dialect="duckdb", metadata='),
    edit("the display name", "stars", '"Stars"', '"Stargazers"', told=ALL_STARS),
    edit("the description", "stars", '"Stars"', '"Stars", description="Who starred it."', told=ALL_STARS),
    edit("the owner", "stars", '"Stars"', '"Stars", owner="alice"', told=ALL_STARS),
    edit("the unit", "stars", '"Stars"', '"Stars", unit="stars"'),
    edit("the tags", "stars", "metadata=", 'additional_tags=["tier=one"], metadata=', told=ALL_STARS),
    edit("an audit", "stars", "metadata=", 'audits=[("number_of_rows", {"threshold": 1})], metadata=', told=ALL_STARS),
    edit("the source of a shared macro", "macros/ids.py", '"sha256"', '"md5"', {DAYS_MODEL, PEOPLE_MODEL}),
    edit("an upstream model", "models/int_events_daily__github.sql", "'someone'", "'anyone'", EVERYTHING),
    edit("its description", "models/int_events_daily__github.sql", "'Day.'", "'UTC day.'", told=EVERYTHING),
    Edit("one more metric", add_a_metric),
    Edit("one metric less", lambda sources: sources.entries.pop("stars")),
    edit("the name of a metric", "stars", "metadata=", 'name="likes", metadata='),
]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


@pytest.mark.parametrize("change", EDITS, ids=lambda change: change.name)
def test_an_edit_makes_exactly_these_models_stale(sources, change):
    data, told = sources.fingerprints()
    assert set(data) == EVERYTHING
    change.make(sources)
    data_after, told_after = sources.fingerprints()
    stay = data.keys() & data_after.keys()
    assert {name for name in stay if data[name] != data_after[name]} == change.data
    assert {name for name in stay if data[name] == data_after[name] and told[name] != told_after[name]} == change.told


def test_t8_one_more_metric_brings_its_own_models_and_changes_no_other(sources):
    before = sources.fingerprints()
    add_a_metric(sources)
    after = sources.fingerprints()
    assert set(after[0]) - set(before[0]) == {f"oso.forks_to_{e}_daily" for e in ("artifact", "project", "collection")}
    assert [{name: hashes[name] for name in EVERYTHING} for hashes in after] == list(before)


def test_t9_a_shared_macro_names_exactly_the_models_that_it_reaches(sources):
    data, _ = sources.fingerprints()
    sources.replace("macros/ids.py", '"sha256"', '"md5"')
    after, _ = sources.fingerprints()
    direct = {name for name in data if data[name][0] != after[name][0]}
    indirect = {name for name in data if data[name][0] == after[name][0] and data[name][1] != after[name][1]}
    assert (direct, indirect) == ({DAYS_MODEL}, {PEOPLE_MODEL})


def test_the_factorys_code_is_part_of_no_model(sources):
    """What a snapshot holds is its SQL and the macro that the SQL names: no Python of the factory, which may change."""
    for name, text in sources.files.items():
        (sources.folder / name).write_text(text)
    sources.fingerprints()
    context = Context(
        paths=str(sources.folder),
        config=Config(
            gateways={"duckdb": GatewayConfig(connection=DuckDBConnectionConfig())},
            model_defaults=ModelDefaultsConfig(dialect="duckdb", start="2024-01-01"),
            disable_anonymized_analytics=True,
        ),
    )
    try:
        held = {s.model.name: set(s.model.python_env) for s in context.snapshots.values() if "_to_" in s.model.name}
        texts = [str(s.model.json()) for s in context.snapshots.values() if "_to_" in s.model.name]
    finally:
        context.close()
    assert {name for name, macros in held.items() if "oso_id" in macros} == {DAYS_MODEL}
    assert all(macros <= {"oso_id", "exp"} for macros in held.values())
    assert not any(re.search(r"metrics_factory\.(?!py)|_Loader|Compiler", text) for text in texts)


def test_factory_code_that_renders_the_same_changes_no_fingerprint(sources, monkeypatch):
    from sqlmesh_project.metrics_factory import factory, models, rendering

    before = sources.fingerprints()
    original = rendering.Frame.wrap

    def described_another_way(**given):
        return models.model_definition(**dict(reversed(given.items())))

    def wrapped_another_way(self, query, strategy):
        return original(self, query.copy(), strategy)

    monkeypatch.setattr(rendering.Frame, "wrap", wrapped_another_way)
    monkeypatch.setattr(factory, "model_definition", described_another_way)
    assert sources.fingerprints() == before
    monkeypatch.setattr(
        rendering.Frame, "wrap", lambda self, query, strategy: original(self, query, strategy).where("amount > 0")
    )
    after, _ = sources.fingerprints()
    assert all(after[name] != before[0][name] for name in EVERYTHING)
