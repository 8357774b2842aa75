MODEL (
  name oso.actors_to_artifact_over_7_day_window,
  kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  description 'actors of a repository, over_7_day_window.',
  owner oso,
  tags ('grain=daily', 'reads=rolling:7:day', 'model_type=metric', 'metric=actors', 'entity=artifact', 'category=code', 'unit=events'),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

SELECT
  sample AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  'actors_over_7_day_window' AS metric,
  CAST(COUNT(DISTINCT from_artifact_id) AS DOUBLE) AS amount
FROM (SELECT CAST(d AS DATE) AS sample, e.* FROM UNNEST(GENERATE_SERIES(CAST(@start_date AS DATE), CAST(@end_date AS DATE), INTERVAL 1 DAY)) AS s(d) JOIN oso.stg_events AS e ON e.bucket_day > d - INTERVAL 7 DAY AND e.bucket_day <= d) AS events
WHERE TRUE
GROUP BY 1, 2, 3
