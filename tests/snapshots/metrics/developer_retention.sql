-- developer_retention: code/developer_retention.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.developer_retention_to_artifact_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
), current_window AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
  WHERE
    active.metrics_sample_date = metrics_calendar.metrics_window_date
), previous_window AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
  WHERE
    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-30) DAY AS DATE)
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
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id
), compared AS (
  SELECT
    COALESCE(current_window.event_source, previous_window.event_source) AS event_source,
    COALESCE(current_window.to_artifact_id, previous_window.to_artifact_id) AS to_artifact_id,
    COALESCE(current_window.from_artifact_id, previous_window.from_artifact_id) AS from_artifact_id,
    NOT current_window.from_artifact_id IS NULL AS is_current,
    NOT previous_window.from_artifact_id IS NULL AS is_previous,
    COALESCE(current_window.metrics_window_date, previous_window.metrics_window_date) AS metrics_window_date
  FROM current_window
  FULL JOIN previous_window
    ON (
      previous_window.event_source = current_window.event_source
      AND previous_window.to_artifact_id = current_window.to_artifact_id
      AND previous_window.from_artifact_id = current_window.from_artifact_id
    )
    AND previous_window.metrics_window_date = current_window.metrics_window_date
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
      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-29) DAY AS DATE)
      THEN 'new_developers'
      ELSE 'returning_developers'
    END AS classification,
    compared.metrics_window_date AS metrics_window_date
  FROM compared
  INNER JOIN first_commits
    ON first_commits.event_source = compared.event_source
    AND first_commits.to_artifact_id = compared.to_artifact_id
    AND first_commits.from_artifact_id = compared.from_artifact_id
), metrics_rows AS (
  SELECT
    classified.metrics_window_date AS metrics_sample_date,
    classified.event_source,
    classified.to_artifact_id,
    '' AS from_artifact_id,
    classes.classification || '_over_30_day_window' AS metric,
    COUNT(
      DISTINCT CASE
        WHEN classified.classification = classes.classification
        THEN classified.from_artifact_id
      END
    ) AS amount,
    classified.metrics_window_date AS metrics_window_date
  FROM classified
  CROSS JOIN (
    SELECT
      'new_developers' AS classification
    UNION ALL
    SELECT
      'returning_developers' AS classification
    UNION ALL
    SELECT
      'retained_developers' AS classification
    UNION ALL
    SELECT
      'churned_developers' AS classification
  ) AS classes
  GROUP BY
    classified.metrics_window_date,
    classes.classification || '_over_30_day_window',
    classified.to_artifact_id,
    classified.event_source
)
SELECT
  CAST(metrics_sample_date AS DATE) AS metrics_sample_date,
  CAST(event_source AS TEXT) AS event_source,
  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
  CAST(metric AS TEXT) AS metric,
  CAST(amount AS DOUBLE) AS amount
FROM metrics_rows
WHERE
  (
    metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
  )
  AND metrics_sample_date = metrics_window_date
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -24 +24 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-30) DAY AS DATE)
+    active.metrics_sample_date = CAST(DATE_ADD('DAY', -30, CAST(metrics_calendar.metrics_window_date AS DATE)) AS DATE)
@@ -64 +64 @@
-      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-29) DAY AS DATE)
+      WHEN first_commits.first_at >= CAST(DATE_ADD('DAY', -29, compared.metrics_window_date) AS DATE)
@@ -110,4 +110,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_retention_to_artifact_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developer_retention_to_artifact_over_30_day_window, but
@@ -12 +12 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_90_day_window AS active
@@ -22 +22 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_90_day_window AS active
@@ -24 +24 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-30) DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-90) DAY AS DATE)
@@ -64 +64 @@
-      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-29) DAY AS DATE)
+      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-89) DAY AS DATE)
@@ -80 +80 @@
-    classes.classification || '_over_30_day_window' AS metric,
+    classes.classification || '_over_90_day_window' AS metric,
@@ -104 +104 @@
-    classes.classification || '_over_30_day_window',
+    classes.classification || '_over_90_day_window',
-- trino: as oso.developer_retention_to_artifact_over_30_day_window, but
@@ -12 +12 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_90_day_window AS active
@@ -22 +22 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_90_day_window AS active
@@ -24 +24 @@
-    active.metrics_sample_date = CAST(DATE_ADD('DAY', -30, CAST(metrics_calendar.metrics_window_date AS DATE)) AS DATE)
+    active.metrics_sample_date = CAST(DATE_ADD('DAY', -90, CAST(metrics_calendar.metrics_window_date AS DATE)) AS DATE)
@@ -64 +64 @@
-      WHEN first_commits.first_at >= CAST(DATE_ADD('DAY', -29, compared.metrics_window_date) AS DATE)
+      WHEN first_commits.first_at >= CAST(DATE_ADD('DAY', -89, compared.metrics_window_date) AS DATE)
@@ -80 +80 @@
-    classes.classification || '_over_30_day_window' AS metric,
+    classes.classification || '_over_90_day_window' AS metric,
@@ -104 +104 @@
-    classes.classification || '_over_30_day_window',
+    classes.classification || '_over_90_day_window',

