"""What a run locks: the windows it writes, and those it reads of models that it does not compute itself."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date

from oso_dagster.cluster.claiming import claimed_cluster
from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.runner.costs import Estimate
from oso_dagster.runner.inputs import read_window
from oso_dagster.runner.locks import store_lock
from oso_dagster.runner.outcomes import Request
from oso_dagster.runner.window_locks import ALWAYS, EVERY_MODEL, Claim, Held, window_locks
from oso_dagster.spans import hull
from oso_lake.calendar import Window
from oso_lake.settings import Settings

# of who plans, and of who drops tables
EVERYTHING = (Claim(model=EVERY_MODEL),)
# to make tables and views one worker is enough
_STATEMENTS = Estimate(models=1, windows=1, node_seconds=60.0, slots=1)


@contextmanager
def claimed(
    settings: Settings, claims: Sequence[Claim], *, holder: str, on_wait: Callable[[str], None]
) -> Generator[Held | None]:
    """Hold `claims` in the installation's database while the block runs; None without one, where a file lock is held.

    Raises LockTimeoutError.
    """
    if settings.database_url is None:
        yield None
        return
    url, wait = settings.database_url.get_secret_value(), settings.lock_timeout_seconds
    with window_locks(url, claims, timeout_seconds=wait, holder=holder, on_wait=on_wait) as held:
        yield held


@contextmanager
def alone(settings: Settings, *, holder: str, on_wait: Callable[[str], None]) -> Generator[None]:
    """Nobody computes or plans while the block runs: for who changes what is planned, or what is kept of it.

    Raises LockTimeoutError.
    """
    with (
        store_lock(settings, holder=holder, on_wait=on_wait),
        claimed(settings, EVERYTHING, holder=holder, on_wait=on_wait),
    ):
        yield


@contextmanager
def alone_on_engine(settings: Settings, *, holder: str, on_wait: Callable[[str], None]) -> Generator[None]:
    """`alone`, for who makes or drops tables and views: with a cluster that is scaled, awake before anybody must wait.

    Raises ClusterNotReadyError when no worker comes, and LockTimeoutError.
    """
    with (
        claimed_cluster(settings, holder=holder, on_wait=on_wait, expected=_STATEMENTS),
        alone(settings, holder=holder, on_wait=on_wait),
    ):
        yield


def claims_of(manifest: Manifest, request: Request, start: date) -> list[Claim]:
    """The claims of `request`: exclusive ones on what it computes, shared ones on the rest of what that reads."""
    wanted = set(request.models)
    models = [model for model in manifest.models if model.name in wanted]
    read: dict[str, list[Window]] = {}
    for model in models:
        for name in model.parents:
            if name not in wanted:
                read.setdefault(name, []).append(_read(model, manifest.by_name[name], request.window, start))
    written = [Claim(model=model.name, window=request.window if model.grain else None) for model in models]
    return written + [Claim(model=name, window=hull(windows), is_exclusive=False) for name, windows in read.items()]


def _read(model: ModelEntry, parent: ModelEntry, window: Window | None, start: date) -> Window:
    if model.grain is None or parent.grain is None or window is None:
        return ALWAYS
    return hull([window, read_window(model, parent, window, start)])
