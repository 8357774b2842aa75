"""The lasting things of a world: owners, repositories, projects and collections, and what the directory says of them.

The first projects are special: each carries a case that real directories hold (a repository of two projects, one that
was renamed, one made again under its old name, ...). Who works where is decided here too.
"""

from dataclasses import dataclass, field
from random import Random

from dlt_sources.sample_world.people import Person, Span

VERSIONS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Owner:
    """A GitHub organisation, or a person who owns repositories."""

    id: int
    login: str
    is_org: bool = True


@dataclass(kw_only=True, eq=False)
class Repository:
    """A GitHub repository; `names` are (from second, name), ascending: it keeps its id when it is renamed."""

    id: int
    owner: Owner
    names: list[tuple[int, str]]
    created_at: int
    gone_at: int | None = None
    # whether its git history can be fetched
    has_git: bool = False
    stars_a_day: float = 0.2
    # how the interest in it changes from the first day to the last: 2.0 doubles it
    growth: float = 1.0
    spikes: dict[int, float] = field(default_factory=dict)
    squashes: bool = False
    # how much of its share of the team's work it gets
    pace: float = 1.0
    # times (first and last second, exclusive) in which nobody works on it, though it is there
    deserted: tuple[Span, ...] = ()
    team: list[Person] = field(default_factory=list)
    next_number: int = 1

    def full_name(self, at: int) -> str:
        """owner/name as it was written then."""
        current = self.names[0][1]
        for since, name in self.names[1:]:
            if since <= at:
                current = name
        return f"{self.owner.login}/{current}"

    @property
    def latest_name(self) -> str:
        """owner/name as it is at the end."""
        return f"{self.owner.login}/{self.names[-1][1]}"

    def exists(self, at: int) -> bool:
        """Whether it is there then."""
        return self.created_at <= at and (self.gone_at is None or at < self.gone_at)

    def is_deserted(self, at: int) -> bool:
        """Whether everyone has left it then."""
        return any(start <= at < end for start, end in self.deserted)

    def take_number(self) -> int:
        """The next number: issues and pull requests share them."""
        self.next_number += 1
        return self.next_number - 1


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One entry of a project file. `raw` is what is written, `clean` what it means (None: nothing that is valid).

    It is listed in the versions from `since` to before `until` (None: to the last).
    """

    kind: str
    raw: str
    clean: str | None
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: int = 0
    until: int | None = None

    def is_in(self, version: int) -> bool:
        """Whether that version of the directory lists it."""
        return self.since <= version and (self.until is None or version < self.until)


@dataclass(kw_only=True, eq=False)
class Project:
    """A project of the directory; `contracts` are the addresses it deployed, by chain."""

    slug: str
    display_name: str
    description: str | None = None
    artifacts: list[Artifact] = field(default_factory=list)
    repositories: list[Repository] = field(default_factory=list)
    contracts: dict[str, list[str]] = field(default_factory=dict)
    collections: list[str] = field(default_factory=list)
    since: int = 0
    liveliness: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A collection of the directory; `entries` are (slug, first version, version it left in or None), as listed."""

    slug: str
    display_name: str
    entries: list[tuple[str, int, int | None]]


@dataclass(kw_only=True)
class Cast:
    """Everything lasting; `outside` are repositories that no project lists."""

    projects: list[Project] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    repositories: list[Repository] = field(default_factory=list)
    outside: list[Repository] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def everything(self) -> list[Repository]:
        """All repositories, those of projects first."""
        return self.repositories + self.outside


def github_url(rng: Random, path: str) -> str:
    """A URL of owner or owner/name as people write it: mostly clean, sometimes not."""
    forms = (
        f"https://github.com/{path}/",
        f"http://github.com/{path}",
        f"https://www.github.com/{path}",
        f"https://github.com/{path.upper()}",
        f"https://github.com/{path}.git" if "/" in path else f"https://github.com/{path}/",
    )
    return rng.choice(forms) if rng.random() < 0.22 else f"https://github.com/{path}"


def listed(rng: Random, path: str, since: int = 0, until: int | None = None) -> Artifact:
    """A GitHub entry for owner or owner/name."""
    return Artifact(kind="github", raw=github_url(rng, path), clean=path.lower(), since=since, until=until)
