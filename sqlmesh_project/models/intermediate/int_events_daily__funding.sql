MODEL (
  name oso.int_events_daily__funding,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column bucket_day
  ),
  description 'Grants by day, one row a day, giver, receiver and event type: each grant once as received and once as awarded, so that both sides find it under to_artifact_id. The source of the funding metrics.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=intermediate', 'category=funding'),
  column_descriptions (
    bucket_day = 'Day of the grant.',
    from_artifact_id = 'The other side: in FUNDING_RECEIVED the funder''s account, in FUNDING_AWARDED the recipient''s (the account without a name when nobody is named).',
    to_artifact_id = 'Account that the event is about: of the recipient in FUNDING_RECEIVED, of the funder in FUNDING_AWARDED.',
    event_source = 'OSS_FUNDING.',
    event_type = 'FUNDING_RECEIVED or FUNDING_AWARDED.',
    amount = 'US dollars, exact.'
  ),
  grain (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type),
  audits (
    not_null(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type, amount)
    ),
    unique_combination_of_columns(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type)
    ),
    accepted_values("column" := event_type, is_in := ('FUNDING_RECEIVED', 'FUNDING_AWARDED')),
    forall(criteria := (
      amount > 0
    ))
  )
);

WITH sides AS (
  SELECT
    grants.funding_date,
    grants.from_funder_name AS other_name,
    grants.to_project_name AS account_name,
    'FUNDING_RECEIVED' AS event_type,
    grants.amount
  FROM oso.stg_oss_funding__grants AS grants
  WHERE
    NOT grants.to_project_name IS NULL
    AND grants.funding_date BETWEEN @start_date AND @end_date
  UNION ALL
  SELECT
    grants.funding_date,
    COALESCE(grants.to_project_name, '') AS other_name,
    grants.from_funder_name AS account_name,
    'FUNDING_AWARDED' AS event_type,
    grants.amount
  FROM oso.stg_oss_funding__grants AS grants
  WHERE
    grants.funding_date BETWEEN @start_date AND @end_date
)
SELECT
  sides.funding_date AS bucket_day,
  @oso_id('OSS_FUNDING', 'account', sides.other_name) AS from_artifact_id,
  @oso_id('OSS_FUNDING', 'account', sides.account_name) AS to_artifact_id,
  'OSS_FUNDING' AS event_source,
  sides.event_type,
  CAST(SUM(sides.amount) AS DECIMAL(38, 18)) AS amount
FROM sides
GROUP BY
  sides.funding_date,
  sides.other_name,
  sides.account_name,
  sides.event_type
