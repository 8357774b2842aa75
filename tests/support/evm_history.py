"""A short history on a real anvil: five days with everything that a day of a chain can hold.

2025-10-01: a creation, a call with logs, a failed call, old transaction types, two blocks of one second, and one in
the day's last second. 2025-10-02: its first block at midnight; values beyond 64 bits, and one beyond 38 digits.
2025-10-03: no block. 2025-10-04: 150 blocks. 2025-10-05: enough blocks to make all before it final, itself not.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from anvil import BLOCKS_TO_FINAL, EMITTER_INIT, Anvil, running_anvil

FIRST_DAY = date(2025, 10, 1)
NOT_FINAL = date(2025, 10, 5)
# what an ordinary value in wei passes easily, and 64 bits do not hold
LARGE_VALUE = 31 * 10**18
# what 38 digits do not hold, and anvil, whose balances have 128 bits, still moves
HUGE_VALUE = 2**127
WORD = "0x" + "ab" * 32
GWEI_3 = hex(3 * 10**9)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """An instant of October 2025, UTC."""
    return datetime(2025, 10, day, hour, minute, second, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class History:
    """The node, and the names of what was made on it."""

    anvil: Anvil
    accounts: list[str]
    contract: str
    creation: str
    emitting: str
    failed: str
    legacy: str
    access_list: str
    large: str
    huge: str


@contextmanager
def running_history() -> Generator[History]:
    """Run anvil and make the history on it."""
    with running_anvil(at(1)) as anvil:
        yield _write(anvil)


def _write(anvil: Anvil) -> History:
    accounts: list[str] = anvil.call("eth_accounts")
    (creation,) = anvil.mine(at(1, 1), [{"from": accounts[0], "data": EMITTER_INIT}])
    contract = anvil.call("eth_getTransactionReceipt", creation)["contractAddress"]
    emit, fail = {"to": contract, "data": WORD}, {"to": contract}
    emitting, failed = anvil.mine(at(1, 2), [{"from": accounts[1], **emit}, {"from": accounts[2], **fail}])
    legacy, access_list = anvil.mine(at(1, 2), [_legacy(accounts), _with_access_list(accounts)])
    anvil.mine(at(1, 23, 59, 59))
    anvil.call("anvil_setBalance", accounts[5], hex(HUGE_VALUE + 10**20))
    large, huge = anvil.mine(
        at(2),
        [
            {"from": accounts[1], "to": accounts[4], "value": hex(LARGE_VALUE)},
            {"from": accounts[5], "to": accounts[4], "value": hex(HUGE_VALUE)},
        ],
    )
    anvil.mine_many(150, at(4, 6), 60)
    anvil.mine_many(BLOCKS_TO_FINAL + 6, at(5), 60)
    return History(
        anvil=anvil,
        accounts=accounts,
        contract=contract,
        creation=creation,
        emitting=emitting,
        failed=failed,
        legacy=legacy,
        access_list=access_list,
        large=large,
        huge=huge,
    )


def _legacy(accounts: list[str]) -> dict[str, Any]:
    return {"from": accounts[3], "to": accounts[4], "value": "0x1", "type": "0x0", "gasPrice": GWEI_3}


def _with_access_list(accounts: list[str]) -> dict[str, Any]:
    return {"from": accounts[4], "to": accounts[3], "type": "0x1", "gasPrice": GWEI_3, "accessList": []}
