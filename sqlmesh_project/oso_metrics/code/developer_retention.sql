/* Two windows of the same length that meet: the one that ends with the sample date, and the one before it */
WITH current_window AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id
  FROM @metrics_peer_ref(developer_active_days) AS active
  WHERE
    active.metrics_sample_date = @metrics_end('DATE')
), previous_window AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id
  FROM @metrics_peer_ref(developer_active_days) AS active
  WHERE
    active.metrics_sample_date = @relative_window_sample_date(
      @metrics_end('DATE'),
      @rolling_window,
      @rolling_unit,
      -1
    )
), first_commits AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type = 'COMMIT_CODE'
  GROUP BY
    event_source,
    to_artifact_id,
    from_artifact_id
), compared AS (
  SELECT
    COALESCE(current_window.event_source, previous_window.event_source) AS event_source,
    COALESCE(current_window.to_artifact_id, previous_window.to_artifact_id) AS to_artifact_id,
    COALESCE(current_window.from_artifact_id, previous_window.from_artifact_id) AS from_artifact_id,
    NOT current_window.from_artifact_id IS NULL AS is_current,
    NOT previous_window.from_artifact_id IS NULL AS is_previous
  FROM current_window
  FULL JOIN previous_window
    ON previous_window.event_source = current_window.event_source
    AND previous_window.to_artifact_id = current_window.to_artifact_id
    AND previous_window.from_artifact_id = current_window.from_artifact_id
), classified AS (
  SELECT
    compared.event_source,
    compared.to_artifact_id,
    compared.from_artifact_id,
    CASE
      WHEN NOT compared.is_current
      THEN 'churned_developers'
      WHEN compared.is_previous
      THEN 'retained_developers'
      WHEN first_commits.first_at >= @metrics_start('DATE')
      THEN 'new_developers'
      ELSE 'returning_developers'
    END AS classification
  FROM compared
  INNER JOIN first_commits
    ON first_commits.event_source = compared.event_source
    AND first_commits.to_artifact_id = compared.to_artifact_id
    AND first_commits.from_artifact_id = compared.from_artifact_id
)
SELECT
  @metrics_end('DATE') AS metrics_sample_date,
  classified.event_source,
  classified.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name(classes.classification) AS metric,
  COUNT(DISTINCT CASE
    WHEN classified.classification = classes.classification
    THEN classified.from_artifact_id
  END) AS amount
FROM classified
CROSS JOIN (
  SELECT 'new_developers' AS classification
  UNION ALL
  SELECT 'returning_developers' AS classification
  UNION ALL
  SELECT 'retained_developers' AS classification
  UNION ALL
  SELECT 'churned_developers' AS classification
) AS classes
GROUP BY
  1,
  metric,
  from_artifact_id,
  to_artifact_id,
  event_source
