"""What happens in a world, before it is written as events: what the story tells and the archive writes."""

from dataclasses import dataclass, field

from dlt_sources.sample_world.cast import Repository
from dlt_sources.sample_world.history import Commit
from dlt_sources.sample_world.people import Person

# pushes list at most so many commits
MOST_LISTED = 20


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """An issue or a pull request; `ready_at` is when others can have seen its latest state."""

    repository: Repository
    number: int
    id: int
    title: str
    author: Person
    created_at: int
    is_pull_request: bool
    ready_at: int = 0
    branch: list[Commit] = field(default_factory=list)
    branch_name: str = ""
    base: Commit | None = None
    from_fork: bool = False
    comments: int = 0
    is_open: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Happening:
    """One event: `type` as GitHub calls it; `kind` what it means (None: nothing that is counted).

    `details` are what its payload is made of, see `wire`; `payload` is filled in when it happens, since what an event
    shows of an issue is how the issue was then.
    """

    at: int
    type: str
    actor: Person
    repository: Repository
    kind: str | None = None
    action: str | None = None
    ticket: Ticket | None = None
    details: dict = field(default_factory=dict)
    payload: dict = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Push:
    """What a push carries: all its commits, oldest first, and what the branch pointed at before."""

    ref: str
    commits: list[Commit]
    before: str
    head: str
    # commits that were on another branch already
    known: frozenset[str] = frozenset()

    @property
    def listed(self) -> list[Commit]:
        """Those that a push of the old era lists: the oldest ones, so that a large push leaves out its head."""
        return self.commits[:MOST_LISTED]
