"""Where in an author's file an engine's error lies, and the statement it lies in.

DuckDB shows the piece of the statement it stumbled over. That statement was generated: CTEs were rewritten, macros
expanded, one line made of all. What follows the caret is looked for in the file, token by token; a place is told only
where one line fits best.
"""

import re
from collections.abc import Sequence
from itertools import dropwhile
from pathlib import Path
from typing import Any

# DuckDB's excerpt begins and ends in dots where it was cut, and its caret stands below the place
_EXCERPT = re.compile(r"^LINE \d+: (?P<text>.*)\n(?P<indent> *)\^", re.MULTILINE)
# a text, a name with what qualifies it, `::`, or any other sign
_WORD = re.compile(r"'[^']*'|(?:(?:\"[^\"]+\"|\w+)\.)*(?:\"[^\"]+\"|[\w@]+)|::|[^\s\w]")
_TOKENS = 8
# what an author may have written otherwise: `note::INT`, `IF(...)`
_SAME = {"::": "as"}
_REWRITTEN = {"cast", "try_cast", "case", "when", "("}


def line_of(message: str, source: str) -> int | None:
    """The line of `source` (from 1) that an engine's `message` is about; None when it does not say, or not surely."""
    found = _EXCERPT.search(message)
    if found is None:
        return None
    caret = len(found["indent"]) - (found.start("text") - found.start())
    told = [word for word, _ in _words(found["text"][max(caret, 0) :].removesuffix("..."))]
    wanted = list(dropwhile(_REWRITTEN.__contains__, told))[:_TOKENS]
    best: dict[int, int] = {}
    words = _words(source)
    for start in range(len(words)):
        score = _matching(wanted, words[start:])
        best[words[start][1]] = max(score, best.get(words[start][1], 0))
    top = max(best.values(), default=0)
    lines = [line for line, score in best.items() if score == top]
    return lines[0] if top > 0 and len(lines) == 1 else None


def _matching(wanted: Sequence[str], words: Sequence[tuple[str, int]]) -> int:
    """How many of the first tokens are the same, in order; the first one must be."""
    count = 0
    for one, (other, _) in zip(wanted, words, strict=False):
        if one != other:
            break
        count += 1
    return count


def _words(sql: str) -> list[tuple[str, int]]:
    """Tokens in lower case with their lines, without quotes and without the tables that columns are qualified with.

    An excerpt that was cut is read as far as it goes.
    """
    return [
        (_SAME.get(match[0], match[0].rsplit(".", 1)[-1].strip('"').lower()), sql.count("\n", 0, match.start()) + 1)
        for match in _WORD.finditer(sql)
    ]


def place_of(error: Exception, path: Path, shown: str) -> str:
    """`shown`, the name of the file at `path`, with the line that `error` is about where that is known."""
    line = line_of(str(error), path.read_text(encoding="utf-8")) if path.is_file() else None
    return f"{shown}:{line}" if line else shown


def add_statement(error: Exception, model: Any, dialect: str, **arguments: Any) -> None:
    """Put the query that SQLMesh renders of `model` for a window on `error`, as `dialect` writes it."""
    from sqlmesh.utils.errors import SQLMeshError

    if not model.is_sql:
        return
    try:
        query = model.render_query(**arguments)
    except SQLMeshError:
        # it failed for that very reason, which `error` tells
        return
    if query is not None:
        error.add_note(query.sql(dialect, pretty=True))


def statement_of(error: Exception) -> str:
    """What `add_statement` put there; empty without."""
    return "\n".join(getattr(error, "__notes__", ()))
