WITH classified AS (
  SELECT
    active.metrics_sample_date,
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    CASE
      WHEN active.amount * 30 >= @full_time_days_of_30 * @metrics_sample_interval_length(active.metrics_sample_date, 'day')
      THEN 'full_time_developers'
      ELSE 'part_time_developers'
    END AS classification
  FROM @metrics_peer_ref(developer_active_days) AS active
  WHERE
    active.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
)
SELECT
  @metrics_sample_date(classified.metrics_sample_date) AS metrics_sample_date,
  classified.event_source,
  classified.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(classified.classification) AS metric,
  COUNT(DISTINCT classified.from_artifact_id) AS amount
FROM classified
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
