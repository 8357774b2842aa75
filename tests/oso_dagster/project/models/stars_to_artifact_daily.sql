MODEL (
  name oso.stars_to_artifact_daily,
  kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  description 'stars of a repository, daily.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=metric', 'metric=stars', 'entity=artifact', 'category=code', 'unit=events'),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

SELECT
  bucket_day AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  'stars_daily' AS metric,
  CAST(SUM(amount) AS DOUBLE) AS amount
FROM oso.stg_events AS events
WHERE event_type = 'WatchEvent' AND bucket_day BETWEEN @start_date AND @end_date
GROUP BY 1, 2, 3
