"""EVM chains by JSON-RPC: blocks, transactions with receipts, and logs, a final day at a time."""

from dlt_sources.evm_chain.contract import BLOCKS, DAYS, LOGS, QUARANTINE, TABLES, TRANSACTIONS
from dlt_sources.evm_chain.errors import (
    DayNotFinal,
    EvmChainError,
    Hole,
    MethodNotSupported,
    Reorganised,
    RpcError,
    WrongChain,
)
from dlt_sources.evm_chain.landing import land_days
from dlt_sources.evm_chain.recorded import RecordedTransport
from dlt_sources.evm_chain.recording import record
from dlt_sources.evm_chain.rpc import RpcClient
from dlt_sources.evm_chain.verdict import window_name
from dlt_sources.evm_chain.wire import RpcLimits

__all__ = [
    "BLOCKS",
    "DAYS",
    "LOGS",
    "QUARANTINE",
    "TABLES",
    "TRANSACTIONS",
    "DayNotFinal",
    "EvmChainError",
    "Hole",
    "MethodNotSupported",
    "RecordedTransport",
    "Reorganised",
    "RpcClient",
    "RpcError",
    "RpcLimits",
    "WrongChain",
    "land_days",
    "record",
    "window_name",
]
