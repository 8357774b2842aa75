-- project_velocity: code/project_velocity.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.project_velocity_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT
    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    '' AS from_artifact_id,
    'project_velocity_weekly' AS metric,
    SUM(
      CASE
        WHEN events.event_type IN ('ISSUE_CLOSED', 'COMMIT_CODE', 'PULL_REQUEST_REVIEW_COMMENT')
        THEN events.amount
        ELSE 0
      END
    ) + 2 * COUNT(
      DISTINCT CASE
        WHEN events.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
        AND bots.artifact_id IS NULL
        THEN events.from_artifact_id
      END
    ) AS amount
  FROM oso.int_events_daily__github AS events
  LEFT JOIN oso.int_bots AS bots
    ON bots.artifact_id = events.from_artifact_id
  WHERE
    events.event_type IN (
      'ISSUE_CLOSED',
      'COMMIT_CODE',
      'PULL_REQUEST_REVIEW_COMMENT',
      'ISSUE_OPENED',
      'PULL_REQUEST_OPENED',
      'PULL_REQUEST_MERGED'
    )
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
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
@@ -34 +34 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -42,4 +42,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.project_velocity_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_monthly' AS metric,
@@ -36 +36 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.project_velocity_to_artifact_weekly, but with the same changes

-- oso.project_velocity_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_quarterly' AS metric,
@@ -36 +36 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.project_velocity_to_artifact_weekly, but with the same changes

-- oso.project_velocity_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_yearly' AS metric,
@@ -36 +36 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.project_velocity_to_artifact_weekly, but with the same changes

-- oso.project_velocity_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_over_all_time' AS metric,
@@ -33,2 +33,2 @@
-    AND events.bucket_day >= @start_date
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
+    AND events.bucket_day < @execution_date
@@ -36 +35,0 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
@@ -48,2 +46,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -41,4 +41,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.project_velocity_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_artifact_weekly, but
@@ -5 +5 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -21,0 +22,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -37 +46 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -43 +52 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -43 +43 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -51,4 +51,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.project_velocity_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_monthly' AS metric,
@@ -45 +45 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.project_velocity_to_project_weekly, but with the same changes

-- oso.project_velocity_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_quarterly' AS metric,
@@ -45 +45 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.project_velocity_to_project_weekly, but with the same changes

-- oso.project_velocity_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'project_velocity_weekly' AS metric,
+    'project_velocity_yearly' AS metric,
@@ -45 +45 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.project_velocity_to_project_weekly, but with the same changes

-- oso.project_velocity_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_artifact_over_all_time, but
@@ -5 +5 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -21,0 +22,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -36 +45 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -42 +51 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -50,4 +50,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.project_velocity_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_weekly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.project_velocity_to_project_weekly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.project_velocity_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_monthly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.project_velocity_to_project_monthly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.project_velocity_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_quarterly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.project_velocity_to_project_quarterly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.project_velocity_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_yearly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.project_velocity_to_project_yearly, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -52 +54 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.project_velocity_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.project_velocity_to_project_over_all_time, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -51 +53 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -52,4 +52,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
