MODEL (
  name oso.int_events_daily__token_transfers,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column bucket_day
  ),
  description 'Transfers of ERC-20 tokens counted by day, one row a day, party, token and event type. The source of the token metrics.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=intermediate', 'category=blockchain'),
  column_descriptions (
    bucket_day = 'UTC day of the block.',
    from_artifact_id = 'Who sent the tokens; in TOKEN_HOLDER_ACTIVITY who sent or received them.',
    to_artifact_id = 'The token''s contract.',
    event_source = 'The chain, upper case, for example OPTIMISM.',
    event_type = 'TOKEN_TRANSFER; TOKEN_TRANSFER_VOLUME; or TOKEN_HOLDER_ACTIVITY, for each party that is not the zero address.',
    amount = 'Number of transfers; tokens moved (smallest units by 10^decimals; decimals from oso.known_tokens, else 18).'
  ),
  grain (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type),
  audits (
    not_null(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type, amount)
    ),
    unique_combination_of_columns(
      columns := (bucket_day, from_artifact_id, to_artifact_id, event_source, event_type)
    ),
    accepted_values(
      "column" := event_type,
      is_in := ('TOKEN_TRANSFER', 'TOKEN_TRANSFER_VOLUME', 'TOKEN_HOLDER_ACTIVITY')
    )
  )
);

WITH transfers AS (
  SELECT
    moved.block_day,
    moved.chain,
    moved.token_address,
    moved.from_address,
    moved.to_address,
    moved.value / POWER(CAST(10 AS DOUBLE), COALESCE(tokens.decimals, 18)) AS tokens
  FROM oso.stg_evm__token_transfers AS moved
  LEFT JOIN oso.known_tokens AS tokens
    ON tokens.chain = moved.chain AND tokens.address = moved.token_address
  WHERE
    moved.block_day BETWEEN @start_date AND @end_date
), parties AS (
  SELECT
    transfers.block_day,
    transfers.chain,
    transfers.token_address,
    transfers.from_address AS holder_address
  FROM transfers
  UNION ALL
  SELECT
    transfers.block_day,
    transfers.chain,
    transfers.token_address,
    transfers.to_address AS holder_address
  FROM transfers
  WHERE
    transfers.to_address <> transfers.from_address
), counted AS (
  SELECT
    transfers.block_day,
    transfers.chain,
    transfers.token_address,
    transfers.from_address AS party_address,
    'TOKEN_TRANSFER' AS event_type,
    CAST(COUNT(*) AS DOUBLE) AS amount
  FROM transfers
  GROUP BY
    transfers.block_day,
    transfers.chain,
    transfers.token_address,
    transfers.from_address
  UNION ALL
  SELECT
    transfers.block_day,
    transfers.chain,
    transfers.token_address,
    transfers.from_address AS party_address,
    'TOKEN_TRANSFER_VOLUME' AS event_type,
    SUM(transfers.tokens) AS amount
  FROM transfers
  GROUP BY
    transfers.block_day,
    transfers.chain,
    transfers.token_address,
    transfers.from_address
  UNION ALL
  SELECT
    parties.block_day,
    parties.chain,
    parties.token_address,
    parties.holder_address AS party_address,
    'TOKEN_HOLDER_ACTIVITY' AS event_type,
    CAST(COUNT(*) AS DOUBLE) AS amount
  FROM parties
  WHERE
    parties.holder_address <> '0x0000000000000000000000000000000000000000'
  GROUP BY
    parties.block_day,
    parties.chain,
    parties.token_address,
    parties.holder_address
)
SELECT
  counted.block_day AS bucket_day,
  @oso_id(UPPER(counted.chain), 'address', counted.party_address) AS from_artifact_id,
  @oso_id(UPPER(counted.chain), 'address', counted.token_address) AS to_artifact_id,
  UPPER(counted.chain) AS event_source,
  counted.event_type,
  counted.amount
FROM counted
