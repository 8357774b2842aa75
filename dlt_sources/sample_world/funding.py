"""Writes files of grants as people keep them: the tidy one of a registry, and one that came out of a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dlt_sources.sample_world.cast import Cast
from dlt_sources.sample_world.config import World
from dlt_sources.sample_world.truth import TruthTable

REGISTRY = "funding_data.csv"
SPREADSHEET = "uploads/spring-round.csv"
FOUNDATIONS = ("meadow-foundation", "public-goods-fund", "harbor-grants", "city-of-builders")
POOLS = ("season-1", "season-2", "retro-round-3")
STRANGER = "not-in-the-directory"
_REGISTRY_COLUMNS = (
    "to_project_name",
    "amount",
    "funding_date",
    "from_funder_name",
    "grant_pool_name",
    "metadata",
    "file_path",
)
_SPREADSHEET_COLUMNS = (
    "Unnamed: 0",
    "funding_date",
    "from_funder_name",
    "to_project_name",
    "amount",
    "grant_pool_name",
    "metadata_application_name",
    "notes",
)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A grant as it is meant; `written` are cells that say something else than its fields, `fault` why they fail."""

    to: str | None
    funder: str
    amount: Decimal | None
    day: date | None
    pool: str
    written: tuple[tuple[str, str], ...] = ()
    fault: str | None = None

    def cells(self) -> dict[str, str]:
        """What the file says, by column."""
        plain = {
            "to_project_name": self.to or "",
            "from_funder_name": self.funder,
            "amount": str(self.amount),
            "funding_date": str(self.day),
            "grant_pool_name": self.pool,
        }
        return plain | dict(self.written)


def write_funding(world: World, cast: Cast) -> int:
    """Write the files and their truth; returns the number of grants that can be read."""
    rng = world.config.random("funding")
    files = {
        REGISTRY: [*_registry(rng, world, cast), *_nasty(world, cast)],
        SPREADSHEET: list(_spreadsheet(rng, world, cast)),
    }
    (world.funding_dir / "uploads").mkdir(parents=True)
    _write_registry(world, files[REGISTRY])
    _write_spreadsheet(world, files[SPREADSHEET])
    with TruthTable(world.truth_dir, "grants") as truth:
        for name, grants in files.items():
            for line, grant in enumerate(grants, start=2):
                amount = None if grant.amount is None else str(grant.amount)
                truth.add((name, line, grant.to, grant.funder, amount, grant.day, grant.pool, grant.fault))
    return sum(grant.fault is None for grants in files.values() for grant in grants)


def _registry(rng: Random, world: World, cast: Cast) -> Iterator[Grant]:
    slugs = [project.slug for project in cast.projects]
    # two projects of the directory fund others; one has funded before the world began and goes on after it
    funders = [*FOUNDATIONS, *FOUNDATIONS, slugs[0], slugs[3]]
    for _ in range(4 * world.config.projects):
        to = rng.choices((rng.choice(slugs), None, STRANGER), (85, 10, 5))[0]
        yield Grant(
            to=to,
            funder=rng.choice(funders),
            amount=_amount(rng),
            day=world.begin + timedelta(days=rng.randrange(-20, world.config.days + 5)),
            pool=rng.choice(POOLS),
        )


def _amount(rng: Random) -> Decimal:
    """Whole dollars, cents, or what converting a token's price leaves."""
    digits = rng.choice((0, 2, 2, 13))
    return Decimal(rng.randrange(100, 90_000) * 10**digits + rng.randrange(10**digits)).scaleb(-digits)


def _nasty(world: World, cast: Cast) -> Iterator[Grant]:
    """Lines that cannot be counted, and some that can although they look odd."""
    slug, other = cast.projects[0].slug, cast.projects[1].slug
    day, pool, funder = world.begin + timedelta(days=3), POOLS[0], FOUNDATIONS[0]

    def grant(fault: str | None = None, worth: str | None = "100", **written: str) -> Grant:
        return Grant(
            to=other,
            funder=funder,
            amount=None if worth is None else Decimal(worth),
            day=day,
            pool=pool,
            written=tuple(written.items()),
            fault=fault,
        )

    yield grant("amount", None, amount="12 thousand")
    yield grant("amount", None, amount="")
    yield grant("amount", None, amount="nan")
    yield grant("amount", None, amount="1.000,50")
    yield grant("amount", None, amount="€500")
    yield grant("amount", "-250")
    yield grant("date", funding_date="2025-13-40")
    yield grant("date", funding_date="")
    yield grant("date", funding_date="03/04/2025")
    yield grant("funder", from_funder_name=" ")
    # nothing was given: it can be read, and is no funding
    yield grant(None, "0.0")
    # the same line twice is two grants
    yield grant(None, "777.25")
    yield grant(None, "777.25")
    yield grant(None, "1.5E+3")
    # a project may give to itself
    yield Grant(to=slug, funder=slug, amount=Decimal(42), day=day, pool=pool)


def _spreadsheet(rng: Random, world: World, cast: Cast) -> Iterator[Grant]:
    """Amounts with signs and commas, dates in many forms, blanks around names."""
    slugs = [project.slug for project in cast.projects]
    for number in range(world.config.projects):
        amount = Decimal(rng.randrange(1_000_00, 2_000_000_00)).scaleb(-2)
        day = world.begin + timedelta(days=rng.randrange(world.config.days))
        to, funder = rng.choice(slugs), rng.choice((*FOUNDATIONS, slugs[0]))
        written = {
            "amount": rng.choice((f"${amount:,.2f}", f"{amount:,.2f}", f"$ {amount}", f"{amount:,.2f} USD")),
            "funding_date": _dated(number, day),
            "to_project_name": f" {to} " if number % 5 == 0 else to,
            "metadata_application_name": f'"{to}", a "big" one' if number % 7 == 0 else "",
            "Unnamed: 0": str(number),
            "notes": "call them back" if number % 9 == 0 else "",
        }
        yield Grant(to=to, funder=funder, amount=amount, day=day, pool="spring-round", written=tuple(written.items()))


def _dated(number: int, day: date) -> str:
    forms = (
        f"{day}",
        f"{day}T00:00:00Z",
        f"{day:%Y/%m/%d}",
        f"{day:%b} {day.day}, {day.year}",
        f"{day.day} {day:%B} {day.year}",
        # month and day can be told apart, or are the same
        f"{day.month}/{day.day}/{day.year}" if day.day > 12 or day.day == day.month else f"{day}",
    )
    return forms[number % len(forms)]


def _write_registry(world: World, grants: list[Grant]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, _REGISTRY_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for grant in grants:
        metadata = json.dumps({"application_name": grant.to or "unlisted", "token_unit": "USD"})
        path = f"data/funders/{grant.funder.strip()}/uploads/{grant.pool}.csv"
        writer.writerow({"metadata": metadata, "file_path": path} | grant.cells())
    (world.funding_dir / REGISTRY).write_bytes(text.getvalue().encode())


def _write_spreadsheet(world: World, grants: list[Grant]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, _SPREADSHEET_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(grant.cells() for grant in grants)
    (world.funding_dir / SPREADSHEET).write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
