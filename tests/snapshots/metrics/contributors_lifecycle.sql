-- contributors_lifecycle: code/contributors_lifecycle.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.contributors_lifecycle_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=lookback:1:week
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
  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
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
  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
  WHERE
    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
), people AS (
  SELECT
    COALESCE(current_people.event_source, previous_people.event_source) AS event_source,
    COALESCE(current_people.to_artifact_id, previous_people.to_artifact_id) AS to_artifact_id,
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
), counted AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    SUM(1 - people.is_current) AS churned,
    SUM(people.is_current * people.is_previous) AS retained,
    SUM(people.is_current - people.is_previous) AS active_change,
    SUM(people.is_full_time - people.was_full_time) AS full_time_change,
    people.metrics_window_date AS metrics_window_date
  FROM people
  GROUP BY
    people.event_source,
    people.to_artifact_id,
    people.metrics_window_date
), newcomers AS (
  SELECT
    came.event_source,
    came.to_artifact_id,
    came.amount,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
  WHERE
    came.metrics_sample_date = CAST(metrics_calendar.metrics_window_date AS DATE)
  UNION ALL
  SELECT
    came.event_source,
    came.to_artifact_id,
    -came.amount AS amount,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
  WHERE
    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
), new_changes AS (
  SELECT
    newcomers.event_source,
    newcomers.to_artifact_id,
    SUM(newcomers.amount) AS new_change,
    newcomers.metrics_window_date AS metrics_window_date
  FROM newcomers
  GROUP BY
    newcomers.event_source,
    newcomers.to_artifact_id,
    newcomers.metrics_window_date
), compared AS (
  SELECT
    counted.event_source,
    counted.to_artifact_id,
    counted.churned,
    counted.retained,
    counted.active_change,
    counted.full_time_change,
    COALESCE(new_changes.new_change, 0) AS new_change,
    counted.metrics_window_date AS metrics_window_date
  FROM counted
  LEFT JOIN new_changes
    ON (
      new_changes.event_source = counted.event_source
      AND new_changes.to_artifact_id = counted.to_artifact_id
    )
    AND new_changes.metrics_window_date = counted.metrics_window_date
), metrics_rows AS (
  SELECT
    compared.metrics_window_date AS metrics_sample_date,
    compared.event_source,
    compared.to_artifact_id,
    '' AS from_artifact_id,
    names.name || '_weekly' AS metric,
    CASE names.name
      WHEN 'churned_contributors'
      THEN compared.churned
      WHEN 'retained_contributors'
      THEN compared.retained
      WHEN 'change_in_active_contributors'
      THEN compared.active_change
      WHEN 'change_in_new_contributors'
      THEN compared.new_change
      WHEN 'change_in_full_time_contributors'
      THEN compared.full_time_change
      ELSE compared.active_change - compared.full_time_change
    END AS amount,
    compared.metrics_window_date AS metrics_window_date
  FROM compared
  CROSS JOIN (
    SELECT
      'churned_contributors' AS name
    UNION ALL
    SELECT
      'retained_contributors' AS name
    UNION ALL
    SELECT
      'change_in_active_contributors' AS name
    UNION ALL
    SELECT
      'change_in_new_contributors' AS name
    UNION ALL
    SELECT
      'change_in_full_time_contributors' AS name
    UNION ALL
    SELECT
      'change_in_part_time_contributors' AS name
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
@@ -154,4 +154,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=lookback:1:month
-- duckdb: as oso.contributors_lifecycle_to_artifact_weekly, but
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
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_monthly AS active
@@ -25 +29,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('MONTH', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 1 MONTH AS DATE)
+    ) AS is_full_time,
@@ -28 +36 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_monthly AS active
@@ -30 +38 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -69 +77 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_monthly AS came
@@ -79 +87 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_monthly AS came
@@ -81 +89 @@
-    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -116 +124 @@
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
@@ -162,4 +170,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=lookback:3:month
-- duckdb: as oso.contributors_lifecycle_to_artifact_weekly, but
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
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_quarterly AS active
@@ -25 +29,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('QUARTER', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 3 MONTH AS DATE)
+    ) AS is_full_time,
@@ -28 +36 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_quarterly AS active
@@ -30 +38 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -69 +77 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_quarterly AS came
@@ -79 +87 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_quarterly AS came
@@ -81 +89 @@
-    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -116 +124 @@
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
@@ -162,4 +170,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=lookback:12:month
-- duckdb: as oso.contributors_lifecycle_to_artifact_weekly, but
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
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_yearly AS active
@@ -25 +29,5 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * DATE_DIFF(
+      'DAY',
+      CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE),
+      CAST(CAST(DATE_TRUNC('YEAR', CAST(active.metrics_sample_date AS DATE)) AS DATE) + INTERVAL 12 MONTH AS DATE)
+    ) AS is_full_time,
@@ -28 +36 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_yearly AS active
@@ -30 +38 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -69 +77 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_yearly AS came
@@ -79 +87 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_yearly AS came
@@ -81 +89 @@
-    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -116 +124 @@
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
@@ -162,4 +170,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_artifact_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=rolling:30:day:1
-- duckdb: as oso.contributors_lifecycle_to_artifact_weekly, but
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
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
@@ -25 +21 @@
-    active.amount * 30 >= 10 * 7 AS is_full_time,
+    active.amount * 30 >= 10 * 30 AS is_full_time,
@@ -28 +24 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
@@ -30 +26 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
@@ -69 +65 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_over_30_day_window AS came
@@ -79 +75 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN oso.new_contributors_to_artifact_over_30_day_window AS came
@@ -81 +77 @@
-    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
@@ -116 +112 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_over_30_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -150,4 +150,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_artifact_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=rolling:90:day:1
-- duckdb: as oso.contributors_lifecycle_to_artifact_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -13 +13 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_90_day_window AS active
@@ -21 +21 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -24 +24 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_90_day_window AS active
@@ -26 +26 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -65 +65 @@
-  CROSS JOIN oso.new_contributors_to_artifact_over_30_day_window AS came
+  CROSS JOIN oso.new_contributors_to_artifact_over_90_day_window AS came
@@ -75 +75 @@
-  CROSS JOIN oso.new_contributors_to_artifact_over_30_day_window AS came
+  CROSS JOIN oso.new_contributors_to_artifact_over_90_day_window AS came
@@ -77 +77 @@
-    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -112 +112 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -150,4 +150,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=lookback:1:week
-- duckdb: as oso.contributors_lifecycle_to_artifact_weekly, but
@@ -17 +17,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_weekly
+  ) AS active
@@ -28 +37,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_weekly
+  ) AS active
@@ -69 +87,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_weekly
+  ) AS came
@@ -79 +106,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_weekly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_weekly
+  ) AS came
@@ -155 +191 @@
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
@@ -190,4 +190,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=lookback:1:month
-- duckdb: as oso.contributors_lifecycle_to_artifact_monthly, but
@@ -21 +21,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_monthly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_monthly
+  ) AS active
@@ -36 +45,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_monthly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_monthly
+  ) AS active
@@ -77 +95,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_monthly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_monthly
+  ) AS came
@@ -87 +114,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_monthly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_monthly
+  ) AS came
@@ -163 +199 @@
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
@@ -198,4 +206,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=lookback:3:month
-- duckdb: as oso.contributors_lifecycle_to_artifact_quarterly, but
@@ -21 +21,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_quarterly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_quarterly
+  ) AS active
@@ -36 +45,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_quarterly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_quarterly
+  ) AS active
@@ -77 +95,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_quarterly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_quarterly
+  ) AS came
@@ -87 +114,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_quarterly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_quarterly
+  ) AS came
@@ -163 +199 @@
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
@@ -198,4 +206,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=lookback:12:month
-- duckdb: as oso.contributors_lifecycle_to_artifact_yearly, but
@@ -21 +21,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_yearly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_yearly
+  ) AS active
@@ -36 +45,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_yearly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_yearly
+  ) AS active
@@ -77 +95,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_yearly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_yearly
+  ) AS came
@@ -87 +114,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_yearly AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_yearly
+  ) AS came
@@ -163 +199 @@
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
@@ -198,4 +206,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_project_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=rolling:30:day:1
-- duckdb: as oso.contributors_lifecycle_to_artifact_over_30_day_window, but
@@ -13 +13,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_over_30_day_window
+  ) AS active
@@ -24 +33,10 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_project_over_30_day_window
+  ) AS active
@@ -65 +83,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_over_30_day_window AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_over_30_day_window
+  ) AS came
@@ -75 +102,10 @@
-  CROSS JOIN oso.new_contributors_to_artifact_over_30_day_window AS came
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_project_over_30_day_window
+  ) AS came
@@ -151 +187 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -186,4 +186,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_project_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=rolling:90:day:1
-- duckdb: as oso.contributors_lifecycle_to_project_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -21 +21 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_project_over_90_day_window
@@ -30 +30 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -41 +41 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_project_over_90_day_window
@@ -44 +44 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -91 +91 @@
-    FROM oso.new_contributors_to_project_over_30_day_window
+    FROM oso.new_contributors_to_project_over_90_day_window
@@ -110 +110 @@
-    FROM oso.new_contributors_to_project_over_30_day_window
+    FROM oso.new_contributors_to_project_over_90_day_window
@@ -113 +113 @@
-    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    came.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -148 +148 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -186,4 +186,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=lookback:1:week
-- duckdb: as oso.contributors_lifecycle_to_project_weekly, but
@@ -21,5 +21,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_weekly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_weekly
@@ -41,5 +41,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_weekly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_weekly
@@ -91,5 +91,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_weekly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_weekly
@@ -110,5 +110,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_weekly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_weekly
@@ -191 +191 @@
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
@@ -190,4 +190,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=lookback:1:month
-- duckdb: as oso.contributors_lifecycle_to_project_monthly, but
@@ -25,5 +25,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_monthly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_monthly
@@ -49,5 +49,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_monthly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_monthly
@@ -99,5 +99,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_monthly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_monthly
@@ -118,5 +118,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_monthly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_monthly
@@ -199 +199 @@
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
@@ -198,4 +206,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=lookback:3:month
-- duckdb: as oso.contributors_lifecycle_to_project_quarterly, but
@@ -25,5 +25,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_quarterly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_quarterly
@@ -49,5 +49,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_quarterly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_quarterly
@@ -99,5 +99,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_quarterly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_quarterly
@@ -118,5 +118,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_quarterly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_quarterly
@@ -199 +199 @@
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
@@ -198,4 +206,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=lookback:12:month
-- duckdb: as oso.contributors_lifecycle_to_project_yearly, but
@@ -25,5 +25,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_yearly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_yearly
@@ -49,5 +49,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.contributor_active_days_to_project_yearly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.contributor_active_days_to_collection_yearly
@@ -99,5 +99,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_yearly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_yearly
@@ -118,5 +118,5 @@
-      to_project_id AS to_artifact_id,
-      from_artifact_id,
-      metric,
-      amount
-    FROM oso.new_contributors_to_project_yearly
+      to_collection_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.new_contributors_to_collection_yearly
@@ -199 +199 @@
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
@@ -198,4 +206,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_collection_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=rolling:30:day:1
-- duckdb: as oso.contributors_lifecycle_to_project_over_30_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_collection_over_30_day_window
@@ -37 +37 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -41 +41 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_collection_over_30_day_window
@@ -87 +87 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -91 +91 @@
-    FROM oso.new_contributors_to_project_over_30_day_window
+    FROM oso.new_contributors_to_collection_over_30_day_window
@@ -106 +106 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -110 +110 @@
-    FROM oso.new_contributors_to_project_over_30_day_window
+    FROM oso.new_contributors_to_collection_over_30_day_window
@@ -187 +187 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -186,4 +186,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributors_lifecycle_to_collection_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=rolling:90:day:1
-- duckdb: as oso.contributors_lifecycle_to_project_over_90_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.contributor_active_days_to_project_over_90_day_window
+    FROM oso.contributor_active_days_to_collection_over_90_day_window
@@ -37 +37 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -41 +41 @@
-    FROM oso.contributor_active_days_to_project_over_90_day_window
+    FROM oso.contributor_active_days_to_collection_over_90_day_window
@@ -87 +87 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -91 +91 @@
-    FROM oso.new_contributors_to_project_over_90_day_window
+    FROM oso.new_contributors_to_collection_over_90_day_window
@@ -106 +106 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -110 +110 @@
-    FROM oso.new_contributors_to_project_over_90_day_window
+    FROM oso.new_contributors_to_collection_over_90_day_window
@@ -187 +187 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -186,4 +186,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
