-- contributor_classifications: code/contributor_classifications.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.contributor_classifications_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
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
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
  WHERE
    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
), first_contributions AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__github AS firsts
  WHERE
    firsts.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
  GROUP BY
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id
), people AS (
  SELECT
    current_people.event_source,
    current_people.to_artifact_id,
    current_people.from_artifact_id,
    current_people.is_full_time,
    previous_people.from_artifact_id IS NULL
    AND first_contributions.first_at < CAST(current_people.metrics_window_date AS TIMESTAMP) AS is_resurrected,
    current_people.metrics_window_date AS metrics_window_date
  FROM current_people
  INNER JOIN first_contributions
    ON first_contributions.event_source = current_people.event_source
    AND first_contributions.to_artifact_id = current_people.to_artifact_id
    AND first_contributions.from_artifact_id = current_people.from_artifact_id
  LEFT JOIN previous_people
    ON (
      previous_people.event_source = current_people.event_source
      AND previous_people.to_artifact_id = current_people.to_artifact_id
      AND previous_people.from_artifact_id = current_people.from_artifact_id
    )
    AND previous_people.metrics_window_date = current_people.metrics_window_date
), metrics_rows AS (
  SELECT
    people.metrics_window_date AS metrics_sample_date,
    people.event_source,
    people.to_artifact_id,
    '' AS from_artifact_id,
    names.name || '_weekly' AS metric,
    COUNT(*) AS amount,
    people.metrics_window_date AS metrics_window_date
  FROM people
  INNER JOIN (
    SELECT
      'active_contributors' AS name
    UNION ALL
    SELECT
      'full_time_contributors' AS name
    UNION ALL
    SELECT
      'part_time_contributors' AS name
    UNION ALL
    SELECT
      'resurrected_contributors' AS name
  ) AS names
    ON names.name = 'active_contributors'
    OR (
      names.name = 'full_time_contributors' AND people.is_full_time
    )
    OR (
      names.name = 'part_time_contributors' AND NOT people.is_full_time
    )
    OR (
      names.name = 'resurrected_contributors' AND people.is_resurrected
    )
  GROUP BY
    people.metrics_window_date,
    names.name || '_weekly',
    people.to_artifact_id,
    people.event_source
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
@@ -105,4 +105,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_weekly, but
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
@@ -27 +31 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_monthly AS active
@@ -29 +33 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -70 +74 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,
@@ -99 +103 @@
-    names.name || '_weekly',
+    names.name || '_monthly',
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
@@ -109,4 +113,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_weekly, but
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
@@ -27 +31 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_quarterly AS active
@@ -29 +33 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -70 +74 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,
@@ -99 +103 @@
-    names.name || '_weekly',
+    names.name || '_quarterly',
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
@@ -109,4 +113,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_weekly, but
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
@@ -27 +31 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_yearly AS active
@@ -29 +33 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -70 +74 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,
@@ -99 +103 @@
-    names.name || '_weekly',
+    names.name || '_yearly',
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
@@ -109,4 +113,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_artifact_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_weekly, but
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
@@ -27 +23 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
@@ -29 +25 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
@@ -50 +46 @@
-    AND first_contributions.first_at < CAST(current_people.metrics_window_date AS TIMESTAMP) AS is_resurrected,
+    AND first_contributions.first_at < CAST(CAST(current_people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP) AS is_resurrected,
@@ -70 +66 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_over_30_day_window' AS metric,
@@ -99 +95 @@
-    names.name || '_weekly',
+    names.name || '_over_30_day_window',
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -101,4 +101,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_artifact_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -13 +13 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_90_day_window AS active
@@ -23 +23 @@
-  CROSS JOIN oso.contributor_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.contributor_active_days_to_artifact_over_90_day_window AS active
@@ -25 +25 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -46 +46 @@
-    AND first_contributions.first_at < CAST(CAST(current_people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP) AS is_resurrected,
+    AND first_contributions.first_at < CAST(CAST(current_people.metrics_window_date - INTERVAL '89' DAY AS DATE) AS TIMESTAMP) AS is_resurrected,
@@ -66 +66 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
@@ -95 +95 @@
-    names.name || '_over_30_day_window',
+    names.name || '_over_90_day_window',
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -101,4 +101,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_weekly, but
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
@@ -27 +36,10 @@
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
@@ -33 +51 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -36,0 +55,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -41 +68 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -106 +133 @@
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
@@ -132,4 +132,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_weekly, but
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
@@ -25 +29 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_project_monthly
@@ -44 +48 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_project_monthly
@@ -47 +51 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -97 +101 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,
@@ -126 +130 @@
-    names.name || '_weekly',
+    names.name || '_monthly',
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
@@ -136,4 +140,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_weekly, but
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
@@ -25 +29 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_project_quarterly
@@ -44 +48 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_project_quarterly
@@ -47 +51 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -97 +101 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,
@@ -126 +130 @@
-    names.name || '_weekly',
+    names.name || '_quarterly',
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
@@ -136,4 +140,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_weekly, but
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
@@ -25 +29 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_project_yearly
@@ -44 +48 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_project_yearly
@@ -47 +51 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -97 +101 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,
@@ -126 +130 @@
-    names.name || '_weekly',
+    names.name || '_yearly',
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
@@ -136,4 +140,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_project_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_artifact_over_30_day_window, but
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
@@ -23 +32,10 @@
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
@@ -29 +47 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -32,0 +51,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -37 +64 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -102 +129 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -128,4 +128,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_project_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_over_30_day_window, but
@@ -10 +10 @@
-    active.amount * 30 >= 10 * 30 AS is_full_time,
+    active.amount * 30 >= 10 * 90 AS is_full_time,
@@ -21 +21 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_project_over_90_day_window
@@ -40 +40 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_project_over_90_day_window
@@ -43 +43 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -73 +73 @@
-    AND first_contributions.first_at < CAST(CAST(current_people.metrics_window_date - INTERVAL '29' DAY AS DATE) AS TIMESTAMP) AS is_resurrected,
+    AND first_contributions.first_at < CAST(CAST(current_people.metrics_window_date - INTERVAL '89' DAY AS DATE) AS TIMESTAMP) AS is_resurrected,
@@ -93 +93 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
@@ -122 +122 @@
-    names.name || '_over_30_day_window',
+    names.name || '_over_90_day_window',
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -128,4 +128,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_weekly, but
@@ -21 +21 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -25 +25 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_collection_weekly
@@ -40 +40 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -44 +44 @@
-    FROM oso.contributor_active_days_to_project_weekly
+    FROM oso.contributor_active_days_to_collection_weekly
@@ -58 +58 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -59,0 +60,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -61 +63 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -133 +135 @@
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
@@ -134,4 +134,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_monthly, but
@@ -25 +25 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -29 +29 @@
-    FROM oso.contributor_active_days_to_project_monthly
+    FROM oso.contributor_active_days_to_collection_monthly
@@ -44 +44 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -48 +48 @@
-    FROM oso.contributor_active_days_to_project_monthly
+    FROM oso.contributor_active_days_to_collection_monthly
@@ -62 +62 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -63,0 +64,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -65 +67 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -137 +139 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_classifications_to_project_monthly, but
@@ -29 +29 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -33 +33 @@
-    FROM oso.contributor_active_days_to_project_monthly
+    FROM oso.contributor_active_days_to_collection_monthly
@@ -48 +48 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -52 +52 @@
-    FROM oso.contributor_active_days_to_project_monthly
+    FROM oso.contributor_active_days_to_collection_monthly
@@ -66 +66 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -67,0 +68,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -69 +71 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -141 +143 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_classifications_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_quarterly, but
@@ -25 +25 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -29 +29 @@
-    FROM oso.contributor_active_days_to_project_quarterly
+    FROM oso.contributor_active_days_to_collection_quarterly
@@ -44 +44 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -48 +48 @@
-    FROM oso.contributor_active_days_to_project_quarterly
+    FROM oso.contributor_active_days_to_collection_quarterly
@@ -62 +62 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -63,0 +64,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -65 +67 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -137 +139 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_classifications_to_project_quarterly, but
@@ -29 +29 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -33 +33 @@
-    FROM oso.contributor_active_days_to_project_quarterly
+    FROM oso.contributor_active_days_to_collection_quarterly
@@ -48 +48 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -52 +52 @@
-    FROM oso.contributor_active_days_to_project_quarterly
+    FROM oso.contributor_active_days_to_collection_quarterly
@@ -66 +66 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -67,0 +68,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -69 +71 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -141 +143 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_classifications_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_yearly, but
@@ -25 +25 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -29 +29 @@
-    FROM oso.contributor_active_days_to_project_yearly
+    FROM oso.contributor_active_days_to_collection_yearly
@@ -44 +44 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -48 +48 @@
-    FROM oso.contributor_active_days_to_project_yearly
+    FROM oso.contributor_active_days_to_collection_yearly
@@ -62 +62 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -63,0 +64,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -65 +67 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -137 +139 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_classifications_to_project_yearly, but
@@ -29 +29 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -33 +33 @@
-    FROM oso.contributor_active_days_to_project_yearly
+    FROM oso.contributor_active_days_to_collection_yearly
@@ -48 +48 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -52 +52 @@
-    FROM oso.contributor_active_days_to_project_yearly
+    FROM oso.contributor_active_days_to_collection_yearly
@@ -66 +66 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -67,0 +68,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -69 +71 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -141 +143 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_classifications_to_collection_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_over_30_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_collection_over_30_day_window
@@ -36 +36 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -40 +40 @@
-    FROM oso.contributor_active_days_to_project_over_30_day_window
+    FROM oso.contributor_active_days_to_collection_over_30_day_window
@@ -54 +54 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -55,0 +56,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -57 +59 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -129 +131 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -130,4 +130,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_classifications_to_collection_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.contributor_classifications_to_project_over_90_day_window, but
@@ -17 +17 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -21 +21 @@
-    FROM oso.contributor_active_days_to_project_over_90_day_window
+    FROM oso.contributor_active_days_to_collection_over_90_day_window
@@ -36 +36 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -40 +40 @@
-    FROM oso.contributor_active_days_to_project_over_90_day_window
+    FROM oso.contributor_active_days_to_collection_over_90_day_window
@@ -54 +54 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -55,0 +56,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -57 +59 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -129 +131 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -130,4 +130,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
