/* From opening to first merge; when a pull request was opened is what is known by the end of the window */
WITH merged AS (
  SELECT
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
  FROM oso.int_ticket_closings__github AS closings
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = closings.ticket_id AND known.time < @metrics_end('TIMESTAMP')
  WHERE
    closings.event_type = 'PULL_REQUEST_MERGED'
    AND NOT known.opened_at IS NULL
    AND closings.time BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.time
), measured AS (
  SELECT
    merged.event_source,
    merged.to_artifact_id,
    AVG(merged.hours) AS hours_avg,
    PERCENTILE_CONT(merged.hours, 0.5) AS hours_median
  FROM merged
  GROUP BY
    merged.event_source,
    merged.to_artifact_id
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  measured.event_source,
  measured.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(names.name) AS metric,
  CASE names.name
    WHEN 'avg_time_to_merge'
    THEN measured.hours_avg
    ELSE measured.hours_median
  END AS amount
FROM measured
CROSS JOIN (
  SELECT
    'avg_time_to_merge' AS name
  UNION ALL
  SELECT
    'median_time_to_merge' AS name
) AS names
