"""The people of a world and their habits: who works when, on what, under which login and e-mail address."""

from dataclasses import dataclass, field
from enum import Enum
from random import Random

from dlt_sources.sample_world.config import DAY, ERA_SWITCH, WorldConfig
from dlt_sources.sample_world.names import login_for, person_name

Span = tuple[int, int]


class Pattern(Enum):
    """How often somebody works: the chances of a weekday and of a day of the weekend."""

    FULL_TIME = (0.92, 0.22)
    REGULAR = (0.45, 0.12)
    PART_TIME = (0.17, 0.10)
    RETURNING = (0.62, 0.15)
    DRIVE_BY = (0.05, 0.05)
    BOT = (0.0, 0.0)

    @property
    def weekday(self) -> float:
        """Chance to work on a day from Monday to Friday."""
        return self.value[0]

    @property
    def weekend(self) -> float:
        """Chance to work on a Saturday or Sunday."""
        return self.value[1]


@dataclass(kw_only=True, eq=False)
class Person:
    """A GitHub account. `logins` are (from second, login), ascending; `spans` the times it is there at all."""

    id: int
    logins: list[tuple[int, str]]
    name: str
    email: str
    pattern: Pattern = Pattern.DRIVE_BY
    is_bot: bool = False
    # never pushes by itself and commits under an address that no push can be matched with
    is_ghost: bool = False
    peak_hour: float = 14.0
    spans: tuple[Span, ...] = ()
    homes: list = field(default_factory=list)

    def login(self, at: int) -> str:
        """The login it had then."""
        current = self.logins[0][1]
        for since, login in self.logins[1:]:
            if since <= at:
                current = login
        return current

    def is_around(self, at: int) -> bool:
        """Whether it takes part at all then."""
        return any(start <= at < end for start, end in self.spans)


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody: `developers` come back, the `crowd` stars, forks and asks, `bots` are not people."""

    developers: list[Person]
    crowd: list[Person]
    bots: dict[str, Person]


_BOTS = (
    ("renovate[bot]", 29139614, "29139614+renovate[bot]@users.noreply.github.com"),
    ("dependabot[bot]", 49699333, "49699333+dependabot[bot]@users.noreply.github.com"),
    ("github-actions[bot]", 41898282, "41898282+github-actions[bot]@users.noreply.github.com"),
    ("codecov-io", 8655789, "support@codecov.example"),
    ("mergify-bot", 18240476, "mergify@bots.example"),
)
_SHARES = (
    (Pattern.FULL_TIME, 0.14),
    (Pattern.REGULAR, 0.30),
    (Pattern.PART_TIME, 0.26),
    (Pattern.RETURNING, 0.10),
    (Pattern.DRIVE_BY, 0.20),
)


def make_people(config: WorldConfig) -> People:
    """Everybody of a world of that size: five developers a project in a small world, fewer in a large one."""
    rng = config.random("people")
    count = 60 + int(3.5 * config.projects)
    developers = [_developer(rng, config, number) for number in range(count)]
    _special_people(config, developers)
    crowd = [_visitor(rng, number) for number in range(60 * config.projects)]
    bots = {
        login: Person(id=id_, logins=[(0, login)], name=login, email=email, pattern=Pattern.BOT, is_bot=True)
        for login, id_, email in _BOTS
    }
    return People(developers=developers, crowd=crowd, bots=bots)


def _developer(rng: Random, config: WorldConfig, number: int) -> Person:
    name = person_name(rng)
    login = login_for(rng, name, number)
    id_ = 1_200_000 + number * 731 + rng.randrange(700)
    pattern = rng.choices([p for p, _ in _SHARES], [share for _, share in _SHARES])[0]
    kind = rng.random()
    if kind < 0.70:
        email = f"{id_}+{login}@users.noreply.github.com"
    elif kind < 0.76:
        email = f"{login}@users.noreply.github.com"
    else:
        email = f"{name.lower().replace(' ', '.')}{number}@mail.example"
    return Person(
        id=id_,
        logins=[(0, login)],
        name=name,
        email=email,
        pattern=pattern,
        peak_hour=rng.choice((2.0, 9.0, 13.0, 15.0, 18.0, 21.0)),
        spans=_spans(rng, config, pattern),
    )


def _spans(rng: Random, config: WorldConfig, pattern: Pattern) -> tuple[Span, ...]:
    start, end = config.begin_at, config.end_at + DAY
    length = config.days * DAY
    if pattern is Pattern.RETURNING:
        left = start + int(length * rng.uniform(0.12, 0.3))
        back = start + int(length * rng.uniform(0.65, 0.85))
        return (start, left), (back, end)
    fate = rng.random()
    if fate < 0.18:
        return ((start + int(length * rng.uniform(0.1, 0.8)), end),)
    if fate < 0.32:
        return ((start, start + int(length * rng.uniform(0.2, 0.9))),)
    return ((start, end),)


def _visitor(rng: Random, number: int) -> Person:
    name = person_name(rng)
    id_ = 20_000_000 + number * 1_931 + rng.randrange(1_900)
    login = login_for(rng, name, 1000 + number)
    return Person(id=id_, logins=[(0, login)], name=name, email=f"{id_}+{login}@users.noreply.github.com")


def _special_people(config: WorldConfig, developers: list[Person]) -> None:
    """The namesake of a bot, a renamed account, people who come back, and some whose commits match no push."""
    always = ((config.begin_at, config.end_at + DAY),)
    namesake = developers[0]
    namesake.logins = [(0, "renovate")]
    namesake.email = f"{namesake.id}+renovate@users.noreply.github.com"
    namesake.pattern, namesake.spans = Pattern.FULL_TIME, always
    renamed = developers[1]
    renamed.logins.append((config.moment(0.55, 9.0), f"{renamed.logins[0][1]}-eth"))
    renamed.pattern, renamed.spans = Pattern.FULL_TIME, always
    # written in capitals in git: addresses are compared in lower case
    shouting = developers[2]
    shouting.email = f"Dev.{shouting.logins[0][1].title()}@Mail.Example"
    shouting.pattern, shouting.spans = Pattern.REGULAR, always
    # here for the first days only, and again towards the end: even a short world has somebody who comes back
    early = config.begin_at + max(DAY, int(config.days * 0.03) * DAY)
    for early_bird in developers[7:11]:
        early_bird.pattern = Pattern.FULL_TIME
        early_bird.spans = ((config.begin_at, early), (config.moment(0.62), config.end_at + DAY))
    for number, ghost in enumerate(developers[3:7]):
        ghost.is_ghost = True
        ghost.email = f"ghost{number}@nowhere.example"
        ghost.pattern = Pattern.REGULAR
        ghost.spans = ((max(ERA_SWITCH, config.begin_at), config.end_at + DAY),)
