MODEL (
  name oso.newcomers_to_artifact_daily,
  kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  description 'newcomers of a repository, daily.',
  owner oso,
  tags ('grain=daily', 'reads=history', 'model_type=metric', 'metric=newcomers', 'entity=artifact', 'category=code', 'unit=events'),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

SELECT
  first_day AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  'newcomers_daily' AS metric,
  CAST(COUNT(*) AS DOUBLE) AS amount
FROM (SELECT *, 'GITHUB' AS event_source FROM oso.int_first) AS events
WHERE first_day BETWEEN @start_date AND @end_date
GROUP BY 1, 2, 3
