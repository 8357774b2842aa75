"""Where an engine's error lies: the line of the author's file, from what DuckDB shows of a generated statement."""

import duckdb
import pytest

from oso_dagster.runner.error_places import line_of

SOURCE = """WITH recent AS (
  SELECT
    actor,
    events.note::INT AS amount
  FROM events
)
SELECT
  actor,
  SUM(amount) AS amount
FROM recent
WHERE CAST(actor AS DATE) > '2024-01-01'
  AND IF(actor = 'x', note, '1')::INT > 0
GROUP BY 1
"""


def _message(statement: str) -> str:
    with duckdb.connect() as connection:
        connection.execute("create table events as select 'x' as actor, 'abc' as note")
        with pytest.raises(duckdb.Error) as caught:
            connection.execute(statement)
    return str(caught.value)


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        # generated text is one line, quoted, cast and cut; both casts are there, and only one of them fails
        ('insert into events select "actor", cast("events"."note" as int) as "amount" from events', 4),
        ("select * from events where cast(actor as date) > '2024-01-01' and 1 = 1", 11),
        ("select cast(case when e.actor = 'x' then note else '1' end as int) from events e", 12),
        ("select " + "1, " * 60 + "cast(note as int) as amount from events", 4),
    ],
)
def test_the_line_is_the_one_whose_text_the_engine_stumbled_over(statement: str, line: int) -> None:
    assert line_of(_message(statement), SOURCE) == line


@pytest.mark.parametrize(
    "statement",
    [
        # no place is told
        "select error('boom') from events",
        # nothing in the file is like it
        "select missing_column from events",
    ],
)
def test_no_line_is_told_where_none_fits(statement: str) -> None:
    assert line_of(_message(statement), SOURCE) is None
