"""What every Trino of this machine has in common with production's beside its catalogs: resource groups, and what lets
the tasks of a lost worker be done again. Trino finds both below `etc` of the folder it is started in.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

GROUPS = Path(__file__).with_name("resource-groups.json")


def write_properties(path: Path, properties: Mapping[str, str]) -> None:
    """Write a file of Trino's properties, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))


def write_groups(folder: Path) -> None:
    """Let the coordinator of `folder` keep pipeline and readers apart, as production's does."""
    file = folder / "etc" / GROUPS.name
    write_properties(
        folder / "etc" / "resource-groups.properties",
        {"resource-groups.configuration-manager": "file", "resource-groups.config-file": str(file)},
    )
    shutil.copyfile(GROUPS, file)


def retried(folder: Path, exchange: Path, heap_megabytes: int) -> dict[str, str]:
    """Settings of a node of `folder` by which tasks are retried; what they exchange lies in `exchange`, all nodes' own.

    A task is given an eighth of the heap to begin with: by default it asks for 5 GB, more than a node of this machine
    has, and one would run after the other.
    """
    exchange.mkdir(parents=True, exist_ok=True)
    write_properties(
        folder / "etc" / "exchange-manager.properties",
        {"exchange-manager.name": "filesystem", "exchange.base-directories": f"file://{exchange}"},
    )
    return {
        "retry-policy": "TASK",
        "fault-tolerant-execution-task-memory": f"{heap_megabytes // 8}MB",
        # a process of this machine that does not answer for so long has ended; by default a minute and ten seconds
        "query.remote-task.max-error-duration": "20s",
        "retry-initial-delay": "1s",
    }
