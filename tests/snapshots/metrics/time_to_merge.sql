-- time_to_merge: code/time_to_merge.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.time_to_merge_to_artifact_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
), merged AS (
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
    closings.event_type = 'PULL_REQUEST_MERGED'
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
), measured AS (
  SELECT
    merged.event_source,
    merged.to_artifact_id,
    AVG(merged.hours) AS hours_avg,
    (
      CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
        NOT merged.hours IS NULL))[CAST(FLOOR(
        0.5 * (
          ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
            NOT merged.hours IS NULL)) - 1
        )
      ) AS BIGINT) + 1] AS DOUBLE) + (
        CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
          NOT merged.hours IS NULL))[CAST(CEIL(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
              NOT merged.hours IS NULL)) - 1
          )
        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
          NOT merged.hours IS NULL))[CAST(FLOOR(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
              NOT merged.hours IS NULL)) - 1
          )
        ) AS BIGINT) + 1] AS DOUBLE)
      ) * (
        0.5 * (
          ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
            NOT merged.hours IS NULL)) - 1
        ) - FLOOR(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
              NOT merged.hours IS NULL)) - 1
          )
        )
      )
    ) AS hours_median,
    merged.metrics_window_date AS metrics_window_date
  FROM merged
  GROUP BY
    merged.event_source,
    merged.to_artifact_id,
    merged.metrics_window_date
), metrics_rows AS (
  SELECT
    measured.metrics_window_date AS metrics_sample_date,
    measured.event_source,
    measured.to_artifact_id,
    '' AS from_artifact_id,
    names.name || '_daily' AS metric,
    CASE names.name
      WHEN 'avg_time_to_merge'
      THEN measured.hours_avg
      ELSE measured.hours_median
    END AS amount,
    measured.metrics_window_date AS metrics_window_date
  FROM measured
  CROSS JOIN (
    SELECT
      'avg_time_to_merge' AS name
    UNION ALL
    SELECT
      'median_time_to_merge' AS name
  ) AS names
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
@@ -37 +37 @@
-      CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
+      CAST(ARRAY_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -40 +40 @@
-          ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -44 +44 @@
-        CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
+        CAST(ARRAY_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -47 +47 @@
-            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -50 +50 @@
-        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
+        ) AS BIGINT) + 1] AS DOUBLE) - CAST(ARRAY_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -53 +53 @@
-            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -59 +59 @@
-          ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -63 +63 @@
-            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -99,4 +99,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.time_to_merge_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_daily, but
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
@@ -81 +85 @@
-    names.name || '_daily' AS metric,
+    names.name || '_weekly' AS metric,
-- trino: as oso.time_to_merge_to_artifact_daily, but
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
@@ -81 +85 @@
-    names.name || '_daily' AS metric,
+    names.name || '_weekly' AS metric,

-- oso.time_to_merge_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -85 +85 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,
-- trino: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -85 +85 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,

-- oso.time_to_merge_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -85 +85 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,
-- trino: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -85 +85 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,

-- oso.time_to_merge_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -85 +85 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,
-- trino: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -85 +85 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,

-- oso.time_to_merge_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_daily, but
@@ -1,5 +1 @@
-WITH metrics_calendar AS (
-  SELECT
-    metrics_window_date
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
-), merged AS (
+WITH merged AS (
@@ -10,4 +6,2 @@
-    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours,
-    metrics_calendar.metrics_window_date AS metrics_window_date
-  FROM metrics_calendar
-  CROSS JOIN oso.int_ticket_closings__github AS closings
+    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
+  FROM oso.int_ticket_closings__github AS closings
@@ -16 +10 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(@execution_date AS TIMESTAMP)
@@ -20,5 +14,2 @@
-    AND closings.time >= CAST(metrics_calendar.metrics_window_date AS TIMESTAMP)
-    AND closings.time >= CAST(@start_date AS TIMESTAMP)
-    AND closings.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND closings.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND CAST(closings.time AS DATE) = metrics_calendar.metrics_window_date
+    AND closings.time >= CAST(CAST('2015-01-01' AS DATE) AS TIMESTAMP)
+    AND closings.time < CAST(@execution_date AS TIMESTAMP)
@@ -29,2 +20 @@
-    closings.time,
-    metrics_calendar.metrics_window_date
+    closings.time
@@ -68,2 +58 @@
-    ) AS hours_median,
-    merged.metrics_window_date AS metrics_window_date
+    ) AS hours_median
@@ -73,2 +62 @@
-    merged.to_artifact_id,
-    merged.metrics_window_date
+    merged.to_artifact_id
@@ -77 +65 @@
-    measured.metrics_window_date AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -81 +69 @@
-    names.name || '_daily' AS metric,
+    names.name || '_over_all_time' AS metric,
@@ -86,2 +74 @@
-    END AS amount,
-    measured.metrics_window_date AS metrics_window_date
+    END AS amount
@@ -105,5 +91,0 @@
-WHERE
-  (
-    metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-  )
-  AND metrics_sample_date = metrics_window_date
-- trino: as duckdb, but
@@ -6 +6 @@
-    DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) / 3600 AS hours
+    CAST(DATE_DIFF('SECOND', MIN(known.opened_at), closings.time) AS DOUBLE) / 3600 AS hours
@@ -27 +27 @@
-      CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
+      CAST(ARRAY_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -30 +30 @@
-          ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -34 +34 @@
-        CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
+        CAST(ARRAY_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -37 +37 @@
-            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -40 +40 @@
-        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
+        ) AS BIGINT) + 1] AS DOUBLE) - CAST(ARRAY_SORT(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -43 +43 @@
-            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -49 +49 @@
-          ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -53 +53 @@
-            ARRAY_LENGTH(ARRAY_AGG(merged.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(merged.hours) FILTER(WHERE
@@ -86,4 +86,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.time_to_merge_to_project_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_daily, but
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
@@ -100 +109 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_merge_to_artifact_daily, but
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
@@ -100 +109 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_merge_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_merge_to_artifact_weekly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_merge_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_monthly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_merge_to_artifact_monthly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_merge_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_quarterly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_merge_to_artifact_quarterly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_merge_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_yearly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_merge_to_artifact_yearly, but
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
@@ -104 +113 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_merge_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.time_to_merge_to_artifact_over_all_time, but
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
@@ -87 +96 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_merge_to_artifact_over_all_time, but
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
@@ -87 +96 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_merge_to_collection_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_project_daily, but
@@ -17 +17 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -18,0 +19,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -20 +22 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -109 +111 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_merge_to_project_daily, but
@@ -17 +17 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -18,0 +19,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -20 +22 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -109 +111 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_merge_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_project_weekly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_merge_to_project_weekly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_merge_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_merge_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_merge_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_merge_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_merge_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_merge_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_merge_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -113 +115 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_merge_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.time_to_merge_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -96 +98 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_merge_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -96 +98 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
