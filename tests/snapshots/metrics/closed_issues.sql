-- closed_issues: code/events.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.closed_issues_to_artifact_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT
    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    '' AS from_artifact_id,
    'closed_issues_daily' AS metric,
    SUM(events.amount) AS amount
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type IN ('ISSUE_CLOSED')
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
@@ -13 +13 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -21,4 +21,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.closed_issues_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_weekly' AS metric,
@@ -15 +15 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_artifact_daily, but with the same changes

-- oso.closed_issues_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_monthly' AS metric,
@@ -15 +15 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_artifact_daily, but with the same changes

-- oso.closed_issues_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_quarterly' AS metric,
@@ -15 +15 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_artifact_daily, but with the same changes

-- oso.closed_issues_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_yearly' AS metric,
@@ -15 +15 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_artifact_daily, but with the same changes

-- oso.closed_issues_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_over_all_time' AS metric,
@@ -12,2 +12,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -15 +14,0 @@
-    CAST(events.bucket_day AS DATE),
@@ -27,2 +25,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -20,4 +20,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.closed_issues_to_project_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_artifact_daily, but
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
@@ -16 +25 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -22 +31 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -22 +22 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -30,4 +30,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.closed_issues_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_weekly' AS metric,
@@ -24 +24 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_project_daily, but with the same changes

-- oso.closed_issues_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_monthly' AS metric,
@@ -24 +24 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_project_daily, but with the same changes

-- oso.closed_issues_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_quarterly' AS metric,
@@ -24 +24 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_project_daily, but with the same changes

-- oso.closed_issues_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_yearly' AS metric,
@@ -24 +24 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_project_daily, but with the same changes

-- oso.closed_issues_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_over_all_time' AS metric,
@@ -21,2 +21,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -24 +23,0 @@
-    CAST(events.bucket_day AS DATE),
@@ -36,2 +34,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -29,4 +29,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.closed_issues_to_collection_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_daily, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -31 +33 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.closed_issues_to_project_daily, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -31 +33 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.closed_issues_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_weekly' AS metric,
@@ -26 +26 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_collection_daily, but with the same changes

-- oso.closed_issues_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_monthly' AS metric,
@@ -26 +26 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_collection_daily, but with the same changes

-- oso.closed_issues_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_quarterly' AS metric,
@@ -26 +26 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_collection_daily, but with the same changes

-- oso.closed_issues_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'closed_issues_daily' AS metric,
+    'closed_issues_yearly' AS metric,
@@ -26 +26 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.closed_issues_to_collection_daily, but with the same changes

-- oso.closed_issues_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.closed_issues_to_project_over_all_time, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -30 +32 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -31,4 +31,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
