"""Amounts and dates as people write them: what is read, and what is refused rather than guessed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlt_sources.oss_funding import cells
from dlt_sources.oss_funding.cells import CellError


@pytest.mark.parametrize(
    ("cell", "dollars"),
    [
        ("1234.5", "1234.5"),
        (" 40950.74999999999 ", "40950.74999999999"),
        ("0.0", "0"),
        ("$1,234.50", "1234.50"),
        ("$ 1,234,567", "1234567"),
        ("US$12", "12"),
        ("USD 12.", "12"),
        ("12,000 USD", "12000"),
        (".5", "0.5"),
        ("1.5E+3", "1500"),
        ("+7", "7"),
        ("-0.00", "0"),
        # half a unit of the last digit goes to the even one
        ("0.0000000000000000025", "0.000000000000000002"),
        ("99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999"),
    ],
)
def test_an_amount_is_read_exactly(cell: str, dollars: str) -> None:
    assert cells.amount(cell) == Decimal(dollars)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "twelve",
        "12 thousand",
        "10k",
        "nan",
        "inf",
        "€500",
        "1.000,50",
        "1,00",
        "12,3456",
        "1e999",
        "0x10",
        "1 2",
        "(5)",
        "٣",
    ],
)
def test_what_is_no_number_of_dollars_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="not a number of US dollars"):
        cells.amount(cell)


def test_amounts_that_cannot_be_given_are_refused() -> None:
    with pytest.raises(CellError, match="is negative"):
        cells.amount("-250")
    with pytest.raises(CellError, match="is negative"):
        cells.amount("-$1,000.00")
    with pytest.raises(CellError, match="more than the column holds"):
        cells.amount("1e20")


@given(st.decimals(0, 10**12, places=6))
def test_an_amount_written_with_signs_is_what_it_was(value: Decimal) -> None:
    assert cells.amount(f"${value:,.6f}") == cells.amount(f"{value:.6f} USD") == value


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-17",
        " 2024-1-17",
        "2024/01/17",
        "2024-01-17T23:59:59Z",
        "2024-01-17 10:00:00+02:00",
        "Jan 17, 2024",
        "January 17, 2024",
        "17 Jan 2024",
        "17  January 2024",
        "1/17/2024",
        "17.01.2024",
        "17/1/2024",
    ],
)
def test_a_date_is_read_in_the_forms_people_write(cell: str) -> None:
    assert cells.day(cell) == date(2024, 1, 17)


def test_a_date_that_can_be_read_in_two_ways_is_refused_unless_both_are_one() -> None:
    with pytest.raises(CellError, match="two ways"):
        cells.day("03/04/2025")
    assert cells.day("04/04/2025") == date(2025, 4, 4)


@pytest.mark.parametrize("cell", ["", "soon", "2025-13-40", "2025-02-30", "20/30/2025", "Q1 2024", "45300", "20240117"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="is not a date"):
        cells.day(cell)


@pytest.mark.parametrize("cell", ["0202-01-17", "2204-01-17"])
def test_years_that_are_typing_mistakes_are_refused(cell: str) -> None:
    with pytest.raises(CellError, match="is not between"):
        cells.day(cell)


def test_names_lose_the_blanks_around_them_and_nothing_else() -> None:
    assert cells.name(" 0x3327 ") == "0x3327"
    assert cells.name("  ") is None
    with pytest.raises(CellError, match="control characters"):
        cells.name("one\x1ftwo")
    with pytest.raises(CellError, match="more than 200"):
        cells.name("n" * 201)
