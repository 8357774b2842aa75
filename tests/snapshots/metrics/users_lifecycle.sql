-- users_lifecycle: blockchain/users_lifecycle.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.users_lifecycle_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(
    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
    @end_date,
    INTERVAL '7' DAY
  ) AS DATE[])) AS days(metrics_window_date)
), current_users AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
  WHERE
    active.metrics_sample_date = CAST(metrics_calendar.metrics_window_date AS DATE)
), previous_users AS (
  SELECT
    active.event_source,
    active.to_artifact_id,
    active.from_artifact_id,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
  WHERE
    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
), first_transactions AS (
  SELECT
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id,
    MIN(firsts.time) AS first_at
  FROM oso.int_first_of_event_from_artifact__blockchain AS firsts
  WHERE
    firsts.event_type = 'TRANSACTION'
  GROUP BY
    firsts.event_source,
    firsts.to_artifact_id,
    firsts.from_artifact_id
), users AS (
  SELECT
    COALESCE(current_users.event_source, previous_users.event_source) AS event_source,
    COALESCE(current_users.to_artifact_id, previous_users.to_artifact_id) AS to_artifact_id,
    COALESCE(current_users.from_artifact_id, previous_users.from_artifact_id) AS from_artifact_id,
    CASE WHEN current_users.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_current,
    CASE WHEN previous_users.from_artifact_id IS NULL THEN 0 ELSE 1 END AS is_previous,
    COALESCE(current_users.metrics_window_date, previous_users.metrics_window_date) AS metrics_window_date
  FROM current_users
  FULL JOIN previous_users
    ON (
      previous_users.event_source = current_users.event_source
      AND previous_users.to_artifact_id = current_users.to_artifact_id
      AND previous_users.from_artifact_id = current_users.from_artifact_id
    )
    AND previous_users.metrics_window_date = current_users.metrics_window_date
), known AS (
  SELECT
    users.event_source,
    users.to_artifact_id,
    users.is_current,
    users.is_previous,
    CASE
      WHEN first_transactions.first_at >= users.metrics_window_date
      THEN users.is_current
      ELSE 0
    END AS is_new,
    users.metrics_window_date AS metrics_window_date
  FROM users
  INNER JOIN first_transactions
    ON first_transactions.event_source = users.event_source
    AND first_transactions.to_artifact_id = users.to_artifact_id
    AND first_transactions.from_artifact_id = users.from_artifact_id
), compared AS (
  SELECT
    known.event_source,
    known.to_artifact_id,
    SUM(known.is_current) AS active_users,
    SUM(known.is_new) AS new_users,
    SUM(known.is_current * (
      1 - known.is_previous
    ) * (
      1 - known.is_new
    )) AS returning_users,
    SUM(known.is_current * known.is_previous) AS retained_users,
    SUM(1 - known.is_current) AS churned_users,
    SUM(known.is_current - known.is_previous) AS active_change,
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
      WHEN 'active_users'
      THEN compared.active_users
      WHEN 'new_users'
      THEN compared.new_users
      WHEN 'returning_users'
      THEN compared.returning_users
      WHEN 'retained_users'
      THEN compared.retained_users
      WHEN 'churned_users'
      THEN compared.churned_users
      ELSE compared.active_change
    END AS amount,
    compared.metrics_window_date AS metrics_window_date
  FROM compared
  CROSS JOIN (
    SELECT
      'active_users' AS name
    UNION ALL
    SELECT
      'new_users' AS name
    UNION ALL
    SELECT
      'returning_users' AS name
    UNION ALL
    SELECT
      'retained_users' AS name
    UNION ALL
    SELECT
      'churned_users' AS name
    UNION ALL
    SELECT
      'change_in_active_users' AS name
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
@@ -139,4 +139,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -16 +16 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_monthly AS active
@@ -26 +26 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_monthly AS active
@@ -28 +28 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -101 +101 @@
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
@@ -139,4 +139,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -16 +16 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_quarterly AS active
@@ -26 +26 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_quarterly AS active
@@ -28 +28 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -101 +101 @@
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
@@ -139,4 +139,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -16 +16 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_yearly AS active
@@ -26 +26 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_yearly AS active
@@ -28 +28 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -101 +101 @@
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
@@ -139,4 +139,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_artifact_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_weekly, but
@@ -4,5 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
-    @end_date,
-    INTERVAL '7' DAY
-  ) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
@@ -16 +12 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_over_30_day_window AS active
@@ -26 +22 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN oso.user_active_days_to_artifact_over_30_day_window AS active
@@ -28 +24 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
@@ -65 +61 @@
-      WHEN first_transactions.first_at >= users.metrics_window_date
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
@@ -101 +97 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_over_30_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -135,4 +135,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_artifact_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_over_30_day_window, but
@@ -12 +12 @@
-  CROSS JOIN oso.user_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.user_active_days_to_artifact_over_90_day_window AS active
@@ -22 +22 @@
-  CROSS JOIN oso.user_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.user_active_days_to_artifact_over_90_day_window AS active
@@ -24 +24 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -61 +61 @@
-      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '89' DAY AS DATE)
@@ -97 +97 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -135,4 +135,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_artifact_over_180_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_over_30_day_window, but
@@ -12 +12 @@
-  CROSS JOIN oso.user_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.user_active_days_to_artifact_over_180_day_window AS active
@@ -22 +22 @@
-  CROSS JOIN oso.user_active_days_to_artifact_over_30_day_window AS active
+  CROSS JOIN oso.user_active_days_to_artifact_over_180_day_window AS active
@@ -24 +24 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '180' DAY AS DATE)
@@ -61 +61 @@
-      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '179' DAY AS DATE)
@@ -97 +97 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_180_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -135,4 +135,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_artifact_weekly, but
@@ -16 +16,10 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.user_active_days_to_project_weekly
+  ) AS active
@@ -26 +35,10 @@
-  CROSS JOIN oso.user_active_days_to_artifact_weekly AS active
+  CROSS JOIN (
+    SELECT
+      metrics_sample_date,
+      event_source,
+      to_project_id AS to_artifact_id,
+      from_artifact_id,
+      metric,
+      amount
+    FROM oso.user_active_days_to_project_weekly
+  ) AS active
@@ -32 +50 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -35,0 +54,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = firsts.to_artifact_id
@@ -40 +67 @@
-    firsts.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -140 +167 @@
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
@@ -166,4 +166,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -24 +24 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_monthly
@@ -43 +43 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_monthly
@@ -46 +46 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -128 +128 @@
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
@@ -166,4 +166,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -24 +24 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_quarterly
@@ -43 +43 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_quarterly
@@ -46 +46 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -128 +128 @@
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
@@ -166,4 +166,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -24 +24 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_yearly
@@ -43 +43 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_yearly
@@ -46 +46 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -128 +128 @@
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
@@ -166,4 +166,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_weekly, but
@@ -4,5 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
-    @end_date,
-    INTERVAL '7' DAY
-  ) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
@@ -24 +20 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_over_30_day_window
@@ -43 +39 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_project_over_30_day_window
@@ -46 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
@@ -92 +88 @@
-      WHEN first_transactions.first_at >= users.metrics_window_date
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
@@ -128 +124 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_over_30_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -162,4 +162,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_over_30_day_window, but
@@ -20 +20 @@
-    FROM oso.user_active_days_to_project_over_30_day_window
+    FROM oso.user_active_days_to_project_over_90_day_window
@@ -39 +39 @@
-    FROM oso.user_active_days_to_project_over_30_day_window
+    FROM oso.user_active_days_to_project_over_90_day_window
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -88 +88 @@
-      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '89' DAY AS DATE)
@@ -124 +124 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -162,4 +162,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_project_over_180_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_over_30_day_window, but
@@ -20 +20 @@
-    FROM oso.user_active_days_to_project_over_30_day_window
+    FROM oso.user_active_days_to_project_over_180_day_window
@@ -39 +39 @@
-    FROM oso.user_active_days_to_project_over_30_day_window
+    FROM oso.user_active_days_to_project_over_180_day_window
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '180' DAY AS DATE)
@@ -88 +88 @@
-      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '179' DAY AS DATE)
@@ -124 +124 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_180_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -162,4 +162,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_weekly, but
@@ -20 +20 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -24 +24 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_collection_weekly
@@ -39 +39 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -43 +43 @@
-    FROM oso.user_active_days_to_project_weekly
+    FROM oso.user_active_days_to_collection_weekly
@@ -57 +57 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -58,0 +59,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -60 +62 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -167 +169 @@
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
@@ -168,4 +168,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_collection_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -24 +24 @@
-    FROM oso.user_active_days_to_collection_weekly
+    FROM oso.user_active_days_to_collection_monthly
@@ -43 +43 @@
-    FROM oso.user_active_days_to_collection_weekly
+    FROM oso.user_active_days_to_collection_monthly
@@ -46 +46 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '1' MONTH AS DATE)
@@ -130 +130 @@
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
@@ -168,4 +168,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_collection_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -24 +24 @@
-    FROM oso.user_active_days_to_collection_weekly
+    FROM oso.user_active_days_to_collection_quarterly
@@ -43 +43 @@
-    FROM oso.user_active_days_to_collection_weekly
+    FROM oso.user_active_days_to_collection_quarterly
@@ -46 +46 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '3' MONTH AS DATE)
@@ -130 +130 @@
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
@@ -168,4 +168,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_collection_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -24 +24 @@
-    FROM oso.user_active_days_to_collection_weekly
+    FROM oso.user_active_days_to_collection_yearly
@@ -43 +43 @@
-    FROM oso.user_active_days_to_collection_weekly
+    FROM oso.user_active_days_to_collection_yearly
@@ -46 +46 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '7' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '12' MONTH AS DATE)
@@ -130 +130 @@
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
@@ -168,4 +168,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_over_30_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_project_over_30_day_window, but
@@ -16 +16 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -20 +20 @@
-    FROM oso.user_active_days_to_project_over_30_day_window
+    FROM oso.user_active_days_to_collection_over_30_day_window
@@ -35 +35 @@
-      to_project_id AS to_artifact_id,
+      to_collection_id AS to_artifact_id,
@@ -39 +39 @@
-    FROM oso.user_active_days_to_project_over_30_day_window
+    FROM oso.user_active_days_to_collection_over_30_day_window
@@ -53 +53 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -54,0 +55,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -56 +58 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -163 +165 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -164,4 +164,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_over_90_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_collection_over_30_day_window, but
@@ -20 +20 @@
-    FROM oso.user_active_days_to_collection_over_30_day_window
+    FROM oso.user_active_days_to_collection_over_90_day_window
@@ -39 +39 @@
-    FROM oso.user_active_days_to_collection_over_30_day_window
+    FROM oso.user_active_days_to_collection_over_90_day_window
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '90' DAY AS DATE)
@@ -90 +90 @@
-      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '89' DAY AS DATE)
@@ -126 +126 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_90_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -164,4 +164,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.users_lifecycle_to_collection_over_180_day_window: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.users_lifecycle_to_collection_over_30_day_window, but
@@ -20 +20 @@
-    FROM oso.user_active_days_to_collection_over_30_day_window
+    FROM oso.user_active_days_to_collection_over_180_day_window
@@ -39 +39 @@
-    FROM oso.user_active_days_to_collection_over_30_day_window
+    FROM oso.user_active_days_to_collection_over_180_day_window
@@ -42 +42 @@
-    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '30' DAY AS DATE)
+    active.metrics_sample_date = CAST(CAST(metrics_calendar.metrics_window_date AS DATE) - INTERVAL '180' DAY AS DATE)
@@ -90 +90 @@
-      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '29' DAY AS DATE)
+      WHEN first_transactions.first_at >= CAST(users.metrics_window_date - INTERVAL '179' DAY AS DATE)
@@ -126 +126 @@
-    names.name || '_over_30_day_window' AS metric,
+    names.name || '_over_180_day_window' AS metric,
-- trino: as duckdb, but
@@ -4 +4 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
@@ -164,4 +164,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
