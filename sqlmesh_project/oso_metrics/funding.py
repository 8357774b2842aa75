"""Who was funded, by how much and by whom: grants from the files of the oss-funding registry."""

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import MONTHLY_ON, OWNER, people

FUNDING = {
    "funding": MetricQueryDef(
        ref="funding/funding.sql",
        # grants come in rounds: half years are how they are reported
        time_aggregations=("daily", "weekly", "monthly", "quarterly", "biannually", "yearly"),
        over_all_time=True,
        metadata=MetricMetadata(
            display_name="Funding",
            description="US dollars of grants, at the worth of their day. Each line of a file of grants is one.",
            unit="USD",
            owner=OWNER,
            additivity="additive",
        ),
        metadata_by_name={
            "funding_received": MetricMetadata(
                display_name="Funding received",
                description=(
                    "US dollars of the grants to a project, at the worth of their day. Each line of a file of grants "
                    "is one."
                ),
            ),
            "funding_awarded": MetricMetadata(
                display_name="Funding awarded",
                description=(
                    "US dollars of the grants that a project gave, to whomever. A funder is a project when the "
                    "directory has one of the same name."
                ),
            ),
        },
    ),
    "funders": MetricQueryDef(
        ref="funding/funders.sql",
        time_aggregations=MONTHLY_ON,
        over_all_time=True,
        metadata=people("Funders", "Distinct funders of a project, each by its name.", unit="funders"),
    ),
}
