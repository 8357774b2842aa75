MODEL (
  name oso.int_first_of_event_from_artifact__blockchain,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column time
  ),
  description 'When an address first did something to another, one row a pair of addresses and event type, on the day it happened. Later events never change it.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=intermediate', 'category=blockchain'),
  column_descriptions (
    time = 'First day since the start of the project''s data, UTC, at midnight.',
    event_source = 'The chain, upper case, for example OPTIMISM.',
    from_artifact_id = 'Who did it: the sender of the transaction.',
    to_artifact_id = 'Receiver of the transaction, or contract it invoked.',
    event_type = 'TRANSACTION or CONTRACT_INVOCATION.'
  ),
  grain (event_source, from_artifact_id, to_artifact_id, event_type),
  audits (
    not_null(columns := (time, event_source, from_artifact_id, to_artifact_id, event_type)),
    unique_combination_of_columns(columns := (event_source, from_artifact_id, to_artifact_id, event_type))
  )
);

WITH first_of_window AS (
  SELECT
    MIN(events.bucket_day) AS bucket_day,
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.event_type
  FROM oso.int_events_daily__blockchain AS events
  WHERE
    events.event_type <> 'GAS_FEE'
    AND events.bucket_day BETWEEN @start_date AND @end_date
  GROUP BY
    events.event_source,
    events.from_artifact_id,
    events.to_artifact_id,
    events.event_type
)
SELECT
  CAST(first_of_window.bucket_day AS TIMESTAMP) AS time,
  first_of_window.event_source,
  first_of_window.from_artifact_id,
  first_of_window.to_artifact_id,
  first_of_window.event_type
FROM first_of_window
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM oso.int_events_daily__blockchain AS earlier
    WHERE
      earlier.event_source = first_of_window.event_source
      AND earlier.from_artifact_id = first_of_window.from_artifact_id
      AND earlier.to_artifact_id = first_of_window.to_artifact_id
      AND earlier.event_type = first_of_window.event_type
      AND earlier.bucket_day < @start_date
  )
