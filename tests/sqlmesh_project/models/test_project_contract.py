"""What holds for the whole SQLMesh project: raw contracts, identifiers, lint, one state of the lake a connection."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from model_runs import METRICS
from raw_lake import CONTRACTS, Archive, write_raw
from sqlglot import exp
from sqlmesh import Context
from sqlmesh.core.dialect import parse, parse_one
from sqlmesh.core.engine_adapter import EngineAdapter
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.core.model import Model, load_sql_based_model
from sqlmesh.utils.errors import MacroEvalError
from sqlmesh.utils.metaprogramming import Executable

from oso_lake import ids
from oso_lake.settings import Settings
from oso_lake.sources import RAW_SOURCES
from sqlmesh_project.active import active_settings
from sqlmesh_project.config import PROJECT_DIR, make_config
from sqlmesh_project.lake_connection import LakeConnectionConfig, raw_contracts

ARROW_TYPES: dict[pa.DataType, str] = {
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
    pa.int64(): "BIGINT",
    pa.int32(): "INT",
    pa.string(): "TEXT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.decimal128(38, 0): "DECIMAL(38, 0)",
    pa.decimal128(38, 18): "DECIMAL(38, 18)",
}


def sql_type(kind: pa.DataType) -> str:
    """DuckDB's type of an Arrow type, as external_models.yaml writes it."""
    if isinstance(kind, pa.ListType):
        return f"{sql_type(kind.value_type)}[]"
    if isinstance(kind, pa.StructType):
        return f"STRUCT({', '.join(f'{field.name} {sql_type(field.type)}' for field in kind)})"
    return ARROW_TYPES[kind]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that does not exist."""
    return tmp_path_factory.mktemp("contract") / "home"


@pytest.fixture(scope="module")
def context(home: Path) -> Iterator[Context]:
    """The project without metrics, loaded for that home and not planned."""
    config = make_config(Settings(home=home, start=date(2025, 10, 1)))
    config.ignore_patterns = [*config.ignore_patterns, METRICS]
    loaded = Context(paths=[str(PROJECT_DIR)], config=config)
    yield loaded
    loaded.close()


@pytest.mark.parametrize("table", sorted(raw_contracts()))
def test_declared_raw_columns_are_those_of_the_source_contract(table: str) -> None:
    landed = {field.name: sql_type(field.type) for field in CONTRACTS[table].schema}
    assert dict(raw_contracts()[table]) == landed


@pytest.mark.parametrize(
    "parts", [("GITHUB", "repository", "1"), ("OSS_DIRECTORY", "project", "naïve ☃"), ("a", ""), ("it's",)]
)
def test_ids_in_sql_are_those_in_python(context: Context, parts: tuple[str, ...]) -> None:
    literals = ", ".join(exp.Literal.string(part).sql("duckdb") for part in parts)
    assert duckdb.execute(expanded(context, f"SELECT @oso_id({literals})")).fetchall() == [(ids.oso_id(*parts),)]


def test_an_id_of_a_null_is_null(context: Context) -> None:
    query = expanded(context, "SELECT @oso_id('GITHUB', CAST(NULL AS TEXT))")
    assert duckdb.execute(query).fetchall() == [(None,)]


class Trino:
    """As much of an engine adapter as macros ask of."""

    dialect = "trino"


def test_ids_are_hexadecimal_text_on_trino_too(context: Context) -> None:
    sql = expanded(context, "SELECT @oso_id('a', 'b')", engine=Trino())
    separated = "CONCAT(CONCAT('a', CHR(31)), 'b')"
    assert sql.replace("CAST(", "").replace(" AS VARCHAR)", "") in (
        f"SELECT LOWER(TO_HEX(SHA256(TO_UTF8({separated}))))",
        "SELECT LOWER(TO_HEX(SHA256(TO_UTF8(CONCAT('a', CHR(31), 'b')))))",
    )


@pytest.mark.parametrize(
    "number", [0, 1, 2**52 - 1, 2**53 - 1, 10**18, 10**21 + 1, 2**64 - 1, 3 * 10**40, 2**255, 2**256 - 1]
)
def test_words_of_chains_are_read_as_doubles(context: Context, number: int) -> None:
    query = expanded(context, f"SELECT @hex_to_double('{number:064x}')")
    (value,) = duckdb.execute(query).fetchone() or (None,)
    assert value == pytest.approx(number, rel=5e-16)
    assert number >= 2**53 or value == number


def test_words_of_chains_are_read_on_trino_too(context: Context) -> None:
    sql = expanded(context, "SELECT @hex_to_double(word)", engine=Trino())
    assert sql.count("FROM_BASE(SUBSTR(word, ") == 5
    assert "SUBSTR(word, 52, 13), 16)" in sql
    assert "SUBSTR(word, 1, 12), 16)" in sql
    assert "'0x'" not in sql


def test_an_id_needs_a_part(context: Context) -> None:
    with pytest.raises(MacroEvalError, match="oso_id"):
        expanded(context, "SELECT @oso_id()")


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
def test_a_model_that_does_not_say_what_it_is_is_refused(context: Context, header: str, rule: str) -> None:
    assert violated(context, model_of("SELECT 1 AS a", header)) == {rule}


def test_a_forward_only_model_is_refused(context: Context) -> None:
    kind = "INCREMENTAL_BY_TIME_RANGE (time_column a, forward_only TRUE)"
    header = "description 'D.', owner oso, column_descriptions (a = 'A.')"
    bad = model_of("SELECT @start_date AS a", header, kind)
    assert violated(context, bad) == {"forbidforwardonly"}


def test_all_models_pass_lint_and_are_tagged(context: Context) -> None:
    context.lint_models()
    models: list[Model] = [m for m in context.models.values() if not m.kind.is_external]
    assert len(models) > 20
    for model in models:
        tags = dict(tag.split("=", 1) for tag in model.tags)
        assert tags["model_type"] in {"staging", "intermediate", "mart"}, model.name
        assert ("grain" in tags) == model.kind.is_incremental_by_time_range, model.name
        assert ("reads" in tags) == ("grain" in tags), model.name
        assert tags["category"] in {"code", "blockchain", "directory", "funding"}, model.name
        assert model.audits, model.name
        assert all(kind.this != exp.DataType.Type.UNKNOWN for kind in (model.columns_to_types or {}).values())


def test_models_are_formatted(context: Context) -> None:
    assert context.format(check=True), "run: sqlmesh -p sqlmesh_project format"


def test_unit_tests_of_the_models_pass(context: Context) -> None:
    result = context.test()
    assert result.testsRun >= 7
    assert result.wasSuccessful(), [text for _, text in result.failures + result.errors]


def test_loading_the_project_makes_no_database(context: Context, home: Path) -> None:
    assert context.models
    assert not [name for name in ("compute.duckdb", "catalog.db", "warehouse") if (home / name).exists()]
    assert active_settings().start == date(2025, 10, 1)


def test_a_connection_reads_one_state_of_the_lake(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", start=date(2025, 10, 1))

    def land(repo: int) -> None:
        events = Archive()
        events.add("WatchEvent", "2025-10-01 08:00", 1, repo, action="started")
        write_raw(settings, events.tables(settings.start, date(2025, 10, 2)))

    def rows(engine: EngineAdapter) -> int:
        return len(engine.fetchall("SELECT repo_id FROM raw.github_archive.events"))

    engine = LakeConnectionConfig.of(settings).create_engine_adapter()
    assert rows(engine) == 0
    land(1)
    assert rows(engine) == 0
    engine.close()
    assert rows(engine) == 1
    land(2)
    assert rows(engine) == 1
    engine.close()
    assert rows(engine) == 2
    engine.close()


def test_sessions_are_utc_and_bounded(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", memory_limit="256MB", threads=1)
    engine = LakeConnectionConfig.of(settings).create_engine_adapter()
    settled = engine.fetchone(
        "SELECT current_setting('TimeZone'), current_setting('threads'), current_setting('memory_limit')"
    )
    assert settled == ("UTC", 1, "244.1 MiB")
    engine.close()


def model_of(query: str, header: str, kind: str = "FULL") -> Model:
    """A model that is in no file."""
    text = f"MODEL (name oso.tried, kind {kind}, {header}); {query}"
    return load_sql_based_model(parse(text, default_dialect="duckdb"), dialect="duckdb", default_catalog="metrics")


def violated(context: Context, model: Model) -> set[str]:
    """Names of the rules that `model` violates."""
    rules = [rule(context) for rule in context._linters[""].rules._underlying.values()]
    return {rule.name for rule in rules if rule.check_model(model)}


def expanded(context: Context, query: str, engine: object = None) -> str:
    """`query` with the project's macros expanded, for DuckDB unless an engine is given."""
    evaluator = MacroEvaluator(dialect="duckdb", python_env=_environment(context))
    evaluator.locals["engine_adapter"] = engine
    expression = evaluator.transform(parse_one(query, dialect="duckdb"))
    assert isinstance(expression, exp.Expr)
    return expression.sql(getattr(engine, "dialect", "duckdb"))


def _environment(context: Context) -> dict[str, Executable]:
    # a model knows the macros that it uses
    users = ("oso.projects_v1", "oso.stg_evm__token_transfers")
    models = [context.get_model(name, raise_if_missing=True) for name in users]
    return {name: executable for model in models for name, executable in model.python_env.items()}
