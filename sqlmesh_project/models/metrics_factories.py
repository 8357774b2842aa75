"""Makes models of the metrics: the families of oso_metrics/ and the tables that their SQL may read."""

from sqlmesh_project.active import active_settings
from sqlmesh_project.metrics_factory import timeseries_metrics
from sqlmesh_project.oso_metrics.activity import ACTIVITY
from sqlmesh_project.oso_metrics.chains import CHAINS
from sqlmesh_project.oso_metrics.funding import FUNDING
from sqlmesh_project.oso_metrics.health import HEALTH
from sqlmesh_project.oso_metrics.lifecycle import LIFECYCLE
from sqlmesh_project.oso_metrics.people import PEOPLE
from sqlmesh_project.oso_metrics.tickets import TICKETS

timeseries_metrics(
    start=active_settings().start,
    schema="oso",
    queries_dir="oso_metrics",
    models_dir="models",
    default_dialect="trino",
    timeseries_sources={
        "int_events_daily__github": "bucket_day",
        "int_first_of_event_from_artifact__github": "time",
        "int_ticket_states__github": "time",
        "int_ticket_closings__github": "time",
        "int_ticket_responses__github": "time",
        "int_events_daily__blockchain": "bucket_day",
        "int_first_of_event_from_artifact__blockchain": "time",
        "int_events_daily__token_transfers": "bucket_day",
        "int_events_daily__funding": "bucket_day",
    },
    relations=["int_bots"],
    metric_queries={**ACTIVITY, **PEOPLE, **LIFECYCLE, **TICKETS, **HEALTH, **CHAINS, **FUNDING},
)
