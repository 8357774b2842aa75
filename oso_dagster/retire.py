"""Takes published rows of models that are gone out of the published tables: by metadata alone, on request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.publish import drop_from_catalogue
from oso_lake import published
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, replace
from oso_lake.filters import one_of

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

    from oso_lake.contracts import TableContract


class StillMadeError(ValueError):
    """A model to retire is still planned or still in the project; the message says what to do first."""


@dataclass(frozen=True, kw_only=True)
class Retired:
    """Rows of one model in one published table."""

    table: str
    model: str
    rows: int


def retire(project: Project, names: Sequence[str] = (), *, is_applied: bool) -> list[Retired]:
    """Published rows of models that no plan makes any more, dropped when `is_applied`.

    `names` are metrics or models (`stars`, `stars_to_project_daily`); all that are gone when there are none. Raises
    StillMadeError for one that is still made, LookupError for one that nothing was published of.
    """
    catalog = open_catalog(project.settings)
    manifest = load_manifest(project)
    # a model that a mistake keeps from being made is not gone
    made = {model.name for model in manifest.models} | set(ledger_of(project).planned()) | set(manifest.broken_models)
    held = list(_held(catalog))
    wanted = [one for one in held if not names or _is_named(one.model, names)]
    _check(names, held, made)
    gone = [one for one in wanted if one.model not in made]
    if is_applied and gone:
        for contract in _contracts():
            models = sorted({one.model for one in gone if one.table == contract.name})
            if models:
                nothing = contract.schema.empty_table()
                replace(catalog, contract, nothing, Scope(one_of("model", models), ()), {published.RUN_ID: "retire"})
        drop_from_catalogue(catalog, {one.model for one in gone})
    return gone


def _check(names: Sequence[str], held: Sequence[Retired], made: set[str]) -> None:
    for name in names:
        models = [one.model for one in held if _is_named(one.model, [name])]
        if not models:
            raise LookupError(f"nothing is published of {name!r}")
        if still := sorted(made.intersection(models)):
            raise StillMadeError(
                f"{name!r} is still made: {still[0]} is planned; remove its definition and run `oso plan --apply` first"
            )


def _is_named(model: str, names: Sequence[str]) -> bool:
    table = model.rsplit(".", 1)[-1]
    return any(name in (model, table) or table.startswith(f"{name}_to_") for name in names)


def _contracts() -> "Iterator[TableContract]":
    return (contract for contract in published.contracts() if "sample_date" in contract.schema.names)


def _held(catalog: "Catalog") -> Iterator[Retired]:
    """What the published series hold of each model, from the tables' metadata."""
    from pyiceberg.exceptions import NoSuchTableError

    for contract in _contracts():
        try:
            table = catalog.load_table(contract.name)
        except NoSuchTableError:
            continue
        for part in table.inspect.partitions().to_pylist():
            if part["record_count"]:
                yield Retired(table=contract.name, model=part["partition"]["model"], rows=part["record_count"])
