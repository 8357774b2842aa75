"""What the raw tables of EVM chains hold. Token amounts stay as hexadecimal in `logs.data`."""

import pyarrow as pa

from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column

# wei: 256-bit quantities that fit 38 digits; the few that do not are quarantined
WEI = pa.decimal128(38, 0)
# days of quiet chains share files; a file is at most one slab of rows, so that replacing a day rewrites little
BY_MONTH = (PartitionBy("chain"), PartitionBy("block_day", "month"))

_DAY_OF_CHAIN = (
    column("chain", pa.string(), "Name of the chain, as in the settings, for example optimism."),
    column("block_day", pa.date32(), "Day of the block's timestamp, UTC."),
)
_BLOCK_OF_ROW = (
    column("block_number", pa.int64(), "Number of the block."),
    column("block_at", TIMESTAMP, "Timestamp of the block."),
)

BLOCKS = TableContract(
    name="evm_chain.blocks",
    description="Final blocks, one row a block.",
    schema=pa.schema(
        [
            *_DAY_OF_CHAIN,
            column("number", pa.int64(), "Number of the block; it orders blocks, since timestamps may repeat."),
            column("hash", pa.string(), "Hash of the block."),
            column("parent_hash", pa.string(), "Hash of the block before."),
            column("block_at", TIMESTAMP, "Timestamp of the block."),
            column("transaction_count", pa.int32(), "Number of its transactions, system transactions included."),
            column("gas_used", pa.int64(), "Gas used by its transactions."),
            column("gas_limit", pa.int64(), "Gas it could have used."),
            column("base_fee_per_gas", WEI, "Base fee in wei; null before the London upgrade.", nullable=True),
            column("miner", pa.string(), "Address that the fees go to."),
        ]
    ),
    partition=BY_MONTH,
    identity=("chain", "number"),
)

TRANSACTIONS = TableContract(
    name="evm_chain.transactions",
    description="Transactions of final blocks with what their receipts say, one row a transaction, failed ones too.",
    schema=pa.schema(
        [
            *_DAY_OF_CHAIN,
            *_BLOCK_OF_ROW,
            column("transaction_index", pa.int32(), "Position in the block."),
            column("hash", pa.string(), "Hash of the transaction."),
            column("type", pa.int32(), "EIP-2718 type; 0 for the oldest kind."),
            column("is_system", pa.bool_(), "Made by the chain itself: OP deposits (0x7e), Arbitrum internal (0x6a)."),
            column("from_address", pa.string(), "Sender, lower case."),
            column("to_address", pa.string(), "Receiver, lower case; null when a contract is created.", nullable=True),
            column("contract_address", pa.string(), "The contract created, else null.", nullable=True),
            column("value", WEI, "Native currency moved, in wei."),
            column("gas_used", pa.int64(), "Gas used; paid for by failed transactions as well."),
            column("effective_gas_price", WEI, "Wei paid for one gas."),
            column("l1_fee", WEI, "Wei paid for data on layer 1; null where the chain has no such fee.", nullable=True),
            column("status", pa.int32(), "1 success, 0 failure; null before the Byzantium upgrade.", nullable=True),
            column(
                "input_selector",
                pa.string(),
                "First four bytes of a call's input; null for shorter inputs and for creations.",
                nullable=True,
            ),
        ]
    ),
    partition=BY_MONTH,
    identity=("chain", "hash"),
)

LOGS = TableContract(
    name="evm_chain.logs",
    description="Events that contracts emitted in final blocks, undecoded, one row a log.",
    schema=pa.schema(
        [
            *_DAY_OF_CHAIN,
            *_BLOCK_OF_ROW,
            column("transaction_hash", pa.string(), "Transaction that emitted it."),
            column("log_index", pa.int32(), "Position in the block."),
            column("address", pa.string(), "Contract that emitted it, lower case."),
            *(
                column(f"topic{n}", pa.string(), f"Topic {n}; null when there are fewer topics.", nullable=True)
                for n in range(4)
            ),
            column("data", pa.string(), "Its data, hexadecimal."),
        ]
    ),
    partition=BY_MONTH,
    identity=("chain", "block_number", "log_index"),
)

QUARANTINE = TableContract(
    name="evm_chain.quarantine",
    description="Records of final blocks that break their table's contract.",
    schema=pa.schema(
        [
            *_DAY_OF_CHAIN,
            column("reason", pa.string(), "Which field of which record is wrong, and how."),
            column("payload", pa.string(), "The record as JSON, cut at 4,000 characters."),
        ]
    ),
    partition=BY_MONTH,
)

DAYS = TableContract(
    name="evm_chain.days",
    description="Receipts: what is known of each day of each chain that was looked at.",
    schema=pa.schema(
        [
            *_DAY_OF_CHAIN,
            column(
                "status",
                pa.string(),
                "final: landed whole; hole: the node lacks blocks or receipts; reorganised: its blocks do not "
                "fit together, or its landed blocks are no longer the chain's; failed: an answer was not readable.",
            ),
            column("first_block", pa.int64(), "First block of the day; null when it has none.", nullable=True),
            column("last_block", pa.int64(), "Last block of the day; null when it has none.", nullable=True),
            column("first_parent_hash", pa.string(), "Parent of the first block; null without one.", nullable=True),
            column("last_hash", pa.string(), "Hash of the last block; null without one.", nullable=True),
            column("blocks", pa.int64(), "Number of blocks landed."),
            column("load_id", pa.string(), "The load that wrote the receipt."),
            column("landed_at", TIMESTAMP, "When that was."),
        ]
    ),
    partition=(PartitionBy("chain"),),
    identity=("chain", "block_day"),
)

# commit order: the receipt says that the others are there
TABLES = (BLOCKS, TRANSACTIONS, LOGS, QUARANTINE, DAYS)
