-- bot_activity: code/bot_activity.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.bot_activity_to_artifact_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT
    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    '' AS from_artifact_id,
    'bot_activity_daily' AS metric,
    SUM(events.amount) AS amount
  FROM oso.int_events_daily__github AS events
  WHERE
    events.from_artifact_id IN (
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
@@ -17 +17 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -25,4 +25,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.bot_activity_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_weekly' AS metric,
@@ -19 +19 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_artifact_daily, but with the same changes

-- oso.bot_activity_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_monthly' AS metric,
@@ -19 +19 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_artifact_daily, but with the same changes

-- oso.bot_activity_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_quarterly' AS metric,
@@ -19 +19 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_artifact_daily, but with the same changes

-- oso.bot_activity_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_yearly' AS metric,
@@ -19 +19 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_artifact_daily, but with the same changes

-- oso.bot_activity_to_artifact_biannually: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3,5 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END AS metrics_sample_date,
@@ -7 +11 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_biannually' AS metric,
@@ -19 +23,5 @@
-    CAST(events.bucket_day AS DATE),
+    CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END,
-- trino: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3,5 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)) AS DATE)
+    END AS metrics_sample_date,
@@ -7 +11 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_biannually' AS metric,
@@ -19 +23,5 @@
-    CAST(events.bucket_day AS DATE),
+    CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)) AS DATE)
+    END,

-- oso.bot_activity_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_over_all_time' AS metric,
@@ -16,2 +16,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -19 +18,0 @@
-    CAST(events.bucket_day AS DATE),
@@ -31,2 +29,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -24,4 +24,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.bot_activity_to_project_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_daily, but
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
@@ -26 +26 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -34,4 +34,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.bot_activity_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_weekly' AS metric,
@@ -28 +28 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_project_daily, but with the same changes

-- oso.bot_activity_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_monthly' AS metric,
@@ -28 +28 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_project_daily, but with the same changes

-- oso.bot_activity_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_quarterly' AS metric,
@@ -28 +28 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_project_daily, but with the same changes

-- oso.bot_activity_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_yearly' AS metric,
@@ -28 +28 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_project_daily, but with the same changes

-- oso.bot_activity_to_project_biannually: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_artifact_biannually, but
@@ -9 +9 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -13,0 +14,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -28 +37 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -34 +43 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.bot_activity_to_artifact_biannually, but
@@ -9 +9 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -13,0 +14,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -28 +37 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -34 +43 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.bot_activity_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_over_all_time' AS metric,
@@ -25,2 +25,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -28 +27,0 @@
-    CAST(events.bucket_day AS DATE),
@@ -40,2 +38,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -33,4 +33,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.bot_activity_to_collection_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_daily, but
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
-- trino: as oso.bot_activity_to_project_daily, but
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

-- oso.bot_activity_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_weekly' AS metric,
@@ -30 +30 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_collection_daily, but with the same changes

-- oso.bot_activity_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_monthly' AS metric,
@@ -30 +30 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_collection_daily, but with the same changes

-- oso.bot_activity_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_quarterly' AS metric,
@@ -30 +30 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_collection_daily, but with the same changes

-- oso.bot_activity_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'bot_activity_daily' AS metric,
+    'bot_activity_yearly' AS metric,
@@ -30 +30 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.bot_activity_to_collection_daily, but with the same changes

-- oso.bot_activity_to_collection_biannually: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_biannually, but
@@ -17 +17 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -18,0 +19,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -20 +22 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -43 +45 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.bot_activity_to_project_biannually, but
@@ -17 +17 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -18,0 +19,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -20 +22 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -43 +45 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.bot_activity_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.bot_activity_to_project_over_all_time, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -34 +36 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -35,4 +35,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
