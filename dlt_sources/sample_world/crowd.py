"""What the many do who come once or twice: stars, forks, questions, and the noise of repositories nobody lists."""

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.config import DAY, HOUR, poisson
from dlt_sources.sample_world.happenings import Happening
from dlt_sources.sample_world.people import People, Person
from dlt_sources.sample_world.scene import Scene
from dlt_sources.sample_world.work import trend, visit

# the shape of a day: the share of each hour, low in the small hours of UTC
_HOURS = (2, 2, 2, 3, 3, 4, 5, 7, 9, 10, 10, 9, 9, 10, 11, 11, 10, 9, 8, 7, 6, 5, 4, 3)


def visitors(scene: Scene, day_at: int, repositories: list[Repository], people: People) -> None:
    """Stars, forks and questions of one day on all repositories."""
    rng = scene.rng
    is_weekend = (day_at // DAY + 3) % 7 >= 5
    day = (day_at - scene.config.begin_at) // DAY
    for repository in repositories:
        mean = repository.stars_a_day * trend(scene, repository, day_at) * (0.6 if is_weekend else 1.0)
        stars = poisson(rng, mean * repository.spikes.get(day, 1.0))
        for _ in range(stars):
            star(scene, (rng.choice(people.crowd), repository, _time(scene, day_at)))
        for _ in range(poisson(rng, mean * 0.12)):
            _fork(scene, rng.choice(people.crowd), repository, _time(scene, day_at))
        if rng.random() < min(mean * 0.05, 0.5):
            at = _time(scene, day_at)
            if repository.exists(at) and not repository.is_deserted(at):
                visit(scene, (rng.choice(people.crowd), repository, at))


def own_projects(scene: Scene, day_at: int, outside: list[Repository]) -> None:
    """Pushes of developers to repositories of their own, and wiki edits, which count nowhere."""
    rng = scene.rng
    for repository in outside:
        if repository.team and rng.random() < 0.35 and repository.team[0].is_around(day_at):
            at = _time(scene, day_at)
            scene.push_to_main((repository.team[0], repository, at), [at - 60, at - 5][: rng.randint(1, 2)])
            if rng.random() < 0.1:
                details = {"pages": [{"page_name": "Home", "title": "Home", "action": "edited"}]}
                person = repository.team[0]
                scene.emit(
                    Happening(at=at + 30, type="GollumEvent", actor=person, repository=repository, details=details)
                )


def star(scene: Scene, who: tuple[Person, Repository, int]) -> None:
    """A star, unless the repository is not there."""
    person, repository, at = who
    if repository.exists(at):
        details = {"action": "started"}
        scene.emit(
            Happening(at=at, type="WatchEvent", actor=person, repository=repository, kind="STARRED", details=details)
        )


def _fork(scene: Scene, person: Person, repository: Repository, at: int) -> None:
    if repository.exists(at):
        details = {"forkee_id": scene.new_id(900)}
        scene.emit(
            Happening(at=at, type="ForkEvent", actor=person, repository=repository, kind="FORKED", details=details)
        )


def _time(scene: Scene, day_at: int) -> int:
    hour = scene.rng.choices(range(24), _HOURS)[0]
    return day_at + hour * HOUR + scene.rng.randrange(HOUR)
