-- self_merge_rates: code/self_merge_rates.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.self_merge_rates_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(
    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
    @end_date,
    INTERVAL '1' MONTH
  ) AS DATE[])) AS days(metrics_window_date)
), merged AS (
  SELECT
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.from_artifact_id AS merged_by_id,
    closings.is_answered,
    MIN(known.opened_by_id) AS opened_by_id,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.int_ticket_closings__github AS closings
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = closings.ticket_id
    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
  WHERE
    closings.event_type = 'PULL_REQUEST_MERGED'
    AND NOT known.opened_by_id IS NULL
    AND closings.time >= CAST(metrics_calendar.metrics_window_date AS TIMESTAMP)
    AND closings.time >= CAST(@start_date AS TIMESTAMP)
    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
    AND closings.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.from_artifact_id,
    closings.is_answered,
    metrics_calendar.metrics_window_date
), metrics_rows AS (
  SELECT
    merged.metrics_window_date AS metrics_sample_date,
    merged.event_source,
    merged.to_artifact_id,
    '' AS from_artifact_id,
    'self_merge_rates_monthly' AS metric,
    AVG(
      CASE
        WHEN merged.merged_by_id = merged.opened_by_id AND NOT merged.is_answered
        THEN 1
        ELSE 0
      END
    ) AS amount,
    merged.metrics_window_date AS metrics_window_date
  FROM merged
  GROUP BY
    merged.metrics_window_date,
    merged.to_artifact_id,
    merged.event_source
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
-  FROM UNNEST(CAST(GENERATE_SERIES(
+  FROM UNNEST(SEQUENCE(
@@ -6 +6 @@
-    @end_date,
+    CAST(@end_date AS DATE),
@@ -8 +8 @@
-  ) AS DATE[])) AS days(metrics_window_date)
+  )) AS days(metrics_window_date)
@@ -22 +22 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28,2 +28,2 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
-    AND closings.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('DAY', 1, @end_date) AS DATE) AS TIMESTAMP)
@@ -61,4 +61,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.self_merge_rates_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '3' MONTH
@@ -22 +22 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -30 +30 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -44 +44 @@
-    'self_merge_rates_monthly' AS metric,
+    'self_merge_rates_quarterly' AS metric,
-- trino: as oso.self_merge_rates_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '3' MONTH
@@ -22 +22 @@
-    AND known.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -30 +30 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -44 +44 @@
-    'self_merge_rates_monthly' AS metric,
+    'self_merge_rates_quarterly' AS metric,

-- oso.self_merge_rates_to_artifact_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_monthly, but
@@ -5 +5,5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CASE
+      WHEN MONTH(CAST(@start_date AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END,
@@ -7 +11 @@
-    INTERVAL '1' MONTH
+    INTERVAL '6' MONTH
@@ -22 +26 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 6 MONTH AS DATE) AS TIMESTAMP)
@@ -28 +32 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 6 MONTH AS DATE) AS TIMESTAMP)
@@ -30 +34,5 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(closings.time AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -44 +52 @@
-    'self_merge_rates_monthly' AS metric,
+    'self_merge_rates_biannually' AS metric,
-- trino: as oso.self_merge_rates_to_artifact_monthly, but
@@ -5,3 +5,7 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
-    CAST(@end_date AS DATE),
-    INTERVAL '1' MONTH
+    CASE
+      WHEN MONTH(CAST(@start_date AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)) AS DATE)
+    END,
+    @end_date,
+    INTERVAL '6' MONTH
@@ -22 +26 @@
-    AND known.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 6, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28 +32 @@
-    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 6, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -30 +34,5 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(closings.time AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE)) AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -44 +52 @@
-    'self_merge_rates_monthly' AS metric,
+    'self_merge_rates_biannually' AS metric,

