"""Names of raw windows, and their compact form in snapshot summaries.

A window is named `2025-10-07T13` (an hour), `optimism/2025-10-07` (a chain's day), `owner/name`, or a version. In a
summary, consecutive hours or days are written as one pair [first, last]: a chunk of 31 days is one pair, not 744 names.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta

_TIMED = re.compile(r"^(?P<prefix>(?:.*/)?)(?P<day>\d{4}-\d{2}-\d{2})(?:T(?P<hour>\d{2}))?$", re.DOTALL)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

# prefix, length of the window, its start
TimedName = tuple[str, timedelta, datetime]


def hour_name(hour: datetime) -> str:
    """Name of the window of one hour; raises ValueError for a naive time or one that is not a whole hour."""
    if hour.tzinfo is None or hour.minute or hour.second or hour.microsecond:
        raise ValueError(f"{hour!r} is not a whole hour with a time zone")
    return hour.astimezone(UTC).strftime("%Y-%m-%dT%H")


def parse_hour(name: str) -> datetime:
    """The hour that `name` names, UTC; raises ValueError for anything else."""
    return datetime.strptime(name, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def parse_timed(name: str) -> TimedName | None:
    """Split the name of an hour or a day; None for names without a time."""
    match = _TIMED.match(name)
    if match is None:
        return None
    try:
        start = datetime.fromisoformat(match["day"]).replace(tzinfo=UTC) + _HOUR * int(match["hour"] or 0)
    except ValueError:
        return None
    return match["prefix"], _HOUR if match["hour"] else _DAY, start


def encode_windows(names: Iterable[str]) -> str:
    """Compact JSON of `names`: a list of names and of [first, last] pairs."""
    runs: list[tuple[TimedName, timedelta]] = []
    plain: list[str] = []
    for name in names:
        timed = parse_timed(name)
        if timed is None:
            plain.append(name)
        else:
            runs.append((timed, timed[1]))
    merged: list[tuple[TimedName, timedelta]] = []
    for timed, length in sorted(set(runs)):
        prefix, step, start = timed
        if merged and merged[-1][0][:2] == (prefix, step) and merged[-1][0][2] + merged[-1][1] == start:
            merged[-1] = (merged[-1][0], merged[-1][1] + length)
        else:
            merged.append((timed, length))
    items: list[str | list[str]] = [*sorted(set(plain))]
    for (prefix, step, start), length in merged:
        first, last = (_timed_name(prefix, step, at) for at in (start, start + length - step))
        items.append(first if first == last else [first, last])
    return json.dumps(items, separators=(",", ":"), ensure_ascii=False)


def decode_windows(encoded: str) -> Iterator[str]:
    """Each name in what `encode_windows` wrote."""
    for item in json.loads(encoded):
        if isinstance(item, str):
            yield item
            continue
        first, last = (_require_timed(name) for name in item)
        prefix, step, at = first
        while at <= last[2]:
            yield _timed_name(prefix, step, at)
            at += step


def matching_windows(encoded: str, wanted: Collection[str]) -> set[str]:
    """Those of `wanted` that are among the encoded windows; ranges are compared, not listed."""
    found: set[str] = set()
    ranges: list[tuple[TimedName, TimedName]] = []
    for item in json.loads(encoded):
        if isinstance(item, str):
            if item in wanted:
                found.add(item)
        else:
            ranges.append((_require_timed(item[0]), _require_timed(item[1])))
    if ranges:
        for name in wanted:
            timed = parse_timed(name)
            if timed and any(first[:2] == timed[:2] and first[2] <= timed[2] <= last[2] for first, last in ranges):
                found.add(name)
    return found


def _timed_name(prefix: str, step: timedelta, start: datetime) -> str:
    return prefix + start.strftime("%Y-%m-%dT%H" if step == _HOUR else "%Y-%m-%d")


def _require_timed(name: str) -> TimedName:
    timed = parse_timed(name)
    if timed is None:
        raise ValueError(f"window name {name!r} ends a range but names no time")
    return timed
