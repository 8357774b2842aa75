"""Numbers that no integer type holds: `@hex_to_double(digits)` reads the 256-bit words of EVM chains."""

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

WORD_DIGITS = 64
# 13 hexadecimal digits are 52 bits: every part of the word is exact as a double, also when multiplied by a power of two
PART_DIGITS = 13


@macro()
def hex_to_double(evaluator: MacroEvaluator, digits: exp.Expr) -> exp.Expr:
    """The number of 64 hexadecimal digits, as a double.

    Its parts are added from the smallest on, each sum rounded once: exact below 2^53, at most four roundings else.
    """
    adapter = evaluator.locals.get("engine_adapter")
    is_trino = adapter is not None and adapter.dialect == "trino"
    parts = [_part(digits, end, is_trino=is_trino) for end in range(WORD_DIGITS, 0, -PART_DIGITS)]
    total = parts[0]
    for part in parts[1:]:
        total = exp.Add(this=total, expression=part)
    # a caller may multiply it
    return exp.paren(total)


def _part(digits: exp.Expr, end: int, *, is_trino: bool) -> exp.Expr:
    """The digits that end at place `end` (from 1), times their weight."""
    start = max(end - PART_DIGITS, 0)
    text = exp.Substring(
        this=digits.copy(), start=exp.Literal.number(start + 1), length=exp.Literal.number(end - start)
    )
    if is_trino:
        number: exp.Expr = exp.Anonymous(this="FROM_BASE", expressions=[text, exp.Literal.number(16)])
    else:
        number = exp.cast(exp.DPipe(this=exp.Literal.string("0x"), expression=text), "BIGINT")
    weight = exp.cast(exp.Literal.string(repr(2.0 ** (4 * (WORD_DIGITS - end)))), "DOUBLE")
    return exp.Mul(this=exp.cast(number, "DOUBLE"), expression=weight)
