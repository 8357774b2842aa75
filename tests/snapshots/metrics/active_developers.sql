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

-- oso.active_developers_to_artifact_over_30_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:30:day
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
), metrics_days AS (
  SELECT DISTINCT
    events.to_artifact_id AS metrics_key_0,
    events.event_source AS metrics_key_1,
    CAST(events.bucket_day AS DATE) AS metrics_day,
    events.from_artifact_id AS metrics_value_0
  FROM oso.int_events_daily__github AS events
  WHERE
    (
      events.event_type = 'COMMIT_CODE'
      AND NOT events.from_artifact_id IN (
        SELECT
          bots.artifact_id
        FROM oso.int_bots AS bots
      )
      AND events.bucket_day >= CAST(@start_date + INTERVAL (-29) DAY AS DATE)
      AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
    )
    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
), metrics_spans_0 AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_day,
    CASE
      WHEN COALESCE(
        LEAD(metrics_day) OVER (PARTITION BY metrics_key_0, metrics_key_1, metrics_value_0 ORDER BY metrics_day),
        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
      THEN COALESCE(
        LEAD(metrics_day) OVER (PARTITION BY metrics_key_0, metrics_key_1, metrics_value_0 ORDER BY metrics_day),
        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
      )
      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
    END AS metrics_until
  FROM (
    SELECT DISTINCT
      metrics_key_0,
      metrics_key_1,
      metrics_value_0,
      metrics_day
    FROM metrics_days
    WHERE
      NOT metrics_value_0 IS NULL
  ) AS days
), metrics_spans_1 AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_day,
    CASE
      WHEN COALESCE(
        LEAD(metrics_day) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_day),
        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
      THEN COALESCE(
        LEAD(metrics_day) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_day),
        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
      )
      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
    END AS metrics_until
  FROM (
    SELECT DISTINCT
      metrics_key_0,
      metrics_key_1,
      metrics_day
    FROM metrics_days
  ) AS days
), metrics_changes AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_day AS metrics_day,
    1 AS metrics_delta_0,
    0 AS metrics_delta_1
  FROM metrics_spans_0
  UNION ALL
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_until AS metrics_day,
    -1 AS metrics_delta_0,
    0 AS metrics_delta_1
  FROM metrics_spans_0
  UNION ALL
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_day AS metrics_day,
    0 AS metrics_delta_0,
    1 AS metrics_delta_1
  FROM metrics_spans_1
  UNION ALL
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_until AS metrics_day,
    0 AS metrics_delta_0,
    -1 AS metrics_delta_1
  FROM metrics_spans_1
), metrics_steps AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_day,
    LEAD(metrics_day) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_day) AS metrics_until,
    SUM(metrics_delta_0) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_day) AS metrics_count_0,
    SUM(metrics_delta_1) OVER (PARTITION BY metrics_key_0, metrics_key_1 ORDER BY metrics_day) AS metrics_count_1
  FROM (
    SELECT
      metrics_key_0,
      metrics_key_1,
      metrics_day,
      SUM(metrics_delta_0) AS metrics_delta_0,
      SUM(metrics_delta_1) AS metrics_delta_1
    FROM metrics_changes
    GROUP BY
      metrics_key_0,
      metrics_key_1,
      metrics_day
  ) AS per_day
), metrics_rows AS (
  SELECT
    metrics_calendar.metrics_window_date AS metrics_sample_date,
    metrics_steps.metrics_key_1 AS event_source,
    metrics_steps.metrics_key_0 AS to_artifact_id,
    '' AS from_artifact_id,
    'active_developers_over_30_day_window' AS metric,
    metrics_steps.metrics_count_0 AS amount
  FROM metrics_calendar
  JOIN metrics_steps
    ON metrics_calendar.metrics_window_date >= metrics_steps.metrics_day
    AND metrics_calendar.metrics_window_date < metrics_steps.metrics_until
    AND metrics_steps.metrics_count_1 > 0
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
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -20,2 +20,2 @@
-      AND events.bucket_day >= CAST(@start_date + INTERVAL (-29) DAY AS DATE)
-      AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+      AND events.bucket_day >= CAST(DATE_ADD('DAY', -29, @start_date) AS DATE)
+      AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -32,2 +32,2 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
-      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+      ) < CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
@@ -36 +36 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
@@ -38 +38 @@
-      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+      ELSE CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
@@ -58,2 +58,2 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
-      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+      ) < CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
@@ -62 +62 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
@@ -64 +64 @@
-      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+      ELSE CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
@@ -142,4 +142,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.active_developers_to_artifact_over_90_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:90:day
-- duckdb: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -20 +20 @@
-      AND events.bucket_day >= CAST(@start_date + INTERVAL (-29) DAY AS DATE)
+      AND events.bucket_day >= CAST(@start_date + INTERVAL (-89) DAY AS DATE)
@@ -32,2 +32,2 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
-      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 90 DAY AS DATE)
+      ) < CAST(metrics_day + INTERVAL 90 DAY AS DATE)
@@ -36 +36 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 90 DAY AS DATE)
@@ -38 +38 @@
-      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+      ELSE CAST(metrics_day + INTERVAL 90 DAY AS DATE)
@@ -58,2 +58,2 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
-      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 90 DAY AS DATE)
+      ) < CAST(metrics_day + INTERVAL 90 DAY AS DATE)
@@ -62 +62 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 90 DAY AS DATE)
@@ -64 +64 @@
-      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+      ELSE CAST(metrics_day + INTERVAL 90 DAY AS DATE)
@@ -132 +132 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_90_day_window' AS metric,
-- trino: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -20 +20 @@
-      AND events.bucket_day >= CAST(DATE_ADD('DAY', -29, @start_date) AS DATE)
+      AND events.bucket_day >= CAST(DATE_ADD('DAY', -89, @start_date) AS DATE)
@@ -32,2 +32,2 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
-      ) < CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
+      ) < CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
@@ -36 +36 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
@@ -38 +38 @@
-      ELSE CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+      ELSE CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
@@ -58,2 +58,2 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
-      ) < CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
+      ) < CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
@@ -62 +62 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
@@ -64 +64 @@
-      ELSE CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+      ELSE CAST(DATE_ADD('DAY', 90, metrics_day) AS DATE)
@@ -132 +132 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_90_day_window' AS metric,

