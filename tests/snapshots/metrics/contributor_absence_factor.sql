-- contributor_absence_factor: code/contributor_absence_factor.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.contributor_absence_factor_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(
    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
    @end_date,
    INTERVAL '1' MONTH
  ) AS DATE[])) AS days(metrics_window_date)
), people AS (
  SELECT
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    SUM(events.amount) AS contributions,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.int_events_daily__github AS events
  WHERE
    events.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
    AND events.bucket_day >= metrics_calendar.metrics_window_date
    AND events.bucket_day >= @start_date
    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
  GROUP BY
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    metrics_calendar.metrics_window_date
), ranked AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    people.contributions,
    SUM(people.contributions) OVER (
      PARTITION BY people.event_source, people.to_artifact_id, people.metrics_window_date
      ORDER BY people.contributions DESC, people.from_artifact_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS contributions_so_far,
    SUM(people.contributions) OVER (
      PARTITION BY people.event_source, people.to_artifact_id, people.metrics_window_date
    ) AS all_contributions,
    people.metrics_window_date AS metrics_window_date
  FROM people
), metrics_rows AS (
  SELECT
    ranked.metrics_window_date AS metrics_sample_date,
    ranked.event_source,
    ranked.to_artifact_id,
    '' AS from_artifact_id,
    'contributor_absence_factor_monthly' AS metric,
    COUNT(*) AS amount,
    ranked.metrics_window_date AS metrics_window_date
  FROM ranked
  WHERE
    (
      ranked.contributions_so_far - ranked.contributions
    ) * 2 < ranked.all_contributions
  GROUP BY
    ranked.metrics_window_date,
    ranked.to_artifact_id,
    ranked.event_source
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
@@ -27,2 +27,2 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
-    AND events.bucket_day < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -71,4 +71,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_absence_factor_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '3' MONTH
@@ -27 +27 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -29 +29 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -56 +56 @@
-    'contributor_absence_factor_monthly' AS metric,
+    'contributor_absence_factor_quarterly' AS metric,
-- trino: as oso.contributor_absence_factor_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '3' MONTH
@@ -27 +27 @@
-    AND events.bucket_day < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE)
@@ -29 +29 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -56 +56 @@
-    'contributor_absence_factor_monthly' AS metric,
+    'contributor_absence_factor_quarterly' AS metric,

-- oso.contributor_absence_factor_to_artifact_biannually: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_monthly, but
@@ -5 +5,5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CASE
+      WHEN MONTH(CAST(@start_date AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END,
@@ -7 +11 @@
-    INTERVAL '1' MONTH
+    INTERVAL '6' MONTH
@@ -27 +31 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 6 MONTH AS DATE)
@@ -29 +33,5 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -56 +64 @@
-    'contributor_absence_factor_monthly' AS metric,
+    'contributor_absence_factor_biannually' AS metric,
-- trino: as oso.contributor_absence_factor_to_artifact_monthly, but
@@ -5,3 +5,7 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
-    CAST(@end_date AS DATE),
-    INTERVAL '1' MONTH
+    CASE
+      WHEN MONTH(CAST(@start_date AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE)) AS DATE)
+    END,
+    @end_date,
+    INTERVAL '6' MONTH
@@ -27 +31 @@
-    AND events.bucket_day < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 6, metrics_calendar.metrics_window_date) AS DATE)
@@ -29 +33,5 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(events.bucket_day AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE)) AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -56 +64 @@
-    'contributor_absence_factor_monthly' AS metric,
+    'contributor_absence_factor_biannually' AS metric,

-- oso.contributor_absence_factor_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '12' MONTH
@@ -27 +27 @@
-    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
+    AND events.bucket_day < CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -29 +29 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -56 +56 @@
-    'contributor_absence_factor_monthly' AS metric,
+    'contributor_absence_factor_yearly' AS metric,
-- trino: as oso.contributor_absence_factor_to_artifact_monthly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '1' MONTH
+    INTERVAL '12' MONTH
@@ -27 +27 @@
-    AND events.bucket_day < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND events.bucket_day < CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE)
@@ -29 +29 @@
-    AND CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(events.bucket_day AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -56 +56 @@
-    'contributor_absence_factor_monthly' AS metric,
+    'contributor_absence_factor_yearly' AS metric,

-- oso.contributor_absence_factor_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb:
WITH people AS (
  SELECT
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    SUM(events.amount) AS contributions
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED', 'PULL_REQUEST_OPENED', 'PULL_REQUEST_MERGED')
    AND NOT events.from_artifact_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
    AND events.bucket_day >= CAST('2015-01-01' AS DATE)
    AND events.bucket_day < @execution_date
  GROUP BY
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id
), ranked AS (
  SELECT
    people.event_source,
    people.to_artifact_id,
    people.contributions,
    SUM(people.contributions) OVER (
      PARTITION BY people.event_source, people.to_artifact_id
      ORDER BY people.contributions DESC, people.from_artifact_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS contributions_so_far,
    SUM(people.contributions) OVER (PARTITION BY people.event_source, people.to_artifact_id) AS all_contributions
  FROM people
), metrics_rows AS (
  SELECT
    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
    ranked.event_source,
    ranked.to_artifact_id,
    '' AS from_artifact_id,
    'contributor_absence_factor_over_all_time' AS metric,
    COUNT(*) AS amount
  FROM ranked
  WHERE
    (
      ranked.contributions_so_far - ranked.contributions
    ) * 2 < ranked.all_contributions
  GROUP BY
    ranked.to_artifact_id,
    ranked.event_source
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
@@ -52,4 +52,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_absence_factor_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_monthly, but
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
@@ -32 +41 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -72 +81 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.contributor_absence_factor_to_artifact_monthly, but
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
@@ -32 +41 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -72 +81 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.contributor_absence_factor_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_quarterly, but
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
@@ -32 +41 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -72 +81 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.contributor_absence_factor_to_artifact_quarterly, but
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
@@ -32 +41 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -72 +81 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.contributor_absence_factor_to_project_biannually: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_biannually, but
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
@@ -40 +49 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -80 +89 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.contributor_absence_factor_to_artifact_biannually, but
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
@@ -40 +49 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -80 +89 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.contributor_absence_factor_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_yearly, but
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
@@ -32 +41 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -72 +81 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.contributor_absence_factor_to_artifact_yearly, but
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
@@ -32 +41 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -72 +81 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.contributor_absence_factor_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_absence_factor_to_artifact_over_all_time, but
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
@@ -19 +28 @@
-    events.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -53 +62 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -61,4 +61,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.contributor_absence_factor_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -81 +83 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_absence_factor_to_project_monthly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -81 +83 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_absence_factor_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -81 +83 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_absence_factor_to_project_quarterly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -81 +83 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_absence_factor_to_collection_biannually: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_project_biannually, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -89 +91 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_absence_factor_to_project_biannually, but
@@ -25 +25 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -26,0 +27,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -28 +30 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -89 +91 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_absence_factor_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=window
-- duckdb: as oso.contributor_absence_factor_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -81 +83 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.contributor_absence_factor_to_project_yearly, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -81 +83 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.contributor_absence_factor_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=window
-- duckdb: as oso.contributor_absence_factor_to_project_over_all_time, but
@@ -11 +11 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -12,0 +13,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -14 +16 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -62 +64 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as duckdb, but
@@ -63,4 +63,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,
