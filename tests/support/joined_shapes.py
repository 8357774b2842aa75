"""Shapes of metric SQL as authors write it, for which one law holds.

A metric of an entity is the artifact's metric over events that name the entity instead of their artifact: `relabelled`
makes those in Python, so that the same file, compiled for artifacts, says what an entity's rows must be.
"""

from dataclasses import replace

from membership_oracle import EntityWorld

EVENTS = "oso.int_events_daily__github"
BOUNDS = "bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
HEAD = "SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,"
TAIL = "'' AS from_artifact_id, @metric_name() AS metric,"
STARRED = f"SELECT DISTINCT to_artifact_id, event_source FROM {EVENTS} WHERE event_type = 'STARRED' AND {BOUNDS}"
COMMITS_OF = f"""
    SELECT @metrics_sample_date(e.bucket_day) AS metrics_sample_date, e.event_source, {{key}} AS to_artifact_id,
      {TAIL} SUM(e.amount) AS amount
    FROM {{tables}}
    WHERE e.event_type = 'COMMIT_CODE' AND e.{BOUNDS} {{condition}}
    GROUP BY 1, 2, 3
"""
SHAPES = {
    "grouped": f"{HEAD} {TAIL} SUM(amount) AS amount FROM {EVENTS} WHERE {BOUNDS} GROUP BY 1, 2, 3",
    "the key under an alias": f"""
        SELECT @metrics_sample_date(e.bucket_day) AS metrics_sample_date, e.event_source AS event_source,
          e.to_artifact_id AS to_artifact_id, {TAIL} COUNT(DISTINCT e.from_artifact_id) AS amount,
        FROM {EVENTS} AS e WHERE e.{BOUNDS} GROUP BY metrics_sample_date, metric, to_artifact_id, event_source,
    """,
    "a derived table in a union": f"""
        SELECT metrics_sample_date, event_source, to_artifact_id, {TAIL} SUM(n) AS amount
        FROM (
          SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id, COUNT(*) AS n
          FROM {EVENTS} WHERE event_type = 'STARRED' AND {BOUNDS} GROUP BY 1, 2, 3
          UNION ALL
          SELECT @metrics_sample_date(bucket_day), event_source, to_artifact_id, -COUNT(*)
          FROM {EVENTS} WHERE event_type <> 'STARRED' AND {BOUNDS} GROUP BY 1, 2, 3
        ) AS both_kinds
        GROUP BY 1, 2, 3
    """,
    "a set operation that compares": f"""
        WITH quiet AS (
          SELECT to_artifact_id, event_source FROM {EVENTS} WHERE event_type = 'COMMIT_CODE' AND {BOUNDS}
          EXCEPT
          SELECT to_artifact_id, event_source FROM {EVENTS} WHERE event_type = 'STARRED' AND {BOUNDS}
        )
        {
        COMMITS_OF.format(
            key="quiet.to_artifact_id",
            tables=f"{EVENTS} AS e, quiet",
            condition="AND quiet.to_artifact_id = e.to_artifact_id AND quiet.event_source = e.event_source",
        )
    }
    """,
    "a window function in a CTE": f"""
        WITH ordered AS (
          SELECT bucket_day, event_source, to_artifact_id, amount,
            ROW_NUMBER() OVER (PARTITION BY to_artifact_id, event_source ORDER BY bucket_day, from_artifact_id) AS n
          FROM {EVENTS} WHERE {BOUNDS}
        )
        {HEAD} {TAIL} MAX(n) AS amount FROM ordered GROUP BY 1, 2, 3
    """,
    "a named window": f"""
        WITH ordered AS (
          SELECT bucket_day, event_source, to_artifact_id, SUM(amount) OVER w AS so_far
          FROM {EVENTS} WHERE {BOUNDS}
          WINDOW w AS (PARTITION BY to_artifact_id, event_source ORDER BY bucket_day)
        )
        {HEAD} {TAIL} MAX(so_far) AS amount FROM ordered GROUP BY 1, 2, 3
    """,
    "QUALIFY": f"""
        WITH busiest AS (
          SELECT bucket_day, event_source, to_artifact_id, COUNT(*) AS n FROM {EVENTS} WHERE {BOUNDS}
          GROUP BY 1, 2, 3
          QUALIFY ROW_NUMBER() OVER (PARTITION BY to_artifact_id, event_source ORDER BY COUNT(*) DESC, bucket_day) <= 2
        )
        {HEAD} {TAIL} SUM(n) AS amount FROM busiest GROUP BY 1, 2, 3
    """,
    "DISTINCT people of an entity": f"""
        WITH seen AS (
          SELECT DISTINCT bucket_day, event_source, to_artifact_id, from_artifact_id FROM {EVENTS} WHERE {BOUNDS}
        )
        {HEAD} {TAIL} COUNT(*) AS amount FROM seen GROUP BY 1, 2, 3
    """,
    "HAVING": f"""
        {HEAD} {TAIL} SUM(amount) AS amount FROM {EVENTS} WHERE {BOUNDS}
        GROUP BY 1, 2, 3 HAVING COUNT(DISTINCT from_artifact_id) > 3 AND to_artifact_id IS NOT NULL
    """,
    "a CTE that renames its columns": f"""
        WITH counted (day_of_it, origin, entity, n) AS (
          SELECT bucket_day, event_source, to_artifact_id, COUNT(*) FROM {EVENTS} WHERE {BOUNDS} GROUP BY 1, 2, 3
        )
        SELECT @metrics_sample_date(day_of_it) AS metrics_sample_date, origin AS event_source,
          entity AS to_artifact_id, {TAIL} SUM(n) AS amount FROM counted GROUP BY 1, 2, 3
    """,
    "CTEs upon CTEs": f"""
        WITH a AS (SELECT bucket_day, event_source, to_artifact_id, from_artifact_id FROM {EVENTS} WHERE {BOUNDS}),
        b AS (SELECT a.to_artifact_id, a.event_source, a.from_artifact_id, MIN(a.bucket_day) AS bucket_day
          FROM a GROUP BY 1, 2, 3),
        c AS (SELECT b.*, 1 AS one FROM b)
        {HEAD} {TAIL} SUM(one) AS amount FROM c GROUP BY 1, 2, 3
    """,
    "a star over the source": f"""
        WITH every AS (SELECT * FROM {EVENTS} AS e WHERE e.{BOUNDS}),
        starred AS (SELECT every.* FROM every WHERE every.event_type = 'STARRED')
        {HEAD} {TAIL} SUM(amount) AS amount FROM starred GROUP BY 1, 2, 3
    """,
    "a join with a lifted CTE": f"""
        WITH starred AS ({STARRED})
        {
        COMMITS_OF.format(
            key="e.to_artifact_id",
            tables=f"{EVENTS} AS e JOIN starred ON starred.to_artifact_id = e.to_artifact_id "
            "AND starred.event_source = e.event_source",
            condition="",
        )
    }
    """,
    "keyed by the lifted side": f"""
        WITH starred AS ({STARRED})
        {
        COMMITS_OF.format(
            key="starred.to_artifact_id",
            tables=f"starred JOIN {EVENTS} AS e ON e.to_artifact_id = starred.to_artifact_id "
            "AND starred.event_source = e.event_source",
            condition="",
        )
    }
    """,
    "USING a lifted CTE": f"""
        WITH starred AS ({STARRED})
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
          {TAIL} SUM(e.amount) AS amount
        FROM {EVENTS} AS e JOIN starred USING (to_artifact_id, event_source)
        WHERE e.{BOUNDS} GROUP BY 1, 2, 3
    """,
    "USING, the lifted CTE first": f"""
        WITH starred AS ({STARRED})
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
          {TAIL} SUM(e.amount) AS amount
        FROM starred INNER JOIN {EVENTS} AS e USING (to_artifact_id, event_source)
        WHERE e.{BOUNDS} GROUP BY 1, 2, 3
    """,
    "USING between lifted CTEs": f"""
        WITH starred AS ({STARRED}),
        commits AS (SELECT bucket_day, to_artifact_id, event_source, amount FROM {EVENTS}
          WHERE event_type = 'COMMIT_CODE' AND {BOUNDS})
        {HEAD} {TAIL} SUM(amount) AS amount FROM commits JOIN starred USING (to_artifact_id, event_source)
        GROUP BY 1, 2, 3
    """,
    "IN a lifted CTE": f"""
        WITH starred AS ({STARRED})
        {
        COMMITS_OF.format(
            key="e.to_artifact_id",
            tables=f"{EVENTS} AS e",
            condition="AND e.to_artifact_id IN (SELECT s.to_artifact_id FROM starred AS s)",
        )
    }
    """,
    "NOT IN a keyed subquery": f"""
        {
        COMMITS_OF.format(
            key="e.to_artifact_id",
            tables=f"{EVENTS} AS e",
            condition=f'''AND e.to_artifact_id NOT IN (
            SELECT s.to_artifact_id FROM {EVENTS} AS s WHERE s.event_type = 'STARRED' AND s.{BOUNDS})''',
        )
    }
    """,
    "EXISTS, correlated with the raw side": f"""
        WITH starred AS ({STARRED})
        {
        COMMITS_OF.format(
            key="e.to_artifact_id",
            tables=f"{EVENTS} AS e",
            condition='''AND EXISTS (
            SELECT 1 FROM starred AS s WHERE s.to_artifact_id = e.to_artifact_id
            AND s.event_source = e.event_source)''',
        )
    }
    """,
    "NOT EXISTS, raw rows inside": f"""
        WITH commits AS (SELECT bucket_day, event_source, to_artifact_id, amount FROM {EVENTS}
          WHERE event_type = 'COMMIT_CODE' AND {BOUNDS})
        SELECT @metrics_sample_date(c.bucket_day) AS metrics_sample_date, c.event_source, c.to_artifact_id,
          {TAIL} SUM(c.amount) AS amount FROM commits AS c
        WHERE NOT EXISTS (SELECT 1 FROM {EVENTS} AS s WHERE s.event_type = 'STARRED' AND s.{BOUNDS}
          AND s.to_artifact_id = c.to_artifact_id AND s.event_source = c.event_source)
        GROUP BY 1, 2, 3
    """,
    "a left join whose right side is raw": f"""
        WITH starred AS ({STARRED})
        SELECT @metrics_end('DATE') AS metrics_sample_date, starred.event_source, starred.to_artifact_id,
          {TAIL} COUNT(e.amount) AS amount
        FROM starred LEFT JOIN {EVENTS} AS e ON e.to_artifact_id = starred.to_artifact_id
          AND e.event_source = starred.event_source AND e.event_type = 'COMMIT_CODE'
          AND e.{BOUNDS}
        GROUP BY 1, 2, 3
    """,
    "a full join of raw and lifted": f"""
        WITH starred AS (SELECT to_artifact_id, event_source, COUNT(*) AS n FROM {EVENTS}
          WHERE event_type = 'STARRED' AND {BOUNDS} GROUP BY 1, 2),
        commits AS (SELECT to_artifact_id, event_source, COUNT(*) AS n FROM {EVENTS}
          WHERE event_type = 'COMMIT_CODE' AND {BOUNDS} GROUP BY 1, 2)
        SELECT @metrics_end('DATE') AS metrics_sample_date, COALESCE(s.event_source, c.event_source) AS event_source,
          COALESCE(s.to_artifact_id, c.to_artifact_id) AS to_artifact_id, {TAIL}
          SUM(COALESCE(s.n, 0) * 100 + COALESCE(c.n, 0)) AS amount
        FROM starred AS s FULL JOIN commits AS c
          ON s.to_artifact_id = c.to_artifact_id AND s.event_source = c.event_source
        GROUP BY 1, 2, 3
    """,
    "a recursive CTE beside it": f"""
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3)
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id, {TAIL}
          SUM(amount * numbers.n) AS amount
        FROM {EVENTS} CROSS JOIN numbers WHERE {BOUNDS} GROUP BY 1, 2, 3
    """,
}
# a value that is the same on every date of a window has a sample date only in rolling windows
ONLY_ROLLING = {"a left join whose right side is raw", "a full join of raw and lifted"}
DIALECTS = {"QUALIFY": "duckdb"}


def relabelled(world: EntityWorld, entity: str, attribution: str) -> EntityWorld:
    """The same events, each naming an entity that it counts for as its artifact."""
    return EntityWorld(
        events=[replace(event, artifact=name) for name, event in world.attributed(entity, attribution)], tables={}
    )
