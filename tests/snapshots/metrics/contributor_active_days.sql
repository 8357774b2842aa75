-- contributor_active_days: code/active_days.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.contributor_active_days_to_artifact_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH metrics_rows AS (
  SELECT
    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    'contributor_active_days_weekly' AS metric,
    COUNT(DISTINCT events.bucket_day) AS amount
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
    events.from_artifact_id,
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
@@ -27,4 +27,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_active_days_to_artifact_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'contributor_active_days_weekly' AS metric,
+    'contributor_active_days_monthly' AS metric,
@@ -20 +20 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.contributor_active_days_to_artifact_weekly, but with the same changes

-- oso.contributor_active_days_to_artifact_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'contributor_active_days_weekly' AS metric,
+    'contributor_active_days_quarterly' AS metric,
@@ -20 +20 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.contributor_active_days_to_artifact_weekly, but with the same changes

-- oso.contributor_active_days_to_artifact_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_artifact_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'contributor_active_days_weekly' AS metric,
+    'contributor_active_days_yearly' AS metric,
@@ -20 +20 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.contributor_active_days_to_artifact_weekly, but with the same changes

-- oso.contributor_active_days_to_artifact_over_30_day_window: daily states: one partial sum, count, minimum or maximum a day, combined over each window; reads=rolling:30:day
-- duckdb:
WITH metrics_spans AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_key_2,
    metrics_sample_date AS metrics_begin,
    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
    1 AS metrics_present,
    COALESCE(metrics_count_1, 0) AS metrics_count_1
  FROM oso.contributor_active_days_states_to_artifact_daily
  WHERE
    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
    AND metrics_sample_date <= @end_date
), metrics_changes AS (
  SELECT
    metrics_key_0,
    metrics_key_1,
    metrics_key_2,
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
    metrics_key_2,
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
    metrics_key_2,
    metrics_sample_date AS metrics_begin,
    COALESCE(
      LEAD(metrics_sample_date) OVER (
        PARTITION BY metrics_key_0, metrics_key_1, metrics_key_2
        ORDER BY metrics_sample_date
      ),
      CAST(@end_date + INTERVAL 1 DAY AS DATE)
    ) AS metrics_until,
    SUM(metrics_present) OVER (
      PARTITION BY metrics_key_0, metrics_key_1, metrics_key_2
      ORDER BY metrics_sample_date
    ) AS metrics_present,
    SUM(metrics_count_1) OVER (
      PARTITION BY metrics_key_0, metrics_key_1, metrics_key_2
      ORDER BY metrics_sample_date
    ) AS metrics_count_1
  FROM (
    SELECT
      metrics_key_0,
      metrics_key_1,
      metrics_key_2,
      metrics_sample_date,
      SUM(metrics_present) AS metrics_present,
      SUM(metrics_count_1) AS metrics_count_1
    FROM metrics_changes
    GROUP BY
      metrics_key_0,
      metrics_key_1,
      metrics_key_2,
      metrics_sample_date
  ) AS metrics_per_day
), metrics_windows AS (
  SELECT
    metrics_window_date,
    metrics_key_0,
    metrics_key_1,
    metrics_key_2,
    metrics_present,
    metrics_count_1
  FROM metrics_steps
  CROSS JOIN UNNEST(CAST(GENERATE_SERIES(metrics_begin, CAST(metrics_until - INTERVAL '1' DAY AS DATE), INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
  WHERE
    metrics_present > 0
), metrics_rows AS (
  SELECT
    metrics_window_date AS metrics_sample_date,
    metrics_key_2 AS event_source,
    metrics_key_1 AS to_artifact_id,
    metrics_key_0 AS from_artifact_id,
    'contributor_active_days_over_30_day_window' AS metric,
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
@@ -7 +7 @@
-    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
+    CAST(DATE_ADD('DAY', 30, metrics_sample_date) AS DATE) AS metrics_until,
@@ -51 +51 @@
-      CAST(@end_date + INTERVAL 1 DAY AS DATE)
+      CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -85 +85,5 @@
-  CROSS JOIN UNNEST(CAST(GENERATE_SERIES(metrics_begin, CAST(metrics_until - INTERVAL '1' DAY AS DATE), INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  CROSS JOIN UNNEST(SEQUENCE(
+    CAST(metrics_begin AS DATE),
+    CAST(metrics_until - INTERVAL '1' DAY AS DATE),
+    INTERVAL '1' DAY
+  )) AS days(metrics_window_date)
@@ -100,4 +104,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_active_days_to_artifact_over_90_day_window: daily states: one partial sum, count, minimum or maximum a day, combined over each window; reads=rolling:90:day
-- duckdb: as oso.contributor_active_days_to_artifact_over_30_day_window, but
@@ -7 +7 @@
-    CAST(metrics_sample_date + INTERVAL 30 DAY AS DATE) AS metrics_until,
+    CAST(metrics_sample_date + INTERVAL 90 DAY AS DATE) AS metrics_until,
@@ -12 +12 @@
-    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    metrics_sample_date >= CAST(@start_date - INTERVAL '89' DAY AS DATE)
@@ -94 +94 @@
-    'contributor_active_days_over_30_day_window' AS metric,
+    'contributor_active_days_over_90_day_window' AS metric,
-- trino: as oso.contributor_active_days_to_artifact_over_30_day_window, but
@@ -7 +7 @@
-    CAST(DATE_ADD('DAY', 30, metrics_sample_date) AS DATE) AS metrics_until,
+    CAST(DATE_ADD('DAY', 90, metrics_sample_date) AS DATE) AS metrics_until,
@@ -12 +12 @@
-    metrics_sample_date >= CAST(@start_date - INTERVAL '29' DAY AS DATE)
+    metrics_sample_date >= CAST(@start_date - INTERVAL '89' DAY AS DATE)
@@ -98 +98 @@
-    'contributor_active_days_over_30_day_window' AS metric,
+    'contributor_active_days_over_90_day_window' AS metric,

-- oso.contributor_active_days_to_project_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_artifact_weekly, but
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
@@ -22 +31 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -28 +37 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -27 +27 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -36,4 +36,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_active_days_to_project_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'contributor_active_days_weekly' AS metric,
+    'contributor_active_days_monthly' AS metric,
@@ -29 +29 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.contributor_active_days_to_project_weekly, but with the same changes

-- oso.contributor_active_days_to_project_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'contributor_active_days_weekly' AS metric,
+    'contributor_active_days_quarterly' AS metric,
@@ -29 +29 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.contributor_active_days_to_project_weekly, but with the same changes

-- oso.contributor_active_days_to_project_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_weekly, but
@@ -3 +3 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
@@ -7 +7 @@
-    'contributor_active_days_weekly' AS metric,
+    'contributor_active_days_yearly' AS metric,
@@ -29 +29 @@
-    CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE),
-- trino: as oso.contributor_active_days_to_project_weekly, but with the same changes

-- oso.contributor_active_days_to_project_over_30_day_window: daily states: one partial sum, count, minimum or maximum a day, combined over each window; reads=rolling:30:day
-- duckdb: as oso.contributor_active_days_to_artifact_over_30_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_artifact_daily
+  FROM oso.contributor_active_days_states_to_project_daily
@@ -101 +101 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.contributor_active_days_to_artifact_over_30_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_artifact_daily
+  FROM oso.contributor_active_days_states_to_project_daily
@@ -105 +105 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.contributor_active_days_to_project_over_90_day_window: daily states: one partial sum, count, minimum or maximum a day, combined over each window; reads=rolling:90:day
-- duckdb: as oso.contributor_active_days_to_artifact_over_90_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_artifact_daily
+  FROM oso.contributor_active_days_states_to_project_daily
@@ -101 +101 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.contributor_active_days_to_artifact_over_90_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_artifact_daily
+  FROM oso.contributor_active_days_states_to_project_daily
@@ -105 +105 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.contributor_active_days_to_collection_weekly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_weekly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_active_days_to_project_weekly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_active_days_to_collection_monthly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_monthly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_active_days_to_project_monthly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_active_days_to_collection_quarterly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_quarterly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_active_days_to_project_quarterly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_active_days_to_collection_yearly: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_active_days_to_project_yearly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_active_days_to_project_yearly, but
@@ -13 +13 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -14,0 +15,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -16 +18 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -37 +39 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_active_days_to_collection_over_30_day_window: daily states: one partial sum, count, minimum or maximum a day, combined over each window; reads=rolling:30:day
-- duckdb: as oso.contributor_active_days_to_project_over_30_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_project_daily
+  FROM oso.contributor_active_days_states_to_collection_daily
@@ -101 +101 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_active_days_to_project_over_30_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_project_daily
+  FROM oso.contributor_active_days_states_to_collection_daily
@@ -105 +105 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_active_days_to_collection_over_90_day_window: daily states: one partial sum, count, minimum or maximum a day, combined over each window; reads=rolling:90:day
-- duckdb: as oso.contributor_active_days_to_project_over_90_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_project_daily
+  FROM oso.contributor_active_days_states_to_collection_daily
@@ -101 +101 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_active_days_to_project_over_90_day_window, but
@@ -10 +10 @@
-  FROM oso.contributor_active_days_states_to_project_daily
+  FROM oso.contributor_active_days_states_to_collection_daily
@@ -105 +105 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_active_days_states_to_artifact_daily: states: what a day adds to the rolling windows that hold it; reads=window
-- duckdb:
SELECT
  CAST(events.bucket_day AS DATE) AS metrics_sample_date,
  CAST(events.from_artifact_id AS TEXT) AS metrics_key_0,
  CAST(events.to_artifact_id AS TEXT) AS metrics_key_1,
  CAST(events.event_source AS TEXT) AS metrics_key_2,
  CAST(COUNT(DISTINCT events.bucket_day) AS BIGINT) AS metrics_count_1
FROM oso.int_events_daily__github AS events
WHERE
  (
    events.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
  )
  AND events.bucket_day >= CAST('2015-01-01' AS DATE)
GROUP BY
  CAST(events.bucket_day AS DATE),
  events.from_artifact_id,
  events.to_artifact_id,
  events.event_source
-- trino: as duckdb, but
@@ -3,3 +3,3 @@
-  CAST(events.from_artifact_id AS TEXT) AS metrics_key_0,
-  CAST(events.to_artifact_id AS TEXT) AS metrics_key_1,
-  CAST(events.event_source AS TEXT) AS metrics_key_2,
+  CAST(events.from_artifact_id AS VARCHAR) AS metrics_key_0,
+  CAST(events.to_artifact_id AS VARCHAR) AS metrics_key_1,
+  CAST(events.event_source AS VARCHAR) AS metrics_key_2,
@@ -17 +17 @@
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)

-- oso.contributor_active_days_states_to_project_daily: states: what a day adds to the rolling windows that hold it; reads=window
-- duckdb: as oso.contributor_active_days_states_to_artifact_daily, but
@@ -4 +4 @@
-  CAST(events.to_artifact_id AS TEXT) AS metrics_key_1,
+  CAST(metrics_membership.metrics_entity_id AS TEXT) AS metrics_key_1,
@@ -7,0 +8,9 @@
+INNER JOIN (
+  SELECT DISTINCT
+    step_0.artifact_id AS metrics_artifact_id,
+    step_0.project_id AS metrics_entity_id
+  FROM oso.artifacts_by_project_v1 AS step_0
+  WHERE
+    step_0.valid_to IS NULL
+) AS metrics_membership
+  ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -23 +32 @@
-  events.to_artifact_id,
+  metrics_membership.metrics_entity_id,
-- trino: as oso.contributor_active_days_states_to_artifact_daily, but
@@ -4 +4 @@
-  CAST(events.to_artifact_id AS VARCHAR) AS metrics_key_1,
+  CAST(metrics_membership.metrics_entity_id AS VARCHAR) AS metrics_key_1,
@@ -7,0 +8,9 @@
+INNER JOIN (
+  SELECT DISTINCT
+    step_0.artifact_id AS metrics_artifact_id,
+    step_0.project_id AS metrics_entity_id
+  FROM oso.artifacts_by_project_v1 AS step_0
+  WHERE
+    step_0.valid_to IS NULL
+) AS metrics_membership
+  ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -23 +32 @@
-  events.to_artifact_id,
+  metrics_membership.metrics_entity_id,

-- oso.contributor_active_days_states_to_collection_daily: states: what a day adds to the rolling windows that hold it; reads=window
-- duckdb: as oso.contributor_active_days_states_to_project_daily, but
@@ -11 +11 @@
-    step_0.project_id AS metrics_entity_id
+    step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+  JOIN oso.projects_by_collection_v1 AS step_1
+    ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-    step_0.valid_to IS NULL
+    step_0.valid_to IS NULL AND step_1.valid_to IS NULL
-- trino: as oso.contributor_active_days_states_to_project_daily, but with the same changes
