"""Footprints of the real project: every rebuilt table that partitioned models read has one, and it runs."""

import os
from collections.abc import Iterator

import duckdb
import pytest
from sqlglot import exp

from oso_dagster.manifest import Manifest, ModelEntry, load_manifest
from oso_dagster.project import DEFAULT_PROJECT, Project
from oso_lake.settings import Settings


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The whole project's, as the code location reads it."""
    assert "OSO_HOME" not in os.environ
    return load_manifest(Project(settings=Settings(home=tmp_path_factory.mktemp("footprints") / "home")))


def _rebuilt_and_read_by_windows(manifest: Manifest) -> Iterator[ModelEntry]:
    read = {name for model in manifest.models if model.grain for name in model.parents}
    yield from (m for m in manifest.models if m.name in read and m.grain is None and m.kind != "SEED")


def test_every_rebuilt_table_that_windows_are_computed_from_says_which_days_it_changed(manifest: Manifest) -> None:
    rebuilt = list(_rebuilt_and_read_by_windows(manifest))
    assert {"oso.int_bots", "oso.artifacts_by_project_v1"} <= {model.name for model in rebuilt}
    assert [model.name for model in rebuilt if not model.footprint] == []


def test_every_footprint_runs_over_the_columns_there_are(manifest: Manifest) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema oso")
        for model in manifest.models:
            if model.columns:
                connection.execute(_create(exp.to_table(model.name), model))
        for model in (one for one in manifest.models if one.footprint):
            connection.execute(f"create or replace temp table changed as from {model.name}")
            assert connection.execute(model.footprint).fetchall() == []


def test_every_footprint_file_belongs_to_a_rebuilt_model(manifest: Manifest) -> None:
    files = {path.stem for path in (DEFAULT_PROJECT / "footprints").glob("*.sql")}
    assert files <= {model.table for model in _rebuilt_and_read_by_windows(manifest)}


def _create(table: exp.Table, model: ModelEntry) -> str:
    columns = [
        exp.ColumnDef(this=exp.to_identifier(c.name, quoted=True), kind=exp.DataType.build(c.type, dialect="duckdb"))
        for c in model.columns
    ]
    return exp.Create(this=exp.Schema(this=table, expressions=columns), kind="TABLE").sql("duckdb")
