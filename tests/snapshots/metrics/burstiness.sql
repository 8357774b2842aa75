-- burstiness: code/burstiness.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.burstiness_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(
    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
    @end_date,
    INTERVAL '7' DAY
  ) AS DATE[])) AS days(metrics_window_date)
), days AS (
  SELECT
    events.event_source,
    events.to_artifact_id,
    events.bucket_day,
    SUM(events.amount) AS events_of_day,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.int_events_daily__github AS events
  WHERE
    events.bucket_day >= metrics_calendar.metrics_window_date
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
  GROUP BY
    events.event_source,
    events.to_artifact_id,
    events.bucket_day,
    metrics_calendar.metrics_window_date
), first_events AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  GROUP BY
    firsts.event_source,
    firsts.to_artifact_id
), moments AS (
  SELECT
    days.event_source,
    days.to_artifact_id,
    CASE
      WHEN first_events.first_at < CAST(days.metrics_window_date AS TIMESTAMP)
      THEN DATE_DIFF(
        'DAY',
        days.metrics_window_date,
        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
      )
      ELSE DATE_DIFF(
        'DAY',
        CAST(first_events.first_at AS DATE),
        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
      )
    END AS day_count,
    SUM(days.events_of_day) AS total,
    SUM(days.events_of_day * days.events_of_day) AS total_of_squares,
    days.metrics_window_date AS metrics_window_date
  FROM days
  INNER JOIN first_events
    ON first_events.event_source = days.event_source
    AND first_events.to_artifact_id = days.to_artifact_id
  GROUP BY
    days.event_source,
    days.to_artifact_id,
    first_events.first_at,
    days.metrics_window_date
), metrics_rows AS (
  SELECT
    moments.metrics_window_date AS metrics_sample_date,
    moments.event_source,
    moments.to_artifact_id,
    '' AS from_artifact_id,
    'burstiness_weekly' AS metric,
    CASE
      WHEN (
        moments.total_of_squares / moments.total - moments.total / moments.day_count
      ) IS NULL
      OR 0 IS NULL
      THEN NULL
      ELSE GREATEST(moments.total_of_squares / moments.total - moments.total / moments.day_count, 0)
    END AS amount,
    moments.metrics_window_date AS metrics_window_date
  FROM moments
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
@@ -21,2 +21,2 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -47 +47 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
@@ -52 +52 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
@@ -74,8 +74,4 @@
-    CASE
-      WHEN (
-        moments.total_of_squares / moments.total - moments.total / moments.day_count
-      ) IS NULL
-      OR 0 IS NULL
-      THEN NULL
-      ELSE GREATEST(moments.total_of_squares / moments.total - moments.total / moments.day_count, 0)
-    END AS amount,
+    GREATEST(
+      CAST(moments.total_of_squares AS DOUBLE) / moments.total - CAST(moments.total AS DOUBLE) / moments.day_count,
+      0
+    ) AS amount,
@@ -87,4 +83,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.burstiness_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -21 +21 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -23 +23 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -47 +47 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -52 +52 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -73 +73 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_monthly' AS metric,
-- trino: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -21 +21 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
@@ -23 +23 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -47 +47 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 1, days.metrics_window_date) AS DATE)
@@ -52 +52 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 1, days.metrics_window_date) AS DATE)
@@ -73 +73 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_monthly' AS metric,

-- oso.burstiness_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -21 +21 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -23 +23 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -47 +47 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -52 +52 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -73 +73 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_quarterly' AS metric,
-- trino: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -21 +21 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE)
@@ -23 +23 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -47 +47 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 3, days.metrics_window_date) AS DATE)
@@ -52 +52 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 3, days.metrics_window_date) AS DATE)
@@ -73 +73 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_quarterly' AS metric,

-- oso.burstiness_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -21 +21 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -23 +23 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -47 +47 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -52 +52 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -73 +73 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_yearly' AS metric,
-- trino: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -21 +21 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE)
@@ -23 +23 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -47 +47 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 12, days.metrics_window_date) AS DATE)
@@ -52 +52 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 12, days.metrics_window_date) AS DATE)
@@ -73 +73 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_yearly' AS metric,

