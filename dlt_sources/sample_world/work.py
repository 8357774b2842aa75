"""What developers do on a day: each works, or not, after their habit, in one or two of their repositories."""

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.config import DAY, HOUR
from dlt_sources.sample_world.happenings import Ticket
from dlt_sources.sample_world.people import Pattern, Person
from dlt_sources.sample_world.scene import Scene

Session = tuple[int, Person, Repository]


def trend(scene: Scene, repository: Repository, at: int) -> float:
    """How lively a repository is at a time, against its first day."""
    share = (at - scene.config.begin_at) / (scene.config.days * DAY)
    return repository.growth ** min(max(share, 0.0), 1.0)


def sessions_of(scene: Scene, day_at: int, developers: list[Person]) -> list[Session]:
    """Who works when and on what, on the day that begins at `day_at`, by time."""
    rng = scene.rng
    is_weekend = (day_at // DAY + 3) % 7 >= 5
    sessions = []
    for person in developers:
        if not person.homes or not person.is_around(day_at):
            continue
        chance = person.pattern.weekend if is_weekend else person.pattern.weekday
        repository = person.homes[min(int(rng.expovariate(1.2)), len(person.homes) - 1)]
        if rng.random() >= chance * repository.pace * min(1.15, max(0.25, trend(scene, repository, day_at))):
            continue
        start = day_at + int(person.peak_hour * HOUR) + int(rng.gauss(0, 1.6) * HOUR)
        sessions.append((_within(day_at, start), person, repository))
        if rng.random() < 0.6 and person.pattern is not Pattern.DRIVE_BY:
            other = rng.choice(person.homes)
            sessions.append((_within(day_at, start + rng.randrange(HOUR, 5 * HOUR)), person, other))
    return sorted(sessions, key=lambda session: (session[0], session[1].id))


def _within(day_at: int, second: int) -> int:
    return min(max(second, day_at + 6 * 60), day_at + DAY - 20 * 60)


def work(scene: Scene, session: Session) -> None:
    """One session: look after what is open, then do something of one's own."""
    start, person, repository = session
    if not repository.exists(start) or repository.is_deserted(start):
        return
    rng = scene.rng
    at = start
    if person.is_ghost or person.pattern is Pattern.DRIVE_BY:
        visit(scene, (person, repository, at))
        return
    for ticket in _attention(scene, person, repository, at):
        at += rng.randrange(40, 400)
        _handle(scene, (person, repository, at), ticket)
    at += rng.randrange(30, 300)
    deed = rng.random()
    if deed < 0.55:
        _direct_work(scene, (person, repository, at))
    elif deed < 0.80:
        _propose(scene, (person, repository, at))
    elif deed < 0.88:
        ask(scene, (person, repository, at))
    if rng.random() < 0.03:
        scene.release((person, repository, at + 120), f"v0.{repository.take_number()}.0")


def visit(scene: Scene, who: tuple[Person, Repository, int]) -> None:
    """What somebody from outside the team does: a pull request from a fork, an issue, a comment."""
    rng = scene.rng
    person, repository, at = who
    tickets = [ticket for ticket in scene.tickets[repository.id] if ticket.ready_at < at]
    deed = rng.random()
    if deed < 0.45 or (person.is_ghost and deed < 0.8):
        scene.open_pull_request(who, "patch", from_fork=True)
    elif deed < 0.7 or not tickets:
        ask(scene, who)
    else:
        scene.comment(who, rng.choice(tickets))


def ask(scene: Scene, who: tuple[Person, Repository, int]) -> None:
    """Open an issue; one in four adds something to it before anybody answers."""
    person, repository, at = who
    ticket = scene.open_issue(who)
    if scene.rng.random() < 0.25:
        scene.comment((person, repository, at + 200), ticket)


def _propose(scene: Scene, who: tuple[Person, Repository, int]) -> None:
    """Open a pull request; one in five of the team's own does not wait for anybody."""
    rng = scene.rng
    person, repository, at = who
    ticket = scene.open_pull_request(who, "feature", from_fork=rng.random() < 0.3)
    if not ticket.from_fork and rng.random() < 0.2:
        scene.merge((person, repository, at + rng.randrange(20, 1800)), ticket)


def _attention(scene: Scene, person: Person, repository: Repository, at: int) -> list[Ticket]:
    tickets = [
        ticket
        for ticket in scene.tickets[repository.id]
        if ticket.ready_at < at
        # to one's own one comes back when somebody answered, or nobody did for long
        and (ticket.author is not person or ticket.comments > 0 or at - ticket.created_at > 5 * DAY)
    ]
    return scene.rng.sample(tickets, min(len(tickets), scene.rng.choice((0, 1, 1, 2, 3))))


def _handle(scene: Scene, who: tuple[Person, Repository, int], ticket: Ticket) -> None:
    rng = scene.rng
    person, repository, at = who
    deed = rng.random()
    if not ticket.is_pull_request:
        if deed < 0.5:
            scene.comment(who, ticket)
        elif deed < 0.85:
            scene.close(who, ticket)
        else:
            scene.on_ticket(who, ticket, "labeled")
        return
    is_own = ticket.author is person
    if deed < 0.55:
        if not is_own:
            scene.review(who, ticket, state="approved", remarks=0)
        scene.merge((person, repository, at + 20), ticket)
    elif deed < 0.70 and not is_own:
        scene.review(who, ticket, state="changes_requested", remarks=rng.randint(1, 3))
    elif deed < 0.85:
        scene.comment(who, ticket)
    elif deed < 0.93:
        scene.close(who, ticket)
    else:
        scene.on_ticket(who, ticket, "labeled")


def _direct_work(scene: Scene, who: tuple[Person, Repository, int]) -> None:
    rng = scene.rng
    person, repository, at = who
    seconds = sorted(at - rng.randrange(0, 2 * HOUR) for _ in range(rng.choice((1, 1, 2, 2, 3, 5))))
    if rng.random() < 0.12:
        # pushed with the next work on it, which may be days later
        held = scene.unpushed.setdefault((person.id, repository.id), [])
        held += [(second, f"wip {second % 1000}") for second in seconds]
        return
    scene.push_to_main(who, seconds)
    for _ in range(rng.choice((0, 0, 1, 2))):
        at += rng.randrange(90, 600)
        scene.push_to_main((person, repository, at), [at - 30])