-- oso.self_merge_rates_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '12' MONTH
@@ -22 +22 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -30 +30 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -44 +44 @@
-    'self_merge_rates_monthly' AS metric,
+    'self_merge_rates_yearly' AS metric,
-- trino: as oso.self_merge_rates_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '12' MONTH
@@ -22 +22 @@
-    AND known.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -30 +30 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -44 +44 @@
-    'self_merge_rates_monthly' AS metric,
+    'self_merge_rates_yearly' AS metric,

-- oso.self_merge_rates_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb:
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
    ON known.ticket_id = closings.ticket_id
    AND known.time < CAST(@execution_date AS TIMESTAMP)
  WHERE
    closings.event_type = 'PULL_REQUEST_MERGED'
    AND NOT known.opened_by_id IS NULL
    AND closings.time >= CAST(CAST('2015-01-01' AS DATE) AS TIMESTAMP)
    AND closings.time < CAST(@execution_date AS TIMESTAMP)
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.from_artifact_id,
    closings.is_answered
), metrics_rows AS (
  SELECT
    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
    merged.event_source,
    merged.to_artifact_id,
    '' AS from_artifact_id,
    'self_merge_rates_over_all_time' AS metric,
    AVG(
      CASE
        WHEN merged.merged_by_id = merged.opened_by_id AND NOT merged.is_answered
        THEN 1
        ELSE 0
      END
    ) AS amount
  FROM merged
  GROUP BY
    merged.to_artifact_id,
    merged.event_source
)
SELECT
  CAST(metrics_sample_date AS DATE) AS metrics_sample_date,
  CAST(event_source AS TEXT) AS event_source,
  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
  CAST(metric AS TEXT) AS metric,
  CAST(amount AS DOUBLE) AS amount
FROM metrics_rows
-- trino: as duckdb, but
@@ -45,4 +45,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.self_merge_rates_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_monthly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -19,0 +20,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -33 +42 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -62 +71 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.self_merge_rates_to_artifact_monthly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -19,0 +20,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -33 +42 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -62 +71 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.self_merge_rates_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_quarterly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -19,0 +20,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -33 +42 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -62 +71 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.self_merge_rates_to_artifact_quarterly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -19,0 +20,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -33 +42 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -62 +71 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.self_merge_rates_to_project_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_biannually, but
@@ -16 +16 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -23,0 +24,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -41 +50 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -70 +79 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.self_merge_rates_to_artifact_biannually, but
@@ -16 +16 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -23,0 +24,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -41 +50 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -70 +79 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.self_merge_rates_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_yearly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -19,0 +20,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -33 +42 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -62 +71 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.self_merge_rates_to_artifact_yearly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -19,0 +20,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -33 +42 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -62 +71 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.self_merge_rates_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.self_merge_rates_to_artifact_over_all_time, but
@@ -4 +4 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -9,0 +10,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -20 +29 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -46 +55 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -54,4 +54,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.self_merge_rates_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_project_monthly, but
@@ -23 +23 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -24,0 +25,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -26 +28 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -71 +73 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.self_merge_rates_to_project_monthly, but
@@ -23 +23 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -24,0 +25,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -26 +28 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -71 +73 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.self_merge_rates_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_project_quarterly, but
@@ -23 +23 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -24,0 +25,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -26 +28 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -71 +73 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.self_merge_rates_to_project_quarterly, but
@@ -23 +23 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -24,0 +25,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -26 +28 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -71 +73 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.self_merge_rates_to_collection_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_project_biannually, but
@@ -27 +27 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -28,0 +29,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -30 +32 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -79 +81 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.self_merge_rates_to_project_biannually, but
@@ -27 +27 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -28,0 +29,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -30 +32 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -79 +81 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.self_merge_rates_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.self_merge_rates_to_project_yearly, but
@@ -23 +23 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -24,0 +25,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -26 +28 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -71 +73 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.self_merge_rates_to_project_yearly, but
@@ -23 +23 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -24,0 +25,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -26 +28 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -71 +73 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.self_merge_rates_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.self_merge_rates_to_project_over_all_time, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -55 +57 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -56,4 +56,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
