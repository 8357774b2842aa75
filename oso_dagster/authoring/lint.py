"""Lint: every mistake that keeps metrics from loading, and every rule on those that load, in one list."""

import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sqlglot.errors import SqlglotError

from oso_dagster.authoring.entries import FAMILIES, Entry, find_entries
from oso_dagster.authoring.entry_rules import ENTRY_RULES, RegistryEntry
from oso_dagster.authoring.findings import Finding, Severity
from oso_dagster.authoring.sql_rules import SQL_RULES, MetricSql
from oso_dagster.authoring.sql_text import formatted, parsed
from sqlmesh_project.metrics_factory import REGISTRY, MetricProblem, MetricQueryDef, TimeseriesMetrics, registry


def lint(names: Iterable[str] = (), *, folder: Path = FAMILIES, path: Path = REGISTRY) -> list[Finding]:
    """What is found in the metrics `names`, or in all: by file and line. A registry that cannot be run is one finding.

    Raises UnknownNameError for a name that is in no registry.
    """
    try:
        entries = find_entries(folder, path)
        loaded = registry(strict=False, path=path)
    except Exception as error:  # noqa: BLE001 - the registry is the author's code: whatever it raises is a finding
        return [_unloadable(error, folder, path)]
    asked = tuple(names)
    wanted = _wanted(asked, loaded, entries)
    found = [_placed(problem, entries) for problem in loaded.problems if _concerns(problem, wanted, loaded)]
    for name, definition in _definitions(loaded).items():
        if name in wanted and name in loaded.metrics:
            found += _lint_one(name, definition, entries.get(name), loaded)
    if not asked:
        found += _unused_files(loaded)
    return sorted(found, key=lambda one: (str(one.path or ""), one.line or 0, one.rule, one.message))


def fix_formatting(names: Iterable[str] = (), *, folder: Path = FAMILIES, path: Path = REGISTRY) -> list[Path]:
    """Format the SQL files of the metrics `names`, or of all; returns those that changed."""
    loaded = registry(strict=False, path=path)
    wanted = _wanted(names, loaded, find_entries(folder, path))
    changed = []
    for name, definition in _definitions(loaded).items():
        file = loaded.options.queries_dir / definition.ref
        if name not in wanted or not file.is_file():
            continue
        text = file.read_text()
        try:
            wanted_text = formatted(text, definition.dialect or loaded.options.default_dialect)
        except SqlglotError:
            continue
        if wanted_text != text:
            file.write_text(wanted_text)
            changed.append(file)
    return changed


def _definitions(loaded: TimeseriesMetrics) -> dict[str, MetricQueryDef]:
    return {definition.name or key: definition for key, definition in loaded.options.metric_queries.items()}


def _wanted(names: Iterable[str], loaded: TimeseriesMetrics, entries: Mapping[str, Entry]) -> set[str]:
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    known = {*_definitions(loaded), *entries, *(problem.metric for problem in loaded.problems)}
    wanted = set(names)
    for name in sorted(wanted - known):
        raise UnknownNameError("metric", name, nearest_names(name, known), "see `oso metrics list`")
    return wanted or known


def _concerns(problem: MetricProblem, wanted: set[str], loaded: TimeseriesMetrics) -> bool:
    definition = loaded.options.metric_queries.get(problem.metric)
    return problem.metric in wanted or (definition is not None and definition.name in wanted)


def _placed(problem: MetricProblem, entries: Mapping[str, Entry]) -> Finding:
    """The problem as a finding; an entry that a helper function makes is placed where it is written."""
    path, line = (Path(problem.path) if problem.path else None), problem.line
    entry = entries.get(problem.metric)
    if entry is not None and (path is None or (path.suffix == ".py" and path.resolve() != entry.path.resolve())):
        path, line = entry.path, entry.line
    return Finding(
        severity=Severity.ERROR, rule="load", message=problem.message, metric=problem.metric, path=path, line=line
    )


def _lint_one(
    name: str, definition: MetricQueryDef, place: Entry | None, loaded: TimeseriesMetrics
) -> Iterator[Finding]:
    entry = RegistryEntry(metric=loaded.metrics[name], definition=definition, place=place, loaded=loaded)
    for rule in ENTRY_RULES:
        yield from rule(entry)
    path = loaded.options.queries_dir / definition.ref
    dialect = definition.dialect or loaded.options.default_dialect
    sql = MetricSql(
        metric=name,
        definition=definition,
        path=path,
        dialect=dialect,
        text=path.read_text(),
        query=parsed(path, dialect),
    )
    for sql_rule in SQL_RULES:
        yield from sql_rule(sql)


def _unused_files(loaded: TimeseriesMetrics) -> Iterator[Finding]:
    """SQL files below the queries' folder that no entry names."""
    folder = loaded.options.queries_dir
    named = {(folder / definition.ref).resolve() for definition in loaded.options.metric_queries.values()}
    for path in sorted(folder.rglob("*.sql")):
        if path.resolve() not in named:
            message = "no registry entry uses this file: register it, or remove it"
            yield Finding(severity=Severity.WARNING, rule="unused-file", message=message, path=path)


def _unloadable(error: Exception, folder: Path, path: Path) -> Finding:
    """One finding for a registry that cannot be run, at the last line of the author's own files that led to it."""
    if isinstance(error, SyntaxError):
        where, line = Path(error.filename or path), error.lineno
        return Finding(
            severity=Severity.ERROR, rule="load", message=f"is no Python: {error.msg}", path=where, line=line
        )
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder) or Path(frame.filename) == path
    ]
    where, line = (Path(frames[-1].filename), frames[-1].lineno) if frames else (path, None)
    message = f"the registry cannot be run: {type(error).__name__}: {error}"
    return Finding(severity=Severity.ERROR, rule="load", message=message, path=where, line=line)
