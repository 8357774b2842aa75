"""All that is recorded of a model in the ledger's file, over its parts: to count it, and to forget it."""

from collections.abc import Iterable
from pathlib import Path

from oso_dagster.runner import costs, failures, ledger
from oso_dagster.runner.ledger_file import transaction

_SCHEMA = costs.SCHEMA + failures.SCHEMA + ledger.SCHEMA
# `planned` is the last plan's, whole: it holds no model that is gone
_TABLES = ("computed_windows", "kept_windows", "changed_days", "partial_windows", "failures", "costs")


def recorded_models(path: Path) -> dict[str, int]:
    """Rows recorded of each model."""
    if not path.exists():
        return {}
    every = " union all ".join(f"select model from {table}" for table in _TABLES)  # noqa: S608 - constant names
    with transaction(path, _SCHEMA) as connection:
        return dict(connection.execute(f"select model, count(*) from ({every}) group by model"))  # noqa: S608 - constant names


def forget_models(path: Path, models: Iterable[str]) -> None:
    """Forget all that is recorded of `models`, in one transaction."""
    names = [(name,) for name in models]
    with transaction(path, _SCHEMA) as connection:
        for table in _TABLES:
            connection.executemany(f"delete from {table} where model = ?", names)  # noqa: S608 - constant names


def forget_versions(path: Path, versions: Iterable[tuple[str, str]]) -> None:
    """Windows of each (model, version) count as computed by no version: its table is about to be dropped.

    They stay recorded, so that they are stale and not missing; were the version to come back, nothing of it is there.
    """
    gone = list(versions)
    if path.exists():
        with transaction(path, _SCHEMA) as connection:
            connection.executemany("update computed_windows set version = '' where model = ? and version = ?", gone)
            connection.executemany("delete from kept_windows where model = ? and version = ?", gone)
