"""What holds for the SQLMesh project as a whole: raw contracts, identifiers, lint, and one state of the lake a connection."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from model_runs import METRICS, planned_models, window
from raw_lake import CONTRACTS, Archive, write_raw
from sqlglot import exp, parse_one
from sqlmesh import Context
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.core.model import Model, load_sql_based_model
from sqlmesh.utils.errors import LinterError

from oso_lake import ids
from oso_lake.settings import Settings
from oso_lake.sources import RAW_SOURCES
from sqlmesh_project.active import active_settings
from sqlmesh_project.config import PROJECT_DIR, make_config
from sqlmesh_project.lake_connection import raw_contracts

ARROW_TYPES: dict[pa.DataType, str] = {
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
    pa.int64(): "BIGINT",
    pa.int32(): "INT",
    pa.string(): "TEXT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.decimal128(38, 0): "DECIMAL(38, 0)",
}


def sql_type(kind: pa.DataType) -> str:
    """DuckDB's type of an Arrow type, as external_models.yaml writes it."""
    if isinstance(kind, pa.ListType):
        return f"{sql_type(kind.value_type)}[]"
    if isinstance(kind, pa.StructType):
        return f"STRUCT({', '.join(f'{field.name} {sql_type(field.type)}' for field in kind)})"
    return ARROW_TYPES[kind]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """The project without metrics, loaded on a home that does not exist."""
    config = make_config(Settings(home=tmp_path / "home", start=date(2025, 10, 1)))
    config.ignore_patterns = [*config.ignore_patterns, METRICS]
    return Context(paths=[str(PROJECT_DIR)], config=config)


@pytest.mark.parametrize("table", sorted(raw_contracts()))
def test_declared_raw_columns_are_those_of_the_source_contract(table: str) -> None:
    landed = {field.name: sql_type(field.type) for field in CONTRACTS[table].schema}
    assert dict(raw_contracts()[table]) == landed


@pytest.mark.parametrize(
    "parts", [("GITHUB", "repository", "1"), ("OSS_DIRECTORY", "project", "naïve ☃"), ("a", ""), ("it's",)]
)
def test_ids_in_sql_are_those_in_python(context: Context, parts: tuple[str, ...]) -> None:
    arguments = ", ".join(exp.Literal.string(part).sql("duckdb") for part in parts)
    rendered = context.render(_model(f"SELECT @oso_id({arguments}) AS id"))
    assert context.engine_adapter.fetchone(rendered.sql("duckdb")) == (ids.oso_id(*parts),)
    context.close()


def test_an_id_of_a_null_is_null(context: Context) -> None:
    rendered = context.render(_model("SELECT @oso_id('GITHUB', CAST(NULL AS TEXT)) AS id"))
    assert context.engine_adapter.fetchone(rendered.sql("duckdb")) == (None,)
    context.close()


def test_ids_are_hexadecimal_text_on_trino_too(context: Context) -> None:
    class Trino:
        dialect = "trino"

    macros = context._macros
    evaluator = MacroEvaluator(dialect="duckdb")
    evaluator.locals["engine_adapter"] = Trino()
    sql = macros["oso_id"].func(evaluator, exp.column("a"), exp.column("b")).sql("trino")
    assert (
        sql
        == "LOWER(TO_HEX(SHA256(TO_UTF8(CONCAT(CAST(a AS VARCHAR), CAST(CHR(31) AS VARCHAR), CAST(b AS VARCHAR))))))"
    )
    assert parse_one(sql, read="trino")


def test_the_lateness_of_events_is_that_of_the_source(context: Context) -> None:
    late = RAW_SOURCES["github_archive"].lateness
    sql = context.render("oso.stg_github__events", start="2025-10-06", end="2025-10-06").sql("duckdb")
    hours = 24 + late.total_seconds() / 3600
    assert f"INTERVAL '{hours:g}' HOUR" in sql
    assert f"2025-10-07 0{late.seconds // 3600 - 1}:59:59.999999" in sql


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ("owner oso, column_descriptions (a = 'A.')", "requiredescription"),
        ("description 'D.', column_descriptions (a = 'A.')", "requireowner"),
        ("description 'D.', owner oso", "requirecolumndescriptions"),
    ],
)
def test_a_model_that_does_not_say_what_it_is_is_refused(
    context: Context, capsys: pytest.CaptureFixture[str], header: str, rule: str
) -> None:
    bad = _model("SELECT 1 AS a", header)
    assert _violated(context, bad) == {rule}
    context.upsert_model(bad)
    with pytest.raises(LinterError):
        context.lint_models()
    assert capsys.readouterr() is not None


def test_a_forward_only_model_is_refused(context: Context) -> None:
    kind = "INCREMENTAL_BY_TIME_RANGE (time_column a, forward_only TRUE)"
    header = "description 'D.', owner oso, column_descriptions (a = 'A.')"
    bad = _model("SELECT @start_date AS a", header, kind)
    assert _violated(context, bad) == {"forbidforwardonly"}


def test_all_models_pass_lint_and_are_tagged(context: Context) -> None:
    context.lint_models()
    models: list[Model] = [m for m in context.models.values() if not m.kind.is_external]
    assert len(models) > 20
    for model in models:
        tags = dict(tag.split("=", 1) for tag in model.tags)
        assert tags["model_type"] in {"staging", "intermediate", "mart"}, model.name
        assert ("grain" in tags) == model.kind.is_incremental_by_time_range, model.name
        assert ("reads" in tags) == ("grain" in tags), model.name
        assert tags["category"] in {"code", "blockchain", "directory"}, model.name
        assert model.audits, model.name
        assert all(kind.this != exp.DataType.Type.UNKNOWN for kind in (model.columns_to_types or {}).values())


def test_loading_the_project_makes_no_home(context: Context, tmp_path: Path) -> None:
    assert context.models
    assert not list((tmp_path / "home").glob("*.d*b"))
    assert active_settings().home == tmp_path / "home"


def test_a_connection_reads_one_state_of_the_lake(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", start=date(2025, 10, 1))
    span = window("2025-10-01", "2025-10-02")

    def land(repo: int) -> None:
        events = Archive()
        events.add("WatchEvent", "2025-10-01 08:00", 1, repo, action="started", id=str(repo))
        write_raw(settings, events.tables(span.start, span.end))

    land(1)
    count = "SELECT COUNT(*) FROM raw.github_archive.events"
    with planned_models(settings) as models:
        assert models.rows(count) == [(1,)]
        land(2)
        assert models.rows(count) == [(1,)]
    with planned_models(settings) as models:
        assert models.rows(count) == [(2,)]
        models.evaluate(span)
        assert models.rows("SELECT SUM(amount) FROM oso.int_events_daily__github") == [(2.0,)]


def _model(query: str, header: str = "description 'D.', owner oso", kind: str = "FULL") -> Model:
    from sqlmesh.core.dialect import parse

    text = f"MODEL (name oso.tried, kind {kind}, {header}); {query}"
    return load_sql_based_model(parse(text, default_dialect="duckdb"), dialect="duckdb", macros=_macros())


def _macros() -> Any:
    from sqlmesh.core.macros import macro

    return macro.get_registry()


def _violated(context: Context, model: Model) -> set[str]:
    linter = context._linters[""]
    _, violations = linter.lint_model(model, context)
    return {violation.rule.name for violation in violations}
