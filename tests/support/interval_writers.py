"""A process that records and takes back windows in SQLMesh's state, in turn with others that do the same."""

import random
from datetime import date, timedelta

from sqlalchemy import create_engine, text

from oso_dagster.project import Project, applied
from oso_dagster.runner.session import Store, missing_days, open_context, read_session, to_interval
from oso_dagster.runner.window_locks import Claim, window_locks
from oso_lake.calendar import Window

MODEL = "oso.stg_events"
SPAN = Window(date(2024, 1, 1), date(2024, 1, 11))
# what is done, kept day by day in a table of the test's own, in the same turn
TABLE = "create table truth (day date primary key, is_done boolean not null)"


def write_intervals(project: Project, seed: int, turns: int) -> None:
    """Take `turns` turns, and fail where SQLMesh's state is not what the turns before left."""
    order = random.Random(seed)
    url = project.settings.catalog_uri
    truth = create_engine(url)
    with applied(project.settings), open_context(project) as context:
        store = Store(context, 0.0, is_shared=True)
        for _ in range(turns):
            start = SPAN.start + timedelta(days=order.randrange(8))
            window = Window(start, start + timedelta(days=order.randint(1, 3)))
            claim = Claim(model=MODEL, window=window)
            with window_locks(url, [claim], timeout_seconds=60, holder=f"writer {seed}") as held:
                session = read_session(store, [MODEL])
                require_truth(session, truth, window)
                session.withdraw(MODEL, to_interval(window))
                is_done = order.random() < 0.7
                held.check()
                if is_done:
                    session.record([(MODEL, to_interval(window))])
                with truth.begin() as connection:
                    for day in window.dates():
                        connection.execute(
                            text(
                                "insert into truth values (:day, :done)"
                                " on conflict (day) do update set is_done = excluded.is_done"
                            ),
                            {"day": day, "done": is_done},
                        )
                require_truth(read_session(store, [MODEL]), truth, window)
    truth.dispose()


def require_truth(session, truth, window: Window) -> None:
    """SQLMesh's state calls done exactly the days of `window` that the table calls done."""
    with truth.begin() as connection:
        rows = connection.execute(text("select day from truth where is_done")).scalars()
        wanted = {day for day in rows if window.start <= day < window.end}
    lacking = {day for gap in missing_days(session.intervals(MODEL), window) for day in gap.dates()}
    assert set(window.dates()) - lacking == wanted, f"{window}: state and truth differ"
