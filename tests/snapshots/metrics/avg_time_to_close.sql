-- avg_time_to_close: code/time_to_close.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.avg_time_to_close_to_artifact_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
), closed AS (
  SELECT
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.int_ticket_closings__github AS closings
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = closings.ticket_id
    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
  WHERE
    closings.event_type = 'ISSUE_CLOSED'
    AND NOT known.opened_at IS NULL
    AND closings.time >= CAST(metrics_calendar.metrics_window_date AS TIMESTAMP)
    AND closings.time >= CAST(@start_date AS TIMESTAMP)
    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND closings.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND CAST(closings.time AS DATE) = metrics_calendar.metrics_window_date
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.time,
    metrics_calendar.metrics_window_date
), metrics_rows AS (
  SELECT
    closed.metrics_window_date AS metrics_sample_date,
    closed.event_source,
    closed.to_artifact_id,
    '' AS from_artifact_id,
    'avg_time_to_close_daily' AS metric,
    AVG(closed.hours) AS amount,
    closed.metrics_window_date AS metrics_window_date
  FROM closed
  GROUP BY
    closed.metrics_window_date,
    closed.to_artifact_id,
    closed.event_source
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
@@ -10 +10 @@
-    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours,
+    CAST(DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) AS DOUBLE) / 3600 AS hours,
@@ -16 +16 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -22,2 +22,2 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND closings.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('DAY', 1, @end_date) AS DATE) AS TIMESTAMP)
@@ -48,4 +48,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.avg_time_to_close_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_daily, but
@@ -4 +4,5 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(CAST(GENERATE_SERIES(
+    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    @end_date,
+    INTERVAL '7' DAY
+  ) AS DATE[])) AS days(metrics_window_date)
@@ -16 +20 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -22 +26 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -24 +28 @@
-    AND CAST(closings.time AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -37 +41 @@
-    'avg_time_to_close_daily' AS metric,
+    'avg_time_to_close_weekly' AS metric,
-- trino: as oso.avg_time_to_close_to_artifact_daily, but
@@ -4 +4,5 @@
-  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(
+    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(@end_date AS DATE),
+    INTERVAL '7' DAY
+  )) AS days(metrics_window_date)
@@ -16 +20 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -22 +26 @@
-    AND closings.time < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -24 +28 @@
-    AND CAST(closings.time AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -37 +41 @@
-    'avg_time_to_close_daily' AS metric,
+    'avg_time_to_close_weekly' AS metric,

-- oso.avg_time_to_close_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -20 +20 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -26 +26 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -41 +41 @@
-    'avg_time_to_close_weekly' AS metric,
+    'avg_time_to_close_monthly' AS metric,
-- trino: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -20 +20 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -26 +26 @@
-    AND closings.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -41 +41 @@
-    'avg_time_to_close_weekly' AS metric,
+    'avg_time_to_close_monthly' AS metric,

-- oso.avg_time_to_close_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -20 +20 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -26 +26 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -41 +41 @@
-    'avg_time_to_close_weekly' AS metric,
+    'avg_time_to_close_quarterly' AS metric,
-- trino: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -20 +20 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -26 +26 @@
-    AND closings.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -41 +41 @@
-    'avg_time_to_close_weekly' AS metric,
+    'avg_time_to_close_quarterly' AS metric,

-- oso.avg_time_to_close_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -20 +20 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -26 +26 @@
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -41 +41 @@
-    'avg_time_to_close_weekly' AS metric,
+    'avg_time_to_close_yearly' AS metric,
-- trino: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -20 +20 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -26 +26 @@
-    AND closings.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -28 +28 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(closings.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -41 +41 @@
-    'avg_time_to_close_weekly' AS metric,
+    'avg_time_to_close_yearly' AS metric,

-- oso.avg_time_to_close_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb:
WITH closed AS (
  SELECT
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
  FROM oso.int_ticket_closings__github AS closings
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = closings.ticket_id
    AND known.time < CAST(@execution_date AS TIMESTAMP)
  WHERE
    closings.event_type = 'ISSUE_CLOSED'
    AND NOT known.opened_at IS NULL
    AND closings.time >= CAST(CAST('2015-01-01' AS DATE) AS TIMESTAMP)
    AND closings.time < CAST(@execution_date AS TIMESTAMP)
  GROUP BY
    closings.event_source,
    closings.to_artifact_id,
    closings.ticket_id,
    closings.time
), metrics_rows AS (
  SELECT
    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
    closed.event_source,
    closed.to_artifact_id,
    '' AS from_artifact_id,
    'avg_time_to_close_over_all_time' AS metric,
    AVG(closed.hours) AS amount
  FROM closed
  GROUP BY
    closed.to_artifact_id,
    closed.event_source
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
@@ -6 +6 @@
-    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
+    CAST(DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) AS DOUBLE) / 3600 AS hours
@@ -36,4 +36,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.avg_time_to_close_to_project_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_daily, but
@@ -8 +8 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -27 +36 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -49 +58 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.avg_time_to_close_to_artifact_daily, but
@@ -8 +8 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -27 +36 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -49 +58 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.avg_time_to_close_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.avg_time_to_close_to_artifact_weekly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.avg_time_to_close_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_monthly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.avg_time_to_close_to_artifact_monthly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.avg_time_to_close_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_quarterly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.avg_time_to_close_to_artifact_quarterly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.avg_time_to_close_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_yearly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.avg_time_to_close_to_artifact_yearly, but
@@ -12 +12 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -31 +40 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.avg_time_to_close_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.avg_time_to_close_to_artifact_over_all_time, but
@@ -4 +4 @@
-    closings.to_artifact_id,
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
+    ON metrics_membership.metrics_artifact_id = closings.to_artifact_id
@@ -18 +27 @@
-    closings.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -37 +46 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -6 +6 @@
-    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
+    CAST(DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) AS DOUBLE) / 3600 AS hours
@@ -45,4 +45,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.avg_time_to_close_to_collection_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_project_daily, but
@@ -17 +17 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -18,0 +19,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -20 +22 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -58 +60 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.avg_time_to_close_to_project_daily, but
@@ -17 +17 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -18,0 +19,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -20 +22 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -58 +60 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.avg_time_to_close_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_project_weekly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.avg_time_to_close_to_project_weekly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.avg_time_to_close_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.avg_time_to_close_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.avg_time_to_close_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.avg_time_to_close_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.avg_time_to_close_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.avg_time_to_close_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.avg_time_to_close_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.avg_time_to_close_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.avg_time_to_close_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -46 +48 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.avg_time_to_close_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -46 +48 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
