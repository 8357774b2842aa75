"""Which plan's definitions are served: those of the files, unless an earlier plan stands, or an environment.

After a rollback the files say something newer than what is promoted. Runs then follow the plan, and everything that
would deploy the files by itself waits until somebody plans them.
"""

from oso_dagster.manifest import Manifest, load_manifest
from oso_dagster.project import Project
from oso_dagster.project_files import project_fingerprint
from oso_dagster.runner.plans import PlanHistory, PlanRecord, kept_manifest
from oso_dagster.runner.session import NotPlannedError


def served_manifest(project: Project) -> Manifest:
    """The manifest that runs follow. Raises ManifestError, NoSuchPlanError; NotPlannedError for no environment."""
    record = PlanHistory(project).current()
    if project.is_production:
        return kept_manifest(project, record.fingerprint) if record and record.is_rollback else load_manifest(project)
    if record is None:
        raise NotPlannedError(
            f"there is no environment {project.environment!r}: `oso plan {project.environment} --apply` makes it"
        )
    return kept_manifest(project, record.fingerprint)


def held_back(project: Project) -> PlanRecord | None:
    """The rollback that keeps the files from being deployed by a schedule; None when there is none."""
    record = PlanHistory(project).current()
    return record if record is not None and record.is_rollback else None


def notice(project: Project, manifest: Manifest) -> str | None:
    """What to know about `manifest`, which is served: how it stands to the files. None when they are the same."""
    record = PlanHistory(project).current()
    if record is None:
        return None
    if record.is_rollback:
        files = "the files say the same" if project_fingerprint(project) == record.fingerprint else "the files differ"
        return (
            f"these definitions are those of plan {record.restores}, put back by {record.describe()}; {files}. "
            "`oso plan` shows what they would change, `oso plan --apply` deploys them"
        )
    if manifest.fingerprint != record.fingerprint:
        return (
            f"the files changed since {record.describe()}: what is new or changed is not computed until "
            "`oso plan --apply` deploys it; `oso plan` shows it"
        )
    return None
