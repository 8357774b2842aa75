MODEL (
  name oso.int_first_of_event_from_artifact__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'When somebody first did something to a repository, one row an actor, repository and event type, on the day it happened. Later events never change it.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    time = 'First time since the start of the project''s data, UTC.',
    event_source = 'GITHUB.',
    from_artifact_id = 'Who did it.',
    to_artifact_id = 'Repository it was done to.',
    event_type = 'What was done, for example COMMIT_CODE.'
  ),
  grain (event_source, from_artifact_id, to_artifact_id, event_type),
  audits (
    not_null(columns := (time, event_source, from_artifact_id, to_artifact_id, event_type)),
    unique_combination_of_columns(columns := (event_source, from_artifact_id, to_artifact_id, event_type))
  )
);

WITH first_of_window AS (
  SELECT
    MIN(events.time) AS time,
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.event_type
  FROM oso.int_events__github AS events
  WHERE
    events.time BETWEEN @start_dtntz AND @end_dtntz
  GROUP BY
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.event_type
)
SELECT
  first_of_window.time,
  first_of_window.event_source,
  first_of_window.from_artifact_id,
  first_of_window.to_artifact_id,
  first_of_window.event_type
FROM first_of_window
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM oso.int_events_daily__github AS earlier
    WHERE
      earlier.event_source = first_of_window.event_source
      AND earlier.from_artifact_id = first_of_window.from_artifact_id
      AND earlier.to_artifact_id = first_of_window.to_artifact_id
      AND earlier.event_type = first_of_window.event_type
      AND earlier.bucket_day < @start_date
  )
