"""What can go wrong between a node and a landed day; no message ever holds the RPC URL."""

from datetime import date, datetime

# JSON-RPC 2.0: the method does not exist
METHOD_NOT_FOUND = -32601


class EvmChainError(RuntimeError):
    """Base of all errors of this package."""


class RpcError(EvmChainError):
    """The node cannot be reached, keeps refusing after all attempts, or answers with an error."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class MethodNotSupported(RpcError):  # noqa: N818 - reads as the state it names, like DayNotFinal
    """The node does not offer a JSON-RPC method."""


class WrongChain(EvmChainError):  # noqa: N818
    """The node serves another chain than the settings say."""

    def __init__(self, chain: str, expected: int, found: int) -> None:
        super().__init__(
            f"chain {chain}: settings say chain id {expected}, the node says {found}; "
            f"correct rpc_url or chain_id of {chain} in OSO_EVM_CHAINS or oso.toml"
        )


class DayNotFinal(EvmChainError):  # noqa: N818
    """The block after a day is not final yet, so the day could still change; nothing was landed."""

    def __init__(self, chain: str, day: date, *, final_block: int, final_at: datetime, retry_at: datetime) -> None:
        super().__init__(
            f"chain {chain}: {day} is not final: the last final block {final_block} is of {final_at:%Y-%m-%d %H:%M:%S} "
            f"UTC; nothing was landed, try again after about {retry_at:%Y-%m-%d %H:%M} UTC, "
            f"or ask for days before {day}"
        )
        self.day = day
        self.retry_at = retry_at


class DayBroken(EvmChainError):  # noqa: N818
    """A day's blocks cannot be landed; `status` is what the day's receipt will say."""

    status = "failed"

    def __init__(self, message: str, *, block: int) -> None:
        super().__init__(message)
        self.block = block


class Hole(DayBroken):
    """The node has no block, or no receipts of a block, that must exist."""

    status = "hole"


class Reorganised(DayBroken):
    """A block's parent is not the block before it."""

    status = "reorganised"


class BadAnswer(DayBroken):
    """A block's header is not what the JSON-RPC specification says."""
