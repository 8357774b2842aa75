"""Writes the git repositories that can be fetched, and the truth of all commits."""

from collections.abc import Callable
from pathlib import Path

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.git_store import write_bare
from dlt_sources.sample_world.history import History, fast_import
from dlt_sources.sample_world.people import People
from dlt_sources.sample_world.truth import TruthTable


def write_repositories(
    folder: Path,
    repositories: list[Repository],
    histories: dict[int, History],
    on_repository: Callable[[str], None],
) -> int:
    """Write `folder`/owner/name.git, lower case, for each repository with a history; returns how many.

    GitHub finds a repository under all its names in any case: former names and other cases are links.
    """
    written = 0
    for repository in repositories:
        if not repository.has_git:
            continue
        path = folder / f"{repository.latest_name.lower()}.git"
        write_bare(path, fast_import(histories[repository.id]))
        for _, name in repository.names:
            for owner in (repository.owner.login, repository.owner.login.lower()):
                for spelling in (name, name.lower()):
                    _link(folder / owner / f"{spelling}.git", path)
        written += 1
        on_repository(repository.latest_name)
    return written


def _link(link: Path, target: Path) -> None:
    if link.exists():
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(Path("..") / target.parent.name / target.name)


def tell_commits(truth: Path, repositories: list[Repository], histories: dict[int, History], people: People) -> int:
    """Write the truth of every commit, also of those that no branch kept; returns how many can be fetched."""
    accounts = {person.email: person.id for person in [*people.developers, *people.crowd, *people.bots.values()]}
    fetchable = 0
    with TruthTable(truth, "commits") as table:
        for repository in repositories:
            name = repository.latest_name.lower()
            for commit in histories[repository.id].commits:
                is_fetchable = repository.has_git and commit.on_main
                fetchable += is_fetchable
                table.add(
                    (
                        repository.id,
                        name,
                        commit.sha,
                        commit.author.name,
                        commit.author.email,
                        accounts.get(commit.author.email),
                        commit.authored_at,
                        commit.committed_at,
                        len(commit.parents) > 1,
                        is_fetchable,
                    )
                )
    return fetchable
