/* Issues and pull requests that are open when the window ends, and the ages of the issues. A state holds from its row on
   until the next row of the issue or pull request; a next row that comes after the window ends it no earlier */
WITH spans AS (
  SELECT
    states.event_source,
    states.to_artifact_id,
    states.ticket_id,
    states.ticket_type,
    CASE WHEN states.ticket_type = 'ISSUE' THEN states.opened_at END AS opened_at,
    states.time AS open_from,
    MIN(COALESCE(next_states.time, CAST('9999-12-31' AS TIMESTAMP))) AS open_until
  FROM oso.int_ticket_states__github AS states
  LEFT JOIN oso.int_ticket_states__github AS next_states
    ON next_states.ticket_id = states.ticket_id AND next_states.time > states.time
  WHERE
    states.is_open
  GROUP BY
    states.event_source,
    states.to_artifact_id,
    states.ticket_id,
    states.ticket_type,
    states.opened_at,
    states.time
), open_at_end AS (
  SELECT
    spans.event_source,
    spans.to_artifact_id,
    spans.ticket_type,
    DATE_DIFF('SECOND', spans.opened_at, @metrics_end('TIMESTAMP')) / 86400 AS age_days
  FROM spans
  WHERE
    spans.open_from < @metrics_end('TIMESTAMP')
    AND NOT spans.open_until < @metrics_end('TIMESTAMP')
), measured AS (
  SELECT
    open_at_end.event_source,
    open_at_end.to_artifact_id,
    SUM(CASE WHEN open_at_end.ticket_type = 'ISSUE' THEN 1 END) AS open_issues,
    SUM(CASE WHEN open_at_end.ticket_type = 'PULL_REQUEST' THEN 1 END) AS open_pull_requests,
    AVG(open_at_end.age_days) AS age_avg,
    MIN(open_at_end.age_days) AS age_min,
    MAX(open_at_end.age_days) AS age_max,
    PERCENTILE_CONT(open_at_end.age_days, 0.5) AS age_median
  FROM open_at_end
  GROUP BY
    open_at_end.event_source,
    open_at_end.to_artifact_id
), named AS (
  SELECT
    measured.event_source,
    measured.to_artifact_id,
    names.name,
    CASE names.name
      WHEN 'open_issues'
      THEN measured.open_issues
      WHEN 'open_pull_requests'
      THEN measured.open_pull_requests
      WHEN 'issue_age_avg'
      THEN measured.age_avg
      WHEN 'issue_age_min'
      THEN measured.age_min
      WHEN 'issue_age_max'
      THEN measured.age_max
      ELSE measured.age_median
    END AS amount
  FROM measured
  CROSS JOIN (
    SELECT
      'open_issues' AS name
    UNION ALL
    SELECT
      'open_pull_requests' AS name
    UNION ALL
    SELECT
      'issue_age_avg' AS name
    UNION ALL
    SELECT
      'issue_age_min' AS name
    UNION ALL
    SELECT
      'issue_age_max' AS name
    UNION ALL
    SELECT
      'issue_age_median' AS name
  ) AS names
)
SELECT
  @metrics_sample_date() AS metrics_sample_date,
  named.event_source,
  named.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(named.name) AS metric,
  named.amount
FROM named
WHERE
  NOT named.amount IS NULL
