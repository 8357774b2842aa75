"""Two years of a few people, repositories and contracts, as rows of a raw lake and as the truth that an oracle reads.

The sample world is too short to hold a quarter and the one after it. This history is long and thin: everybody has
spells of work and of absence, so that people stay, leave and come back between windows of any length.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from long_history_chains import ChainHistory
from long_history_grants import GrantHistory
from oracle_truth import Event, Member, Truth
from raw_lake import Archive, Directory, Row

BEGIN, END = date(2022, 12, 20), date(2025, 1, 7)
SEED = 11
PEOPLE, BOTS = (1, 2, 3, 4, 5, 6, 7), (90, 91)
LOGINS = {90: "renovate[bot]", 91: "ci-helper[bot]"}
REPOSITORIES = (10, 20, 30)
# repository 20 is in two projects of one collection
PROJECTS = {"p": (10, 20), "q": (20,), "r": (30,)}
COLLECTIONS = {"c": ("p", "q"), "d": ("q", "r")}
HOUR, DAY = 3600, 86400
# one is there most days of a year, and hardly ever after it; another leaves for good
OF_A_YEAR = {
    3: [(BEGIN, date(2024, 1, 5), 0.95), (date(2024, 9, 1), date(2024, 9, 9), 0.5)],
    6: [(date(2023, 2, 1), date(2023, 11, 1), 0.2)],
}


@dataclass
class _Ticket:
    repository: int
    number: int
    is_pull_request: bool
    opened_at: int
    opened_by: int
    is_open: bool = True


@dataclass
class LongHistory:
    """Filled when made; `tables` are raw rows by table name, `truth` is the same for the oracle."""

    archive: Archive = field(default_factory=Archive)
    events: list[Event] = field(default_factory=list)
    chains: ChainHistory = field(default_factory=lambda: ChainHistory(Random(SEED), BEGIN, END))
    funding: GrantHistory = field(default_factory=lambda: GrantHistory(Random(SEED), BEGIN, END))

    def __post_init__(self) -> None:
        self._rng = Random(SEED)
        self._tickets: list[_Ticket] = []
        self._now = 0
        self._spells = {person: OF_A_YEAR.get(person) or list(self._spells_of()) for person in (*PEOPLE, *BOTS)}
        self._open_before_the_begin()
        for number in range((END - BEGIN).days):
            self._live(BEGIN + timedelta(days=number))

    def tables(self) -> dict[str, list[Row]]:
        """Rows of the raw tables."""
        directory = Directory()
        listed = {
            project: [
                *(("GITHUB", "repository", "acme", f"repo{repository}") for repository in repositories),
                *self.chains.listed(project),
            ]
            for project, repositories in PROJECTS.items()
        }
        directory.add("v1", f"{BEGIN} 10:00", listed, COLLECTIONS)
        landed = {**self.archive.tables(BEGIN, END), **directory.tables()}
        return {**landed, **self.chains.tables(), **self.funding.tables()}

    def truth(self) -> Truth:
        """What the oracle is told."""
        members = [
            Member(project, "repository", f"acme/repo{repository}")
            for project, repositories in PROJECTS.items()
            for repository in repositories
        ]
        return Truth(
            begin=BEGIN,
            end=END,
            events=tuple(self.events),
            projects=tuple(PROJECTS),
            members=(*members, *self.chains.members(PROJECTS)),
            collections=tuple((collection, slug) for collection, slugs in COLLECTIONS.items() for slug in slugs),
            transactions=tuple(self.chains.transactions),
            transfers=tuple(self.chains.transfers),
            grants=tuple(self.funding.grants),
        )

    def _spells_of(self) -> Iterator[tuple[date, date, float]]:
        """From, until and the chance to do something on a day between; with absences of days to most of a year."""
        day = BEGIN + timedelta(days=self._rng.choice((0, 0, 3, 40, 200)))
        while day < END:
            until = day + timedelta(days=self._rng.choice((1, 5, 20, 60, 150)))
            yield day, until, self._rng.choice((0.05, 0.2, 0.5, 0.95))
            day = until + timedelta(days=self._rng.choice((6, 20, 35, 70, 100, 200)))

    def _open_before_the_begin(self) -> None:
        begin = _second(BEGIN)
        for number, repository in enumerate(REPOSITORIES * 8, start=500):
            opener = self._rng.choice(PEOPLE)
            self._tickets.append(_Ticket(repository, number, number % 2 == 0, begin - 40 * DAY - number, opener))

    def _live(self, day: date) -> None:
        self._now = _second(day) + 7 * HOUR
        for person, spells in self._spells.items():
            for since, until, chance in spells:
                if since <= day < until and self._rng.random() < chance:
                    for _ in range(self._rng.choice((1, 1, 2, 4))):
                        self._now += self._rng.randrange(60, HOUR // 2)
                        self._act(person)

    def _act(self, person: int) -> None:
        rng = self._rng
        repository = rng.choice(REPOSITORIES[: 1 + person % 3])
        deed = rng.random()
        if deed < 0.35:
            self._push(person, repository)
        elif deed < 0.55:
            self._open(person, repository, is_pull_request=rng.random() < 0.6)
        elif deed < 0.62:
            kind, type_, action = rng.choice(
                (
                    ("STARRED", "WatchEvent", "started"),
                    ("FORKED", "ForkEvent", None),
                    ("RELEASE_PUBLISHED", "ReleaseEvent", "published"),
                )
            )
            self._note(kind, type_, person, repository, action=action)
        else:
            candidates = [ticket for ticket in self._tickets if ticket.repository == repository]
            if candidates:
                # mostly something recent, now and then something old
                self._touch(person, rng.choice(candidates[-12:] if rng.random() < 0.8 else candidates))

    def _push(self, person: int, repository: int) -> None:
        shas = tuple(f"{self._rng.getrandbits(160):040x}" for _ in range(self._rng.choice((1, 1, 3))))
        listed = [{"sha": sha} for sha in shas]
        fields: dict[str, Any] = {"push_id": len(self.events), "push_head": shas[-1], "commits": listed}
        event = self._note("PUSH", "PushEvent", person, repository, **fields)
        self.events[-1] = event._replace(push_head=shas[-1], listed_shas=shas)

    def _open(self, person: int, repository: int, *, is_pull_request: bool) -> None:
        ticket = _Ticket(repository, len(self._tickets) + 1000, is_pull_request, self._now, person)
        self._tickets.append(ticket)
        self._tell("OPENED", person, ticket)

    def _touch(self, person: int, ticket: _Ticket) -> None:
        deed = self._rng.random()
        if deed < 0.4:
            self._tell("COMMENT", person, ticket)
        elif ticket.is_pull_request and deed < 0.55:
            self._tell("REVIEW", person, ticket)
        elif ticket.is_pull_request and deed < 0.65:
            self._tell("REVIEW_COMMENT", person, ticket)
        elif not ticket.is_open:
            ticket.is_open = True
            self._tell("REOPENED", person, ticket)
        else:
            ticket.is_open = False
            self._tell("MERGED" if ticket.is_pull_request and deed < 0.9 else "CLOSED", person, ticket)

    def _tell(self, deed: str, person: int, ticket: _Ticket) -> None:
        """An event about a ticket: those about pull requests, comments excepted, tell of its opening or do not."""
        if not ticket.is_pull_request or deed == "COMMENT":
            self._tell_issue(deed, person, ticket)
            return
        is_told = self._rng.random() < 0.4
        types = {"REVIEW": "PullRequestReviewEvent", "REVIEW_COMMENT": "PullRequestReviewCommentEvent"}
        action = "created" if deed in types else deed.lower()
        fields: dict[str, Any] = {}
        if is_told:
            fields = {"pull_request_created_at": _instant(ticket.opened_at), "pull_request_user_id": ticket.opened_by}
            if action in ("merged", "closed"):
                action, fields["is_merged"] = "closed", deed == "MERGED"
        type_ = types.get(deed, "PullRequestEvent")
        self._note(f"PULL_REQUEST_{deed}", type_, person, ticket.repository, ticket, action=action, **fields)

    def _tell_issue(self, deed: str, person: int, ticket: _Ticket) -> None:
        type_ = "IssueCommentEvent" if deed == "COMMENT" else "IssuesEvent"
        action = "created" if deed == "COMMENT" else deed.lower()
        fields = {
            "issue_created_at": _instant(ticket.opened_at),
            "issue_user_id": ticket.opened_by,
            "is_pull_request_issue": ticket.is_pull_request,
        }
        self._note(f"ISSUE_{deed}", type_, person, ticket.repository, ticket, action=action, **fields)

    def _note(
        self, kind: str, type_: str, person: int, repository: int, ticket: _Ticket | None = None, **fields: Any
    ) -> Event:
        at, number = self._now, None if ticket is None else ticket.number
        self._now += 1
        login = LOGINS.get(person, f"user{person}")
        when = _instant(at).strftime("%Y-%m-%d %H:%M:%S")
        event_id = self.archive.add(type_, when, person, repository, login=login, number=number, **fields)
        is_told = bool(fields.keys() & {"issue_created_at", "pull_request_created_at"})
        event = Event(
            event_id=event_id,
            type=type_,
            kind=kind,
            created_at=at,
            file_hour=at // HOUR * HOUR,
            line_number=len(self.events) + 1,
            actor_id=person,
            actor_login=login,
            repo_id=repository,
            repo_name=f"Acme/Repo{repository}",
            number=number,
            is_pull_request=ticket is not None and ticket.is_pull_request,
            opened_at=ticket.opened_at if ticket and is_told else None,
            opened_by=ticket.opened_by if ticket and is_told else None,
        )
        self.events.append(event)
        return event


def _second(day: date) -> int:
    return int(_midnight(day).timestamp())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
