/* From opening to the first comment or review by a person who did not open the issue or pull request. Who that is, is what
   is known by the end of the window: where the first to respond opened it, the second one counts */
WITH openings AS (
  SELECT
    responses.event_source,
    responses.to_artifact_id,
    responses.ticket_id,
    responses.time,
    responses.from_artifact_id,
    responses.position,
    responses.first_responder_id,
    MIN(known.opened_at) AS opened_at,
    MIN(known.opened_by_id) AS opened_by_id
  FROM oso.int_ticket_responses__github AS responses
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = responses.ticket_id AND known.time < @metrics_end('TIMESTAMP')
  WHERE
    responses.time BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
  GROUP BY
    responses.event_source,
    responses.to_artifact_id,
    responses.ticket_id,
    responses.time,
    responses.from_artifact_id,
    responses.position,
    responses.first_responder_id
), responded AS (
  SELECT
    openings.event_source,
    openings.to_artifact_id,
    openings.ticket_id,
    DATE_DIFF('SECOND', openings.opened_at, openings.time) / 3600 AS hours
  FROM openings
  WHERE
    NOT openings.opened_at IS NULL
    AND openings.from_artifact_id <> openings.opened_by_id
    AND (
      openings.position = 1 OR openings.first_responder_id = openings.opened_by_id
    )
    AND NOT openings.opened_by_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
), measured AS (
  SELECT
    responded.event_source,
    responded.to_artifact_id,
    AVG(responded.hours) AS hours_avg,
    PERCENTILE_CONT(responded.hours, 0.5) AS hours_median
  FROM responded
  GROUP BY
    responded.event_source,
    responded.to_artifact_id
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  measured.event_source,
  measured.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(names.name) AS metric,
  CASE names.name
    WHEN 'avg_time_to_first_response'
    THEN measured.hours_avg
    ELSE measured.hours_median
  END AS amount
FROM measured
CROSS JOIN (
  SELECT
    'avg_time_to_first_response' AS name
  UNION ALL
  SELECT
    'median_time_to_first_response' AS name
) AS names
