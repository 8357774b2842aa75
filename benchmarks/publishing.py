"""Publishing one day of 200 models, against PyIceberg's own `Table.overwrite` of the same rows into the same table.

Ours is one snapshot, evaluated anew when another writer came first; PyIceberg's overwrite is a delete and an append.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measure import Result, best_of
from benchmarks.reading import MODELS, PROJECTS, TABLE, WINDOW, model_name, publish, rows_of
from oso_lake import published
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.filters import between, both, one_of
from oso_lake.published import PublishedModel
from oso_lake.settings import Settings

DAY = Window(WINDOW.end - timedelta(days=1), WINDOW.end)
MOST_TIMES = 1.0


def run_benchmark() -> list[Result]:
    """One result: the same day of every model, published again."""
    day = pc.field("sample_date") == DAY.start
    contract = published.timeseries_contract("project")
    every = published.with_metric_ids(pa.concat_tables(rows_of(number) for number in range(MODELS)), contract)
    rows = every.filter(day)
    assert rows.num_rows == MODELS * PROJECTS
    models = [PublishedModel(model=model_name(number), version="1", window=DAY) for number in range(MODELS)]
    with tempfile.TemporaryDirectory() as folder:
        settings = [Settings(home=Path(folder) / name) for name in ("ours", "bare")]
        for one in settings:
            publish(one, MODELS)
        ours, bare = (open_catalog(one) for one in settings)
        seconds = best_of(lambda: published.publish_amounts(ours, contract, rows, models, "benchmark"))
        table = bare.load_table(f"published.{TABLE}")
        written = contract.conform(rows)
        of_day = between("sample_date", DAY.start, DAY.end)
        chosen = both(one_of("model", [one.model for one in models]), of_day)
        floor = best_of(lambda: table.overwrite(written, overwrite_filter=chosen))
        counts = [catalog.load_table(f"published.{TABLE}").scan(of_day).to_arrow().num_rows for catalog in (ours, bare)]
    assert counts == [rows.num_rows, rows.num_rows], f"one of the two lost or doubled rows: {counts}"
    return [
        Result(
            name=f"publish one day of {MODELS} models",
            ours_seconds=seconds,
            rival="PyIceberg's `Table.overwrite` of the same rows",
            rival_seconds=floor,
            target="not slower",
            met=seconds <= MOST_TIMES * floor,
            note=f"{rows.num_rows:,} rows into a table of {every.num_rows:,}; ours in one snapshot, PyIceberg's in two",
        )
    ]
