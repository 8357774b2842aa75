-- active_developers: code/active_developers.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.active_developers_to_artifact_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT
    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    '' AS from_artifact_id,
    'active_developers_daily' AS metric,
    COUNT(DISTINCT events.from_artifact_id) AS amount
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type = 'COMMIT_CODE'
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
  GROUP BY
    CAST(events.bucket_day AS DATE),
    events.to_artifact_id,
    events.event_source
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
  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -18 +18 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -26,4 +26,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_weekly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_artifact_daily, but with the same changes

-- oso.active_developers_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_monthly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_artifact_daily, but with the same changes

-- oso.active_developers_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_quarterly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_artifact_daily, but with the same changes

-- oso.active_developers_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_yearly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_artifact_daily, but with the same changes

-- oso.active_developers_to_artifact_over_30_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:30:day
-- duckdb:
WITH metrics_spans AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    CASE
      WHEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE) > metrics_sample_date
      THEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE)
      ELSE metrics_sample_date
    END AS metrics_begin,
    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
    CASE WHEN metrics_part = 0 THEN 1 ELSE 0 END AS metrics_present,
    CASE WHEN metrics_part = 1 THEN metrics_count ELSE 0 END AS metrics_count_1
  FROM oso.active_developers_recurrences_to_artifact_daily
  WHERE
    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
    AND metrics_sample_date <= @end_date
), metrics_changes AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    CASE WHEN metrics_begin < @start_date THEN @start_date ELSE metrics_begin END AS metrics_sample_date,
    metrics_present,
    metrics_count_1
  FROM metrics_spans
  WHERE
    metrics_begin < metrics_until
    AND metrics_until > @start_date
    AND metrics_begin <= @end_date
  UNION ALL
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_until AS metrics_sample_date,
    -metrics_present AS metrics_present,
    -metrics_count_1 AS metrics_count_1
  FROM metrics_spans
  WHERE
    metrics_begin < metrics_until
    AND metrics_until > @start_date
    AND metrics_until <= @end_date
), metrics_steps AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_sample_date AS metrics_begin,
    COALESCE(
      LEAD(metrics_sample_date) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_sample_date),
      CAST(@end_date + INTERVAL 1 DAY AS DATE)
    ) AS metrics_until,
    SUM(metrics_present) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_sample_date) AS metrics_present,
    SUM(metrics_count_1) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_sample_date) AS metrics_count_1
  FROM (
    SELECT
      metrics_key_0,
      metrics_key_1,
      metrics_sample_date,
      SUM(metrics_present) AS metrics_present,
      SUM(metrics_count_1) AS metrics_count_1
    FROM metrics_changes
    GROUP BY
      metrics_key_0,
      metrics_key_1,
      metrics_sample_date
  ) AS metrics_per_day
), metrics_windows AS (
  SELECT
    metrics_window_date,
    metrics_key_0,
    metrics_key_1,
    metrics_present,
    metrics_count_1
  FROM metrics_steps
  CROSS JOIN UNNEST(CAST(GENERATE_SERIES(metrics_begin, CAST(metrics_until - INTERVAL '1' DAY AS DATE), INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
  WHERE
    metrics_present > 0
), metrics_rows AS (
  SELECT
    metrics_window_date AS metrics_sample_date,
    metrics_key_1 AS event_source,
    metrics_key_0 AS to_artifact_id,
    '' AS from_artifact_id,
    'active_developers_over_30_day_window' AS metric,
    metrics_count_1 AS amount
  FROM metrics_windows
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
  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -6,2 +6,2 @@
-      WHEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE) > metrics_sample_date
-      THEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE)
+      WHEN CAST(DATE_ADD('DAY', 30, metrics_previous) AS DATE) > metrics_sample_date
+      THEN CAST(DATE_ADD('DAY', 30, metrics_previous) AS DATE)
@@ -10 +10 @@
-    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
+    CAST(DATE_ADD('DAY', 30, metrics_sample_date) AS DATE) AS metrics_until,
@@ -48 +48 @@
-      CAST(@end_date + INTERVAL 1 DAY AS DATE)
+      CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -73 +73,5 @@
-  CROSS JOIN UNNEST(CAST(GENERATE_SERIES(metrics_begin, CAST(metrics_until - INTERVAL '1' DAY AS DATE), INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  CROSS JOIN UNNEST(SEQUENCE(
+    CAST(metrics_begin AS DATE),
+    CAST(metrics_until - INTERVAL '1' DAY AS DATE),
+    INTERVAL '1' DAY
+  )) AS days(metrics_window_date)
@@ -88,4 +92,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_to_artifact_over_90_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:90:day
-- duckdb: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -6,2 +6,2 @@
-      WHEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE) > metrics_sample_date
-      THEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE)
+      WHEN CAST(metrics_previous + INTERVAL 90 DAY AS DATE) > metrics_sample_date
+      THEN CAST(metrics_previous + INTERVAL 90 DAY AS DATE)
@@ -10 +10 @@
-    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
+    CAST(metrics_sample_date + INTERVAL 90 DAY AS DATE) AS metrics_until,
@@ -15 +15 @@
-    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    metrics_sample_date >= CAST(@start_date - INTERVAL '89' DAY AS DATE)
@@ -82 +82 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_90_day_window' AS metric,
-- trino: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -6,2 +6,2 @@
-      WHEN CAST(DATE_ADD('DAY', 30, metrics_previous) AS DATE) > metrics_sample_date
-      THEN CAST(DATE_ADD('DAY', 30, metrics_previous) AS DATE)
+      WHEN CAST(DATE_ADD('DAY', 90, metrics_previous) AS DATE) > metrics_sample_date
+      THEN CAST(DATE_ADD('DAY', 90, metrics_previous) AS DATE)
@@ -10 +10 @@
-    CAST(DATE_ADD('DAY', 30, metrics_sample_date) AS DATE) AS metrics_until,
+    CAST(DATE_ADD('DAY', 90, metrics_sample_date) AS DATE) AS metrics_until,
@@ -15 +15 @@
-    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    metrics_sample_date >= CAST(@start_date - INTERVAL '89' DAY AS DATE)
@@ -86 +86 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_90_day_window' AS metric,

-- oso.active_developers_to_artifact_over_180_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:180:day
-- duckdb: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -6,2 +6,2 @@
-      WHEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE) > metrics_sample_date
-      THEN CAST(metrics_previous + INTERVAL 30 DAY AS DATE)
+      WHEN CAST(metrics_previous + INTERVAL 180 DAY AS DATE) > metrics_sample_date
+      THEN CAST(metrics_previous + INTERVAL 180 DAY AS DATE)
@@ -10 +10 @@
-    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
+    CAST(metrics_sample_date + INTERVAL 180 DAY AS DATE) AS metrics_until,
@@ -15 +15 @@
-    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    metrics_sample_date >= CAST(@start_date - INTERVAL '179' DAY AS DATE)
@@ -82 +82 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_180_day_window' AS metric,
-- trino: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -6,2 +6,2 @@
-      WHEN CAST(DATE_ADD('DAY', 30, metrics_previous) AS DATE) > metrics_sample_date
-      THEN CAST(DATE_ADD('DAY', 30, metrics_previous) AS DATE)
+      WHEN CAST(DATE_ADD('DAY', 180, metrics_previous) AS DATE) > metrics_sample_date
+      THEN CAST(DATE_ADD('DAY', 180, metrics_previous) AS DATE)
@@ -10 +10 @@
-    CAST(DATE_ADD('DAY', 30, metrics_sample_date) AS DATE) AS metrics_until,
+    CAST(DATE_ADD('DAY', 180, metrics_sample_date) AS DATE) AS metrics_until,
@@ -15 +15 @@
-    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    metrics_sample_date >= CAST(@start_date - INTERVAL '179' DAY AS DATE)
@@ -86 +86 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_180_day_window' AS metric,

-- oso.active_developers_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_over_all_time' AS metric,
@@ -17,2 +17,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -20 +19,0 @@
-    CAST(events.bucket_day AS DATE),
@@ -32,2 +30,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -25,4 +25,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_to_project_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -5 +5 @@
-    events.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -21 +30 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -27 +36 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -27 +27 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -35,4 +35,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_weekly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_project_daily, but with the same changes

-- oso.active_developers_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_monthly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_project_daily, but with the same changes

-- oso.active_developers_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_quarterly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_project_daily, but with the same changes

-- oso.active_developers_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_yearly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_project_daily, but with the same changes

-- oso.active_developers_to_project_over_30_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:30:day
-- duckdb: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_artifact_daily
+  FROM oso.active_developers_recurrences_to_project_daily
@@ -89 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_artifact_daily
+  FROM oso.active_developers_recurrences_to_project_daily
@@ -93 +93 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.active_developers_to_project_over_90_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:90:day
-- duckdb: as oso.active_developers_to_artifact_over_90_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_artifact_daily
+  FROM oso.active_developers_recurrences_to_project_daily
@@ -89 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.active_developers_to_artifact_over_90_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_artifact_daily
+  FROM oso.active_developers_recurrences_to_project_daily
@@ -93 +93 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.active_developers_to_project_over_180_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:180:day
-- duckdb: as oso.active_developers_to_artifact_over_180_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_artifact_daily
+  FROM oso.active_developers_recurrences_to_project_daily
@@ -89 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.active_developers_to_artifact_over_180_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_artifact_daily
+  FROM oso.active_developers_recurrences_to_project_daily
@@ -93 +93 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.active_developers_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_over_all_time, but
@@ -5 +5 @@
-    events.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -20 +29 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -26 +35 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -34,4 +34,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_to_collection_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_project_daily, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -36 +38 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_daily, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -36 +38 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.active_developers_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_weekly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_collection_daily, but with the same changes

-- oso.active_developers_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_monthly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_collection_daily, but with the same changes

-- oso.active_developers_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_quarterly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_collection_daily, but with the same changes

-- oso.active_developers_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'active_developers_daily' AS metric,
+    'active_developers_yearly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.active_developers_to_collection_daily, but with the same changes

-- oso.active_developers_to_collection_over_30_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:30:day
-- duckdb: as oso.active_developers_to_project_over_30_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_project_daily
+  FROM oso.active_developers_recurrences_to_collection_daily
@@ -89 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_over_30_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_project_daily
+  FROM oso.active_developers_recurrences_to_collection_daily
@@ -93 +93 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.active_developers_to_collection_over_90_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:90:day
-- duckdb: as oso.active_developers_to_project_over_90_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_project_daily
+  FROM oso.active_developers_recurrences_to_collection_daily
@@ -89 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_over_90_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_project_daily
+  FROM oso.active_developers_recurrences_to_collection_daily
@@ -93 +93 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.active_developers_to_collection_over_180_day_window: distinct states: each day's distinct values count until they leave the window or come again; reads=rolling:180:day
-- duckdb: as oso.active_developers_to_project_over_180_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_project_daily
+  FROM oso.active_developers_recurrences_to_collection_daily
@@ -89 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_over_180_day_window, but
@@ -13 +13 @@
-  FROM oso.active_developers_recurrences_to_project_daily
+  FROM oso.active_developers_recurrences_to_collection_daily
@@ -93 +93 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.active_developers_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_project_over_all_time, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -35 +37 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -36,4 +36,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_states_to_artifact_daily: states: what a day adds to the rolling windows that hold it; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT DISTINCT
    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
    CAST(events.to_artifact_id AS TEXT) AS metrics_key_0,
    CAST(events.event_source AS TEXT) AS metrics_key_1,
    CAST(events.from_artifact_id AS TEXT) AS metrics_value_1
  FROM oso.int_events_daily__github AS events
  WHERE
    (
      events.event_type = 'COMMIT_CODE'
      AND NOT events.from_artifact_id IN (
        SELECT
          bots.artifact_id
        FROM oso.int_bots AS bots
      )
      AND events.bucket_day >= @start_date
      AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
    )
    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
)
SELECT
  metrics_sample_date,
  metrics_key_0,
  metrics_key_1,
  metrics_part,
  metrics_value
FROM (
  SELECT DISTINCT
    metrics_sample_date,
    metrics_key_0,
    metrics_key_1,
    0 AS metrics_part,
    '' AS metrics_value
  FROM metrics_rows
  UNION ALL
  SELECT
    metrics_sample_date,
    metrics_key_0,
    metrics_key_1,
    1 AS metrics_part,
    metrics_value_1 AS metrics_value
  FROM metrics_rows
  WHERE
    NOT metrics_value_1 IS NULL
) AS metrics_parts
-- trino: as duckdb, but
@@ -4,3 +4,3 @@
-    CAST(events.to_artifact_id AS TEXT) AS metrics_key_0,
-    CAST(events.event_source AS TEXT) AS metrics_key_1,
-    CAST(events.from_artifact_id AS TEXT) AS metrics_value_1
+    CAST(events.to_artifact_id AS VARCHAR) AS metrics_key_0,
+    CAST(events.event_source AS VARCHAR) AS metrics_key_1,
+    CAST(events.from_artifact_id AS VARCHAR) AS metrics_value_1
@@ -17 +17 @@
-      AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+      AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)

