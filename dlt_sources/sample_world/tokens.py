"""Transfers of tokens as logs: ordinary ones, mints and burns, items, amounts too large to be true, and odd ones."""

from dataclasses import dataclass
from random import Random

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
ZERO_ADDRESS = "0x" + "0" * 40
# USD Coin, the one token of the world whose decimals are known to differ
SIX_DECIMALS = {
    "optimism": "0x0b2c639c533813f4aa9d7837caf62653d097ff85",
    "base": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
}
DECIMALS = 18
_MOST = 2**256 - 1


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """What a log that looks like a transfer means; `value` only for kind erc20."""

    kind: str
    sender: str
    receiver: str
    value: int | None = None
    decimals: int = DECIMALS


@dataclass(frozen=True, kw_only=True)
class Log:
    """A log: who emitted it, topics, data; and the transfer it is, if it is one."""

    address: str
    topics: tuple[str, ...]
    data: str
    transfer: Transfer | None = None


def transfer_log(rng: Random, token: str, sender: str, receiver: str, *, is_spam: bool) -> Log:
    """A log of `token` about a transfer; `is_spam` lets the amounts be beyond all reason."""
    deed = rng.random()
    if deed < 0.12:
        # a transfer of one item has its number as a fourth topic, and no data
        topics = (*_topics(sender, receiver), f"0x{rng.randrange(10_000):064x}")
        moved = Transfer(kind="erc721", sender=sender, receiver=receiver)
        return Log(address=token, topics=topics, data="0x", transfer=moved)
    if deed < 0.16:
        return _odd(rng, token, sender, receiver)
    if deed < 0.22:
        sender = ZERO_ADDRESS
    elif deed < 0.25:
        receiver = ZERO_ADDRESS
    is_known = token in SIX_DECIMALS.values()
    value = rng.randrange(10**12) if is_known else rng.getrandbits(80)
    if is_spam and rng.random() < 0.3:
        value = _MOST
    moved = Transfer(kind="erc20", sender=sender, receiver=receiver, value=value, decimals=6 if is_known else DECIMALS)
    return Log(address=token, topics=_topics(sender, receiver), data=f"0x{value:064x}", transfer=moved)


def word(address: str) -> str:
    """An address as a topic."""
    return "0x" + "0" * 24 + address[2:]


def _topics(sender: str, receiver: str) -> tuple[str, str, str]:
    return TRANSFER, word(sender), word(receiver)


def _odd(rng: Random, token: str, sender: str, receiver: str) -> Log:
    """A log with the signature of a transfer that is none: parties as data, no amount, or more than an amount."""
    moved = Transfer(kind="odd", sender=sender, receiver=receiver)
    amount = f"{rng.getrandbits(80):064x}"
    topics, data = rng.choice(
        (
            ((TRANSFER,), f"0x{word(sender)[2:]}{word(receiver)[2:]}{amount}"),
            (_topics(sender, receiver), "0x"),
            (_topics(sender, receiver), f"0x{amount}{amount}"),
        )
    )
    return Log(address=token, topics=topics, data=data, transfer=moved)
