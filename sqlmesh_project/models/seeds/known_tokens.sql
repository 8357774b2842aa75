MODEL (
  name oso.known_tokens,
  kind SEED (
    path '../../seeds/known_tokens.csv'
  ),
  description 'ERC-20 tokens whose amounts do not have 18 decimals, one row a chain and contract. Tokens that are not here count as having 18.',
  owner oso,
  tags ('model_type=staging', 'category=blockchain'),
  columns (
    chain TEXT,
    address TEXT,
    symbol TEXT,
    decimals INT
  ),
  column_descriptions (
    chain = 'Name of the chain, lower case, as in the directory.',
    address = 'The token''s contract, lower case.',
    symbol = 'What the token is called; for readers of this list.',
    decimals = 'Of how many of its smallest units one token is made, as a power of ten.'
  ),
  grain (chain, address),
  audits (
    not_null(columns := (chain, address, decimals)),
    unique_combination_of_columns(columns := (chain, address))
  )
)
