MODEL (
  name oso.int_ticket_responses__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'The first two people who commented on an issue or pull request or reviewed it, one row each, on the day they first did. Two, because one of them may be who opened it, which may become known later: the other one is then the first to respond.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'When the person first commented or reviewed, UTC.',
    event_source = 'GITHUB.',
    from_artifact_id = 'Who; automated accounts are left out.',
    to_artifact_id = 'Repository.',
    ticket_id = 'The issue or pull request, as in int_ticket_events__github.',
    position = '1 or 2.',
    first_responder_id = 'Who is first.'
  ),
  grain (ticket_id, position),
  audits (
    not_null(
      columns := (
        time,
        event_source,
        from_artifact_id,
        to_artifact_id,
        ticket_id,
        position,
        first_responder_id
      )
    ),
    unique_combination_of_columns(columns := (ticket_id, position)),
    accepted_values("column" := position, is_in := (1, 2))
  )
);

WITH touched AS (
  SELECT DISTINCT
    events.ticket_id
  FROM oso.int_ticket_events__github AS events
  WHERE
    events.time BETWEEN @start_dtntz AND @end_dtntz
    AND events.event_type IN ('ISSUE_COMMENT', 'PULL_REQUEST_REVIEW', 'PULL_REQUEST_REVIEW_COMMENT')
), people AS (
  SELECT
    MIN(events.time) AS time,
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.ticket_id
  FROM oso.int_ticket_events__github AS events
  WHERE
    events.time <= @end_dtntz
    AND events.event_type IN ('ISSUE_COMMENT', 'PULL_REQUEST_REVIEW', 'PULL_REQUEST_REVIEW_COMMENT')
    AND events.ticket_id IN (
      SELECT
        touched.ticket_id
      FROM touched
    )
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
  GROUP BY
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.ticket_id
), ranked AS (
  SELECT
    people.time,
    people.event_source,
    people.from_artifact_id,
    people.to_artifact_id,
    people.ticket_id,
    CAST(ROW_NUMBER() OVER (PARTITION BY people.ticket_id ORDER BY people.time, people.from_artifact_id) AS INT) AS position,
    FIRST_VALUE(people.from_artifact_id) OVER (PARTITION BY people.ticket_id ORDER BY people.time, people.from_artifact_id) AS first_responder_id
  FROM people
)
SELECT
  ranked.time,
  ranked.event_source,
  ranked.from_artifact_id,
  ranked.to_artifact_id,
  ranked.ticket_id,
  ranked.position,
  ranked.first_responder_id
FROM ranked
WHERE
  ranked.time BETWEEN @start_dtntz AND @end_dtntz AND ranked.position <= 2
