"""Where an installation, or an environment of it, records what it computed, what failed and what it cost."""

from pathlib import Path

from oso_dagster.project import Project
from oso_dagster.runner.costs import CostLog
from oso_dagster.runner.environment_ledger import EnvironmentLedger
from oso_dagster.runner.failures import FailureLog
from oso_dagster.runner.ledger import Ledger


def ledger_of(project: Project) -> Ledger:
    """The ledger of the installation, as the project's environment sees it."""
    url = project.settings.ledger_url
    return Ledger(url) if project.is_production else EnvironmentLedger(url, project.environment)


def records_of(project: Project) -> str:
    """URL of failures and costs: the ledger's own, or of a file of the environment."""
    return project.settings.ledger_url if project.is_production else f"sqlite:///{environment_file(project)}"


def environment_file(project: Project) -> Path:
    """The file of what failed and what computing cost in an environment beside production."""
    return project.settings.environments_dir / f"{project.environment}.db"


def failures_of(project: Project) -> FailureLog:
    """The record of what failed in the installation."""
    return FailureLog(records_of(project))


def costs_of(project: Project) -> CostLog:
    """The record of what computing cost in the installation."""
    return CostLog(records_of(project))
