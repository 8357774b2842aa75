"""The chains of the long history: addresses with spells of use and of absence, contracts, a token, and transfers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random

from oracle_truth import Member, Transaction, Transfer
from raw_lake import TRANSFER, Row, chain_day, log, transaction

CHAINS = ("optimism", "base")
NOBODY = "0x" + "0" * 40
SENDERS = tuple(f"0x{number:040x}" for number in range(0xA1, 0xA7))
CONTRACTS = tuple(f"0x{number:040x}" for number in range(0xC1, 0xC4))
OF_PROJECTS = {"p": CONTRACTS[:2], "q": CONTRACTS[1:2], "r": CONTRACTS[2:]}


class ChainHistory:
    """Filled when made; `transactions` and `transfers` are what the oracle is told."""

    def __init__(self, rng: Random, begin: date, end: date) -> None:
        self._rng = rng
        self._rows: list[Row] = []
        self._logs: list[Row] = []
        self._days: list[Row] = []
        self.transactions: list[Transaction] = []
        self.transfers: list[Transfer] = []
        spells = {sender: _spells(rng, (end - begin).days) for sender in SENDERS}
        for number in range((end - begin).days):
            day = begin + timedelta(days=number)
            self._days += [chain_day(chain, day.isoformat()) for chain in CHAINS]
            for sender, (length, offset, chance) in spells.items():
                # so many days of use, and twice as many without
                if (number + offset) % (3 * length) < length and rng.random() < chance:
                    self._send(rng.choice(CHAINS), day, sender)

    def tables(self) -> dict[str, list[Row]]:
        """Rows of the raw tables."""
        return {
            "evm_chain.transactions": self._rows,
            "evm_chain.logs": self._logs,
            "evm_chain.days": self._days,
        }

    def listed(self, project: str) -> list[tuple[str, str, str, str]]:
        """What the directory says of a project's contracts."""
        return [("BLOCKCHAIN", "contract", "any_evm", address) for address in OF_PROJECTS[project]]

    def members(self, projects: Iterable[str]) -> list[Member]:
        """The same for the oracle."""
        return [
            Member(project, "address", address, "any_evm") for project in projects for address in OF_PROJECTS[project]
        ]

    def _send(self, chain: str, day: date, sender: str) -> None:
        rng, index, contract = self._rng, len(self._rows) + 1, self._rng.choice(CONTRACTS)
        self._rows.append(transaction(chain, day.isoformat(), index, sender, contract))
        noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
        emitters = []
        for position in range(rng.choice((0, 1, 2))):
            token = rng.choice(CONTRACTS)
            emitters.append(token)
            self._emit(chain, day, (index, position), (token, sender), noon)
        sent = Transaction(chain, noon, sender, contract, tuple(emitters), 21_000 * 2)
        self.transactions.append(sent)

    def _emit(self, chain: str, day: date, place: tuple[int, int], parties: tuple[str, str], at: int) -> None:
        rng, (token, sender) = self._rng, parties
        receiver = rng.choice((*SENDERS, NOBODY))
        value = rng.getrandbits(70)
        topics = {"topic0": TRANSFER, "topic1": _word(sender), "topic2": _word(receiver)}
        row = log(chain, day.isoformat(), *place, token) | topics
        if rng.random() < 0.2:
            # one item: its number is a fourth topic
            self._logs.append(row | {"topic3": f"0x{value:064x}"})
            return
        self._logs.append(row | {"data": f"0x{value:064x}"})
        self.transfers.append(Transfer(chain, at, token, sender, receiver, value, 18))


def _spells(rng: Random, days: int) -> tuple[int, int, float]:
    return rng.choice((3, 9, 25, 60, 120)), rng.randrange(days), rng.choice((0.1, 0.4))


def _word(address: str) -> str:
    return "0x" + "0" * 24 + address[2:]
