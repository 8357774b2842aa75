"""Where registry entries stand: family modules, their dicts and the lines of their keys, read from the source text.

The loaded registry knows what an entry says; only the text knows where it can be edited, and it can be read while an
entry is broken.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlmesh_project.metrics_factory import PROJECT, REGISTRY

FAMILIES = PROJECT / "oso_metrics"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry: its name, the file and line (from 1) of its key, and the SQL file it names where that is literal."""

    name: str
    path: Path
    line: int
    ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Family:
    """A dict of entries in a module: `name` is the module's, or the variable's where a module holds several."""

    name: str
    variable: str
    path: Path
    node: ast.Dict = field(repr=False, compare=False)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Its entries by name."""
        return {entry.name: entry for entry in _entries(self.node, self.path)}

    @property
    def folder(self) -> str | None:
        """The folder that most of its SQL files lie in; None while it has none."""
        folders = [entry.ref.split("/")[0] for entry in self.entries.values() if entry.ref and "/" in entry.ref]
        return max(sorted(set(folders)), key=folders.count) if folders else None


def families(folder: Path = FAMILIES) -> list[Family]:
    """The families of `folder`, by module name; raises SyntaxError of a module that cannot be parsed."""
    return [family for path in sorted(folder.glob("*.py")) for family in _families_of(path)]


def find_entries(folder: Path = FAMILIES, registry: Path = REGISTRY) -> dict[str, Entry]:
    """Every entry by name, of the families and of dicts written into the registry file itself."""
    found = {entry.name: entry for family in families(folder) for entry in family.entries.values()}
    for node in ast.walk(ast.parse(registry.read_text(), str(registry))):
        if isinstance(node, ast.Dict):
            found |= {entry.name: entry for entry in _entries(node, registry)}
    return found


def _families_of(path: Path) -> Iterator[Family]:
    found = []
    for statement in ast.parse(path.read_text(), str(path)).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Dict) and _holds_entries(value):
            found.append((target.id, value))
    for variable, node in found:
        name = path.stem if len(found) == 1 else variable.lower()
        yield Family(name=name, variable=variable, path=path, node=node)


def _holds_entries(node: ast.Dict) -> bool:
    """Whether it is a dict of entries: names to calls, or empty."""
    pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
    return all(isinstance(key, ast.Constant) and isinstance(value, ast.Call) for key, value in pairs)


def _entries(node: ast.Dict, path: Path) -> Iterator[Entry]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Call):
            yield Entry(name=_option(value, "name") or key.value, path=path, line=key.lineno, ref=_ref(value))


def _ref(call: ast.Call) -> str | None:
    """The SQL file: the option `ref`, or a first argument that is a path."""
    first = call.args[0] if call.args else None
    given = first.value if isinstance(first, ast.Constant) else None
    return _option(call, "ref") or (given if isinstance(given, str) and given.endswith(".sql") else None)


def _option(call: ast.Call, name: str) -> str | None:
    for keyword in call.keywords:
        if keyword.arg == name and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
            return keyword.value.value
    return None
