"""A Trino cluster of this machine for the process driver: a coordinator that computes nothing, and workers that drain.

The installed server and its JDK are the stack's (stack/trino_server.py); here is only what a cluster that comes and
goes wants otherwise: the coordinator waits for workers, and a worker may be told to end.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oso_dagster.cluster.processes import COORDINATOR, Launch
from oso_dagster.stack.trino_etc import retried, write_groups, write_properties
from oso_dagster.stack.trino_server import HOST, JVM_OPTIONS, java


@dataclass(frozen=True, kw_only=True)
class LocalTrino:
    """Where the server is installed, where its nodes keep their files, and what each node is given.

    `catalogs` are the properties of each catalog; `variables` are those that they refer to as `${ENV:NAME}`.
    """

    installed: Path
    folder: Path
    coordinator_port: int
    heap_megabytes: int = 1024
    grace_seconds: int = 2
    max_wait: str = "10m"
    catalogs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def launch(self) -> Callable[[str, int], Launch]:
        """What the process driver starts as `name` on `port`."""

        def one(name: str, port: int) -> Launch:
            folder = self.folder / name
            self._configure(name, port, folder)
            kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
            return Launch(argv=self._command(folder), environment={**kept, **self.variables}, folder=folder)

        return one

    def _configure(self, name: str, port: int, folder: Path) -> None:
        is_coordinator = name == COORDINATOR
        per_node = f"{self.heap_megabytes // 2}MB"
        common = {
            "coordinator": str(is_coordinator).lower(),
            "http-server.http.port": str(port),
            "discovery.uri": f"http://{HOST}:{self.coordinator_port}",
            "catalog.management": "static",
            "query.max-memory-per-node": per_node,
            "query.max-memory": "100GB",
            # whoever reaches this port on this machine may also tell a worker to end
            "access-control.config-files": str(folder / "access-control.properties"),
        }
        own = (
            {
                "node-scheduler.include-coordinator": "false",
                "query-manager.required-workers": "1",
                "query-manager.required-workers-max-wait": self.max_wait,
                "query.max-stage-count": "300",
            }
            if is_coordinator
            else {"shutdown.grace-period": f"{self.grace_seconds}s"}
        )
        if is_coordinator:
            write_groups(folder)
        common |= retried(folder, self.folder / "exchange", self.heap_megabytes)
        write_properties(folder / "config.properties", {**common, **own})
        write_properties(folder / "access-control.properties", {"access-control.name": "allow-all"})
        (folder / "catalog").mkdir(exist_ok=True)
        for catalog, properties in self.catalogs.items():
            write_properties(folder / "catalog" / f"{catalog}.properties", properties)

    def _command(self, folder: Path) -> list[str]:
        named = {
            "config": folder / "config.properties",
            "node.environment": "oso",
            "node.id": folder.name,
            "node.data-dir": folder / "data",
            "node.internal-address": HOST,
            "plugin.dir": self.installed / "plugin",
            "catalog.config-dir": folder / "catalog",
        }
        return [
            str(java()),
            f"-Xmx{self.heap_megabytes}M",
            *JVM_OPTIONS,
            *("-cp", f"{self.installed}/lib/*"),
            *(f"-D{name}={value}" for name, value in named.items()),
            "io.trino.server.TrinoServer",
        ]
