-- developers_lifecycle: code/developers_lifecycle.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.developers_lifecycle_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(
    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
    @end_date,
    INTERVAL '7' DAY
  ) AS DATE[])) AS days(metrics_window_date)
), current_people AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    active.amount * 30 >= 10 * 7 AS is_full_time,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
  WHERE
    active.metrics_sample_date = CAST(metrics_calendar.metrics_window_date AS DATE)
), previous_people AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    active.amount * 30 >= 10 * 7 AS is_full_time,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
  WHERE
    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
), first_commits AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type = 'COMMIT_CODE'
  GROUP BY
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id
), people AS (
  SELECT
    COALESCE(current_people.event_source, previous_people.event_source) AS event_source,
    COALESCE(current_people.to_artifact_id, previous_people.to_artifact_id) AS to_artifact_id,
    COALESCE(current_people.from_artifact_id, previous_people.from_artifact_id) AS from_artifact_id,
    CASE WHEN current_people.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_current,
    CASE WHEN previous_people.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_previous,
    CASE WHEN current_people.is_full_time THEN 1 ELSE 0 END AS is_full_time,
    CASE WHEN previous_people.is_full_time THEN 1 ELSE 0 END AS was_full_time,
    COALESCE(current_people.metrics_window_date, previous_people.metrics_window_date) AS metrics_window_date
  FROM current_people
  FULL JOIN previous_people
    ON (
      previous_people.event_source = current_people.event_source
      AND previous_people.to_artifact_id = current_people.to_artifact_id
      AND previous_people.from_artifact_id = current_people.from_artifact_id
    )
    AND previous_people.metrics_window_date = current_people.metrics_window_date
), known AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    people.is_current,
    people.is_previous,
    people.is_full_time,
    people.was_full_time,
    CASE
      WHEN first_commits.first_at < CAST(people.metrics_window_date AS TIMESTAMP)
      THEN 0
      ELSE people.is_current
    END AS is_new,
    people.metrics_window_date AS metrics_window_date
  FROM people
  INNER JOIN first_commits
    ON first_commits.event_source = people.event_source
    AND first_commits.to_artifact_id = people.to_artifact_id
    AND first_commits.from_artifact_id = people.from_artifact_id
), compared AS (
  SELECT
    known.event_source,
    known.to_artifact_id,
    SUM(known.is_new) AS new_people,
    SUM(1 - known.is_previous - known.is_new) AS returning_people,
    SUM(known.is_current * known.is_previous) AS retained,
    SUM(1 - known.is_current) AS churned,
    SUM(known.is_current - known.is_previous) AS active_change,
    SUM(known.is_full_time - known.was_full_time) AS full_time_change,
    known.metrics_window_date AS metrics_window_date
  FROM known
  GROUP BY
    known.event_source,
    known.to_artifact_id,
    known.metrics_window_date
), metrics_rows AS (
  SELECT
    compared.metrics_window_date AS metrics_sample_date,
    compared.event_source,
    compared.to_artifact_id,
    '' AS from_artifact_id,
    names.name || '_weekly' AS metric,
    CASE names.name
      WHEN 'new_developers'
      THEN compared.new_people
      WHEN 'returning_developers'
      THEN compared.returning_people
      WHEN 'retained_developers'
      THEN compared.retained
      WHEN 'churned_developers'
      THEN compared.churned
      WHEN 'change_in_active_developers'
      THEN compared.active_change
      WHEN 'change_in_full_time_developers'
      THEN compared.full_time_change
      ELSE compared.active_change - compared.full_time_change
    END AS amount,
    compared.metrics_window_date AS metrics_window_date
  FROM compared
  CROSS JOIN (
    SELECT
      'new_developers' AS name
    UNION ALL
    SELECT
      'returning_developers' AS name
    UNION ALL
    SELECT
      'retained_developers' AS name
    UNION ALL
    SELECT
      'churned_developers' AS name
    UNION ALL
    SELECT
      'change_in_active_developers' AS name
    UNION ALL
    SELECT
      'change_in_full_time_developers' AS name
    UNION ALL
    SELECT
      'change_in_part_time_developers' AS name
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
-  FROM UNNEST(CAST(GENERATE_SERIES(
+  FROM UNNEST(SEQUENCE(
@@ -6 +6 @@
-    @end_date,
+    CAST(@end_date AS DATE),
@@ -8 +8 @@
-  ) AS DATE[])) AS days(metrics_window_date)
+  )) AS days(metrics_window_date)
@@ -146,4 +146,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -14 +14,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+    ) AS is_full_time,
@@ -17 +21 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
@@ -25 +29,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+    ) AS is_full_time,
@@ -28 +36 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
@@ -30 +38 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -103 +111 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,
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
@@ -17 +17,5 @@
-      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        1,
+        CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -32 +36,5 @@
-      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        1,
+        CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -154,4 +162,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -14 +14,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+    ) AS is_full_time,
@@ -17 +21 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
@@ -25 +29,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+    ) AS is_full_time,
@@ -28 +36 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
@@ -30 +38 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -103 +111 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,
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
@@ -17 +17,5 @@
-      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        3,
+        CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -32 +36,5 @@
-      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        3,
+        CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -154,4 +162,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -14 +14,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+    ) AS is_full_time,
@@ -17 +21 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
@@ -25 +29,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+    ) AS is_full_time,
@@ -28 +36 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
@@ -30 +38 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -103 +111 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,
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
@@ -17 +17,5 @@
-      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        12,
+        CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -32 +36,5 @@
-      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        12,
+        CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -154,4 +162,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_artifact_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_weekly, but
@@ -4,5 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
-    @end_date,
-    INTERVAL '7' DAY
-  ) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
@@ -14 +10 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * 30 AS is_full_time,
@@ -17 +13 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
@@ -25 +21 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * 30 AS is_full_time,
@@ -28 +24 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
@@ -30 +26 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
@@ -71 +67 @@
-      WHEN first_commits.first_at < CAST(people.metrics_window_date AS TIMESTAMP)
+      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP)
@@ -103 +99 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_over_30_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -142,4 +142,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_artifact_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -13 +13 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_90_day_window AS active
@@ -21 +21 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -24 +24 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_90_day_window AS active
@@ -26 +26 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -67 +67 @@
-      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP)
+      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '89' DAY AS DATE) AS TIMESTAMP)
@@ -99 +99 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -142,4 +142,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_artifact_over_180_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 180 AS is_full_time,
@@ -13 +13 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_180_day_window AS active
@@ -21 +21 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 180 AS is_full_time,
@@ -24 +24 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.developer_active_days_to_artifact_over_180_day_window AS active
@@ -26 +26 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '180' DAY AS DATE)
@@ -67 +67 @@
-      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP)
+      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '179' DAY AS DATE) AS TIMESTAMP)
@@ -99 +99 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_180_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -142,4 +142,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_weekly, but
@@ -17 +17,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_weekly
+  ) AS active
@@ -28 +37,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_weekly
+  ) AS active
@@ -34 +52 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -37,0 +56,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -42 +69 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -147 +174 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
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
@@ -173,4 +173,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_monthly, but
@@ -21 +21,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_monthly
+  ) AS active
@@ -36 +45,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_monthly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_monthly
+  ) AS active
@@ -42 +60 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -45,0 +64,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -50 +77 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -155 +182 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
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
@@ -17 +17,5 @@
-      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        1,
+        CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -41 +45,5 @@
-      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        1,
+        CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -181,4 +189,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_quarterly, but
@@ -21 +21,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_quarterly
+  ) AS active
@@ -36 +45,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_quarterly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_quarterly
+  ) AS active
@@ -42 +60 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -45,0 +64,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -50 +77 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -155 +182 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
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
@@ -17 +17,5 @@
-      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        3,
+        CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -41 +45,5 @@
-      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        3,
+        CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -181,4 +189,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_yearly, but
@@ -21 +21,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_yearly
+  ) AS active
@@ -36 +45,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_yearly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_yearly
+  ) AS active
@@ -42 +60 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -45,0 +64,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -50 +77 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -155 +182 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
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
@@ -17 +17,5 @@
-      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        12,
+        CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -41 +45,5 @@
-      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+      CAST(DATE_ADD(
+        'MONTH',
+        12,
+        CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE)
+      ) AS DATE)
@@ -181,4 +189,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_artifact_over_30_day_window, but
@@ -13 +13,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_over_30_day_window
+  ) AS active
@@ -24 +33,10 @@
-  CROSS JOIN oso.developer_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.developer_active_days_to_project_over_30_day_window
+  ) AS active
@@ -30 +48 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -33,0 +52,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -38 +65 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -143 +170 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -169,4 +169,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -21 +21 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_90_day_window
@@ -30 +30 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -41 +41 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_90_day_window
@@ -44 +44 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -94 +94 @@
-      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP)
+      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '89' DAY AS DATE) AS TIMESTAMP)
@@ -126 +126 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -169,4 +169,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_project_over_180_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 180 AS is_full_time,
@@ -21 +21 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_180_day_window
@@ -30 +30 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 180 AS is_full_time,
@@ -41 +41 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_project_over_180_day_window
@@ -44 +44 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '180' DAY AS DATE)
@@ -94 +94 @@
-      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP)
+      WHEN first_commits.first_at < CAST(CAST(people.metrics_window_date - INTERVAL '179' DAY AS DATE) AS TIMESTAMP)
@@ -126 +126 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_180_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -169,4 +169,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_weekly, but
@@ -21 +21 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -25 +25 @@
-    FROM oso.developer_active_days_to_project_weekly
+    FROM oso.developer_active_days_to_collection_weekly
@@ -41 +41 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -45 +45 @@
-    FROM oso.developer_active_days_to_project_weekly
+    FROM oso.developer_active_days_to_collection_weekly
@@ -59 +59 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -60,0 +61,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -62 +64 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -174 +176 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
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
@@ -175,4 +175,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_monthly, but
@@ -25 +25 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -29 +29 @@
-    FROM oso.developer_active_days_to_project_monthly
+    FROM oso.developer_active_days_to_collection_monthly
@@ -49 +49 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -53 +53 @@
-    FROM oso.developer_active_days_to_project_monthly
+    FROM oso.developer_active_days_to_collection_monthly
@@ -67 +67 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -68,0 +69,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -70 +72 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -182 +184 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developers_lifecycle_to_project_monthly, but
@@ -29 +29 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -33 +33 @@
-    FROM oso.developer_active_days_to_project_monthly
+    FROM oso.developer_active_days_to_collection_monthly
@@ -57 +57 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -61 +61 @@
-    FROM oso.developer_active_days_to_project_monthly
+    FROM oso.developer_active_days_to_collection_monthly
@@ -75 +75 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -76,0 +77,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -78 +80 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -190 +192 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developers_lifecycle_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_quarterly, but
@@ -25 +25 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -29 +29 @@
-    FROM oso.developer_active_days_to_project_quarterly
+    FROM oso.developer_active_days_to_collection_quarterly
@@ -49 +49 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -53 +53 @@
-    FROM oso.developer_active_days_to_project_quarterly
+    FROM oso.developer_active_days_to_collection_quarterly
@@ -67 +67 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -68,0 +69,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -70 +72 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -182 +184 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developers_lifecycle_to_project_quarterly, but
@@ -29 +29 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -33 +33 @@
-    FROM oso.developer_active_days_to_project_quarterly
+    FROM oso.developer_active_days_to_collection_quarterly
@@ -57 +57 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -61 +61 @@
-    FROM oso.developer_active_days_to_project_quarterly
+    FROM oso.developer_active_days_to_collection_quarterly
@@ -75 +75 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -76,0 +77,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -78 +80 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -190 +192 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developers_lifecycle_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_yearly, but
@@ -25 +25 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -29 +29 @@
-    FROM oso.developer_active_days_to_project_yearly
+    FROM oso.developer_active_days_to_collection_yearly
@@ -49 +49 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -53 +53 @@
-    FROM oso.developer_active_days_to_project_yearly
+    FROM oso.developer_active_days_to_collection_yearly
@@ -67 +67 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -68,0 +69,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -70 +72 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -182 +184 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.developers_lifecycle_to_project_yearly, but
@@ -29 +29 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -33 +33 @@
-    FROM oso.developer_active_days_to_project_yearly
+    FROM oso.developer_active_days_to_collection_yearly
@@ -57 +57 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -61 +61 @@
-    FROM oso.developer_active_days_to_project_yearly
+    FROM oso.developer_active_days_to_collection_yearly
@@ -75 +75 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -76,0 +77,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -78 +80 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -190 +192 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.developers_lifecycle_to_collection_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_over_30_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_collection_over_30_day_window
@@ -37 +37 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -41 +41 @@
-    FROM oso.developer_active_days_to_project_over_30_day_window
+    FROM oso.developer_active_days_to_collection_over_30_day_window
@@ -55 +55 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -56,0 +57,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -58 +60 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -170 +172 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -171,4 +171,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_collection_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_over_90_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.developer_active_days_to_project_over_90_day_window
+    FROM oso.developer_active_days_to_collection_over_90_day_window
@@ -37 +37 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -41 +41 @@
-    FROM oso.developer_active_days_to_project_over_90_day_window
+    FROM oso.developer_active_days_to_collection_over_90_day_window
@@ -55 +55 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -56,0 +57,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -58 +60 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -170 +172 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -171,4 +171,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.developers_lifecycle_to_collection_over_180_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.developers_lifecycle_to_project_over_180_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.developer_active_days_to_project_over_180_day_window
+    FROM oso.developer_active_days_to_collection_over_180_day_window
@@ -37 +37 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -41 +41 @@
-    FROM oso.developer_active_days_to_project_over_180_day_window
+    FROM oso.developer_active_days_to_collection_over_180_day_window
@@ -55 +55 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -56,0 +57,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -58 +60 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -170 +172 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -171,4 +171,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
