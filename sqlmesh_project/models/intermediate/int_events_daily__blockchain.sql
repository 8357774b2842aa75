MODEL (
  name oso.int_events_daily__blockchain,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column bucket_day
  ),
  description 'Events on chains counted by day, one row a day, sender, receiver and event type. The source of the chain metrics. Failed transactions count and pay; those that create a contract have no receiver and are left out, but for the contracts they made speak.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=intermediate', 'category=blockchain'),
  column_descriptions (
    bucket_day = 'UTC day of the block.',
    from_artifact_id = 'Sender of the transaction.',
    to_artifact_id = 'Receiver of the transaction, or contract it invoked.',
    event_source = 'The chain, upper case, for example OPTIMISM.',
    event_type = 'TRANSACTION, GAS_FEE or CONTRACT_INVOCATION (the receiver and every contract that emitted a log, once a transaction).',
    amount = 'Number of transactions or invocations; fee in the chain''s coin (wei / 1e18). A decimal of 18 digits after the point, so that sums are exact.'
  ),
  grain (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type),
  audits (
    not_null(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type, amount)
    ),
    unique_combination_of_columns(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type)
    ),
    accepted_values("column" := event_type, is_in := ('TRANSACTION', 'GAS_FEE', 'CONTRACT_INVOCATION'))
  )
);

WITH sent AS (
  SELECT
    transactions.block_day,
    transactions.chain,
    transactions.from_address,
    transactions.to_address,
    COUNT(*) AS transaction_count,
    SUM(transactions.fee_wei) AS fee_wei
  FROM oso.stg_evm__transactions AS transactions
  WHERE
    transactions.block_day BETWEEN @start_date AND @end_date
    AND NOT transactions.to_address IS NULL
  GROUP BY
    transactions.block_day,
    transactions.chain,
    transactions.from_address,
    transactions.to_address
), invoked AS (
  SELECT
    transactions.block_day,
    transactions.chain,
    transactions.transaction_hash,
    transactions.from_address,
    transactions.to_address
  FROM oso.stg_evm__transactions AS transactions
  WHERE
    transactions.block_day BETWEEN @start_date AND @end_date
    AND NOT transactions.to_address IS NULL
  UNION
  SELECT
    transactions.block_day,
    transactions.chain,
    transactions.transaction_hash,
    transactions.from_address,
    emitters.address AS to_address
  FROM oso.stg_evm__transactions AS transactions
  INNER JOIN oso.stg_evm__log_emitters AS emitters
    ON emitters.block_day = transactions.block_day
    AND emitters.chain = transactions.chain
    AND emitters.transaction_hash = transactions.transaction_hash
  WHERE
    transactions.block_day BETWEEN @start_date AND @end_date
), counted AS (
  SELECT
    sent.block_day,
    sent.chain,
    sent.from_address,
    sent.to_address,
    'TRANSACTION' AS event_type,
    CAST(sent.transaction_count AS DECIMAL(38, 18)) AS amount
  FROM sent
  UNION ALL
  SELECT
    sent.block_day,
    sent.chain,
    sent.from_address,
    sent.to_address,
    'GAS_FEE' AS event_type,
    CAST(sent.fee_wei * CAST('0.000000000000000001' AS DECIMAL(18, 18)) AS DECIMAL(38, 18)) AS amount
  FROM sent
  UNION ALL
  SELECT
    invoked.block_day,
    invoked.chain,
    invoked.from_address,
    invoked.to_address,
    'CONTRACT_INVOCATION' AS event_type,
    CAST(COUNT(*) AS DECIMAL(38, 18)) AS amount
  FROM invoked
  GROUP BY
    invoked.block_day,
    invoked.chain,
    invoked.from_address,
    invoked.to_address
)
SELECT
  counted.block_day AS bucket_day,
  @oso_id(UPPER(counted.chain), 'address', counted.from_address) AS from_artifact_id,
  @oso_id(UPPER(counted.chain), 'address', counted.to_address) AS to_artifact_id,
  UPPER(counted.chain) AS event_source,
  counted.event_type,
  counted.amount
FROM counted
