"""The oracle's entities: which of them an artifact belongs to, as of now or on a day."""

from datetime import date

from metric_world import Member, World


class Membership:
    """Which entities an artifact belongs to, as of now or on a day."""

    def __init__(self, world: World, entity_type: str, attribution: str) -> None:
        steps = {"artifact": (), "project": (world.projects,), "collection": (world.projects, world.collections)}
        self._steps: tuple[tuple[Member, ...], ...] = steps[entity_type]
        self._as_of_event = attribution == "as_of_event"

    def entities(self, artifact: str, day: date) -> set[str]:
        """The entities of `artifact`, each once however many ways lead there."""
        reached = {artifact}
        for step in self._steps:
            reached = {member.parent for member in step if member.child in reached and self._holds(member, day)}
        return reached

    def _holds(self, member: Member, day: date) -> bool:
        if not self._as_of_event:
            return member.valid_to is None
        return member.valid_from <= day and (member.valid_to is None or day < member.valid_to)
