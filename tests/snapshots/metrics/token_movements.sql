-- token_movements: blockchain/token_movements.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.token_movements_to_artifact_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT
    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    '' AS from_artifact_id,
    CASE events.event_type
      WHEN 'TOKEN_TRANSFER'
      THEN 'token_transfers'
      WHEN 'TOKEN_TRANSFER_VOLUME'
      THEN 'token_transfer_volume'
    END || '_daily' AS metric,
    SUM(events.amount) AS amount
  FROM oso.int_events_daily__token_transfers AS events
  WHERE
    events.event_type IN ('TOKEN_TRANSFER', 'TOKEN_TRANSFER_VOLUME')
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
  GROUP BY
    CAST(events.bucket_day AS DATE),
    CASE events.event_type
      WHEN 'TOKEN_TRANSFER'
      THEN 'token_transfers'
      WHEN 'TOKEN_TRANSFER_VOLUME'
      THEN 'token_transfer_volume'
    END || '_daily',
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
@@ -32,4 +32,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.token_movements_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_weekly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -26 +26 @@
-    END || '_daily',
+    END || '_weekly',
-- trino: as oso.token_movements_to_artifact_daily, but with the same changes

-- oso.token_movements_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_monthly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -26 +26 @@
-    END || '_daily',
+    END || '_monthly',
-- trino: as oso.token_movements_to_artifact_daily, but with the same changes

-- oso.token_movements_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_quarterly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -26 +26 @@
-    END || '_daily',
+    END || '_quarterly',
-- trino: as oso.token_movements_to_artifact_daily, but with the same changes

-- oso.token_movements_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_yearly' AS metric,
@@ -20 +20 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -26 +26 @@
-    END || '_daily',
+    END || '_yearly',
-- trino: as oso.token_movements_to_artifact_daily, but with the same changes

-- oso.token_movements_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_over_all_time' AS metric,
@@ -17,2 +17,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -20 +19,0 @@
-    CAST(events.bucket_day AS DATE),
@@ -26 +25 @@
-    END || '_daily',
+    END || '_over_all_time',
@@ -38,2 +36,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -31,4 +31,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.token_movements_to_project_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_daily, but
@@ -5 +5 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -14,0 +15,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -27 +36 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -33 +42 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -27 +27 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -41,4 +41,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.token_movements_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_weekly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -35 +35 @@
-    END || '_daily',
+    END || '_weekly',
-- trino: as oso.token_movements_to_project_daily, but with the same changes

-- oso.token_movements_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_monthly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -35 +35 @@
-    END || '_daily',
+    END || '_monthly',
-- trino: as oso.token_movements_to_project_daily, but with the same changes

-- oso.token_movements_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_quarterly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -35 +35 @@
-    END || '_daily',
+    END || '_quarterly',
-- trino: as oso.token_movements_to_project_daily, but with the same changes

-- oso.token_movements_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_project_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_yearly' AS metric,
@@ -29 +29 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -35 +35 @@
-    END || '_daily',
+    END || '_yearly',
-- trino: as oso.token_movements_to_project_daily, but with the same changes

-- oso.token_movements_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_artifact_over_all_time, but
@@ -5 +5 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -14,0 +15,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -26 +35 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -32 +41 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -40,4 +40,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.token_movements_to_collection_daily: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_project_daily, but
@@ -18 +18 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -19,0 +20,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -21 +23 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -42 +44 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.token_movements_to_project_daily, but
@@ -18 +18 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -19,0 +20,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -21 +23 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -42 +44 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.token_movements_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_weekly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -37 +37 @@
-    END || '_daily',
+    END || '_weekly',
-- trino: as oso.token_movements_to_collection_daily, but with the same changes

-- oso.token_movements_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_monthly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -37 +37 @@
-    END || '_daily',
+    END || '_monthly',
-- trino: as oso.token_movements_to_collection_daily, but with the same changes

-- oso.token_movements_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_quarterly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -37 +37 @@
-    END || '_daily',
+    END || '_quarterly',
-- trino: as oso.token_movements_to_collection_daily, but with the same changes

-- oso.token_movements_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_collection_daily, but
@@ -3 +3 @@
-    CAST(events.bucket_day AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -12 +12 @@
-    END || '_daily' AS metric,
+    END || '_yearly' AS metric,
@@ -31 +31 @@
-    CAST(events.bucket_day AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -37 +37 @@
-    END || '_daily',
+    END || '_yearly',
-- trino: as oso.token_movements_to_collection_daily, but with the same changes

-- oso.token_movements_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.token_movements_to_project_over_all_time, but
@@ -18 +18 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -19,0 +20,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -21 +23 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -41 +43 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -42,4 +42,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
