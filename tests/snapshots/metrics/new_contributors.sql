-- new_contributors: code/new_contributors.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.new_contributors_to_artifact_daily: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb:
WITH first_contributions AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
    AND NOT firsts.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
  GROUP BY
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id
), metrics_rows AS (
  SELECT
    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
    first_contributions.event_source,
    first_contributions.to_artifact_id,
    '' AS from_artifact_id,
    'new_contributors_daily' AS metric,
    COUNT(DISTINCT first_contributions.from_artifact_id) AS amount
  FROM first_contributions
  WHERE
    first_contributions.first_at >= @start_date
    AND first_contributions.first_at < CAST(@end_date + INTERVAL 1 DAY AS DATE)
  GROUP BY
    CAST(first_contributions.first_at AS DATE),
    first_contributions.to_artifact_id,
    first_contributions.event_source
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
@@ -30 +30 @@
-    AND first_contributions.first_at < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND first_contributions.first_at < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -38,4 +38,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.new_contributors_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -21 +21 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -25 +25 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_weekly' AS metric,
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_artifact_daily, but with the same changes

-- oso.new_contributors_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -21 +21 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -25 +25 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_monthly' AS metric,
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_artifact_daily, but with the same changes

-- oso.new_contributors_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -21 +21 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -25 +25 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_quarterly' AS metric,
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_artifact_daily, but with the same changes

-- oso.new_contributors_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -21 +21 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -25 +25 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_yearly' AS metric,
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_artifact_daily, but with the same changes

-- oso.new_contributors_to_artifact_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -1 +1,5 @@
-WITH first_contributions AS (
+WITH metrics_calendar AS (
+  SELECT
+    metrics_window_date
+  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+), first_contributions AS (
@@ -21 +25 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    metrics_calendar.metrics_window_date AS metrics_sample_date,
@@ -25,3 +29,5 @@
-    'new_contributors_daily' AS metric,
-    COUNT(DISTINCT first_contributions.from_artifact_id) AS amount
-  FROM first_contributions
+    'new_contributors_over_30_day_window' AS metric,
+    COUNT(DISTINCT first_contributions.from_artifact_id) AS amount,
+    metrics_calendar.metrics_window_date AS metrics_window_date
+  FROM metrics_calendar
+  CROSS JOIN first_contributions
@@ -29 +35,4 @@
-    first_contributions.first_at >= @start_date
+    first_contributions.first_at >= CAST(metrics_calendar.metrics_window_date - INTERVAL '29' DAY AS DATE)
+    AND first_contributions.first_at >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    AND first_contributions.first_at >= CAST('2015-01-01' AS DATE)
+    AND first_contributions.first_at < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
@@ -32 +41 @@
-    CAST(first_contributions.first_at AS DATE),
+    metrics_calendar.metrics_window_date,
@@ -45 +54,4 @@
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
+  (
+    metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
+  )
+  AND metrics_sample_date = metrics_window_date
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -38,2 +38,2 @@
-    AND first_contributions.first_at < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
-    AND first_contributions.first_at < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND first_contributions.first_at < CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND first_contributions.first_at < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -47,4 +47,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.new_contributors_to_artifact_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.new_contributors_to_artifact_over_30_day_window, but
@@ -29 +29 @@
-    'new_contributors_over_30_day_window' AS metric,
+    'new_contributors_over_90_day_window' AS metric,
@@ -35,2 +35,2 @@
-    first_contributions.first_at >= CAST(metrics_calendar.metrics_window_date - INTERVAL '29' DAY AS DATE)
-    AND first_contributions.first_at >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    first_contributions.first_at >= CAST(metrics_calendar.metrics_window_date - INTERVAL '89' DAY AS DATE)
+    AND first_contributions.first_at >= CAST(@start_date - INTERVAL '89' DAY AS DATE)
-- trino: as oso.new_contributors_to_artifact_over_30_day_window, but with the same changes

-- oso.new_contributors_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -9,5 +9,7 @@
-    firsts.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
-    AND NOT firsts.from_artifact_id IN (
-      SELECT
-        bots.artifact_id
-      FROM oso.int_bots AS bots
+    (
+      firsts.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
+      AND NOT firsts.from_artifact_id IN (
+        SELECT
+          bots.artifact_id
+        FROM oso.int_bots AS bots
+      )
@@ -14,0 +17 @@
+    AND firsts.time < @execution_date
@@ -21 +24 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -25 +28 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_over_all_time' AS metric,
@@ -29,2 +32,2 @@
-    first_contributions.first_at >= @start_date
-    AND first_contributions.first_at < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    first_contributions.first_at >= CAST('2015-01-01' AS DATE)
+    AND first_contributions.first_at < @execution_date
@@ -32 +34,0 @@
-    CAST(first_contributions.first_at AS DATE),
@@ -44,2 +45,0 @@
-WHERE
-  metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-- trino: as duckdb, but
@@ -40,4 +40,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.new_contributors_to_project_daily: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_daily, but
@@ -4 +4 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -7,0 +8,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -17 +26 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -39 +48 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -39 +39 @@
-    AND first_contributions.first_at < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND first_contributions.first_at < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -47,4 +47,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.new_contributors_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_project_daily, but
@@ -30 +30 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -34 +34 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_weekly' AS metric,
@@ -41 +41 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_project_daily, but with the same changes

-- oso.new_contributors_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_project_daily, but
@@ -30 +30 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -34 +34 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_monthly' AS metric,
@@ -41 +41 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_project_daily, but with the same changes

-- oso.new_contributors_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_project_daily, but
@@ -30 +30 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -34 +34 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_quarterly' AS metric,
@@ -41 +41 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_project_daily, but with the same changes

-- oso.new_contributors_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_project_daily, but
@@ -30 +30 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -34 +34 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_yearly' AS metric,
@@ -41 +41 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_project_daily, but with the same changes

-- oso.new_contributors_to_project_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.new_contributors_to_artifact_over_30_day_window, but
@@ -8 +8 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -21 +30 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -48 +57 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.new_contributors_to_artifact_over_30_day_window, but
@@ -8 +8 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -11,0 +12,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -21 +30 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -48 +57 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.new_contributors_to_project_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.new_contributors_to_project_over_30_day_window, but
@@ -38 +38 @@
-    'new_contributors_over_30_day_window' AS metric,
+    'new_contributors_over_90_day_window' AS metric,
@@ -44,2 +44,2 @@
-    first_contributions.first_at >= CAST(metrics_calendar.metrics_window_date - INTERVAL '29' DAY AS DATE)
-    AND first_contributions.first_at >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    first_contributions.first_at >= CAST(metrics_calendar.metrics_window_date - INTERVAL '89' DAY AS DATE)
+    AND first_contributions.first_at >= CAST(@start_date - INTERVAL '89' DAY AS DATE)
-- trino: as oso.new_contributors_to_project_over_30_day_window, but with the same changes

-- oso.new_contributors_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_artifact_over_all_time, but
@@ -4 +4 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -7,0 +8,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -20 +29 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -41 +50 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -49,4 +49,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.new_contributors_to_collection_daily: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_project_daily, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -48 +50 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.new_contributors_to_project_daily, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -48 +50 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.new_contributors_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_collection_daily, but
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('WEEK', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -36 +36 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_weekly' AS metric,
@@ -43 +43 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('WEEK', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_collection_daily, but with the same changes

-- oso.new_contributors_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_collection_daily, but
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -36 +36 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_monthly' AS metric,
@@ -43 +43 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_collection_daily, but with the same changes

-- oso.new_contributors_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_collection_daily, but
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -36 +36 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_quarterly' AS metric,
@@ -43 +43 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_collection_daily, but with the same changes

-- oso.new_contributors_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_collection_daily, but
@@ -32 +32 @@
-    CAST(first_contributions.first_at AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(first_contributions.first_at AS DATE)) AS DATE) AS metrics_sample_date,
@@ -36 +36 @@
-    'new_contributors_daily' AS metric,
+    'new_contributors_yearly' AS metric,
@@ -43 +43 @@
-    CAST(first_contributions.first_at AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(first_contributions.first_at AS DATE)) AS DATE),
-- trino: as oso.new_contributors_to_collection_daily, but with the same changes

-- oso.new_contributors_to_collection_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.new_contributors_to_project_over_30_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -57 +59 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.new_contributors_to_project_over_30_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -57 +59 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.new_contributors_to_collection_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.new_contributors_to_project_over_90_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -57 +59 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.new_contributors_to_project_over_90_day_window, but
@@ -15 +15 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -16,0 +17,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -18 +20 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -57 +59 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.new_contributors_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.new_contributors_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -50 +52 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -51,4 +51,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
