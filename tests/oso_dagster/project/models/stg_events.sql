MODEL (
  name oso.stg_events,
  kind INCREMENTAL_BY_TIME_RANGE (time_column bucket_day),
  description 'Events of a day.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=code'),
  audits (not_null(columns := (bucket_day, to_artifact_id)))
);

SELECT
  CAST(events.created_at AS DATE) AS bucket_day,
  CAST(events.repo_id AS TEXT) AS to_artifact_id,
  CAST(events.actor_id AS TEXT) AS from_artifact_id,
  'GITHUB' AS event_source,
  events.type AS event_type,
  1::DOUBLE AS amount
FROM raw.github_archive.events AS events
WHERE
  events.created_at >= @start_dt AND events.created_at < @end_dt