-- oso.active_developers_to_artifact_over_180_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:180:day
-- duckdb: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -20 +20 @@
-      AND events.bucket_day >= CAST(@start_date + INTERVAL (-29) DAY AS DATE)
+      AND events.bucket_day >= CAST(@start_date + INTERVAL (-179) DAY AS DATE)
@@ -32,2 +32,2 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
-      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 180 DAY AS DATE)
+      ) < CAST(metrics_day + INTERVAL 180 DAY AS DATE)
@@ -36 +36 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 180 DAY AS DATE)
@@ -38 +38 @@
-      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+      ELSE CAST(metrics_day + INTERVAL 180 DAY AS DATE)
@@ -58,2 +58,2 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
-      ) < CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 180 DAY AS DATE)
+      ) < CAST(metrics_day + INTERVAL 180 DAY AS DATE)
@@ -62 +62 @@
-        CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+        CAST(metrics_day + INTERVAL 180 DAY AS DATE)
@@ -64 +64 @@
-      ELSE CAST(metrics_day + INTERVAL 30 DAY AS DATE)
+      ELSE CAST(metrics_day + INTERVAL 180 DAY AS DATE)
@@ -132 +132 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_180_day_window' AS metric,
-- trino: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -20 +20 @@
-      AND events.bucket_day >= CAST(DATE_ADD('DAY', -29, @start_date) AS DATE)
+      AND events.bucket_day >= CAST(DATE_ADD('DAY', -179, @start_date) AS DATE)
@@ -32,2 +32,2 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
-      ) < CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
+      ) < CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
@@ -36 +36 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
@@ -38 +38 @@
-      ELSE CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+      ELSE CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
@@ -58,2 +58,2 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
-      ) < CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
+      ) < CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
@@ -62 +62 @@
-        CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+        CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
@@ -64 +64 @@
-      ELSE CAST(DATE_ADD('DAY', 30, metrics_day) AS DATE)
+      ELSE CAST(DATE_ADD('DAY', 180, metrics_day) AS DATE)
@@ -132 +132 @@
-    'active_developers_over_30_day_window' AS metric,
+    'active_developers_over_180_day_window' AS metric,

-- oso.active_developers_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.active_developers_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date + INTERVAL (-1) DAY AS DATE) AS metrics_sample_date,
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
@@ -3 +3 @@
-    CAST(@execution_date + INTERVAL (-1) DAY AS DATE) AS metrics_sample_date,
+    CAST(DATE_ADD('DAY', -1, @execution_date) AS DATE) AS metrics_sample_date,
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

-- oso.active_developers_to_project_over_30_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:30:day
-- duckdb: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -7 +7 @@
-    events.to_artifact_id AS metrics_key_0,
+    metrics_membership.metrics_entity_id AS metrics_key_0,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -143 +152 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.active_developers_to_artifact_over_30_day_window, but
@@ -7 +7 @@
-    events.to_artifact_id AS metrics_key_0,
+    metrics_membership.metrics_entity_id AS metrics_key_0,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -143 +152 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.active_developers_to_project_over_90_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:90:day
-- duckdb: as oso.active_developers_to_artifact_over_90_day_window, but
@@ -7 +7 @@
-    events.to_artifact_id AS metrics_key_0,
+    metrics_membership.metrics_entity_id AS metrics_key_0,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -143 +152 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.active_developers_to_artifact_over_90_day_window, but
@@ -7 +7 @@
-    events.to_artifact_id AS metrics_key_0,
+    metrics_membership.metrics_entity_id AS metrics_key_0,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -143 +152 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.active_developers_to_project_over_180_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:180:day
-- duckdb: as oso.active_developers_to_artifact_over_180_day_window, but
@@ -7 +7 @@
-    events.to_artifact_id AS metrics_key_0,
+    metrics_membership.metrics_entity_id AS metrics_key_0,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -143 +152 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.active_developers_to_artifact_over_180_day_window, but
@@ -7 +7 @@
-    events.to_artifact_id AS metrics_key_0,
+    metrics_membership.metrics_entity_id AS metrics_key_0,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -143 +152 @@
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
@@ -3 +3 @@
-    CAST(@execution_date + INTERVAL (-1) DAY AS DATE) AS metrics_sample_date,
+    CAST(DATE_ADD('DAY', -1, @execution_date) AS DATE) AS metrics_sample_date,
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

-- oso.active_developers_to_collection_over_30_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:30:day
-- duckdb: as oso.active_developers_to_project_over_30_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -152 +154 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_over_30_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -152 +154 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.active_developers_to_collection_over_90_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:90:day
-- duckdb: as oso.active_developers_to_project_over_90_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -152 +154 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_over_90_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -152 +154 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.active_developers_to_collection_over_180_day_window: distinct spans: each day's distinct values stay until they leave the window or come again; reads=rolling:180:day
-- duckdb: as oso.active_developers_to_project_over_180_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -152 +154 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.active_developers_to_project_over_180_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -152 +154 @@
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
-- trino: as oso.active_developers_to_project_over_all_time, but
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
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
