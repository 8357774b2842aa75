MODEL (
  name oso.stg_evm__transactions,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column block_day
  ),
  description 'Transactions that somebody sent, one row a transaction: those that a chain makes itself are left out, failed ones stay in because they pay too.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=blockchain'),
  column_descriptions (
    block_day = 'UTC day of its block.',
    chain = 'Name of the chain, lower case.',
    transaction_hash = 'Hash.',
    from_address = 'Sender, lower case.',
    to_address = 'Receiver, lower case; null when it creates a contract.',
    fee_wei = 'Fee paid in wei: gas used times effective gas price, and the fee for the layer below.'
  ),
  grain (chain, transaction_hash),
  audits (
    not_null(columns := (block_day, chain, transaction_hash, from_address, fee_wei)),
    unique_combination_of_columns(columns := (chain, transaction_hash))
  )
);

SELECT
  transactions.block_day,
  transactions.chain,
  transactions.hash AS transaction_hash,
  LOWER(transactions.from_address) AS from_address,
  LOWER(transactions.to_address) AS to_address,
  CAST(transactions.gas_used * transactions.effective_gas_price + COALESCE(transactions.l1_fee, 0) AS DECIMAL(38, 0)) AS fee_wei
FROM raw.evm_chain.transactions AS transactions
WHERE
  NOT transactions.is_system
  AND transactions.block_day BETWEEN @start_date AND @end_date
