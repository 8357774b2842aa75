"""The state of a world while its story runs: histories, open issues and pull requests, and the deeds on them.

Each deed emits the events that GitHub would; who does which deed when is told in `work`, `crowd` and `bots`.
"""

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.config import HOUR, WorldConfig
from dlt_sources.sample_world.happenings import Happening, Push, Ticket
from dlt_sources.sample_world.history import Commit, History, Signature, Stamp
from dlt_sources.sample_world.names import subject
from dlt_sources.sample_world.people import Person
from dlt_sources.sample_world.wire import NO_SHA, payload_of

Who = tuple[Person, Repository, int]


class Scene:
    """All that changes from day to day; `today` collects what happens."""

    def __init__(self, config: WorldConfig, repositories: list[Repository]) -> None:
        self.config = config
        self.rng = config.random("story")
        self.histories = {repository.id: History() for repository in repositories}
        self.tickets: dict[int, list[Ticket]] = {repository.id: [] for repository in repositories}
        # commits made but not pushed yet: (second, message) by person and repository
        self.unpushed: dict[tuple[int, int], list[tuple[int, str]]] = {}
        self.today: list[Happening] = []
        self._next_id = 1_000_000

    def new_id(self, scale: int = 1) -> int:
        """An id that nothing else has; `scale` spreads the kinds of things."""
        self._next_id += self.rng.randint(1, 40)
        return self._next_id * scale

    def emit(self, happening: Happening) -> None:
        """Let it happen: its payload shows the state of this moment."""
        happening.payload = payload_of(happening)
        self.today.append(happening)

    def take_day(self) -> list[Happening]:
        """What happened since the last call, by time."""
        day, self.today = self.today, []
        return sorted(day, key=lambda happening: happening.at)

    def signature(self, person: Person) -> Signature:
        """How the person signs commits."""
        return Signature(person.name, person.email)

    def begin_history(self, repository: Repository) -> None:
        """The commits from before the world, which no event of it shows."""
        rng, history = self.rng, self.histories[repository.id]
        second = repository.created_at
        before = max(second + HOUR, self.config.begin_at - HOUR)
        count = rng.randint(3, 12) if repository.created_at < self.config.begin_at else 1
        times = sorted(rng.randrange(second, before) for _ in range(count))
        team = repository.team or []
        commit: Commit | None = None
        for at in times:
            author = self.signature(rng.choice(team)) if team else Signature("nobody", "nobody@nowhere.example")
            commit = history.write(rng, Stamp.own(author, at), subject(rng), on=commit)
        if commit:
            history.advance(commit)

    def push(self, who: Who, ref: str, commits: list[Commit], before: Commit | None, known: frozenset[str]) -> None:
        """A push of `commits` to `ref`."""
        person, repository, at = who
        push = Push(
            ref=f"refs/heads/{ref}",
            commits=commits,
            before=before.sha if before else NO_SHA,
            head=commits[-1].sha,
            known=known,
        )
        details = {"push": push, "push_id": self.new_id(25_000)}
        self.emit(Happening(at=at, type="PushEvent", actor=person, repository=repository, kind="PUSH", details=details))

    def push_to_main(self, who: Who, seconds: list[int]) -> None:
        """Commit at each of `seconds`, and push all of it, with what was left unpushed before."""
        person, repository, at = who
        history = self.histories[repository.id]
        before = head = history.main
        work = self.unpushed.pop((person.id, repository.id), []) + [(at_, subject(self.rng)) for at_ in seconds]
        fresh = []
        for second, message in work:
            head = history.write(self.rng, Stamp.own(self.signature(person), second), message, on=head)
            fresh.append(head)
        history.advance(fresh[-1])
        self.push((person, repository, at), "main", fresh, before, frozenset())

    def open_pull_request(self, who: Who, branch_name: str, *, from_fork: bool) -> Ticket:
        """Write a branch of one to three commits and ask for it to be pulled; a branch of the team is pushed first."""
        person, repository, at = who
        rng, history = self.rng, self.histories[repository.id]
        base = history.main
        head, branch = base, []
        for _ in range(rng.choice((1, 1, 2, 3))):
            second = at - rng.randrange(60, 4 * HOUR) if not branch else branch[-1].committed_at + 30
            stamp = Stamp.own(self.signature(person), min(second, at - 5))
            head = history.write(rng, stamp, subject(rng), on=head)
            branch.append(head)
        number = repository.take_number()
        ticket = Ticket(
            repository=repository,
            number=number,
            id=self.new_id(1_100),
            title=branch[0].message,
            author=person,
            created_at=at,
            is_pull_request=True,
            ready_at=at + 300,
            branch=branch,
            branch_name=f"{branch_name}-{number}",
            base=base,
            from_fork=from_fork,
        )
        if not from_fork:
            self._create_ref((person, repository, at - 4), ticket.branch_name, "branch")
            self.push((person, repository, at - 3), ticket.branch_name, branch, base, frozenset())
        self.tickets[repository.id].append(ticket)
        self.on_ticket((person, repository, at), ticket, "opened")
        return ticket

    def _create_ref(self, who: Who, ref: str, ref_type: str) -> None:
        person, repository, at = who
        details = {
            "ref": ref,
            "ref_type": ref_type,
            "master_branch": "main",
            "description": None,
            "pusher_type": "user",
        }
        self.emit(Happening(at=at, type="CreateEvent", actor=person, repository=repository, details=details))

    def on_ticket(self, who: Who, ticket: Ticket, action: str, kind: str | None = None) -> None:
        """An event of a pull request or issue; its meaning follows from the action when none is given."""
        person, repository, at = who
        type_ = "PullRequestEvent" if ticket.is_pull_request else "IssuesEvent"
        stem = "PULL_REQUEST" if ticket.is_pull_request else "ISSUE"
        meaning = kind or (f"{stem}_{action.upper()}" if action in ("opened", "closed", "reopened") else None)
        self.emit(
            Happening(
                at=at, type=type_, actor=person, repository=repository, kind=meaning, action=action, ticket=ticket
            )
        )

    def merge(self, who: Who, ticket: Ticket) -> None:
        """Merge or squash a pull request: the push to main comes a second before the event."""
        person, repository, at = who
        history = self.histories[repository.id]
        before = history.main
        known = frozenset(commit.sha for commit in ticket.branch) if not ticket.from_fork else frozenset()
        if repository.squashes:
            done = history.squash(at - 1, f"{ticket.title} (#{ticket.number})", ticket.branch)
        else:
            message = f"Merge pull request #{ticket.number} from {ticket.branch_name}"
            done = history.merge(self.signature(person), at - 1, message, ticket.branch)
        fresh = history.advance(done)
        ticket.is_open = False
        self.tickets[repository.id].remove(ticket)
        self.push((person, repository, at), "main", fresh, before, known)
        self.on_ticket((person, repository, at), ticket, "merged", "PULL_REQUEST_MERGED")
        if not ticket.from_fork:
            details = {"ref": ticket.branch_name, "ref_type": "branch", "pusher_type": "user"}
            gone = Happening(at=at + 2, type="DeleteEvent", actor=person, repository=repository, details=details)
            self.emit(gone)

    def close(self, who: Who, ticket: Ticket) -> None:
        """Close an issue, or a pull request without merging it; one in ten is opened again two hours later."""
        _, repository, at = who
        ticket.is_open = False
        self.on_ticket(who, ticket, "closed")
        if self.rng.random() < 0.1:
            ticket.is_open, ticket.ready_at = True, at + 3 * HOUR
            self.on_ticket((ticket.author, repository, at + 2 * HOUR), ticket, "reopened")
        else:
            self.tickets[repository.id].remove(ticket)

    def open_issue(self, who: Who) -> Ticket:
        """Open an issue."""
        person, repository, at = who
        ticket = Ticket(
            repository=repository,
            number=repository.take_number(),
            id=self.new_id(1_100),
            title=subject(self.rng).capitalize(),
            author=person,
            created_at=at,
            is_pull_request=False,
            ready_at=at + 300,
        )
        self.tickets[repository.id].append(ticket)
        self.on_ticket(who, ticket, "opened")
        return ticket

    def comment(self, who: Who, ticket: Ticket) -> None:
        """Comment on an issue or a pull request."""
        person, repository, at = who
        ticket.comments += 1
        self.emit(
            Happening(
                at=at,
                type="IssueCommentEvent",
                actor=person,
                repository=repository,
                kind="ISSUE_COMMENT",
                action="created",
                ticket=ticket,
                details={"comment_id": self.new_id(1_500)},
            )
        )

    def review(self, who: Who, ticket: Ticket, *, state: str, remarks: int) -> None:
        """Review a pull request, with `remarks` on its lines."""
        person, repository, at = who
        for number in range(remarks):
            self.emit(
                Happening(
                    at=at + 1 + number,
                    type="PullRequestReviewCommentEvent",
                    actor=person,
                    repository=repository,
                    kind="PULL_REQUEST_REVIEW_COMMENT",
                    action="created",
                    ticket=ticket,
                    details={"comment_id": self.new_id(1_500)},
                )
            )
        self.emit(
            Happening(
                at=at + 1 + remarks,
                type="PullRequestReviewEvent",
                actor=person,
                repository=repository,
                kind="PULL_REQUEST_REVIEW",
                action="created",
                ticket=ticket,
                details={"review_id": self.new_id(1_300), "state": state},
            )
        )

    def release(self, who: Who, tag: str) -> None:
        """Tag main and publish a release."""
        person, repository, at = who
        history = self.histories[repository.id]
        if history.main is None:
            return
        history.tags.append((tag, history.main))
        self._create_ref((person, repository, at - 2), tag, "tag")
        details = {"release_id": self.new_id(100), "tag": tag}
        self.emit(
            Happening(
                at=at,
                type="ReleaseEvent",
                actor=person,
                repository=repository,
                kind="RELEASE_PUBLISHED",
                action="published",
                details=details,
            )
        )
