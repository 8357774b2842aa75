MODEL (
  name oso.forks_to_artifact_quarterly,
  kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  description 'forks of a repository, quarterly.',
  owner oso,
  tags ('grain=quarterly', 'reads=window', 'model_type=metric', 'metric=forks', 'entity=artifact', 'category=code', 'unit=events'),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

SELECT
  CAST(DATE_TRUNC('quarter', bucket_day) AS DATE) AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  'forks_quarterly' AS metric,
  CAST(SUM(amount) AS DOUBLE) AS amount
FROM oso.stg_events AS events
WHERE event_type = 'ForkEvent' AND bucket_day BETWEEN @start_date AND @end_date
GROUP BY 1, 2, 3
