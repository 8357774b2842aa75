"""The differential tests notice what they are for: each fault, planted in what the factory makes, is found.

A fault changes the query that a model would run, as a mistake in the factory would.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from metric_engines import DuckDB
from metric_grammar import ALL
from metric_harness import Harness, MismatchError
from metric_search import search
from sqlglot import exp

from sqlmesh_project.metrics_factory import factory
from sqlmesh_project.metrics_factory.output import executable_sql

CASES = 600


@dataclass(frozen=True)
class Fault:
    """`plant` changes a query in place; `shapes` are those that can show it."""

    plant: Callable[[exp.Query], None]
    shapes: tuple[str, ...] = ("direct",)


def the_end_belongs_to_the_window(query: exp.Query) -> None:
    for node in list(query.find_all(exp.LT)):
        if isinstance(node.expression, exp.Cast):
            node.replace(exp.LTE(this=node.this, expression=node.expression))


def an_artifact_counts_once_for_each_way_to_its_entity(query: exp.Query) -> None:
    for select in query.find_all(exp.Select):
        if any(projection.alias == "metrics_entity_id" for projection in select.expressions):
            select.set("distinct", None)


def a_membership_never_ends(query: exp.Query) -> None:
    for node in list(query.find_all(exp.Is)):
        if isinstance(node.this, exp.Column) and node.this.name == "valid_to":
            node.replace(exp.true())


def weeks_begin_on_sunday(query: exp.Query) -> None:
    for node in list(query.find_all(exp.DateTrunc, exp.TimestampTrunc)):
        if node.text("unit").upper() == "WEEK" and not isinstance(node.parent, exp.Sub):
            day = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
            moved = exp.Add(this=node.this.copy(), expression=day)
            node.replace(
                exp.Sub(this=exp.DateTrunc(this=moved, unit=exp.Literal.string("WEEK")), expression=day.copy())
            )


def quarters_begin_in_february(query: exp.Query) -> None:
    for node in list(query.find_all(exp.DateTrunc, exp.TimestampTrunc)):
        if node.text("unit").upper() == "QUARTER" and not isinstance(node.parent, exp.Add):
            month = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MONTH"))
            moved = exp.Sub(this=node.this.copy(), expression=month)
            cut = exp.DateTrunc(this=moved, unit=exp.Literal.string("QUARTER"))
            node.replace(exp.Add(this=cut, expression=month.copy()))


def division_is_of_integers(query: exp.Query) -> None:
    for node in list(query.find_all(exp.Div)):
        node.replace(exp.IntDiv(this=node.this, expression=node.expression))


def distinct_counts_count_rows(query: exp.Query) -> None:
    for node in list(query.find_all(exp.Count)):
        if isinstance(node.this, exp.Distinct):
            node.set("this", node.this.expressions[0])


def rolling_windows_are_a_day_short(query: exp.Query) -> None:
    for node in query.find_all(exp.DateAdd):
        days = node.expression.this if isinstance(node.expression, exp.Neg) else node.expression
        if node.text("unit").upper() == "DAY" and int(days.name) > 1:
            days.set("this", str(int(days.name) - 1))


def groups_are_not_tested(query: exp.Query) -> None:
    for select in query.find_all(exp.Select):
        select.set("having", None)


def unions_keep_duplicates(query: exp.Query) -> None:
    for node in query.find_all(exp.Union):
        node.set("distinct", False)


def history_does_not_end(query: exp.Query) -> None:
    """Drop upper bounds of times inside CTEs and subqueries that have no lower one."""
    for where in query.find_all(exp.Where):
        tests = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
        bounded = {test.this.sql() for test in tests if isinstance(test, exp.GTE)}
        for test in tests:
            if isinstance(test, exp.LT) and isinstance(test.expression, exp.Cast) and test.this.sql() not in bounded:
                test.replace(exp.true())


FAULTS = (
    Fault(the_end_belongs_to_the_window),
    Fault(an_artifact_counts_once_for_each_way_to_its_entity),
    Fault(a_membership_never_ends),
    Fault(weeks_begin_on_sunday),
    Fault(quarters_begin_in_february),
    Fault(division_is_of_integers),
    Fault(distinct_counts_count_rows),
    Fault(rolling_windows_are_a_day_short),
    Fault(groups_are_not_tested),
    Fault(unions_keep_duplicates, ("combined",)),
    Fault(history_does_not_end, ("first_ever", "newcomers")),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: getattr(fault.plant, "__name__", "fault"))
def test_a_planted_fault_is_found(fault, monkeypatch, tmp_path):
    def faulty(query, engine, window):
        changed = query.copy()
        fault.plant(changed)
        return executable_sql(changed, engine, window)

    # a search ends with the first case that shows the fault
    monkeypatch.setattr(factory, "executable_sql", faulty)
    with DuckDB() as engine, pytest.raises(MismatchError):
        search(Harness(engine, tmp_path).check, {shape: ALL[shape] for shape in fault.shapes}, CASES, shrink=False)
