/* Issues and pull requests that are open when the window ends, and the ages of the issues. A state holds from its row on
   until the next row of the issue or pull request */
WITH spans AS (
  SELECT
    states.event_source,
    states.to_artifact_id,
    states.ticket_id,
    states.ticket_type,
    states.is_open,
    CASE WHEN states.ticket_type = 'ISSUE' THEN states.opened_at END AS opened_at,
    states.time AS open_from,
    COALESCE(
      LEAD(states.time) OVER (PARTITION BY states.to_artifact_id, states.ticket_id ORDER BY states.time),
      CAST('9999-12-31' AS TIMESTAMP)
    ) AS open_until
  FROM oso.int_ticket_states__github AS states
), open_at_end AS (
  SELECT
    spans.event_source,
    spans.to_artifact_id,
    spans.ticket_type,
    DATE_DIFF('SECOND', spans.opened_at, @metrics_end('TIMESTAMP')) / 86400 AS age_days
  FROM spans
  WHERE
    spans.is_open
    AND spans.open_from < @metrics_end('TIMESTAMP')
    AND NOT spans.open_until < @metrics_end('TIMESTAMP')
), ranked AS (
  SELECT
    open_at_end.event_source,
    open_at_end.to_artifact_id,
    open_at_end.ticket_type,
    open_at_end.age_days,
    ROW_NUMBER() OVER (
      PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id
      ORDER BY open_at_end.age_days
    ) AS position,
    COUNT(open_at_end.age_days) OVER (PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id) AS known_ages
  FROM open_at_end
), measured AS (
  SELECT
    ranked.event_source,
    ranked.to_artifact_id,
    SUM(CASE WHEN ranked.ticket_type = 'ISSUE' THEN 1 END) AS open_issues,
    SUM(CASE WHEN ranked.ticket_type = 'PULL_REQUEST' THEN 1 END) AS open_pull_requests,
    AVG(ranked.age_days) AS age_avg,
    MIN(ranked.age_days) AS age_min,
    MAX(ranked.age_days) AS age_max,
    AVG(
      CASE
        WHEN 2 * ranked.position BETWEEN ranked.known_ages AND ranked.known_ages + 2
        THEN ranked.age_days
      END
    ) AS age_median /* the one in the middle, or the mean of the two */
  FROM ranked
  GROUP BY
    ranked.event_source,
    ranked.to_artifact_id
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
