"""The grants of the long history: every few weeks somebody gives something to somebody, projects among the givers."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from oracle_truth import Grant
from raw_lake import Row, grant

FUNDERS = ("foundation", "guild", "p")
RECIPIENTS = ("p", "q", "r", "stranger", None)


class GrantHistory:
    """Filled when made; `grants` are what the oracle is told."""

    def __init__(self, rng: Random, begin: date, end: date) -> None:
        self._rows: list[Row] = []
        self.grants: list[Grant] = []
        day = begin - timedelta(days=5)
        while day < end:
            funder, recipient = rng.choice(FUNDERS), rng.choice(RECIPIENTS)
            dollars = Decimal(rng.choice((0, 100, 12_345_678, 3_333))) / 100
            self._rows.append(grant(len(self._rows) + 2, day.isoformat(), funder, recipient, str(dollars)))
            self.grants.append(Grant(day, funder, recipient, dollars))
            day += timedelta(days=rng.choice((0, 1, 9, 30)))

    def tables(self) -> dict[str, list[Row]]:
        """Rows of the raw tables."""
        return {"oss_funding.grants": self._rows}
