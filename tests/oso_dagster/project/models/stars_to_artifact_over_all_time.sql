MODEL (
  name oso.stars_to_artifact_over_all_time,
  kind FULL,
  description 'stars of a repository, over_all_time.',
  owner oso,
  tags ('model_type=metric', 'metric=stars', 'entity=artifact', 'category=code', 'unit=events'),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

SELECT
  (SELECT MAX(bucket_day) FROM oso.stg_events) AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  'stars_over_all_time' AS metric,
  CAST(SUM(amount) AS DOUBLE) AS amount
FROM oso.stg_events AS events
WHERE event_type = 'WatchEvent'
GROUP BY 1, 2, 3
