/* From opening to first closing; when an issue was opened is what is known by the end of the window */
WITH closed AS (
  SELECT
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
  FROM oso.int_ticket_closings__github AS closings
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = closings.ticket_id AND known.time < @metrics_end('TIMESTAMP')
  WHERE
    closings.event_type = 'ISSUE_CLOSED'
    AND NOT known.opened_at IS NULL
    AND closings.time BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.time
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  closed.event_source,
  closed.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  AVG(closed.hours) AS amount
FROM closed
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
