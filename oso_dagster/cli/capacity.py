"""`oso capacity`: how many workers are wanted and why; the sensor `capacity` does the same every half minute."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import json_option, load_settings, print_json, print_table

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from oso_lake.settings import Settings


@click.command(short_help="How many Trino workers are wanted, and why.")
@click.option("--apply", "is_applied", is_flag=True, help="Scale to it; without, only say so.")
@json_option
def capacity(is_applied: bool, as_json: bool) -> None:
    """Say how many Trino workers are wanted, why, and who holds a lease; with --apply scale to it.

    For clusters: OSO_CLUSTER_DRIVER says who scales them. Safe to run while the sensor does the same.
    """
    from oso_dagster.cluster.capacity import adjust, look
    from oso_dagster.cluster.opening import open_cluster, work_at_hand
    from oso_dagster.cluster.settings import ClusterSettings

    settings, options, now = load_settings(), ClusterSettings(), datetime.now(UTC)
    with open_cluster(settings, options) as cluster, _instance(settings) as instance:
        decision = (adjust if is_applied else look)(cluster, work_at_hand(instance, options), now=now)
        leases = [
            {
                "owner": lease.owner,
                "workers": lease.workers,
                "node_hours": round(lease.node_seconds / 3600, 2),
                "expires_at": lease.expires_at.isoformat(timespec="seconds"),
                "is_living": lease.is_living(now),
            }
            for lease in cluster.leases.all()
        ]
    if as_json:
        print_json({"workers": decision.workers, "coordinator": decision.coordinator, "reason": decision.reason})
        return
    click.echo(decision.reason)
    if leases:
        print_table("Leases", list(leases[0]), [list(lease.values()) for lease in leases])
    if not is_applied:
        click.echo("nothing was changed; run it with --apply", err=True)


def _instance(settings: "Settings") -> "DagsterInstance":
    """The instance of DAGSTER_HOME, as in a pod, or this installation's."""
    from dagster import DagsterInstance

    from oso_dagster.instance import open_instance

    return DagsterInstance.get() if os.environ.get("DAGSTER_HOME") else open_instance(settings)
