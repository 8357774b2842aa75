"""What the cells of a grant mean: amounts with signs and commas, dates in the forms that people write.

Nothing is guessed: what can be read in two ways is refused, with the reason.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

NAME_CHARS = 200
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
# digits before and after the point that the column holds
WHOLE_DIGITS, FRACTION_DIGITS = 20, 18

_AMOUNT = re.compile(
    r"(?:US\$|USD|\$)?\s*(?P<sign>[+-]?)\s*(?:US\$|USD|\$)?\s*"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<exponent>[eE][+-]?\d{1,2})?\s*(?:USD)?",
    re.ASCII,
)
# the year comes first, or the month is a word: these have one meaning
_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


class CellError(ValueError):
    """A cell that does not say what its column is for."""


def amount(cell: str) -> Decimal:
    """`$1,234.50` as Decimal("1234.50"), of at most 18 digits after the point; raises CellError."""
    text = cell.strip()
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise CellError(f"amount {cell!r} is not a number of US dollars such as 1234.5 or $1,234.50")
    value = Decimal(f"{found['digits'].replace(',', '')}{found['exponent'] or ''}")
    if found["sign"] == "-" and value:
        raise CellError(f"amount {cell!r} is negative")
    if value >= 10**WHOLE_DIGITS:
        raise CellError(f"amount {cell!r} is more than the column holds (10^{WHOLE_DIGITS} dollars)")
    with localcontext() as context:
        context.prec = 2 * (WHOLE_DIGITS + FRACTION_DIGITS)
        return value.quantize(Decimal(1).scaleb(-FRACTION_DIGITS), ROUND_HALF_EVEN)


def day(cell: str) -> date:
    """The day that `cell` names, a time after it left out; raises CellError, also for `03/04/2025`."""
    text = " ".join(cell.split())
    found = _day(text)
    if found is None:
        raise CellError(f"funding_date {cell!r} is not a date: write YYYY-MM-DD")
    if not EARLIEST <= found < LATEST:
        raise CellError(f"funding_date {cell!r} is not between {EARLIEST} and {LATEST}")
    return found


def name(cell: str) -> str | None:
    """A name without the blanks around it, None when there is none; raises CellError when it cannot be one."""
    text = cell.strip()
    if len(text) > NAME_CHARS or not text.isprintable():
        raise CellError(f"name {text[:50]!r} has control characters, or more than {NAME_CHARS} characters")
    return text or None


def _day(text: str) -> date | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    if numbers := _NUMBERS.fullmatch(text):
        return _month_and_day(int(numbers[1]), int(numbers[2]), int(numbers[3]), text)
    try:
        # a time behind the day, in any of ISO's forms
        return datetime.fromisoformat(text).date() if "-" in text else None
    except ValueError:
        return None


def _month_and_day(first: int, second: int, year: int, text: str) -> date | None:
    if first <= 12 and second <= 12 and first != second:
        raise CellError(f"funding_date {text!r} can be read in two ways: write YYYY-MM-DD")
    month, day_of_month = (first, second) if first <= 12 else (second, first)
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None
