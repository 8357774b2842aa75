"""Lets accounts use contracts on one chain: blocks with transactions, receipts and logs, block after block.

The chain is sparse (about a block an hour) so that a world stays small; everything else is as nodes answer it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from dlt_sources.sample_world.cast import Cast
from dlt_sources.sample_world.config import DAY, HOUR, WorldConfig, poisson
from dlt_sources.sample_world.tokens import Log, transfer_log, word

# how long the chain goes on after the world, and how many of its last blocks are not final
_TAIL = 30 * HOUR
UNFINAL_BLOCKS = 3
APPROVAL = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
DEPOSITOR = "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001"
L1_BLOCK = "0x4200000000000000000000000000000000000015"
_ETHER = 10**18


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """A transaction and what became of it; `created` is the contract it made."""

    hash: str
    type: int
    sender: str
    to: str | None
    value: int
    gas_used: int
    gas_price: int
    l1_fee: int | None
    succeeded: bool = True
    created: str | None = None
    input: str = "0x"
    nonce: int = 0
    logs: tuple[Log, ...] = ()

    @property
    def is_system(self) -> bool:
        """Whether the chain itself sent it."""
        return self.type == 0x7E

    @property
    def fee(self) -> int:
        """What it cost its sender, in wei."""
        return self.gas_used * self.gas_price + (self.l1_fee or 0)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of the chain."""

    number: int
    at: int
    hash: str
    parent_hash: str
    base_fee: int
    transactions: tuple[Transaction, ...] = ()


@dataclass(kw_only=True)
class Chain:
    """One chain while it runs; `lively` multiplies the transactions of a block, `spam` is a token of false amounts."""

    name: str
    chain_id: int
    lively: float
    config: WorldConfig
    contracts: list[str]
    accounts: list[str]
    spam: str
    rng: Random
    nonces: dict[str, int] = field(default_factory=dict)

    def word(self, bits: int = 256) -> str:
        """A random word of so many bits as hex."""
        return f"0x{self.rng.getrandbits(bits):0{bits // 4}x}"

    def blocks(self) -> Iterator[Block]:
        """Its blocks from number 0, an hour before the world, to a day after it."""
        number, at = 0, self.config.begin_at - HOUR
        parent = "0x" + "0" * 64
        while at < self.config.end_at + _TAIL:
            base_fee = 5_000_000 + self.rng.randrange(40_000_000)
            transactions = self._transactions(at, base_fee) if number else ()
            block = Block(
                number=number, at=at, hash=self.word(), parent_hash=parent, base_fee=base_fee, transactions=transactions
            )
            yield block
            parent, number = block.hash, number + 1
            # blocks may share a second
            at += 0 if self.rng.random() < 0.03 else self.rng.randrange(HOUR // 2, HOUR * 3 // 2)

    def _transactions(self, at: int, base_fee: int) -> tuple[Transaction, ...]:
        share = (at - self.config.begin_at) / (self.config.days * DAY)
        count = poisson(self.rng, 5.0 * self.lively * (0.7 + 0.8 * share))
        return (self._deposit(), *(self._transaction(base_fee) for _ in range(count)))

    def _deposit(self) -> Transaction:
        """The first transaction of each block, by which the chain learns of layer one."""
        return Transaction(
            hash=self.word(),
            type=0x7E,
            sender=DEPOSITOR,
            to=L1_BLOCK,
            value=0,
            gas_used=46_000,
            gas_price=0,
            l1_fee=None,
            input="0x440a5e20" + "0" * 64,
            nonce=self._nonce(DEPOSITOR),
        )

    def _transaction(self, base_fee: int) -> Transaction:
        rng = self.rng
        sender = self.accounts[min(int(rng.expovariate(0.02)), len(self.accounts) - 1)]
        deed = rng.random()
        to: str | None = self._popular_contract()
        created, logs, succeeded, input_ = None, (), True, "0xa9059cbb" + self.word()[2:]
        if deed < 0.02:
            to, created, input_ = None, self.word(160), "0x6080" + self.word()[2:]
            logs = (self._transfer(created, sender),) if rng.random() < 0.5 else ()
        elif deed < 0.12:
            to, input_ = rng.choice(self.accounts), "0x"
        elif deed < 0.18:
            succeeded = False
        else:
            logs = self._logs(to or sender, sender)
        return Transaction(
            hash=self.word(),
            type=rng.choice((0, 2, 2, 2)),
            sender=sender,
            to=to,
            value=rng.choice((0, 0, rng.randrange(_ETHER), rng.randrange(31 * _ETHER, 900 * _ETHER))),
            gas_used=21_000 if input_ == "0x" else rng.randrange(40_000, 900_000),
            gas_price=base_fee + rng.randrange(2_000_000),
            l1_fee=rng.randrange(10**9, 10**13),
            succeeded=succeeded,
            created=created,
            input=input_,
            nonce=self._nonce(sender),
            logs=logs,
        )

    def _popular_contract(self) -> str:
        return self.contracts[min(int(self.rng.expovariate(0.15)), len(self.contracts) - 1)]

    def _nonce(self, sender: str) -> int:
        self.nonces[sender] = self.nonces.get(sender, -1) + 1
        return self.nonces[sender]

    def _transfer(self, token: str, sender: str) -> Log:
        receiver = self.rng.choice(self.accounts)
        return transfer_log(self.rng, token, sender, receiver, is_spam=token == self.spam)

    def _logs(self, to: str, sender: str) -> tuple[Log, ...]:
        logs = [self._transfer(to, sender)] if self.rng.random() < 0.7 else []
        if self.rng.random() < 0.35:
            # a call that reaches another contract
            logs.append(self._transfer(self._popular_contract(), to))
        if self.rng.random() < 0.1:
            logs.append(Log(address=to, topics=(APPROVAL, word(sender), word(to)), data="0x" + "f" * 64))
        return tuple(logs)


def make_chains(config: WorldConfig, cast: Cast) -> list[Chain]:
    """The two chains of a world with the contracts of its projects and some that nobody lists."""
    chains = []
    for name, chain_id, lively in (("optimism", 10, 1.0), ("base", 8453, 1.3)):
        rng = config.random(name)
        listed = [address for project in cast.projects for address in project.contracts.get(name, ())]
        unlisted = [f"0x{rng.getrandbits(160):040x}" for _ in range(6)]
        contracts = [*dict.fromkeys(listed), *unlisted]
        rng.shuffle(contracts)
        accounts = [f"0x{rng.getrandbits(160):040x}" for _ in range(40 + 6 * config.projects)]
        # an account that a project lists is paid now and then
        accounts.append(cast.notes["listed account"])
        rng.shuffle(accounts)
        chains.append(
            Chain(
                name=name,
                chain_id=chain_id,
                lively=lively,
                config=config,
                contracts=contracts,
                accounts=accounts,
                spam=unlisted[0],
                rng=rng,
            )
        )
    return chains
