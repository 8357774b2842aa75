AUDIT (
  name no_late_events,
  blocking FALSE
);

/* One row for each event of the window that came too late, or impossibly early, and is therefore not counted */
SELECT DISTINCT
  events.type,
  events.id
FROM raw.github_archive.events AS events
WHERE
  events.created_at BETWEEN @start_dt AND @end_dt
  AND NOT @arrived_in_time(events.file_hour, events.created_at)
  AND NOT EXISTS(
    SELECT
      1
    FROM @this_model AS counted
    WHERE
      counted.event_type = events.type AND counted.event_id = events.id
  )