-- oso.active_developers_recurrences_to_artifact_daily: states: what a day adds to the rolling windows that hold it; reads=lookback:179
-- duckdb:
WITH metrics_current AS (
  SELECT
    metrics_sample_date,
    metrics_key_0,
    metrics_key_1,
    metrics_part,
    metrics_value,
    LAG(metrics_sample_date) OVER (
      PARTITION BY metrics_key_0, metrics_key_1, metrics_part, metrics_value
      ORDER BY metrics_sample_date
    ) AS metrics_previous
  FROM oso.active_developers_states_to_artifact_daily
  WHERE
    (
      metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
    )
    AND NOT metrics_part = 0
), metrics_before AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_part,
    metrics_value,
    MAX(metrics_sample_date) AS metrics_previous
  FROM oso.active_developers_states_to_artifact_daily
  WHERE
    metrics_sample_date >= CAST(@start_date - INTERVAL '179' DAY AS DATE)
    AND metrics_sample_date < @start_date
    AND NOT metrics_part = 0
  GROUP BY
    metrics_key_0,
    metrics_key_1,
    metrics_part,
    metrics_value
)
SELECT
  metrics_sample_date,
  metrics_key_0,
  metrics_key_1,
  metrics_part,
  metrics_previous,
  metrics_count
FROM (
  SELECT
    metrics_current.metrics_sample_date,
    metrics_current.metrics_key_0,
    metrics_current.metrics_key_1,
    metrics_current.metrics_part,
    CASE
      WHEN COALESCE(metrics_current.metrics_previous, metrics_before.metrics_previous) >= CAST(metrics_current.metrics_sample_date - INTERVAL '179' DAY AS DATE)
      THEN COALESCE(metrics_current.metrics_previous, metrics_before.metrics_previous)
    END AS metrics_previous,
    COUNT(*) AS metrics_count
  FROM metrics_current
  LEFT JOIN metrics_before
    ON metrics_current.metrics_key_0 = metrics_before.metrics_key_0
    AND metrics_current.metrics_key_1 = metrics_before.metrics_key_1
    AND metrics_current.metrics_part = metrics_before.metrics_part
    AND metrics_current.metrics_value = metrics_before.metrics_value
  GROUP BY
    1,
    2,
    3,
    4,
    5
  UNION ALL
  SELECT
    metrics_sample_date,
    metrics_key_0,
    metrics_key_1,
    metrics_part,
    CAST(NULL AS DATE) AS metrics_previous,
    CAST(1 AS BIGINT) AS metrics_count
  FROM oso.active_developers_states_to_artifact_daily
  WHERE
    (
      metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
    )
    AND metrics_part = 0
) AS metrics_parts
-- trino: as duckdb

