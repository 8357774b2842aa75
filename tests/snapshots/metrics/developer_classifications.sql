-- developer_classifications: code/developer_classifications.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.developer_classifications_to_artifact_daily: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
), classified AS (
  SELECT
    active.metrics_sample_date,
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    CASE
      WHEN active.amount * 30 >= 10 * 1
      THEN 'full_time_developers'
      ELSE 'part_time_developers'
    END AS classification,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.developer_active_days_to_artifact_daily AS active
  WHERE
    active.metrics_sample_date >= metrics_calendar.metrics_window_date
    AND active.metrics_sample_date >= @start_date
    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
    AND active.metrics_sample_date < CAST(@end_date + INTERVAL 1 DAY AS DATE)
    AND CAST(active.metrics_sample_date AS DATE) = metrics_calendar.metrics_window_date
), metrics_rows AS (
  SELECT
    CAST(classified.metrics_sample_date AS DATE) AS metrics_sample_date,
    classified.event_source,
    classified.to_artifact_id,
    '' AS from_artifact_id,
    classified.classification || '_daily' AS metric,
    COUNT(DISTINCT classified.from_artifact_id) AS amount,
    classified.metrics_window_date AS metrics_window_date
  FROM classified
  GROUP BY
    CAST(classified.metrics_sample_date AS DATE),
    classified.classification || '_daily',
    classified.to_artifact_id,
    classified.event_source,
    classified.metrics_window_date
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
@@ -22,2 +22,2 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
-    AND active.metrics_sample_date < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -44,4 +44,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_classifications_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_daily, but
@@ -4 +4,5 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(CAST(GENERATE_SERIES(
+    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    @end_date,
+    INTERVAL '7' DAY
+  ) AS DATE[])) AS days(metrics_window_date)
@@ -12 +16 @@
-      WHEN active.amount * 30 >= 10 * 1
+      WHEN active.amount * 30 >= 10 * 7
@@ -18 +22 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_daily AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
@@ -22 +26 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
@@ -24 +28 @@
-    AND CAST(active.metrics_sample_date AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('WEEK', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -27 +31 @@
-    CAST(classified.metrics_sample_date AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
@@ -31 +35 @@
-    classified.classification || '_daily' AS metric,
+    classified.classification || '_weekly' AS metric,
@@ -36,2 +40,2 @@
-    CAST(classified.metrics_sample_date AS DATE),
-    classified.classification || '_daily',
+    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
+    classified.classification || '_weekly',
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
@@ -26,2 +26,2 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
-    AND active.metrics_sample_date < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -48,4 +48,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_classifications_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -16 +16,5 @@
-      WHEN active.amount * 30 >= 10 * 7
+      WHEN active.amount * 30 >= 10 * DATE_DIFF(
+        'DAY',
+        CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+        CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+      )
@@ -22 +26 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
@@ -26 +30 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -28 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -31 +35 @@
-    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
@@ -35 +39 @@
-    classified.classification || '_weekly' AS metric,
+    classified.classification || '_monthly' AS metric,
@@ -40,2 +44,2 @@
-    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
-    classified.classification || '_weekly',
+    CAST(DATE_TRUNC('MONTH', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
+    classified.classification || '_monthly',
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
@@ -19 +19,5 @@
-        CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+        CAST(DATE_ADD(
+          'MONTH',
+          1,
+          CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+        ) AS DATE)
@@ -30,2 +34,2 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
-    AND active.metrics_sample_date < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -52,4 +56,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_classifications_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -16 +16,5 @@
-      WHEN active.amount * 30 >= 10 * 7
+      WHEN active.amount * 30 >= 10 * DATE_DIFF(
+        'DAY',
+        CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+        CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+      )
@@ -22 +26 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
@@ -26 +30 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -28 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -31 +35 @@
-    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
@@ -35 +39 @@
-    classified.classification || '_weekly' AS metric,
+    classified.classification || '_quarterly' AS metric,
@@ -40,2 +44,2 @@
-    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
-    classified.classification || '_weekly',
+    CAST(DATE_TRUNC('QUARTER', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
+    classified.classification || '_quarterly',
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
@@ -19 +19,5 @@
-        CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+        CAST(DATE_ADD(
+          'MONTH',
+          3,
+          CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+        ) AS DATE)
@@ -30,2 +34,2 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE)
-    AND active.metrics_sample_date < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -52,4 +56,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_classifications_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -16 +16,5 @@
-      WHEN active.amount * 30 >= 10 * 7
+      WHEN active.amount * 30 >= 10 * DATE_DIFF(
+        'DAY',
+        CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+        CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+      )
@@ -22 +26 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
@@ -26 +30 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -28 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -31 +35 @@
-    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(classified.metrics_sample_date AS DATE)) AS DATE) AS metrics_sample_date,
@@ -35 +39 @@
-    classified.classification || '_weekly' AS metric,
+    classified.classification || '_yearly' AS metric,
@@ -40,2 +44,2 @@
-    CAST(DATE_TRUNC('WEEK', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
-    classified.classification || '_weekly',
+    CAST(DATE_TRUNC('YEAR', CAST(classified.metrics_sample_date AS DATE)) AS DATE),
+    classified.classification || '_yearly',
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
@@ -19 +19,5 @@
-        CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+        CAST(DATE_ADD(
+          'MONTH',
+          12,
+          CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+        ) AS DATE)
@@ -30,2 +34,2 @@
-    AND active.metrics_sample_date < CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE)
-    AND active.metrics_sample_date < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE)
+    AND active.metrics_sample_date < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -52,4 +56,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developer_classifications_to_project_daily: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_daily, but
@@ -18 +18,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_daily AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_daily
+  ) AS active
@@ -45 +54 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.developer_classifications_to_artifact_daily, but
@@ -18 +18,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_daily AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_daily
+  ) AS active
@@ -45 +54 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.developer_classifications_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_weekly, but
@@ -22 +22,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_weekly
+  ) AS active
@@ -49 +58 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.developer_classifications_to_artifact_weekly, but
@@ -22 +22,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_weekly
+  ) AS active
@@ -49 +58 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.developer_classifications_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_monthly, but
@@ -26 +26,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_monthly
+  ) AS active
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.developer_classifications_to_artifact_monthly, but
@@ -30 +30,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_monthly
+  ) AS active
@@ -57 +66 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.developer_classifications_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_quarterly, but
@@ -26 +26,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_quarterly
+  ) AS active
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.developer_classifications_to_artifact_quarterly, but
@@ -30 +30,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_quarterly
+  ) AS active
@@ -57 +66 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.developer_classifications_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_artifact_yearly, but
@@ -26 +26,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_yearly
+  ) AS active
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.developer_classifications_to_artifact_yearly, but
@@ -30 +30,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_yearly
+  ) AS active
@@ -57 +66 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.developer_classifications_to_collection_daily: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_project_daily, but
@@ -22 +22 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -26 +26 @@
-    FROM oso.developer_active_days_to_project_daily
+    FROM oso.developer_active_days_to_collection_daily
@@ -54 +54 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_classifications_to_project_daily, but
@@ -22 +22 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -26 +26 @@
-    FROM oso.developer_active_days_to_project_daily
+    FROM oso.developer_active_days_to_collection_daily
@@ -54 +54 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developer_classifications_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_project_weekly, but
@@ -26 +26 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -30 +30 @@
-    FROM oso.developer_active_days_to_project_weekly
+    FROM oso.developer_active_days_to_collection_weekly
@@ -58 +58 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_classifications_to_project_weekly, but
@@ -26 +26 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -30 +30 @@
-    FROM oso.developer_active_days_to_project_weekly
+    FROM oso.developer_active_days_to_collection_weekly
@@ -58 +58 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developer_classifications_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_project_monthly, but
@@ -30 +30 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -34 +34 @@
-    FROM oso.developer_active_days_to_project_monthly
+    FROM oso.developer_active_days_to_collection_monthly
@@ -62 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_classifications_to_project_monthly, but
@@ -34 +34 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -38 +38 @@
-    FROM oso.developer_active_days_to_project_monthly
+    FROM oso.developer_active_days_to_collection_monthly
@@ -66 +66 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developer_classifications_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_project_quarterly, but
@@ -30 +30 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -34 +34 @@
-    FROM oso.developer_active_days_to_project_quarterly
+    FROM oso.developer_active_days_to_collection_quarterly
@@ -62 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_classifications_to_project_quarterly, but
@@ -34 +34 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -38 +38 @@
-    FROM oso.developer_active_days_to_project_quarterly
+    FROM oso.developer_active_days_to_collection_quarterly
@@ -66 +66 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developer_classifications_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.developer_classifications_to_project_yearly, but
@@ -30 +30 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -34 +34 @@
-    FROM oso.developer_active_days_to_project_yearly
+    FROM oso.developer_active_days_to_collection_yearly
@@ -62 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developer_classifications_to_project_yearly, but
@@ -34 +34 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -38 +38 @@
-    FROM oso.developer_active_days_to_project_yearly
+    FROM oso.developer_active_days_to_collection_yearly
@@ -66 +66 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
