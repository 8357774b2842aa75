"""The oracle's operations on rows: grouping, set operations, joins and window functions over lists of dicts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cmp_to_key
from typing import Any

from metric_columns import columns
from metric_measures import known
from metric_shapes import Joined, Numbered, Row


def equal(left: Any, right: Any) -> bool:
    return left is not None and right is not None and left == right


def grouped(rows: Iterable[Row], by: Iterable[str]) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    names = list(by)
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def once(rows: list[Row]) -> list[Row]:
    return list({tuple(row.items()): row for row in rows}.values())


def combined(op: str, left: list[Row], right: list[Row]) -> list[Row]:
    if op == "union_all":
        return left + right
    if op == "union":
        return once(left + right)
    theirs = Counter(tuple(row.items()) for row in right)
    return [row for row in once(left) if (tuple(row.items()) in theirs) is (op == "intersect")]


def joined(facts: Joined, left: list[Row], right: list[Row]) -> Iterator[Row]:
    mine, theirs = columns(facts.left), columns(facts.right)
    nothing = dict.fromkeys([*theirs, *mine])
    matched = set()
    for row in left:
        found = [i for i, other in enumerate(right) if all(equal(row[c], other[c]) for c in facts.on)]
        matched |= set(found)
        if facts.kind in {"semi", "anti"}:
            if bool(found) is (facts.kind == "semi"):
                yield row
            continue
        for index in found:
            yield {**nothing, **right[index], **row}
        if not found and facts.kind in {"left", "full"}:
            yield {**nothing, **row}
    if facts.kind == "full":
        for index, other in enumerate(right):
            if index not in matched:
                alone = {name: value for name, value in other.items() if name in facts.on or name not in mine}
                yield {**nothing, **alone}


def numbered(facts: Numbered, rows: list[Row]) -> list[Row]:
    order = [name for name in ("at", "actor", "kind", "amount", "quantity") if name in rows[0]] if rows else []
    numbered = []
    for group in grouped(rows, facts.by).values():
        if facts.function == "count":
            numbered += [{**row, "number": len(group)} for row in group]
        elif facts.function == "sum":
            total = sum(known(row["amount"] for row in group)) if known(row["amount"] for row in group) else None
            numbered += [{**row, "number": total} for row in group]
        else:
            numbered += _ranked(facts, group, order)
    return numbered


def _ranked(facts: Numbered, group: list[Row], order: list[str]) -> Iterator[Row]:
    # row_number needs an order without ties; ranks have them by time alone
    names = order if facts.function == "row_number" else order[:1]

    def compared(left: Row, right: Row) -> int:
        for name in names:
            a, b = left[name], right[name]
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            before = -1 if a < b else 1
            return -before if facts.descending and name == "at" else before
        return 0

    ordered = sorted(group, key=cmp_to_key(compared))
    rank = dense = 0
    for index, row in enumerate(ordered, start=1):
        if index == 1 or compared(ordered[index - 2], row):
            rank, dense = index, dense + 1
        yield {**row, "number": {"row_number": index, "rank": rank, "dense_rank": dense}[facts.function]}
