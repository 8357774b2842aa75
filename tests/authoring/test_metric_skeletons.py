"""A new metric's skeleton: it is put where an author would put it, and moves nothing else."""

import ast
from pathlib import Path

import pytest

from oso_dagster.authoring.editing import with_entry
from oso_dagster.authoring.entries import families, find_entries
from oso_dagster.authoring.skeleton import CannotMakeError, Wanted, skeleton
from oso_dagster.authoring.sql_text import formatted
from oso_dagster.authoring.templates import TEMPLATES
from oso_lake.errors import UnknownNameError
from sqlmesh_project.metrics_factory import registry

FACTORY = "sqlmesh_project.metrics_factory"
ENTRY = '"new": MetricQueryDef(\n    ref="code/new.sql",\n),'


def added(folder: Path, source: str) -> str:
    """The module `source` with an entry `new`."""
    (folder / "things.py").write_text(source)
    [family] = families(folder)
    return with_entry(family, "new", ENTRY, {FACTORY: ["MetricQueryDef"]})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """
"Things."

THINGS = {
    "old": made(
        "code/old.sql",
    ),
}
""",
            """
"Things."

from sqlmesh_project.metrics_factory import MetricQueryDef

THINGS = {
    "old": made(
        "code/old.sql",
    ),
    "new": MetricQueryDef(
        ref="code/new.sql",
    ),
}
""",
        ),
        (
            """
from sqlmesh_project.metrics_factory import RollingConfig
from sqlmesh_project.oso_metrics.kinds import made

THINGS = {"old": made("é")}
MORE = 1
""",
            """
from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig
from sqlmesh_project.oso_metrics.kinds import made

THINGS = {
    "old": made("é"),
    "new": MetricQueryDef(
        ref="code/new.sql",
    ),
}
MORE = 1
""",
        ),
        (
            """
from sqlmesh_project.oso_metrics.kinds import made

THINGS: dict = {
    **MORE,
    "old": made("x"),  # the last, for now
    # a remark
}
""",
            """
from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import made

THINGS: dict = {
    **MORE,
    "old": made("x"),  # the last, for now
    # a remark
    "new": MetricQueryDef(
        ref="code/new.sql",
    ),
}
""",
        ),
    ],
)
def test_an_entry_comes_last_in_its_dict_and_imports_what_it_needs(tmp_path: Path, before: str, after: str) -> None:
    assert added(tmp_path, before) == after


def test_a_long_import_is_broken_as_the_formatter_does(tmp_path: Path) -> None:
    many = ", ".join(f"AVeryLongNameNumber{n}" for n in range(3))
    text = added(tmp_path, f"from {FACTORY} import {many}\n\nTHINGS = {{}}\n")
    assert text.startswith(f"from {FACTORY} import (\n    AVeryLongNameNumber0,\n")
    assert "    MetricQueryDef,\n)\n" in text


def test_every_registered_metric_is_found_where_it_is_written() -> None:
    entries = find_entries()
    assert registry(strict=False).metrics.keys() <= entries.keys()
    for entry in entries.values():
        assert f'"{entry.name}"' in entry.path.read_text().splitlines()[entry.line - 1]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_gives_formatted_sql_and_an_entry_of_python(template: str) -> None:
    made = skeleton(Wanted(name="a_new_one", template=template))
    assert made.sql == formatted(made.sql, "trino")
    assert "$" not in made.sql
    [key] = ast.parse("{" + made.entry + "}", mode="eval").body.keys  # ty: ignore[missing-attribute]
    assert key.value == "a_new_one"
    assert max(map(len, made.entry.splitlines())) + 4 <= 120


def test_events_are_those_given_else_the_familys_own() -> None:
    given = skeleton(Wanted(name="a_new_one", events=["RELEASE_PUBLISHED", "STARRED"]))
    assert "events.event_type IN ('RELEASE_PUBLISHED', 'STARRED')" in given.sql
    assert "Events of type RELEASE_PUBLISHED or STARRED, summed." in given.entry
    chain = skeleton(Wanted(name="a_new_one", family="chains"))
    assert "FROM oso.int_events_daily__blockchain AS events" in chain.sql
    assert chain.sql_path.parent.name == "blockchain"


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        (Wanted(name="stars"), CannotMakeError, r"there is a metric 'stars' already, in .*activity\.py:\d+"),
        (Wanted(name="Stars"), CannotMakeError, "must be lower-case letters"),
        (Wanted(name="x", family="peopl"), UnknownNameError, "unknown family 'peopl'; did you mean 'people'"),
        (Wanted(name="x", template="change", peer="contributrs"), UnknownNameError, "did you mean 'contributors'"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_reason(wanted: Wanted, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        skeleton(wanted)