-- oso.active_developers_states_to_project_daily: states: what a day adds to the rolling windows that hold it; reads=window
-- duckdb: as oso.active_developers_states_to_artifact_daily, but
@@ -4 +4 @@
-    CAST(events.to_artifact_id AS TEXT) AS metrics_key_0,
+    CAST(metrics_membership.metrics_entity_id AS TEXT) AS metrics_key_0,
@@ -7,0 +8,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
-- trino: as oso.active_developers_states_to_artifact_daily, but
@@ -4 +4 @@
-    CAST(events.to_artifact_id AS VARCHAR) AS metrics_key_0,
+    CAST(metrics_membership.metrics_entity_id AS VARCHAR) AS metrics_key_0,
@@ -7,0 +8,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id

-- oso.active_developers_recurrences_to_project_daily: states: what a day adds to the rolling windows that hold it; reads=lookback:179
-- duckdb: as oso.active_developers_recurrences_to_artifact_daily, but
@@ -12 +12 @@
-  FROM oso.active_developers_states_to_artifact_daily
+  FROM oso.active_developers_states_to_project_daily
@@ -25 +25 @@
-  FROM oso.active_developers_states_to_artifact_daily
+  FROM oso.active_developers_states_to_project_daily
@@ -74 +74 @@
-  FROM oso.active_developers_states_to_artifact_daily
+  FROM oso.active_developers_states_to_project_daily
-- trino: as duckdb

-- oso.active_developers_states_to_collection_daily: states: what a day adds to the rolling windows that hold it; reads=window
-- duckdb: as oso.active_developers_states_to_project_daily, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
-- trino: as oso.active_developers_states_to_project_daily, but with the same changes

-- oso.active_developers_recurrences_to_collection_daily: states: what a day adds to the rolling windows that hold it; reads=lookback:179
-- duckdb: as oso.active_developers_recurrences_to_project_daily, but
@@ -12 +12 @@
-  FROM oso.active_developers_states_to_project_daily
+  FROM oso.active_developers_states_to_collection_daily
@@ -25 +25 @@
-  FROM oso.active_developers_states_to_project_daily
+  FROM oso.active_developers_states_to_collection_daily
@@ -74 +74 @@
-  FROM oso.active_developers_states_to_project_daily
+  FROM oso.active_developers_states_to_collection_daily
-- trino: as duckdb
