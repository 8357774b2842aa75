/* Who opened a pull request is what is known by the end of the window. Who merges and who opens being one account, an
   answer of another than the merger is one of another than the opener */
WITH merged AS (
  SELECT
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.from_artifact_id AS merged_by_id,
    closings.is_answered,
    MIN(known.opened_by_id) AS opened_by_id
  FROM oso.int_ticket_closings__github AS closings
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = closings.ticket_id AND known.time < @metrics_end('TIMESTAMP')
  WHERE
    closings.event_type = 'PULL_REQUEST_MERGED'
    AND NOT known.opened_by_id IS NULL
    AND closings.time BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.from_artifact_id,
    closings.is_answered
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  merged.event_source,
  merged.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  AVG(
    CASE
      WHEN merged.merged_by_id = merged.opened_by_id AND NOT merged.is_answered
      THEN 1
      ELSE 0
    END
  ) AS amount
FROM merged
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
