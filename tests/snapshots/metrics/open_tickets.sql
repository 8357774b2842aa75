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
    CASE WHEN states.ticket_type = 'ISSUE' THEN states.opened_at END AS opened_at,
    states.time AS open_from,
    MIN(COALESCE(next_states.time, CAST('9999-12-31' AS TIMESTAMP))) AS open_until
  FROM oso.int_ticket_states__github AS states
  LEFT JOIN oso.int_ticket_states__github AS next_states
    ON next_states.ticket_id = states.ticket_id AND next_states.time > states.time
  WHERE
    states.is_open
  GROUP BY
    states.event_source,
    states.to_artifact_id,
    states.ticket_id,
    states.ticket_type,
    states.opened_at,
    states.time
), open_at_end AS (
  SELECT
    spans.event_source,
    spans.to_artifact_id,
    spans.ticket_type,
    DATE_DIFF(
      'SECOND',
      spans.opened_at,
      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    ) / 86400 AS age_days,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN spans
  WHERE
    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND spans.open_from < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
), measured AS (
  SELECT
    open_at_end.event_source,
    open_at_end.to_artifact_id,
    SUM(CASE WHEN open_at_end.ticket_type = 'ISSUE' THEN 1 END) AS open_issues,
    SUM(CASE WHEN open_at_end.ticket_type = 'PULL_REQUEST' THEN 1 END) AS open_pull_requests,
    AVG(open_at_end.age_days) AS age_avg,
    MIN(open_at_end.age_days) AS age_min,
    MAX(open_at_end.age_days) AS age_max,
    (
      CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
        NOT open_at_end.age_days IS NULL))[CAST(FLOOR(
        0.5 * (
          ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
            NOT open_at_end.age_days IS NULL)) - 1
        )
      ) AS BIGINT) + 1] AS DOUBLE) + (
        CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
          NOT open_at_end.age_days IS NULL))[CAST(CEIL(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
              NOT open_at_end.age_days IS NULL)) - 1
          )
        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
          NOT open_at_end.age_days IS NULL))[CAST(FLOOR(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
              NOT open_at_end.age_days IS NULL)) - 1
          )
        ) AS BIGINT) + 1] AS DOUBLE)
      ) * (
        0.5 * (
          ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
            NOT open_at_end.age_days IS NULL)) - 1
        ) - FLOOR(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
              NOT open_at_end.age_days IS NULL)) - 1
          )
        )
      )
    ) AS age_median,
    open_at_end.metrics_window_date AS metrics_window_date
  FROM open_at_end
  GROUP BY
    open_at_end.event_source,
    open_at_end.to_artifact_id,
    open_at_end.metrics_window_date
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
@@ -31 +31 @@
-    DATE_DIFF(
+    CAST(DATE_DIFF(
@@ -34,2 +34,2 @@
-      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    ) / 86400 AS age_days,
+      CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    ) AS DOUBLE) / 86400 AS age_days,
@@ -40,3 +40,3 @@
-    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND spans.open_from < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND spans.open_from < CAST(CAST(DATE_ADD('DAY', 1, @end_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -53 +53 @@
-      CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+      CAST(ARRAY_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -56 +56 @@
-          ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -60 +60 @@
-        CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+        CAST(ARRAY_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -63 +63 @@
-            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -66 +66 @@
-        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+        ) AS BIGINT) + 1] AS DOUBLE) - CAST(ARRAY_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -69 +69 @@
-            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -75 +75 @@
-          ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -79 +79 @@
-            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -145,4 +145,4 @@
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
@@ -34 +38 @@
-      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -40 +44 @@
-    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -42 +46 @@
-    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
@@ -136 +140 @@
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
@@ -34 +38 @@
-      CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -40 +44 @@
-    spans.open_from < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -42 +46 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -136 +140 @@
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
@@ -38 +38 @@
-      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -44 +44 @@
-    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -140 +140 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_monthly' AS metric,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -38 +38 @@
-      CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -44 +44 @@
-    spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -140 +140 @@
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
@@ -38 +38 @@
-      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -44 +44 @@
-    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -140 +140 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_quarterly' AS metric,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -38 +38 @@
-      CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -44 +44 @@
-    spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -140 +140 @@
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
@@ -38 +38 @@
-      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -44 +44 @@
-    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -140 +140 @@
-    named.name || '_weekly' AS metric,
+    named.name || '_yearly' AS metric,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -38 +38 @@
-      CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+      CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -44 +44 @@
-    spans.open_from < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    AND NOT spans.open_until < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -140 +140 @@
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
@@ -16 +12,4 @@
-    ON next_states.ticket_id = states.ticket_id AND next_states.time > states.time
+    ON (
+      next_states.ticket_id = states.ticket_id AND next_states.time > states.time
+    )
+    AND next_states.time < @execution_date
@@ -18 +17 @@
-    states.is_open
+    states.is_open AND states.time < @execution_date
@@ -31,8 +30,2 @@
-    DATE_DIFF(
-      'SECOND',
-      spans.opened_at,
-      CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    ) / 86400 AS age_days,
-    metrics_calendar.metrics_window_date AS metrics_window_date
-  FROM metrics_calendar
-  CROSS JOIN spans
+    DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) / 86400 AS age_days
+  FROM spans
@@ -40,3 +33,2 @@
-    spans.open_from < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND spans.open_from < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND NOT spans.open_until < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    spans.open_from < CAST(@execution_date AS TIMESTAMP)
+    AND NOT spans.open_until < CAST(@execution_date AS TIMESTAMP)
@@ -84,2 +76 @@
-    ) AS age_median,
-    open_at_end.metrics_window_date AS metrics_window_date
+    ) AS age_median
@@ -89,2 +80 @@
-    open_at_end.to_artifact_id,
-    open_at_end.metrics_window_date
+    open_at_end.to_artifact_id
@@ -108,2 +98 @@
-    END AS amount,
-    measured.metrics_window_date AS metrics_window_date
+    END AS amount
@@ -132 +121 @@
-    named.metrics_window_date AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -136,3 +125,2 @@
-    named.name || '_daily' AS metric,
-    named.amount,
-    named.metrics_window_date AS metrics_window_date
+    named.name || '_over_all_time' AS metric,
+    named.amount
@@ -151,5 +138,0 @@
-WHERE
-  (
-    metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-  )
-  AND metrics_sample_date = metrics_window_date
-- trino: as duckdb, but
@@ -30 +30 @@
-    DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) / 86400 AS age_days
+    CAST(DATE_DIFF('SECOND', spans.opened_at, CAST(@execution_date AS TIMESTAMP)) AS DOUBLE) / 86400 AS age_days
@@ -45 +45 @@
-      CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+      CAST(ARRAY_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -48 +48 @@
-          ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -52 +52 @@
-        CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+        CAST(ARRAY_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -55 +55 @@
-            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -58 +58 @@
-        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+        ) AS BIGINT) + 1] AS DOUBLE) - CAST(ARRAY_SORT(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -61 +61 @@
-            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -67 +67 @@
-          ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -71 +71 @@
-            ARRAY_LENGTH(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(open_at_end.age_days) FILTER(WHERE
@@ -133,4 +133,4 @@
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
@@ -14,0 +15,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -21 +30 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -146 +155 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_daily, but
@@ -8 +8 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -14,0 +15,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -21 +30 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -146 +155 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_weekly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_weekly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_monthly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_monthly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_quarterly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_quarterly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_artifact_yearly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_yearly, but
@@ -12 +12 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -18,0 +19,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -25 +34 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -150 +159 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.open_tickets_to_artifact_over_all_time, but
@@ -4 +4 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -10,0 +11,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -20 +29 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -134 +143 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.open_tickets_to_artifact_over_all_time, but
@@ -4 +4 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -10,0 +11,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = states.to_artifact_id
@@ -20 +29 @@
-    states.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -134 +143 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.open_tickets_to_collection_daily: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_daily, but
@@ -18 +18 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -19,0 +20,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -21 +23 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -155 +157 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_daily, but
@@ -18 +18 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -19,0 +20,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -21 +23 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -155 +157 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_weekly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_weekly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_monthly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_monthly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_quarterly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_quarterly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.open_tickets_to_project_yearly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_yearly, but
@@ -22 +22 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -23,0 +24,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -25 +27 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -159 +161 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.open_tickets_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.open_tickets_to_project_over_all_time, but
@@ -14 +14 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -15,0 +16,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -17 +19 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -143 +145 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.open_tickets_to_project_over_all_time, but
@@ -14 +14 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -15,0 +16,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -17 +19 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -143 +145 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
