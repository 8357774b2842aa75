MODEL (
  name oso.stg_evm__log_emitters,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column block_day
  ),
  description 'Contracts that emitted a log, one row a transaction and contract.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=blockchain'),
  column_descriptions (
    block_day = 'UTC day of the block.',
    chain = 'Name of the chain, lower case.',
    transaction_hash = 'Transaction in which it was emitted.',
    address = 'Contract, lower case.'
  ),
  grain (chain, transaction_hash, address),
  audits (
    not_null(columns := (block_day, chain, transaction_hash, address)),
    unique_combination_of_columns(columns := (chain, transaction_hash, address))
  )
);

SELECT DISTINCT
  logs.block_day,
  logs.chain,
  logs.transaction_hash,
  LOWER(logs.address) AS address
FROM raw.evm_chain.logs AS logs
WHERE
  logs.block_day BETWEEN @start_date AND @end_date
