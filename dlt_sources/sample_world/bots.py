"""What bots do: updates of dependencies, coverage comments, releases. They are never counted as people."""

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.config import DAY, HOUR
from dlt_sources.sample_world.people import People
from dlt_sources.sample_world.scene import Scene


def automation(scene: Scene, day_at: int, repositories: list[Repository], people: People) -> None:
    """The bots' day on `repositories`; updates come in the first hours, the rest after the people's work."""
    rng = scene.rng
    bots = people.bots
    is_monday = (day_at // DAY + 3) % 7 == 0
    for number, repository in enumerate(repositories):
        at = day_at + 4 * HOUR + rng.randrange(3 * HOUR)
        if not repository.exists(at) or repository.is_deserted(at):
            continue
        updater = bots["renovate[bot]"] if number % 2 else bots["dependabot[bot]"]
        if rng.random() < (0.25 if is_monday else 0.05):
            scene.open_pull_request((updater, repository, at), updater.logins[0][1].split("[")[0], from_fork=False)
        late = day_at + 21 * HOUR + rng.randrange(2 * HOUR)
        waiting = [ticket for ticket in scene.tickets[repository.id] if ticket.ready_at < late]
        pulls = [ticket for ticket in waiting if ticket.is_pull_request]
        if pulls and rng.random() < 0.2:
            scene.comment((bots["codecov-io"], repository, late), rng.choice(pulls))
        if pulls and rng.random() < 0.05:
            scene.review((bots["codecov-io"], repository, late + 30), rng.choice(pulls), state="commented", remarks=1)
        if waiting and rng.random() < 0.05:
            scene.close((bots["github-actions[bot]"], repository, late + 60), waiting[0])
        updates = [ticket for ticket in pulls if ticket.author.is_bot and ticket.is_open]
        if updates and rng.random() < 0.15:
            scene.merge((bots["mergify-bot"], repository, late + 90), updates[0])
