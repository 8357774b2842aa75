MODEL (
  name oso.int_events_daily__github,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column bucket_day
  ),
  description 'Events on GitHub counted by day, one row a day, actor, repository and event type. The source of the code metrics.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=intermediate', 'category=code'),
  column_descriptions (
    bucket_day = 'UTC day.',
    from_artifact_id = 'Who did it.',
    to_artifact_id = 'Repository it was done to.',
    event_source = 'GITHUB.',
    event_type = 'What was done, for example STARRED.',
    amount = 'How often.'
  ),
  grain (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type),
  audits (
    not_null(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type, amount)
    ),
    unique_combination_of_columns(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type)
    ),
    forall(criteria := (
      amount > 0
    ))
  )
);

SELECT
  CAST(events.time AS DATE) AS bucket_day,
  events.from_artifact_id,
  events.to_artifact_id,
  events.event_source,
  events.event_type,
  CAST(COUNT(*) AS DOUBLE) AS amount
FROM oso.int_events__github AS events
WHERE
  events.time BETWEEN @start_dtntz AND @end_dtntz
GROUP BY
  CAST(events.time AS DATE),
  events.from_artifact_id,
  events.to_artifact_id,
  events.event_source,
  events.event_type
