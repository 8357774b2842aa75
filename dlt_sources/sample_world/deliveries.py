"""Decides in which hour's file each event arrives: mostly its own, sometimes a later one, sometimes twice, or never."""

from dataclasses import dataclass
from random import Random

from dlt_sources.sample_world.config import DAY, HOUR, WorldConfig
from dlt_sources.sample_world.happenings import Happening

ON_TIME, LATE, TOO_LATE, EARLY, DUPLICATE, LOST = "on_time", "late", "too_late", "early", "duplicate", "lost"
_DUPLICATES = 0.004
_SLOW = 0.002


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line in the file of `hour` (its first second); `way` says how it got there."""

    hour: int
    way: str


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """Hours (their first seconds) of which the archive has no file, or an empty one."""

    missing: frozenset[int]
    empty: frozenset[int]

    def swallow(self, hour: int) -> bool:
        """Whether what is delivered then is lost."""
        return hour in self.missing or hour in self.empty


def gaps_of(config: WorldConfig) -> Gaps:
    """One missing hour in the first half of the world, one empty hour in its middle."""
    return Gaps(missing=frozenset({config.moment(1 / 3, 14)}), empty=frozenset({config.moment(0.5, 4)}))


def forced(config: WorldConfig) -> dict[int, Delivery]:
    """By second of creation: stars around a midnight whose files are told (see `incidents`)."""
    day_at = config.moment(0.35)
    midnight = day_at + DAY
    return {
        day_at + 10: Delivery(day_at - HOUR, EARLY),
        midnight - 30: Delivery(midnight, LATE),
        midnight - 40: Delivery(midnight + HOUR, LATE),
        midnight - 50: Delivery(midnight + 5 * HOUR, TOO_LATE),
    }


class Post:
    """Delivers the happenings of one world."""

    def __init__(self, config: WorldConfig, repository_id: int) -> None:
        self.rng: Random = config.random("deliveries")
        self.gaps = gaps_of(config)
        self._forced = forced(config)
        self._forced_repository = repository_id

    def deliver(self, happening: Happening) -> list[Delivery]:
        """Where its lines go, the first one first; what a gap swallows is LOST."""
        rng, at = self.rng, happening.at
        chance = rng.random()
        if happening.type == "WatchEvent" and happening.repository.id == self._forced_repository:
            told = self._forced.get(at)
            if told:
                return [told]
        hour = at - at % HOUR
        if at - hour >= HOUR - 60 and chance < 0.5:
            first = Delivery(hour + HOUR, LATE)
        elif chance < _SLOW:
            first = Delivery(hour + HOUR * (1 + int(chance > _SLOW / 2)), LATE)
        else:
            first = Delivery(hour, ON_TIME)
        found = [first]
        if rng.random() < _DUPLICATES:
            found.append(Delivery(first.hour + HOUR * rng.randint(1, 9), DUPLICATE))
        return [Delivery(each.hour, LOST) if self.gaps.swallow(each.hour) else each for each in found]
