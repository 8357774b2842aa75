"""All that is recorded of a model beside the ledger, over its parts: to count it, and to forget it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Table, bindparam, delete, func, select, union_all, update

from oso_dagster.runner.ledger_store import OF_MODELS, LedgerStore, computed_windows, kept_windows

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


def recorded_models(url: str) -> dict[str, int]:
    """Rows recorded of each model."""
    store = LedgerStore(url)
    if not store.exists:
        return {}
    every = union_all(*(select(table.c.model) for table in OF_MODELS)).subquery()
    query = select(every.c.model, func.count()).group_by(every.c.model)
    with store.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def forget_models(url: str, models: Iterable[str]) -> None:
    """Forget all that is recorded of `models`, in one transaction."""
    names = list(models)
    with LedgerStore(url).writing() as connection:
        for table in OF_MODELS:
            connection.execute(delete(table).where(table.c.model.in_(names)))


def forget_versions(url: str, versions: Iterable[tuple[str, str]]) -> None:
    """Windows of each (model, version) count as computed by no version: its table is about to be dropped.

    They stay recorded, so that they are stale and not missing; were the version to come back, nothing of it is there.
    """
    store = LedgerStore(url)
    rows = [{"of": model, "gone": version} for model, version in versions]
    if rows and store.exists:
        with store.writing() as connection:
            connection.execute(update(computed_windows).where(*_version_of(computed_windows)).values(version=""), rows)
            connection.execute(delete(kept_windows).where(*_version_of(kept_windows)), rows)


def _version_of(table: Table) -> "tuple[ColumnElement[bool], ...]":
    return table.c.model == bindparam("of"), table.c.version == bindparam("gone")
