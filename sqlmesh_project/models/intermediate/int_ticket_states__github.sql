MODEL (
  name oso.int_ticket_states__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'What is known of an issue or pull request, one row a moment at which it changed: whether it is open, when and by whom it was opened. What holds at a time is in the last row before it; later events add rows and change none.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'When the event happened that told of it, UTC; the first row of a ticket is of the first event that told of the ticket.',
    event_source = 'GITHUB.',
    to_artifact_id = 'Repository.',
    ticket_id = 'The issue or pull request, as in int_ticket_events__github.',
    ticket_type = 'ISSUE or PULL_REQUEST.',
    is_open = 'Whether it is open from then on: it was never closed or merged, or opened again since. Of a closing and an opening in one second, the closing comes last.',
    opened_at = 'The earliest time of opening told so far, UTC; null while nothing tells.',
    opened_by_id = 'Who opened it; null while nothing tells.'
  ),
  grain (ticket_id, time),
  audits (
    not_null(columns := (time, event_source, to_artifact_id, ticket_id, ticket_type, is_open)),
    unique_combination_of_columns(columns := (ticket_id, time))
  )
);

WITH touched AS (
  SELECT DISTINCT
    events.ticket_id
  FROM oso.int_ticket_events__github AS events
  WHERE
    events.time BETWEEN @start_dtntz AND @end_dtntz
), told AS (
  SELECT
    events.time,
    events.event_source,
    events.to_artifact_id,
    events.ticket_id,
    events.ticket_type,
    MIN(events.opened_at) AS opened_at,
    MIN(events.opened_by_id) AS opened_by_id,
    MAX(
      CASE
        WHEN events.event_type IN ('ISSUE_OPENED', 'ISSUE_REOPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_REOPENED')
        THEN events.time
      END
    ) AS opening_at,
    MAX(
      CASE
        WHEN events.event_type IN ('ISSUE_CLOSED', 'PULL_REQUEST_CLOSED', 'PULL_REQUEST_MERGED')
        THEN events.time
      END
    ) AS closing_at
  FROM oso.int_ticket_events__github AS events
  WHERE
    events.time <= @end_dtntz
    AND events.ticket_id IN (
      SELECT
        touched.ticket_id
      FROM touched
    )
  GROUP BY
    events.time,
    events.event_source,
    events.to_artifact_id,
    events.ticket_id,
    events.ticket_type
), known AS (
  SELECT
    told.time,
    told.event_source,
    told.to_artifact_id,
    told.ticket_id,
    told.ticket_type,
    MIN(told.opened_at) OVER (PARTITION BY told.ticket_id ORDER BY told.time) AS opened_at,
    MIN(told.opened_by_id) OVER (PARTITION BY told.ticket_id ORDER BY told.time) AS opened_by_id,
    MAX(told.opening_at) OVER (PARTITION BY told.ticket_id ORDER BY told.time) AS last_opening_at,
    MAX(told.closing_at) OVER (PARTITION BY told.ticket_id ORDER BY told.time) AS last_closing_at
  FROM told
), states AS (
  SELECT
    known.time,
    known.event_source,
    known.to_artifact_id,
    known.ticket_id,
    known.ticket_type,
    COALESCE(known.last_opening_at > known.last_closing_at, known.last_closing_at IS NULL) AS is_open,
    known.opened_at,
    known.opened_by_id
  FROM known
), compared AS (
  SELECT
    states.*,
    LAG(states.is_open) OVER (PARTITION BY states.ticket_id ORDER BY states.time) AS was_open,
    LAG(states.opened_at) OVER (PARTITION BY states.ticket_id ORDER BY states.time) AS opened_at_before,
    LAG(states.opened_by_id) OVER (PARTITION BY states.ticket_id ORDER BY states.time) AS opened_by_id_before
  FROM states
)
SELECT
  compared.time,
  compared.event_source,
  compared.to_artifact_id,
  compared.ticket_id,
  compared.ticket_type,
  compared.is_open,
  compared.opened_at,
  compared.opened_by_id
FROM compared
WHERE
  compared.time BETWEEN @start_dtntz AND @end_dtntz
  AND (
    compared.is_open IS DISTINCT FROM compared.was_open
    OR compared.opened_at IS DISTINCT FROM compared.opened_at_before
    OR compared.opened_by_id IS DISTINCT FROM compared.opened_by_id_before
  )