-- oso.burstiness_to_artifact_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_artifact_weekly, but
@@ -5 +5,5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CASE
+      WHEN MONTH(CAST(@start_date AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END,
@@ -7 +11 @@
-    INTERVAL '7' DAY
+    INTERVAL '6' MONTH
@@ -21 +25 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 6 MONTH AS DATE)
@@ -23 +27,5 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -47 +55 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 6 MONTH AS DATE)
@@ -52 +60 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 6 MONTH AS DATE)
@@ -73 +81 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_biannually' AS metric,
-- trino: as oso.burstiness_to_artifact_weekly, but
@@ -5,3 +5,7 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
-    CAST(@end_date AS DATE),
-    INTERVAL '7' DAY
+    CASE
+      WHEN MONTH(CAST(@start_date AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)) AS DATE)
+    END,
+    @end_date,
+    INTERVAL '6' MONTH
@@ -21 +25 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 6, metrics_calendar.metrics_window_date) AS DATE)
@@ -23 +27,5 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)) AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -47 +55 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 6, days.metrics_window_date) AS DATE)
@@ -52 +60 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 6, days.metrics_window_date) AS DATE)
@@ -73 +81 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_biannually' AS metric,

-- oso.burstiness_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb:
WITH days AS (
  SELECT
    events.event_source,
    events.to_artifact_id,
    events.bucket_day,
    SUM(events.amount) AS events_of_day
  FROM oso.int_events_daily__github AS events
  WHERE
    events.bucket_day >= CAST('2015-01-01' AS DATE)
    AND events.bucket_day < @execution_date
  GROUP BY
    events.event_source,
    events.to_artifact_id,
    events.bucket_day
), first_events AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.time < @execution_date
  GROUP BY
    firsts.event_source,
    firsts.to_artifact_id
), moments AS (
  SELECT
    days.event_source,
    days.to_artifact_id,
    CASE
      WHEN first_events.first_at < CAST(CAST('2015-01-01' AS DATE) AS TIMESTAMP)
      THEN DATE_DIFF('DAY', CAST('2015-01-01' AS DATE), @execution_date)
      ELSE DATE_DIFF('DAY', CAST(first_events.first_at AS DATE), @execution_date)
    END AS day_count,
    SUM(days.events_of_day) AS total,
    SUM(days.events_of_day * days.events_of_day) AS total_of_squares
  FROM days
  INNER JOIN first_events
    ON first_events.event_source = days.event_source
    AND first_events.to_artifact_id = days.to_artifact_id
  GROUP BY
    days.event_source,
    days.to_artifact_id,
    first_events.first_at
), metrics_rows AS (
  SELECT
    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
    moments.event_source,
    moments.to_artifact_id,
    '' AS from_artifact_id,
    'burstiness_over_all_time' AS metric,
    CASE
      WHEN (
        moments.total_of_squares / moments.total - moments.total / moments.day_count
      ) IS NULL
      OR 0 IS NULL
      THEN NULL
      ELSE GREATEST(moments.total_of_squares / moments.total - moments.total / moments.day_count, 0)
    END AS amount
  FROM moments
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
@@ -52,8 +52,4 @@
-    CASE
-      WHEN (
-        moments.total_of_squares / moments.total - moments.total / moments.day_count
-      ) IS NULL
-      OR 0 IS NULL
-      THEN NULL
-      ELSE GREATEST(moments.total_of_squares / moments.total - moments.total / moments.day_count, 0)
-    END AS amount
+    GREATEST(
+      CAST(moments.total_of_squares AS DOUBLE) / moments.total - CAST(moments.total AS DOUBLE) / moments.day_count,
+      0
+    ) AS amount
@@ -64,4 +60,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.burstiness_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_artifact_weekly, but
@@ -12 +12 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -17,0 +18,9 @@
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
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -34,0 +44,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -37 +55 @@
-    firsts.to_artifact_id
+    metrics_membership.metrics_entity_id
@@ -88 +106 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.burstiness_to_artifact_weekly, but
@@ -12 +12 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -17,0 +18,9 @@
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
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -34,0 +44,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -37 +55 @@
-    firsts.to_artifact_id
+    metrics_membership.metrics_entity_id
@@ -84 +102 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.burstiness_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -30 +30 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -32 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -65 +65 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -70 +70 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -91 +91 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_monthly' AS metric,
-- trino: as oso.burstiness_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -30 +30 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
@@ -32 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -65 +65 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 1, days.metrics_window_date) AS DATE)
@@ -70 +70 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 1, days.metrics_window_date) AS DATE)
@@ -91 +91 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_monthly' AS metric,

