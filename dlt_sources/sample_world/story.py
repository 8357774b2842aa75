"""Runs the world day by day and gives what happens on each."""

from collections.abc import Iterator

from dlt_sources.sample_world.backlog import begin_backlog
from dlt_sources.sample_world.bots import automation
from dlt_sources.sample_world.cast import Cast
from dlt_sources.sample_world.config import DAY, WorldConfig
from dlt_sources.sample_world.crowd import own_projects, visitors
from dlt_sources.sample_world.happenings import Happening
from dlt_sources.sample_world.incidents import incidents
from dlt_sources.sample_world.people import People
from dlt_sources.sample_world.scene import Scene
from dlt_sources.sample_world.work import sessions_of, work


def start_story(config: WorldConfig, cast: Cast, people: People) -> Scene:
    """The scene as it is when the world begins."""
    scene = Scene(config, cast.everything)
    for repository in cast.everything:
        scene.begin_history(repository)
    for repository in cast.repositories:
        begin_backlog(scene, repository, people)
    return scene


def tell(scene: Scene, cast: Cast, people: People) -> Iterator[tuple[int, list[Happening]]]:
    """For each day, the day after the world included: its first second and what happens, by time."""
    listed = [repository for repository in cast.repositories if repository.team]
    for day in range(scene.config.days + 1):
        day_at = scene.config.begin_at + day * DAY
        automation(scene, day_at, listed, people)
        for session in sessions_of(scene, day_at, people.developers):
            work(scene, session)
        visitors(scene, day_at, cast.everything, people)
        own_projects(scene, day_at, cast.outside)
        incidents(scene, day_at, cast, people)
        yield day_at, scene.take_day()
