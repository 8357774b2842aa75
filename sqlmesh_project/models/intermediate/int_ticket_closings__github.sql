MODEL (
  name oso.int_ticket_closings__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'When an issue was first closed and a pull request first merged, one row each, on the day it happened. Closing again after a reopening adds nothing.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'When it was closed or merged, UTC.',
    event_type = 'ISSUE_CLOSED or PULL_REQUEST_MERGED.',
    event_source = 'GITHUB.',
    from_artifact_id = 'Who closed or merged it.',
    to_artifact_id = 'Repository.',
    ticket_id = 'The issue or pull request, as in int_ticket_events__github.',
    is_answered = 'Whether another account than the one that closed it had commented on it or reviewed it before.'
  ),
  grain ticket_id,
  audits (
    not_null(
      columns := (
        time,
        event_type,
        event_source,
        from_artifact_id,
        to_artifact_id,
        ticket_id,
        is_answered
      )
    ),
    unique_values(columns := (
      ticket_id
    ))
  )
);

WITH touched AS (
  SELECT DISTINCT
    events.ticket_id
  FROM oso.int_ticket_events__github AS events
  WHERE
    events.time BETWEEN @start_dtntz AND @end_dtntz
    AND events.event_type IN ('ISSUE_CLOSED', 'PULL_REQUEST_MERGED')
), events AS (
  SELECT
    all_events.time,
    all_events.event_id,
    all_events.event_type,
    all_events.event_source,
    all_events.from_artifact_id,
    all_events.to_artifact_id,
    all_events.ticket_id
  FROM oso.int_ticket_events__github AS all_events
  WHERE
    all_events.time <= @end_dtntz
    AND all_events.ticket_id IN (
      SELECT
        touched.ticket_id
      FROM touched
    )
), first_closings AS (
  SELECT
    events.time,
    events.event_type,
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.ticket_id
  FROM events
  WHERE
    events.event_type IN ('ISSUE_CLOSED', 'PULL_REQUEST_MERGED')
  QUALIFY
    ROW_NUMBER() OVER (PARTITION BY events.ticket_id ORDER BY events.time, events.event_id) = 1
)
SELECT
  closed.time,
  closed.event_type,
  closed.event_source,
  closed.from_artifact_id,
  closed.to_artifact_id,
  closed.ticket_id,
  EXISTS(
    SELECT
      1
    FROM events AS answers
    WHERE
      answers.ticket_id = closed.ticket_id
      AND answers.event_type IN ('ISSUE_COMMENT', 'PULL_REQUEST_REVIEW', 'PULL_REQUEST_REVIEW_COMMENT')
      AND answers.from_artifact_id <> closed.from_artifact_id
      AND answers.time < closed.time
  ) AS is_answered
FROM first_closings AS closed
WHERE
  closed.time BETWEEN @start_dtntz AND @end_dtntz
