/* A contributor is new where the first contribution to this very entity lies in the window, not the first to one of its
   repositories */
WITH first_contributions AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type IN @contribution_types
    AND NOT firsts.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
  GROUP BY
    event_source,
    to_artifact_id,
    from_artifact_id
)
SELECT
  @metrics_sample_date(first_contributions.first_at) AS metrics_sample_date,
  first_contributions.event_source,
  first_contributions.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT first_contributions.from_artifact_id) AS amount
FROM first_contributions
WHERE
  first_contributions.first_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
