"""Waits for the installation's database, makes its schemas and limits pools: what a pod does before its server starts.

`python -m oso_dagster.cluster.prepare`, with OSO_DATABASE_URL. Safe to run at once in many pods.
"""

import sys
import time

from sqlalchemy.exc import OperationalError

from oso_lake.database import ensure_schemas
from oso_lake.settings import Settings

POLL_SECONDS = 1.0
# runs at once that compute models of `size=large`; other pools have the instance's default
LIMITS = {"compute_large": 2}


def prepare(settings: Settings, *, patience_seconds: float = 120.0) -> None:
    """Return when the schemas are there; raises ValueError without a database, TimeoutError when it does not answer."""
    if settings.database_url is None:
        raise ValueError("there is no database to prepare: set OSO_DATABASE_URL")
    ends = time.monotonic() + patience_seconds
    while True:
        try:
            ensure_schemas(settings.database_url.get_secret_value())
        except OperationalError as error:
            if time.monotonic() > ends:
                # the driver's own message names host and user, and never the password
                raise TimeoutError(f"the database did not answer in {patience_seconds:.0f} s: {error.orig}") from None
            time.sleep(POLL_SECONDS)
        else:
            return


def limit_pools(settings: Settings) -> None:
    """Give each pool of LIMITS its limit in the prepared database, unless an operator has given it another."""
    # Dagster takes a second to import, which who only waits does not need
    from oso_dagster.postgres_storage import KeptPostgresStorage

    if settings.database_url is None:
        return
    storage = KeptPostgresStorage(settings.database_url.get_secret_value())
    try:
        events = storage.event_log_storage
        chosen = {limit.name for limit in events.get_pool_limits() if not limit.from_default}
        for pool, limit in LIMITS.items():
            if pool not in chosen:
                events.set_concurrency_slots(pool, limit)
    finally:
        for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            part.dispose()


def main() -> int:
    """Prepare; returns 1 with one line on stderr where that is not possible."""
    try:
        settings = Settings()
        prepare(settings)
        limit_pools(settings)
    except (ValueError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
