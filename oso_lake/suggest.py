"""The nearest names to one that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

LEAST_SIMILARITY = 0.6


def nearest_names(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` of `known`, best first: the same letters, then those that hold `name`, then similar ones."""
    wanted = name.casefold()
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    held = sorted((folded for folded in by_folded if wanted and wanted in folded), key=lambda text: (len(text), text))
    similar = get_close_matches(wanted, by_folded, n=limit, cutoff=LEAST_SIMILARITY)
    best = dict.fromkeys([*(folded for folded in by_folded if folded == wanted), *held, *similar])
    return tuple(by_folded[folded] for folded in best)[:limit]
