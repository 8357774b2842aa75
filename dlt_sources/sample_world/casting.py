"""Makes the cast of a world: ordinary projects first, then the special cases on top of the first ones."""

from random import Random

from dlt_sources.sample_world.cast import VERSIONS, Artifact, Cast, Collection, Owner, Project, Repository, listed
from dlt_sources.sample_world.config import DAY, WorldConfig
from dlt_sources.sample_world.names import COLLECTIONS, project_slugs, repository_names
from dlt_sources.sample_world.people import Pattern, People
from dlt_sources.sample_world.special_cases import add_special_cases

CHAINS = ("optimism", "base")


def make_cast(config: WorldConfig, people: People) -> Cast:
    """All projects, repositories and collections, and the homes of the developers."""
    rng = config.random("cast")
    cast = Cast()
    slugs = project_slugs(rng)
    for index in range(config.projects):
        cast.projects.append(_project(rng, config, cast, next(slugs), index))
    _add_outside(rng, config, cast, people)
    cast.collections = _collections(rng, config, cast)
    add_special_cases(config.random("special cases"), config, cast)
    _find_homes(config.random("homes"), cast, people)
    return cast


def new_repository(cast: Cast, owner: Owner, name: str, created_at: int) -> Repository:
    """A repository with an id of its own, not yet in the cast."""
    number = len(cast.repositories) + len(cast.outside)
    return Repository(id=610_000_000 + number * 70_001, owner=owner, names=[(created_at, name)], created_at=created_at)


def _project(rng: Random, config: WorldConfig, cast: Cast, slug: str, index: int) -> Project:
    project = Project(slug=slug, display_name=slug.replace("-", " ").title())
    if rng.random() < 0.6:
        project.description = f"{project.display_name} builds open infrastructure for everyone."
    # the first ones carry the special cases and are there from the start
    if index >= 16 and rng.random() < 0.25:
        project.since = rng.randrange(1, VERSIONS - 1)
    if index >= 16 and index == config.projects - 1:
        project.since = VERSIONS - 1
    owner = Owner(id=9_000_000 + index * 977, login=slug if rng.random() < 0.8 else slug.title())
    growth = rng.choice((0.3, 0.6, 1.0, 1.2, 1.8, 3.0))
    project.liveliness = rng.choice((0.4, 0.8, 1.0, 1.0, 1.6, 2.4))
    count = rng.choices((1, 2, 3), (4, 4, 2))[0] if index >= 16 else 2
    for name in repository_names(rng, slug, count):
        repository = new_repository(cast, owner, name, config.begin_at - rng.randrange(30, 900) * DAY)
        repository.has_git, repository.growth = True, growth
        repository.squashes = rng.random() < 0.4
        repository.stars_a_day = project.liveliness * rng.choice((0.6, 1.5, 4.0, 9.0))
        if rng.random() < 0.12:
            repository.spikes[rng.randrange(config.days)] = rng.uniform(8, 20)
        cast.repositories.append(repository)
        project.repositories.append(repository)
        project.artifacts.append(listed(rng, repository.full_name(config.begin_at)))
    _add_packages_and_contracts(rng, project, index)
    return project


def _add_packages_and_contracts(rng: Random, project: Project, index: int) -> None:
    if rng.random() < 0.25:
        name = f"@{project.slug}/sdk"
        project.artifacts.append(Artifact(kind="npm", raw=f"https://www.npmjs.com/package/{name}", clean=name))
    if rng.random() < 0.12:
        name = f"{project.slug}-rs"
        project.artifacts.append(Artifact(kind="crates", raw=f"https://crates.io/crates/{name}", clean=name))
    if index % 9 not in (0, 2, 4, 7):
        return
    for _ in range(rng.choice((1, 2, 2, 3))):
        address = f"0x{rng.getrandbits(160):040x}"
        networks = rng.choice((("optimism",), ("base",), ("optimism", "base"), ("any_evm",), ("mainnet", "optimism")))
        written = "0x" + address[2:].upper() if rng.random() < 0.3 else address
        project.artifacts.append(
            Artifact(kind="blockchain", raw=written, clean=address, networks=networks, tags=("contract",))
        )
        for chain in CHAINS:
            if chain in networks or "any_evm" in networks:
                project.contracts.setdefault(chain, []).append(address)


def _add_outside(rng: Random, config: WorldConfig, cast: Cast, people: People) -> None:
    """Repositories that no project lists: those of the developers themselves, and some that are just popular."""
    for number, person in enumerate(people.developers):
        if number % 4 == 0:
            owner = Owner(id=person.id, login=person.logins[0][1], is_org=False)
            repository = new_repository(cast, owner, "dotfiles", config.begin_at - 400 * DAY)
            repository.team = [person]
            repository.stars_a_day = 0.02
            cast.outside.append(repository)
    for number in range(6):
        owner = Owner(id=8_000_000 + number, login=f"elsewhere-{number + 1}")
        repository = new_repository(cast, owner, "popular", config.begin_at - 700 * DAY)
        repository.stars_a_day, repository.growth = 6.0, rng.uniform(0.5, 2.0)
        cast.outside.append(repository)


def _collections(rng: Random, config: WorldConfig, cast: Cast) -> list[Collection]:
    count = min(len(COLLECTIONS), 6 + config.projects // 50)
    entries: dict[str, list[tuple[str, int, int | None]]] = {slug: [] for slug, _ in COLLECTIONS[:count]}
    for project in cast.projects:
        number = rng.choices((0, 1, 2), (1, 7, 2))[0]
        for slug in rng.sample(list(entries), number):
            project.collections.append(slug)
            entries[slug].append((project.slug, project.since, None))
    return [Collection(slug=slug, display_name=name, entries=entries[slug]) for slug, name in COLLECTIONS[:count]]


def _find_homes(rng: Random, cast: Cast, people: People) -> None:
    """Give each developer one to four repositories to work on, the lively ones more often."""
    weights = [project.liveliness * (1 + len(project.repositories)) for project in cast.projects]
    for person in people.developers:
        reach = 4 if person.pattern in (Pattern.FULL_TIME, Pattern.REGULAR) else 2
        for project in rng.choices(cast.projects, weights, k=rng.randint(1, 2)):
            homes = project.repositories
            for repository in rng.sample(homes, min(len(homes), rng.randint(1, reach))):
                if repository not in person.homes:
                    person.homes.append(repository)
                    repository.team.append(person)
    for repository in cast.repositories:
        while len([person for person in repository.team if not person.is_ghost]) < 2:
            person = rng.choice(people.developers)
            if person not in repository.team:
                repository.team.append(person)
                person.homes.append(repository)
        # a squash would show a ghost's address at the head of a push
        repository.squashes = repository.squashes and not any(person.is_ghost for person in repository.team)
