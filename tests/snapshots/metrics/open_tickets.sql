-- open_tickets: code/open_tickets.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.open_tickets_to_artifact_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
), spans AS (
  SELECT
    states.event_source,
    states.to_artifact_id,
    states.ticket_id,
    states.ticket_type,
    states.is_open,
    CASE WHEN states.ticket_type = 'ISSUE' THEN states.opened_at END AS opened_at,
    states.time AS open_from,
    COALESCE(
      LEAD(states.time) OVER (
        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
        ORDER BY states.time
      ),
      CAST('9999-12-31' AS TIMESTAMP)
    ) AS open_until,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.int_ticket_states__github AS states
  WHERE
    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
    AND states.time < CAST(@end_date + INTERVAL 1 DAY AS DATE)
), open_at_end AS (
  SELECT
    spans.event_source,
    spans.to_artifact_id,
    spans.ticket_type,
    DATE_DIFF(
      'SECOND',
      spans.opened_at,
      CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    ) / 86400 AS age_days,
    spans.metrics_window_date AS metrics_window_date
  FROM spans
  WHERE
    spans.is_open
    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND spans.open_from < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
), ranked AS (
  SELECT
    open_at_end.event_source,
    open_at_end.to_artifact_id,
    open_at_end.ticket_type,
    open_at_end.age_days,
    ROW_NUMBER() OVER (
      PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id, open_at_end.metrics_window_date
      ORDER BY open_at_end.age_days
    ) AS position,
    COUNT(open_at_end.age_days) OVER (
      PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id, open_at_end.metrics_window_date
    ) AS known_ages,
    open_at_end.metrics_window_date AS metrics_window_date
  FROM open_at_end
), measured AS (
  SELECT
    ranked.event_source,
    ranked.to_artifact_id,
    SUM(CASE WHEN ranked.ticket_type = 'ISSUE' THEN 1 END) AS open_issues,
    SUM(CASE WHEN ranked.ticket_type = 'PULL_REQUEST' THEN 1 END) AS open_pull_requests,
    AVG(ranked.age_days) AS age_avg,
    MIN(ranked.age_days) AS age_min,
    MAX(ranked.age_days) AS age_max,
    AVG(
      CASE
        WHEN 2 * ranked.position BETWEEN ranked.known_ages AND ranked.known_ages + 2
        THEN ranked.age_days
      END
    ) AS age_median,
    ranked.metrics_window_date AS metrics_window_date
  FROM ranked
  GROUP BY
    ranked.event_source,
    ranked.to_artifact_id,
    ranked.metrics_window_date
), named AS (
  SELECT
    measured.event_source,
    measured.to_artifact_id,
    names.name,
    CASE names.name
      WHEN 'open_issues'
      THEN measured.open_issues
      WHEN 'open_pull_requests'
      THEN measured.open_pull_requests
      WHEN 'issue_age_avg'
      THEN measured.age_avg
      WHEN 'issue_age_min'
      THEN measured.age_min
      WHEN 'issue_age_max'
      THEN measured.age_max
      ELSE measured.age_median
    END AS amount,
    measured.metrics_window_date AS metrics_window_date
  FROM measured
  CROSS JOIN (
    SELECT
      'open_issues' AS name
    UNION ALL
    SELECT
      'open_pull_requests' AS name
    UNION ALL
    SELECT
      'issue_age_avg' AS name
    UNION ALL
    SELECT
      'issue_age_min' AS name
    UNION ALL
    SELECT
      'issue_age_max' AS name
    UNION ALL
    SELECT
      'issue_age_median' AS name
  ) AS names
), metrics_rows AS (
  SELECT
    named.metrics_window_date AS metrics_sample_date,
    named.event_source,
    named.to_artifact_id,
    '' AS from_artifact_id,
    named.name || '_daily' AS metric,
    named.amount,
    named.metrics_window_date AS metrics_window_date
  FROM named
  WHERE
    NOT named.amount IS NULL
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
@@ -25,2 +25,2 @@
-    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
-    AND states.time < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    states.time < CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE)
+    AND states.time < CAST(DATE_ADD('DAY', 1, @end_date) AS DATE)
@@ -32 +32 @@
-    DATE_DIFF(
+    CAST(DATE_DIFF(
@@ -35,2 +35,2 @@
-      CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    ) / 86400 AS age_days,
+      CAST(CAST(DATE_ADD('DAY', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    ) AS DOUBLE) / 86400 AS age_days,
@@ -41,3 +41,3 @@
-    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND spans.open_from < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 1, @end_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -134,4 +134,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.open_tickets_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_daily, but
@@ -4 +4,5 @@
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
+  FROM UNNEST(CAST(GENERATE_SERIES(
+    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    @end_date,
+    INTERVAL '7' DAY
+  ) AS DATE[])) AS days(metrics_window_date)
@@ -25 +29 @@
-    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
+    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
@@ -35 +39 @@
-      CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -41 +45 @@
-    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -43 +47 @@
-    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -125 +129 @@
-    named.name || '_daily' AS metric,
+    named.name || '_weekly' AS metric,
-- trino: as oso.open_tickets_to_artifact_daily, but
@@ -4 +4,5 @@
-  FROM UNNEST(SEQUENCE(@start_date, @end_date, INTERVAL '1' DAY)) AS days(metrics_window_date)
+  FROM UNNEST(SEQUENCE(
+    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(@end_date AS DATE),
+    INTERVAL '7' DAY
+  )) AS days(metrics_window_date)
@@ -25 +29 @@
-    states.time < CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE)
+    states.time < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
@@ -35 +39 @@
-      CAST(CAST(DATE_ADD('DAY', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -41 +45 @@
-    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -43 +47 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -125 +129 @@
-    named.name || '_daily' AS metric,
+    named.name || '_weekly' AS metric,

-- oso.open_tickets_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -29 +29 @@
-    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE)
@@ -39 +39 @@
-      CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(spans.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -45 +45 @@
-    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -47 +47 @@
-    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -129 +129 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_monthly' AS metric,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -29 +29 @@
-    states.time < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    states.time < CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE)
@@ -39 +39 @@
-      CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('MONTH', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -45 +45 @@
-    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('MONTH', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -47 +47 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('MONTH', 1, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -129 +129 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_monthly' AS metric,

-- oso.open_tickets_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -29 +29 @@
-    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE)
@@ -39 +39 @@
-      CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(spans.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -45 +45 @@
-    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -47 +47 @@
-    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -129 +129 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_quarterly' AS metric,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -29 +29 @@
-    states.time < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    states.time < CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE)
@@ -39 +39 @@
-      CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('MONTH', 3, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -45 +45 @@
-    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('MONTH', 3, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -47 +47 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('MONTH', 3, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -129 +129 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_quarterly' AS metric,

-- oso.open_tickets_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -29 +29 @@
-    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE)
+    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE)
@@ -39 +39 @@
-      CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(spans.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -45 +45 @@
-    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -47 +47 @@
-    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -129 +129 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_yearly' AS metric,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -29 +29 @@
-    states.time < CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE)
+    states.time < CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE)
@@ -39 +39 @@
-      CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('MONTH', 12, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -45 +45 @@
-    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('MONTH', 12, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -47 +47 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('MONTH', 12, spans.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -129 +129 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_yearly' AS metric,

-- oso.open_tickets_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.open_tickets_to_artifact_daily, but
@@ -1,5 +1 @@
-WITH metrics_calendar AS (
-  SELECT
-    metrics_window_date
-  FROM UNNEST(CAST(GENERATE_SERIES(@start_date, @end_date, INTERVAL '1' DAY) AS DATE[])) AS days(metrics_window_date)
-), spans AS (
+WITH spans AS (
@@ -15,4 +11 @@
-      LEAD(states.time) OVER (
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
-        ORDER BY states.time
-      ),
+      LEAD(states.time) OVER (PARTITION BY states.to_artifact_id, states.ticket_id ORDER BY states.time),
@@ -20,4 +13,2 @@
-    ) AS open_until,
-    metrics_calendar.metrics_window_date AS metrics_window_date
-  FROM metrics_calendar
-  CROSS JOIN oso.int_ticket_states__github AS states
+    ) AS open_until
+  FROM oso.int_ticket_states__github AS states
@@ -25,2 +16 @@
-    states.time < CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE)
-    AND states.time < CAST(@end_date + INTERVAL 1 DAY AS DATE)
+    states.time < @execution_date
@@ -32,6 +22 @@
-    DATE_DIFF(
-      'SECOND',
-      spans.opened_at,
-      CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    ) / 86400 AS age_days,
-    spans.metrics_window_date AS metrics_window_date
+    DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) / 86400 AS age_days
@@ -41,3 +26,2 @@
-    AND spans.open_from < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND spans.open_from < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND NOT spans.open_until < CAST(CAST(spans.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(@execution_date AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(@execution_date AS TIMESTAMP)
@@ -51 +35 @@
-      PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id, open_at_end.metrics_window_date
+      PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id
@@ -54,4 +38 @@
-    COUNT(open_at_end.age_days) OVER (
-      PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id, open_at_end.metrics_window_date
-    ) AS known_ages,
-    open_at_end.metrics_window_date AS metrics_window_date
+    COUNT(open_at_end.age_days) OVER (PARTITION BY open_at_end.event_source, open_at_end.to_artifact_id) AS known_ages
@@ -73,2 +54 @@
-    ) AS age_median,
-    ranked.metrics_window_date AS metrics_window_date
+    ) AS age_median
@@ -78,2 +58 @@
-    ranked.to_artifact_id,
-    ranked.metrics_window_date
+    ranked.to_artifact_id
@@ -97,2 +76 @@
-    END AS amount,
-    measured.metrics_window_date AS metrics_window_date
+    END AS amount
@@ -121 +99 @@
-    named.metrics_window_date AS metrics_sample_date,
+    CAST(@execution_date + INTERVAL (-1) DAY AS DATE) AS metrics_sample_date,
@@ -125,3 +103,2 @@
-    named.name || '_daily' AS metric,
-    named.amount,
-    named.metrics_window_date AS metrics_window_date
+    named.name || '_over_all_time' AS metric,
+    named.amount
@@ -140,5 +116,0 @@
-WHERE
-  (
-    metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-  )
-  AND metrics_sample_date = metrics_window_date
-- trino: as duckdb, but
@@ -22 +22 @@
-    DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) / 86400 AS age_days
+    CAST(DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) AS DOUBLE) / 86400 AS age_days
@@ -99 +99 @@
-    CAST(@execution_date + INTERVAL (-1) DAY AS DATE) AS metrics_sample_date,
+    CAST(DATE_ADD('DAY', -1, @execution_date) AS DATE) AS metrics_sample_date,
@@ -111,4 +111,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.open_tickets_to_project_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_daily, but
@@ -8 +8 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -16 +16 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -23,0 +24,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -135 +144 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_daily, but
@@ -8 +8 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -16 +16 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -23,0 +24,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -135 +144 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_weekly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_monthly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_monthly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_quarterly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_quarterly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_yearly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_yearly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -20 +20 @@
-        PARTITION BY states.to_artifact_id, states.ticket_id, metrics_calendar.metrics_window_date
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id, metrics_calendar.metrics_window_date
@@ -27,0 +28,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -139 +148 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.open_tickets_to_artifact_over_all_time, but
@@ -4 +4 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -11 +11,4 @@
-      LEAD(states.time) OVER (PARTITION BY states.to_artifact_id, states.ticket_id ORDER BY states.time),
+      LEAD(states.time) OVER (
+        PARTITION BY metrics_membership.metrics_entity_id, states.ticket_id
+        ORDER BY states.time
+      ),
@@ -14,0 +18,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -112 +124 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as duckdb, but
@@ -34 +34 @@
-    DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) / 86400 AS age_days
+    CAST(DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) AS DOUBLE) / 86400 AS age_days
@@ -111 +111 @@
-    CAST(@execution_date + INTERVAL (-1) DAY AS DATE) AS metrics_sample_date,
+    CAST(DATE_ADD('DAY', -1, @execution_date) AS DATE) AS metrics_sample_date,
@@ -123,4 +123,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.open_tickets_to_collection_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_daily, but
@@ -27 +27 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -28,0 +29,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -30 +32 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -144 +146 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_daily, but
@@ -27 +27 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -28,0 +29,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -30 +32 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -144 +146 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_weekly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_weekly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_monthly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_monthly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_quarterly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_quarterly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_yearly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_yearly, but
@@ -31 +31 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -32,0 +33,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -34 +36 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -148 +150 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.open_tickets_to_project_over_all_time, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -124 +126 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_over_all_time, but
@@ -21 +21 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -22,0 +23,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -24 +26 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -124 +126 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
