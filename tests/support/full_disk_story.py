"""What happens to an installation on a disk that fills up: run as a program on a small disk, told as JSON lines.

`python full_disk_story.py HOME PROJECT`; HOME lies on the small disk, and everything with it.
"""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.project import Project
from oso_dagster.remedies import InstallationError
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

START, END = date(2024, 1, 1), date(2024, 1, 11)
TABLE = "published.timeseries_metrics_by_artifact_v0"
MODELS = "stg_events stars_to_artifact_daily"
# bytes that are left when a run begins: it gets some way with them
ROOMS = (0, 200_000)
BLOCK = 4096


@contextmanager
def full(disk: Path, room: int) -> Generator[None]:
    """A disk with `room` bytes left while the block runs."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * BLOCK)
        except OSError:
            file.truncate(max(0, file.tell() - room))
    try:
        yield
    finally:
        filler.unlink()


def said(work: Callable[[], api.MaterializeReport]) -> dict[str, Any]:
    """What a run says: its failures, or the error that it ends with."""
    try:
        return {"failed": dict(work().failed)}
    except InstallationError as error:
        return {"error": str(error)}


def main(home: Path, path: Path) -> None:
    """Compute; land other events; compute on a full disk again and again; compute with room."""
    settings = Settings(home=home, start=START)
    project = Project(settings=settings, path=path)

    def compute() -> api.MaterializeReport:
        return api.materialize(settings, MODELS, project=project)

    def rows() -> list[tuple[str, float]]:
        table = open_catalog(settings).load_table(TABLE).scan().to_arrow().to_pylist()
        return sorted((str(row["sample_date"]), row["amount"]) for row in table)

    def stale() -> list[str]:
        return sorted(api.fresh(settings, MODELS, project=project).stale)

    def tell(**what: Any) -> None:
        print(json.dumps(what), flush=True)

    land_events(settings, START, END)
    api.plan(settings, project=project)
    tell(**said(compute), rows=rows(), stale=stale())
    day = START + timedelta(days=4)
    land_events(
        settings, day, day + timedelta(days=1), events=lambda one: [*events_of(one), ("WatchEvent", 99, 1)], again=True
    )
    for room in ROOMS:
        with full(home.parent, room):
            answer, read = said(compute), rows()
        tell(room=room, **answer, rows=read, stale=stale())
    tell(**said(compute), rows=rows(), stale=stale())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