-- oso.developer_retention_to_project_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developer_retention_to_artifact_over_30_day_window, but
@@ -12 +12,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_over_30_day_window
+  ) AS active
@@ -22 +31,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_over_30_day_window
+  ) AS active
@@ -28 +46 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -31,0 +50,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -36 +63 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -111 +138 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-30) DAY AS DATE)
+    active.metrics_sample_date = CAST(DATE_ADD('DAY', -30, CAST(metrics_calendar.metrics_window_date AS DATE)) AS DATE)
@@ -91 +91 @@
-      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-29) DAY AS DATE)
+      WHEN first_commits.first_at >= CAST(DATE_ADD('DAY', -29, compared.metrics_window_date) AS DATE)
@@ -137,4 +137,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_retention_to_project_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developer_retention_to_project_over_30_day_window, but
@@ -20 +20 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_90_day_window
@@ -39 +39 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_90_day_window
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-30) DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) + INTERVAL (-90) DAY AS DATE)
@@ -91 +91 @@
-      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-29) DAY AS DATE)
+      WHEN first_commits.first_at >= CAST(compared.metrics_window_date + INTERVAL (-89) DAY AS DATE)
@@ -107 +107 @@
-    classes.classification || '_over_30_day_window' AS metric,
+    classes.classification || '_over_90_day_window' AS metric,
@@ -131 +131 @@
-    classes.classification || '_over_30_day_window',
+    classes.classification || '_over_90_day_window',
-- trino: as oso.developer_retention_to_project_over_30_day_window, but
@@ -20 +20 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_90_day_window
@@ -39 +39 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_90_day_window
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(DATE_ADD('DAY', -30, CAST(metrics_calendar.metrics_window_date AS DATE)) AS DATE)
+    active.metrics_sample_date = CAST(DATE_ADD('DAY', -90, CAST(metrics_calendar.metrics_window_date AS DATE)) AS DATE)
@@ -91 +91 @@
-      WHEN first_commits.first_at >= CAST(DATE_ADD('DAY', -29, compared.metrics_window_date) AS DATE)
+      WHEN first_commits.first_at >= CAST(DATE_ADD('DAY', -89, compared.metrics_window_date) AS DATE)
@@ -107 +107 @@
-    classes.classification || '_over_30_day_window' AS metric,
+    classes.classification || '_over_90_day_window' AS metric,
@@ -131 +131 @@
-    classes.classification || '_over_30_day_window',
+    classes.classification || '_over_90_day_window',

-- oso.developer_retention_to_collection_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developer_retention_to_project_over_30_day_window, but
@@ -16 +16 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -20 +20 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_collection_over_30_day_window
@@ -35 +35 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -39 +39 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_collection_over_30_day_window
@@ -53 +53 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -54,0 +55,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -56 +58 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_retention_to_project_over_30_day_window, but
@@ -16 +16 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -20 +20 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_collection_over_30_day_window
@@ -35 +35 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -39 +39 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_collection_over_30_day_window
@@ -53 +53 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -54,0 +55,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -56 +58 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developer_retention_to_collection_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developer_retention_to_project_over_90_day_window, but
@@ -16 +16 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -20 +20 @@
-    FROM oso.developer_active_days_to_project_over_90_day_window
+    FROM oso.developer_active_days_to_collection_over_90_day_window
@@ -35 +35 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -39 +39 @@
-    FROM oso.developer_active_days_to_project_over_90_day_window
+    FROM oso.developer_active_days_to_collection_over_90_day_window
@@ -53 +53 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -54,0 +55,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -56 +58 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_retention_to_project_over_90_day_window, but
@@ -16 +16 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -20 +20 @@
-    FROM oso.developer_active_days_to_project_over_90_day_window
+    FROM oso.developer_active_days_to_collection_over_90_day_window
@@ -35 +35 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -39 +39 @@
-    FROM oso.developer_active_days_to_project_over_90_day_window
+    FROM oso.developer_active_days_to_collection_over_90_day_window
@@ -53 +53 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -54,0 +55,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -56 +58 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
