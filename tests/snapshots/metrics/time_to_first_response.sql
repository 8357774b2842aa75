-- time_to_first_response: code/time_to_first_response.sql as it is rendered; pytest tests/authoring/test_metric_snapshots.py --update-snapshots

-- oso.time_to_first_response_to_artifact_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb:
WITH metrics_calendar AS (
  SELECT
    metrics_window_date
  FROM UNNEST(CAST(GENERATE_SERIES(
    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
    @end_date,
    INTERVAL '7' DAY
  ) AS DATE[])) AS days(metrics_window_date)
), openings AS (
  SELECT
    responses.event_source,
    responses.to_artifact_id,
    responses.ticket_id,
    responses.time,
    responses.from_artifact_id,
    responses.position,
    responses.first_responder_id,
    MIN(known.opened_at) AS opened_at,
    MIN(known.opened_by_id) AS opened_by_id,
    metrics_calendar.metrics_window_date AS metrics_window_date
  FROM metrics_calendar
  CROSS JOIN oso.int_ticket_responses__github AS responses
  INNER JOIN oso.int_ticket_states__github AS known
    ON known.ticket_id = responses.ticket_id
    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
  WHERE
    responses.time >= CAST(metrics_calendar.metrics_window_date AS TIMESTAMP)
    AND responses.time >= CAST(@start_date AS TIMESTAMP)
    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
    AND responses.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
  GROUP BY
    responses.event_source,
    responses.to_artifact_id,
    responses.ticket_id,
    responses.time,
    responses.from_artifact_id,
    responses.position,
    responses.first_responder_id,
    metrics_calendar.metrics_window_date
), responded AS (
  SELECT
    openings.event_source,
    openings.to_artifact_id,
    openings.ticket_id,
    DATE_DIFF('SECOND', openings.opened_at, openings.time) / 3600 AS hours,
    openings.metrics_window_date AS metrics_window_date
  FROM openings
  WHERE
    NOT openings.opened_at IS NULL
    AND openings.from_artifact_id <> openings.opened_by_id
    AND (
      openings.position = 1 OR openings.first_responder_id = openings.opened_by_id
    )
    AND NOT openings.opened_by_id IN (
      SELECT
        bots.artifact_id
      FROM oso.int_bots AS bots
    )
), measured AS (
  SELECT
    responded.event_source,
    responded.to_artifact_id,
    AVG(responded.hours) AS hours_avg,
    (
      CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
        NOT responded.hours IS NULL))[CAST(FLOOR(
        0.5 * (
          ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
            NOT responded.hours IS NULL)) - 1
        )
      ) AS BIGINT) + 1] AS DOUBLE) + (
        CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
          NOT responded.hours IS NULL))[CAST(CEIL(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
              NOT responded.hours IS NULL)) - 1
          )
        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
          NOT responded.hours IS NULL))[CAST(FLOOR(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
              NOT responded.hours IS NULL)) - 1
          )
        ) AS BIGINT) + 1] AS DOUBLE)
      ) * (
        0.5 * (
          ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
            NOT responded.hours IS NULL)) - 1
        ) - FLOOR(
          0.5 * (
            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
              NOT responded.hours IS NULL)) - 1
          )
        )
      )
    ) AS hours_median,
    responded.metrics_window_date AS metrics_window_date
  FROM responded
  GROUP BY
    responded.event_source,
    responded.to_artifact_id,
    responded.metrics_window_date
), metrics_rows AS (
  SELECT
    measured.metrics_window_date AS metrics_sample_date,
    measured.event_source,
    measured.to_artifact_id,
    '' AS from_artifact_id,
    names.name || '_weekly' AS metric,
    CASE names.name
      WHEN 'avg_time_to_first_response'
      THEN measured.hours_avg
      ELSE measured.hours_median
    END AS amount,
    measured.metrics_window_date AS metrics_window_date
  FROM measured
  CROSS JOIN (
    SELECT
      'avg_time_to_first_response' AS name
    UNION ALL
    SELECT
      'median_time_to_first_response' AS name
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
@@ -25 +25 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -29,2 +29,2 @@
-    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
-    AND responses.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(DATE_ADD('DAY', 1, @end_date) AS DATE) AS TIMESTAMP)
@@ -46 +46 @@
-    DATE_DIFF('SECOND', openings.opened_at, openings.time) / 3600 AS hours,
+    CAST(DATE_DIFF('SECOND', openings.opened_at, openings.time) AS DOUBLE) / 3600 AS hours,
@@ -66 +66 @@
-      CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
+      CAST(ARRAY_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -69 +69 @@
-          ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -73 +73 @@
-        CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
+        CAST(ARRAY_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -76 +76 @@
-            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -79 +79 @@
-        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
+        ) AS BIGINT) + 1] AS DOUBLE) - CAST(ARRAY_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -82 +82 @@
-            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -88 +88 @@
-          ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -92 +92 @@
-            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -128,4 +128,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.time_to_first_response_to_artifact_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -25 +25 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -29 +29 @@
-    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 1 MONTH AS DATE) AS TIMESTAMP)
@@ -31 +31 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -110 +110 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,
-- trino: as oso.time_to_first_response_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('MONTH', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '1' MONTH
@@ -25 +25 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -29 +29 @@
-    AND responses.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(DATE_ADD('MONTH', 1, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -31 +31 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('MONTH', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -110 +110 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_monthly' AS metric,

-- oso.time_to_first_response_to_artifact_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -25 +25 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -29 +29 @@
-    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 3 MONTH AS DATE) AS TIMESTAMP)
@@ -31 +31 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -110 +110 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,
-- trino: as oso.time_to_first_response_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('QUARTER', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '3' MONTH
@@ -25 +25 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -29 +29 @@
-    AND responses.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(DATE_ADD('MONTH', 3, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -31 +31 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('QUARTER', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -110 +110 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_quarterly' AS metric,

-- oso.time_to_first_response_to_artifact_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -25 +25 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -29 +29 @@
-    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 12 MONTH AS DATE) AS TIMESTAMP)
@@ -31 +31 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -110 +110 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,
-- trino: as oso.time_to_first_response_to_artifact_weekly, but
@@ -5 +5 @@
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
+    CAST(DATE_TRUNC('YEAR', CAST(@start_date AS DATE)) AS DATE),
@@ -7 +7 @@
-    INTERVAL '7' DAY
+    INTERVAL '12' MONTH
@@ -25 +25 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -29 +29 @@
-    AND responses.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(DATE_ADD('MONTH', 12, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -31 +31 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CAST(DATE_TRUNC('YEAR', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
@@ -110 +110 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_yearly' AS metric,

-- oso.time_to_first_response_to_artifact_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_weekly, but
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
@@ -25 +29 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 6 MONTH AS DATE) AS TIMESTAMP)
@@ -29 +33 @@
-    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 6 MONTH AS DATE) AS TIMESTAMP)
@@ -31 +35,5 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(responses.time AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(responses.time AS DATE)) AS DATE)
+      ELSE CAST(CAST(DATE_TRUNC('YEAR', CAST(responses.time AS DATE)) AS DATE) + INTERVAL 6 MONTH AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -110 +118 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_biannually' AS metric,
-- trino: as oso.time_to_first_response_to_artifact_weekly, but
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
@@ -25 +29 @@
-    AND known.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(CAST(DATE_ADD('MONTH', 6, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -29 +33 @@
-    AND responses.time < CAST(CAST(DATE_ADD('DAY', 7, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(CAST(DATE_ADD('MONTH', 6, metrics_calendar.metrics_window_date) AS DATE) AS TIMESTAMP)
@@ -31 +35,5 @@
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    AND CASE
+      WHEN MONTH(CAST(responses.time AS DATE)) < 7
+      THEN CAST(DATE_TRUNC('YEAR', CAST(responses.time AS DATE)) AS DATE)
+      ELSE CAST(DATE_ADD('MONTH', 6, CAST(DATE_TRUNC('YEAR', CAST(responses.time AS DATE)) AS DATE)) AS DATE)
+    END = metrics_calendar.metrics_window_date
@@ -110 +118 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_biannually' AS metric,

-- oso.time_to_first_response_to_artifact_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_weekly, but
@@ -1,9 +1 @@
-WITH metrics_calendar AS (
-  SELECT
-    metrics_window_date
-  FROM UNNEST(CAST(GENERATE_SERIES(
-    CAST(DATE_TRUNC('WEEK', CAST(@start_date AS DATE)) AS DATE),
-    @end_date,
-    INTERVAL '7' DAY
-  ) AS DATE[])) AS days(metrics_window_date)
-), openings AS (
+WITH openings AS (
@@ -19,4 +11,2 @@
-    MIN(known.opened_by_id) AS opened_by_id,
-    metrics_calendar.metrics_window_date AS metrics_window_date
-  FROM metrics_calendar
-  CROSS JOIN oso.int_ticket_responses__github AS responses
+    MIN(known.opened_by_id) AS opened_by_id
+  FROM oso.int_ticket_responses__github AS responses
@@ -25 +15 @@
-    AND known.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
+    AND known.time < CAST(@execution_date AS TIMESTAMP)
@@ -27,5 +17,2 @@
-    responses.time >= CAST(metrics_calendar.metrics_window_date AS TIMESTAMP)
-    AND responses.time >= CAST(@start_date AS TIMESTAMP)
-    AND responses.time < CAST(CAST(metrics_calendar.metrics_window_date + INTERVAL 7 DAY AS DATE) AS TIMESTAMP)
-    AND responses.time < CAST(CAST(@end_date + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)
-    AND CAST(DATE_TRUNC('WEEK', CAST(responses.time AS DATE)) AS DATE) = metrics_calendar.metrics_window_date
+    responses.time >= CAST(CAST('2015-01-01' AS DATE) AS TIMESTAMP)
+    AND responses.time < CAST(@execution_date AS TIMESTAMP)
@@ -39,2 +26 @@
-    responses.first_responder_id,
-    metrics_calendar.metrics_window_date
+    responses.first_responder_id
@@ -46,2 +32 @@
-    DATE_DIFF('SECOND', openings.opened_at, openings.time) / 3600 AS hours,
-    openings.metrics_window_date AS metrics_window_date
+    DATE_DIFF('SECOND', openings.opened_at, openings.time) / 3600 AS hours
@@ -97,2 +82 @@
-    ) AS hours_median,
-    responded.metrics_window_date AS metrics_window_date
+    ) AS hours_median
@@ -102,2 +86 @@
-    responded.to_artifact_id,
-    responded.metrics_window_date
+    responded.to_artifact_id
@@ -106 +89 @@
-    measured.metrics_window_date AS metrics_sample_date,
+    CAST(@execution_date - INTERVAL '1' DAY AS DATE) AS metrics_sample_date,
@@ -110 +93 @@
-    names.name || '_weekly' AS metric,
+    names.name || '_over_all_time' AS metric,
@@ -115,2 +98 @@
-    END AS amount,
-    measured.metrics_window_date AS metrics_window_date
+    END AS amount
@@ -134,5 +115,0 @@
-WHERE
-  (
-    metrics_sample_date >= @start_date AND metrics_sample_date <= @end_date
-  )
-  AND metrics_sample_date = metrics_window_date
-- trino: as duckdb, but
@@ -32 +32 @@
-    DATE_DIFF('SECOND', openings.opened_at, openings.time) / 3600 AS hours
+    CAST(DATE_DIFF('SECOND', openings.opened_at, openings.time) AS DOUBLE) / 3600 AS hours
@@ -51 +51 @@
-      CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
+      CAST(ARRAY_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -54 +54 @@
-          ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -58 +58 @@
-        CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
+        CAST(ARRAY_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -61 +61 @@
-            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -64 +64 @@
-        ) AS BIGINT) + 1] AS DOUBLE) - CAST(LIST_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
+        ) AS BIGINT) + 1] AS DOUBLE) - CAST(ARRAY_SORT(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -67 +67 @@
-            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -73 +73 @@
-          ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+          CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -77 +77 @@
-            ARRAY_LENGTH(ARRAY_AGG(responded.hours) FILTER(WHERE
+            CARDINALITY(ARRAY_AGG(responded.hours) FILTER(WHERE
@@ -110,4 +110,4 @@
-  CAST(event_source AS TEXT) AS event_source,
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
-  CAST(from_artifact_id AS TEXT) AS from_artifact_id,
-  CAST(metric AS TEXT) AS metric,
+  CAST(event_source AS VARCHAR) AS event_source,
+  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(from_artifact_id AS VARCHAR) AS from_artifact_id,
+  CAST(metric AS VARCHAR) AS metric,

-- oso.time_to_first_response_to_project_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_weekly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_first_response_to_artifact_weekly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_first_response_to_project_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_monthly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_first_response_to_artifact_monthly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_first_response_to_project_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_quarterly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_first_response_to_artifact_quarterly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_first_response_to_project_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_yearly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_first_response_to_artifact_yearly, but
@@ -12 +12 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -22,0 +23,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -34 +43 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -129 +138 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_first_response_to_project_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_biannually, but
@@ -16 +16 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -26,0 +27,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -42 +51 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -137 +146 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_first_response_to_artifact_biannually, but
@@ -16 +16 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -26,0 +27,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -42 +51 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -137 +146 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_first_response_to_project_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.time_to_first_response_to_artifact_over_all_time, but
@@ -4 +4 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -12,0 +13,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -21 +30 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -111 +120 @@
-  CAST(to_artifact_id AS TEXT) AS to_artifact_id,
+  CAST(to_artifact_id AS TEXT) AS to_project_id,
-- trino: as oso.time_to_first_response_to_artifact_over_all_time, but
@@ -4 +4 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id AS to_artifact_id,
@@ -12,0 +13,9 @@
+  INNER JOIN (
+    SELECT DISTINCT
+      step_0.artifact_id AS metrics_artifact_id,
+      step_0.project_id AS metrics_entity_id
+    FROM oso.artifacts_by_project_v1 AS step_0
+    WHERE
+      step_0.valid_to IS NULL
+  ) AS metrics_membership
+    ON metrics_membership.metrics_artifact_id = responses.to_artifact_id
@@ -21 +30 @@
-    responses.to_artifact_id,
+    metrics_membership.metrics_entity_id,
@@ -111 +120 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_artifact_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_project_id,

-- oso.time_to_first_response_to_collection_weekly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_project_weekly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_first_response_to_project_weekly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_first_response_to_collection_monthly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_project_monthly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_first_response_to_project_monthly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_first_response_to_collection_quarterly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_project_quarterly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_first_response_to_project_quarterly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_first_response_to_collection_yearly: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_project_yearly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_first_response_to_project_yearly, but
@@ -26 +26 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -27,0 +28,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -29 +31 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -138 +140 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_first_response_to_collection_biannually: calendar: one evaluation per sample date, batched in one query; reads=history
-- duckdb: as oso.time_to_first_response_to_project_biannually, but
@@ -30 +30 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -31,0 +32,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -33 +35 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -146 +148 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_first_response_to_project_biannually, but
@@ -30 +30 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -31,0 +32,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -33 +35 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -146 +148 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,

-- oso.time_to_first_response_to_collection_over_all_time: direct: one scan of the range, grouped by bucket; reads=history
-- duckdb: as oso.time_to_first_response_to_project_over_all_time, but
@@ -16 +16 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -17,0 +18,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -19 +21 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -120 +122 @@
-  CAST(to_artifact_id AS TEXT) AS to_project_id,
+  CAST(to_artifact_id AS TEXT) AS to_collection_id,
-- trino: as oso.time_to_first_response_to_project_over_all_time, but
@@ -16 +16 @@
-      step_0.project_id AS metrics_entity_id
+      step_1.collection_id AS metrics_entity_id
@@ -17,0 +18,2 @@
+    JOIN oso.projects_by_collection_v1 AS step_1
+      ON step_1.project_id = step_0.project_id
@@ -19 +21 @@
-      step_0.valid_to IS NULL
+      step_0.valid_to IS NULL AND step_1.valid_to IS NULL
@@ -120 +122 @@
-  CAST(to_artifact_id AS VARCHAR) AS to_project_id,
+  CAST(to_artifact_id AS VARCHAR) AS to_collection_id,
