"""What was open already when the world began: issues and pull requests whose opening no event of the world shows.

Some of the pull requests are found again only after GitHub's payloads had stopped telling when they were opened.
"""

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.config import DAY, ERA_SWITCH, HOUR
from dlt_sources.sample_world.happenings import Ticket
from dlt_sources.sample_world.history import Stamp
from dlt_sources.sample_world.names import subject
from dlt_sources.sample_world.people import People, Person
from dlt_sources.sample_world.scene import Scene

_OLDEST_DAYS = 120
_FORGOTTEN_SHARE = 0.5


def begin_backlog(scene: Scene, repository: Repository, people: People) -> None:
    """Give the repository up to three open issues and up to three open pull requests from before the world."""
    rng, begin_at = scene.rng, scene.config.begin_at
    oldest = max(repository.created_at + DAY, begin_at - _OLDEST_DAYS * DAY)
    if scene.histories[repository.id].main is None or oldest >= begin_at - HOUR:
        return
    authors = [*repository.team, *rng.sample(people.crowd, 2), people.bots["renovate[bot]"]]
    for _ in range(rng.choice((1, 2, 3))):
        scene.tickets[repository.id].append(_issue(scene, repository, rng.choice(authors), oldest))
    for _ in range(rng.choice((1, 2, 3))):
        scene.tickets[repository.id].append(_pull_request(scene, repository, rng.choice(authors), oldest))


def _issue(scene: Scene, repository: Repository, author: Person, oldest: int) -> Ticket:
    return Ticket(
        repository=repository,
        number=repository.take_number(),
        id=scene.new_id(1_100),
        title=subject(scene.rng).capitalize(),
        author=author,
        created_at=scene.rng.randrange(oldest, scene.config.begin_at - HOUR),
        is_pull_request=False,
    )


def _pull_request(scene: Scene, repository: Repository, author: Person, oldest: int) -> Ticket:
    rng, history = scene.rng, scene.histories[repository.id]
    at = rng.randrange(oldest, scene.config.begin_at - HOUR)
    is_forgotten = rng.random() < _FORGOTTEN_SHARE
    number = repository.take_number()
    stamp = Stamp.own(scene.signature(author), at - 600)
    commit = history.write(rng, stamp, subject(rng), on=history.main)
    return Ticket(
        repository=repository,
        number=number,
        id=scene.new_id(1_100),
        title=commit.message,
        author=author,
        created_at=at,
        is_pull_request=True,
        ready_at=ERA_SWITCH + rng.randrange(4 * DAY) if is_forgotten else 0,
        branch=[commit],
        branch_name=f"old-{number}",
        base=history.main,
        from_fork=author not in repository.team,
    )
