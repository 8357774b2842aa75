"""Which artifacts belong to which project and collection, as the latest version of the directory says."""

from oracle_chains import funding_account
from oracle_facts import Names
from oracle_truth import CHAINS, Truth

from oso_lake import ids

ENTITIES = ("artifact", "project", "collection")


def artifacts_of_projects(truth: Truth, names: Names) -> dict[str, set[str]]:
    """Artifact ids by slug of the project; a pair counts once however often it is written."""
    found = {slug: {funding_account(slug)} for slug in truth.projects}
    for member in truth.members:
        artifacts = found.setdefault(member.project, set())
        if member.kind == "repository":
            artifacts.add(names.artifact(member.value))
        elif member.kind == "owner":
            artifacts |= {ids.repository_id(repo_id) for repo_id in names.of_owner(member.value)}
        elif member.kind == "address":
            for chain in CHAINS:
                if member.network in (chain, "any_evm"):
                    artifacts.add(ids.address_id(chain, member.value))
        else:
            artifacts.add(ids.package_id(member.kind, member.value))
    return found


def entities_of_artifacts(truth: Truth, names: Names, entity: str) -> dict[str, set[str]]:
    """Entity ids by artifact id, for projects or collections."""
    projects = artifacts_of_projects(truth, names)
    groups: dict[str, set[str]] = {}
    if entity == "project":
        groups = {ids.project_id(slug): artifacts for slug, artifacts in projects.items()}
    else:
        for collection, slug in truth.collections:
            groups.setdefault(ids.collection_id(collection), set()).update(projects.get(slug, ()))
    found: dict[str, set[str]] = {}
    for entity_id, artifacts in groups.items():
        for artifact in artifacts:
            found.setdefault(artifact, set()).add(entity_id)
    return found
