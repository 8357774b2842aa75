"""Two installations' published rows: what counts as the same, and what differs is counted by model."""

from datetime import date
from typing import Any

import duckdb
import pytest

from oso_lake.comparing import Difference, compare_rows, differing
from oso_lake.published import MARTS, timeseries_contract

SERIES = timeseries_contract("project")
DAY = date(2024, 1, 2)


def row(project: str, amount: float, model: str = "oso.stars", unit: str | None = "events") -> dict[str, Any]:
    return {
        "metric_id": "m", "project_id": project, "sample_date": DAY, "amount": amount, "unit": unit, "model": model,
    }  # fmt: skip


def differences(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> tuple[Difference, ...]:
    with duckdb.connect() as connection:
        return compare_rows(connection, SERIES, SERIES.rows(one), SERIES.rows(other)).differences


def test_the_order_of_rows_and_a_billionth_part_of_an_amount_are_no_difference() -> None:
    one = [row("a", 0.1 + 0.2), row("b", 0.0), row("c", float("nan")), row("d", float("inf"))]
    assert differences(one, [row("d", float("inf")), row("c", float("nan")), row("b", 0.0), row("a", 0.3)]) == ()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ([row("a", 1.000001), row("b", 2.0)], "other_values"),
        ([row("a", float("nan")), row("b", 2.0)], "other_values"),
        ([row("a", float("inf")), row("b", 2.0)], "other_values"),
        ([row("a", 1.0, unit=None), row("b", 2.0)], "other_values"),
        ([row("a", 1.0)], "only_one"),
        ([row("a", 1.0), row("b", 2.0), row("c", 3.0)], "only_other"),
        ([row("a", 1.0), row("b", 2.0), row("b", 2.0)], "only_other"),
    ],
)
def test_each_kind_of_difference_is_found(changed: list[dict[str, Any]], kind: str) -> None:
    counts = {"only_one": 0, "only_other": 0, "other_values": 0} | {kind: 1}
    assert differences([row("a", 1.0), row("b", 2.0)], changed) == (Difference(name="oso.stars", **counts),)


def test_differences_are_told_by_model_and_the_largest_first() -> None:
    with duckdb.connect() as connection:
        table = compare_rows(
            connection,
            SERIES,
            SERIES.rows(
                [row("a", 1.0), row("b", 1.0, "oso.forks"), row("c", 1.0, "oso.forks"), row("d", 1.0, "oso.x")]
            ),
            SERIES.rows([row("a", 2.0), row("d", 1.0, "oso.x")]),
        )
    assert (table.metrics, table.rows_of_one, table.rows_of_other) == (1, 4, 2)
    assert [(name, one.name, one.total) for name, one in differing([table])] == [
        (SERIES.table, "oso.forks", 2),
        (SERIES.table, "oso.stars", 1),
    ]


def test_a_key_that_may_be_null_matches_itself() -> None:
    contract = MARTS["projects_by_collection_v1"]
    member = dict.fromkeys(contract.schema.names, "x") | {"valid_from": DAY, "valid_to": None}
    rows = contract.rows([member, member | {"valid_from": None}])
    with duckdb.connect() as connection:
        assert compare_rows(connection, contract, rows, rows).differences == ()
        moved = contract.rows([member, member | {"valid_from": None, "valid_to": DAY}])
        [found] = compare_rows(connection, contract, rows, moved).differences
    assert (found.name, found.other_values) == ("projects_by_collection_v1", 1)
