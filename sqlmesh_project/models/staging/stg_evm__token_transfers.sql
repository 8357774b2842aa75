MODEL (
  name oso.stg_evm__token_transfers,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column block_day
  ),
  description 'Transfers of ERC-20 tokens, one row a log: the event Transfer with two indexed parties and one amount. Transfers of single items (ERC-721, whose number is a fourth topic) and logs of any other form are left out.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=blockchain'),
  column_descriptions (
    block_day = 'UTC day of the block.',
    chain = 'Name of the chain, lower case.',
    block_number = 'Block.',
    log_index = 'Position of the log in the block.',
    transaction_hash = 'Transaction in which it was emitted.',
    token_address = 'The token: the contract that emitted it, lower case.',
    from_address = 'Who gave, lower case; 0x00..0 where tokens were made.',
    to_address = 'Who received, lower case; 0x00..0 where tokens were burnt.',
    value_hex = 'Amount in the token''s smallest unit: the 64 hexadecimal digits of a number below 2^256, exact.',
    value = 'The same number as a double: exact below 2^53, else within 5e-16 of its size.'
  ),
  grain (chain, block_number, log_index),
  audits (
    not_null(
      columns := (
        block_day,
        chain,
        block_number,
        log_index,
        token_address,
        from_address,
        to_address,
        value
      )
    ),
    unique_combination_of_columns(columns := (chain, block_number, log_index))
  )
);

/* 66 characters are 0x and 32 bytes; an address is the last 20 of them */
SELECT
  logs.block_day,
  logs.chain,
  logs.block_number,
  logs.log_index,
  logs.transaction_hash,
  LOWER(logs.address) AS token_address,
  '0x' || LOWER(SUBSTRING(logs.topic1, 27, 40)) AS from_address,
  '0x' || LOWER(SUBSTRING(logs.topic2, 27, 40)) AS to_address,
  LOWER(SUBSTRING(logs.data, 3, 64)) AS value_hex,
  @hex_to_double(SUBSTRING(logs.data, 3, 64)) AS value
FROM raw.evm_chain.logs AS logs
WHERE
  logs.topic0 = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
  AND LENGTH(logs.topic1) = 66
  AND LENGTH(logs.topic2) = 66
  AND logs.topic3 IS NULL
  AND LENGTH(logs.data) = 66
  AND logs.block_day BETWEEN @start_date AND @end_date