-- oso.burstiness_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -30 +30 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -32 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -65 +65 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -70 +70 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -91 +91 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_quarterly' AS metric,
-- trino: as oso.burstiness_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -30 +30 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE)
@@ -32 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -65 +65 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 3, days.metrics_window_date) AS DATE)
@@ -70 +70 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 3, days.metrics_window_date) AS DATE)
@@ -91 +91 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_quarterly' AS metric,

-- oso.burstiness_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -30 +30 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -32 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -65 +65 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -70 +70 @@
-        CAST(days.metrics_window_date + INTERVAL 7 DAY AS DATE)
+        CAST(days.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -91 +91 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_yearly' AS metric,
-- trino: as oso.burstiness_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -30 +30 @@
-    AND events.bucket_day < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE)
@@ -32 +32 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -65 +65 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 12, days.metrics_window_date) AS DATE)
@@ -70 +70 @@
-        CAST(DATE_ADD('DAY', 7, days.metrics_window_date) AS DATE)
+        CAST(DATE_ADD('MONTH', 12, days.metrics_window_date) AS DATE)
@@ -91 +91 @@
-    'burstiness_weekly' AS metric,
+    'burstiness_yearly' AS metric,

-- oso.burstiness_to_project_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_artifact_biannually, but
@@ -16 +16 @@
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
@@ -34 +43 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -40 +49 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -42,0 +52,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -45 +63 @@
-    firsts.to_artifact_id
+    metrics_membership.metrics_entity_id
@@ -96 +114 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.burstiness_to_artifact_biannually, but
@@ -16 +16 @@
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
@@ -34 +43 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -40 +49 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -42,0 +52,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -45 +63 @@
-    firsts.to_artifact_id
+    metrics_membership.metrics_entity_id
@@ -92 +110 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.burstiness_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.burstiness_to_artifact_over_all_time, but
@@ -4 +4 @@
-    events.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = events.to_artifact_id
@@ -13 +22 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -18 +27 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20,0 +30,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -25 +43 @@
-    firsts.to_artifact_id
+    metrics_membership.metrics_entity_id
@@ -65 +83 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -70,8 +70,4 @@
-    CASE
-      WHEN (
-        moments.total_of_squares / moments.total - moments.total / moments.day_count
-      ) IS NULL
-      OR 0 IS NULL
-      THEN NULL
-      ELSE GREATEST(moments.total_of_squares / moments.total - moments.total / moments.day_count, 0)
-    END AS amount
+    GREATEST(
+      CAST(moments.total_of_squares AS DOUBLE) / moments.total - CAST(moments.total AS DOUBLE) / moments.day_count,
+      0
+    ) AS amount
@@ -82,4 +78,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.burstiness_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_weekly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -106 +110 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.burstiness_to_project_weekly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -102 +106 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.burstiness_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -106 +110 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.burstiness_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -102 +106 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.burstiness_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -106 +110 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.burstiness_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -102 +106 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.burstiness_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -106 +110 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.burstiness_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -47 +49 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -48,0 +51,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -50 +54 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -102 +106 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.burstiness_to_collection_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.burstiness_to_project_biannually, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -55 +57 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -56,0 +59,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -58 +62 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -114 +118 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.burstiness_to_project_biannually, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -55 +57 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -56,0 +59,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -58 +62 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -110 +114 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.burstiness_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.burstiness_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -33 +35 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -34,0 +37,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -36 +40 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -83 +87 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.burstiness_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -33 +35 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -34,0 +37,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -36 +40 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -79 +83 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
