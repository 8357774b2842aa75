"""Single happenings that real data was seen to hold, each told once, on a day that follows from the world's length."""

from dlt_sources.sample_world.cast import Cast, Repository
from dlt_sources.sample_world.config import DAY, HOUR
from dlt_sources.sample_world.crowd import star
from dlt_sources.sample_world.happenings import Happening
from dlt_sources.sample_world.history import Signature, Stamp
from dlt_sources.sample_world.people import People, Person
from dlt_sources.sample_world.scene import Scene

# more commits than a push can list
_LARGE_PUSH = 34


def incidents(scene: Scene, day_at: int, cast: Cast, people: People) -> None:
    """Whatever happens once and on this day."""
    config = scene.config
    popular = cast.projects[0].repositories[0]
    abandoned, quiet = cast.projects[14].repositories[0], cast.projects[15].repositories[1]
    told = {
        # before everybody leaves it
        config.moment(0.0): lambda: _hackathon(scene, abandoned, abandoned.team, day_at),
        config.moment(0.2): lambda: _large_push(scene, popular, people, day_at + 13 * HOUR),
        config.moment(0.3): lambda: _star_twice(scene, popular, people, day_at + 12 * HOUR),
        config.moment(0.35): lambda: _around_midnight(scene, popular, people, day_at),
        config.moment(0.6): lambda: _other_kinds(scene, popular, people.developers[0], day_at + 8 * HOUR),
        config.moment(0.65): lambda: _hackathon(scene, quiet, [*quiet.team, *people.developers[11:15]], day_at),
        config.moment(0.95): lambda: _bot_without_account(scene, popular, people.developers[0], day_at + 16 * HOUR),
    }
    if day_at in told:
        told[day_at]()


def _large_push(scene: Scene, repository: Repository, people: People, at: int) -> None:
    """One push of a whole branch lists its oldest twenty commits: its head and a stranger's work are not listed."""
    history = scene.histories[repository.id]
    before = head = history.main
    pusher, stranger = people.developers[0], Signature("Sam Stranger", "sam@stranger.example")
    commits = []
    for number in range(_LARGE_PUSH):
        author = stranger if number in (25, 29) else scene.signature(pusher)
        message = f"import part {number}"
        second = at - (_LARGE_PUSH - number) * 600
        stamp = Stamp(author, second - 30 * DAY, author, second)
        head = history.write(scene.rng, stamp, message, on=head)
        commits.append(head)
    history.advance(commits[-1])
    scene.push((pusher, repository, at), "main", commits, before, frozenset())


def _star_twice(scene: Scene, repository: Repository, people: People, at: int) -> None:
    star(scene, (people.crowd[0], repository, at))
    star(scene, (people.crowd[0], repository, at + 2))


def _around_midnight(scene: Scene, repository: Repository, people: People, day_at: int) -> None:
    """Three stars whose files are not those of their hours; see `deliveries.FORCED`."""
    star(scene, (people.crowd[1], repository, day_at + 10))
    star(scene, (people.crowd[2], repository, day_at + DAY - 30))
    star(scene, (people.crowd[3], repository, day_at + DAY - 40))
    star(scene, (people.crowd[4], repository, day_at + DAY - 50))


def _hackathon(scene: Scene, repository: Repository, people: list[Person], day_at: int) -> None:
    """One day on which many work on one repository."""
    rng, at = scene.rng, day_at + 9 * HOUR
    for person in people:
        for _ in range(rng.randint(2, 5)):
            second = at + rng.randrange(9 * HOUR)
            scene.push_to_main((person, repository, second), [second - 60, second - 20])
        scene.open_issue((person, repository, at + rng.randrange(9 * HOUR)))


def _other_kinds(scene: Scene, repository: Repository, person: Person, at: int) -> None:
    """Events of types that nothing counts."""
    for number, (type_, details) in enumerate(
        (
            ("PublicEvent", {}),
            ("MemberEvent", {"action": "added", "member": {"id": 77, "login": "someone"}}),
            ("CommitCommentEvent", {"comment": {"id": 5, "commit_id": "0" * 40, "body": "nice"}}),
        )
    ):
        second = at + 60 * number
        scene.emit(Happening(at=second, type=type_, actor=person, repository=repository, details=details))


def _bot_without_account(scene: Scene, repository: Repository, person: Person, at: int) -> None:
    """A commit by a bot that has an e-mail only, under one of a person, whose push shows just the latter."""
    history = scene.histories[repository.id]
    before = history.main
    bot = Signature("Release Train[bot]", "release-train@ci.example")
    first = history.write(scene.rng, Stamp.own(bot, at - 600), "bump version", on=before)
    second = history.write(scene.rng, Stamp.own(scene.signature(person), at - 60), "tidy after the bump", on=first)
    history.advance(second)
    scene.push((person, repository, at), "main", [first, second], before, frozenset())
