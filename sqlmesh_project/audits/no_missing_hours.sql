AUDIT (
  name no_missing_hours,
  blocking FALSE
);

/* One row for each hour of the archive that the window needs and that was not landed, be it missing, cut off or never
   looked at: days with such hours hold fewer events than there were. */
WITH needed AS (
  SELECT
    CAST(series.file_hour AS TIMESTAMP) AS file_hour
  FROM UNNEST(GENERATE_SERIES(@start_dtntz, @end_dtntz + @lateness(), INTERVAL '1' HOUR)) AS series(file_hour)
), landed AS (
  SELECT
    CAST(hours.file_hour AS TIMESTAMP) AS file_hour
  FROM raw.github_archive.hours AS hours
  WHERE
    hours.status IN ('landed', 'empty')
)
SELECT
  needed.file_hour
FROM needed
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM landed
    WHERE
      landed.file_hour = needed.file_hour
  )
