"""Puts an entry into a family's module: text is inserted where the parsed module says, and nothing else moves."""

import ast
from collections.abc import Sequence
from pathlib import Path

from oso_dagster.authoring.entries import Family, families

LINE_LENGTH = 120
INDENT = "    "


class CannotEditError(ValueError):
    """The module is written in a way that text cannot be inserted into safely; the message has the entry to add."""


def with_entry(family: Family, name: str, entry: str, imports: dict[str, Sequence[str]]) -> str:
    """The text of the family's module with `entry` (lines of one dict item, not indented) as the last of its dict.

    `imports` are names by module that the entry uses. Raises CannotEditError where the result would not parse or would
    lose an entry.
    """
    source = family.path.read_text()
    text = _insert(source, family.node, entry)
    for module, names in imports.items():
        text = _with_import(text, module, names)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CannotEditError(_by_hand(family, entry)) from error
    keys = [key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys]
    kept = {key.value for key in keys if isinstance(key, ast.Constant)}
    if not {name, *family.entries} <= kept:
        raise CannotEditError(_by_hand(family, entry))
    return text


def add_entry(family: Family, name: str, entry: str, imports: dict[str, Sequence[str]]) -> None:
    """Write what `with_entry` gives; the file is replaced whole."""
    text = with_entry(family, name, entry, imports)
    beside = family.path.with_suffix(".py.tmp")
    beside.write_text(text)
    beside.replace(family.path)


def find_family(name: str, folder: Path) -> Family:
    """The family of that name; raises UnknownNameError with the nearest."""
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    known = {family.name: family for family in families(folder)}
    if name not in known:
        raise UnknownNameError("family", name, nearest_names(name, known), f"there are {', '.join(known)}")
    return known[name]


def _by_hand(family: Family, entry: str) -> str:
    return f"{family.path} cannot be edited safely; add this to {family.variable} by hand:\n{entry}"


def _insert(source: str, node: ast.Dict, entry: str) -> str:
    """`source` with `entry` before the brace that closes `node`."""
    lines = source.splitlines(keepends=True)
    end = _offset(lines, node.end_lineno or 0, node.end_col_offset or 0) - 1
    head, tail = source[:end], source[end:]
    if node.values:
        last = node.values[-1]
        stop = _offset(lines, last.end_lineno or 0, last.end_col_offset or 0)
        between = head[stop:]
        if "," not in between.split("#")[0]:
            head = head[:stop] + "," + between
    opening = lines[node.lineno - 1]
    column = opening[: len(opening) - len(opening.lstrip())]
    head = head.rstrip(" ")
    if node.lineno == node.end_lineno and node.values:
        begin = _offset(lines, node.lineno, node.col_offset) + 1
        head = f"{head[:begin]}\n{column}{INDENT}{head[begin:].strip()}"
    if not head.endswith("\n"):
        head += "\n"
    body = "".join(f"{column}{INDENT}{line}\n" for line in entry.splitlines())
    return head + body + column + tail


def _offset(lines: Sequence[str], line: int, column: int) -> int:
    """Place in the text of a line (from 1) and a column in bytes, as `ast` counts."""
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def _with_import(source: str, module: str, names: Sequence[str]) -> str:
    """`source` with `names` imported from `module`, sorted as ruff sorts them."""
    statements = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
    lines = source.splitlines(keepends=True)
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == module and not statement.level:
            given = {
                alias.name if alias.asname is None else f"{alias.name} as {alias.asname}" for alias in statement.names
            }
            if set(names) <= given:
                return source
            lines[statement.lineno - 1 : statement.end_lineno] = [_import(module, {*given, *names})]
            return "".join(lines)
    later = [s.lineno for s in statements if isinstance(s, ast.ImportFrom) and (s.module or "") > module]
    if later:
        lines.insert(later[0] - 1, _import(module, set(names)))
    elif statements:
        lines.insert(statements[-1].end_lineno or 0, _import(module, set(names)))
    else:
        body = ast.parse(source).body
        has_docstring = bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        place = (body[0].end_lineno or 0) if has_docstring else 0
        lines.insert(place, ("\n" if place else "") + _import(module, set(names)))
    return "".join(lines)


def _import(module: str, names: set[str]) -> str:
    ordered = sorted(names, key=lambda name: (0 if name.isupper() else 1 if name[:1].isupper() else 2, name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= LINE_LENGTH:
        return line + "\n"
    return f"from {module} import (\n" + "".join(f"{INDENT}{name},\n" for name in ordered) + ")\n"
